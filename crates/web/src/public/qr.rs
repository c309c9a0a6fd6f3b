//! QR codes drawn as one SVG path.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// Quiet zone around the code, in modules (ISO/IEC 18004 §9.1).
const QUIET: usize = 4;

/// The code of a text, readable when a quarter of it is smudged or badly copied. Empty for a text
/// that no code can hold.
pub(crate) fn svg(text: &str) -> String {
    draw(text, EcLevel::Q)
}

/// The same for a long text: readable when a seventh is lost, so that its squares stay large enough
/// for the camera of a cheap telephone.
pub(crate) fn dense(text: &str) -> String {
    draw(text, EcLevel::M)
}

fn draw(text: &str, level: EcLevel) -> String {
    let Ok(code) = QrCode::with_error_correction_level(text, level) else {
        return String::new();
    };
    let width = code.width();
    let side = width + 2 * QUIET;
    let mut path = String::new();
    // Dark squares side by side are one bar: half the bytes.
    for (row, colors) in code.to_colors().chunks(width).enumerate() {
        let mut at = 0;
        for bar in colors.chunk_by(|one, next| one == next) {
            let (x, y, long) = (at + QUIET, row + QUIET, bar.len());
            at += long;
            if bar.first() == Some(&Color::Dark) {
                // Writing to a `String` cannot fail.
                let _ = write!(path, "M{x} {y}h{long}v1h-{long}z");
            }
        }
    }
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges" aria-hidden="true"><path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/><path fill="#000" d="{path}"/></svg>"##
    )
}

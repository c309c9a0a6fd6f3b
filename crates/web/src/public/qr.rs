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
    for (at, color) in code.to_colors().into_iter().enumerate() {
        if color == Color::Dark {
            let (x, y) = (at % width + QUIET, at / width + QUIET);
            // Writing to a `String` cannot fail.
            let _ = write!(path, "M{x} {y}h1v1h-1z");
        }
    }
    format!(
        r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {side} {side}" shape-rendering="crispEdges" aria-hidden="true"><path fill="#fff" d="M0 0h{side}v{side}h-{side}z"/><path fill="#000" d="{path}"/></svg>"##
    )
}

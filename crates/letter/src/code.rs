//! The code that verifies a letter.

use qrcode::{Color, EcLevel, QrCode};

use crate::RenderError;

/// Longest address in bytes: a code of 26 mm then has modules of at least 0.5 mm, which every telephone reads
/// from a paper that was copied once.
const ADDRESS_MAX_BYTES: usize = 160;

/// A QR code, one flag a module.
pub(crate) struct Code {
    /// Modules along a side.
    pub(crate) side: usize,
    dark: Vec<bool>,
}

impl Code {
    pub(crate) fn of(address: &str) -> Result<Self, RenderError> {
        let bytes = address.len();
        let refused = RenderError::Address { bytes };
        if bytes > ADDRESS_MAX_BYTES {
            return Err(refused);
        }
        let code = QrCode::with_error_correction_level(address.as_bytes(), EcLevel::M)
            .map_err(|_| refused)?;
        Ok(Self {
            side: code.width(),
            dark: code
                .to_colors()
                .into_iter()
                .map(|color| color == Color::Dark)
                .collect(),
        })
    }

    /// Runs of dark modules: column, row and how many to the right.
    pub(crate) fn runs(&self) -> Vec<(usize, usize, usize)> {
        let mut runs = Vec::new();
        for (row, modules) in self.dark.chunks(self.side).enumerate() {
            let mut column = 0;
            for run in modules.chunk_by(|a, b| a == b) {
                if run.first() == Some(&true) {
                    runs.push((column, row, run.len()));
                }
                column += run.len();
            }
        }
        runs
    }
}

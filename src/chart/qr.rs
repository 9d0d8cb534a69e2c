//! QR codes as SVG.

use std::fmt::Write as _;

use qrcode::{Color, EcLevel, QrCode};

/// Modules of white around a code, which readers need.
pub(super) const QUIET_ZONE: usize = 4;
/// A code is read with up to 15 % of it damaged.
pub(super) const LEVEL: EcLevel = EcLevel::M;

/// A text that is too long for a QR code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{bytes} bytes are too many for a QR code")]
pub struct QrTooLong {
    /// How long it is.
    pub bytes: usize,
}

/// The text as a QR code that is read with up to 15 % of it damaged: an SVG without a size, black on whatever is below.
pub fn qr_svg(text: &str) -> Result<String, QrTooLong> {
    let code = QrCode::with_error_correction_level(text, LEVEL).map_err(|_| QrTooLong { bytes: text.len() })?;
    let side = code.width() + 2 * QUIET_ZONE;
    let path = path(&code.to_colors(), code.width());
    Ok(format!(
        "<svg viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\" aria-hidden=\"true\"><path d=\"{path}\"/></svg>"
    ))
}

/// One rectangle for each run of dark modules in a row.
fn path(modules: &[Color], width: usize) -> String {
    let mut path = String::new();
    for (y, row) in modules.chunks(width).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|a, b| a == b) {
            if run[0] == Color::Dark {
                let (left, top, length) = (x + QUIET_ZONE, y + QUIET_ZONE, run.len());
                write!(path, "M{left} {top}h{length}v1h-{length}z").expect("writing to a string does not fail");
            }
            x += run.len();
        }
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: &str = "https://khaosat.example.gov.vn/i/laocai-2024#0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV";

    #[test]
    fn the_path_covers_exactly_the_dark_modules() {
        let code = QrCode::with_error_correction_level(LINK, EcLevel::M).unwrap();
        let (width, modules) = (code.width(), code.to_colors());
        let mut drawn = vec![Color::Light; modules.len()];
        for run in path(&modules, width).split('M').skip(1) {
            let numbers: Vec<usize> =
                run.split([' ', 'h', 'v', '-', 'z']).filter_map(|number| number.parse().ok()).collect();
            let [left, top, length, 1, back] = numbers[..] else { panic!("{run}") };
            assert_eq!(length, back);
            let start = (top - QUIET_ZONE) * width + left - QUIET_ZONE;
            drawn[start..start + length].fill(Color::Dark);
        }
        assert!(drawn == modules);
        assert!(qr_svg(LINK).unwrap().contains(&format!("viewBox=\"0 0 {0} {0}\"", width + 8)));
    }

    #[test]
    fn a_text_that_is_too_long_is_an_error() {
        assert!(qr_svg(&"x".repeat(2_331)).is_ok());
        assert_eq!(qr_svg(&"x".repeat(2_332)), Err(QrTooLong { bytes: 2_332 }));
    }
}

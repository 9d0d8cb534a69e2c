//! Charts and QR codes as SVG text, and many QR codes as images: numbers and words in, a string out.
//!
//! The charts work without script, print, and pass a policy that forbids inline styles: every colour comes from a
//! class. Each is drawn twice, for wide and for narrow screens ([`Layout`]), because text that scales down is not read.
//! The room knows no survey, no language and no HTTP: words and the way to write a number are given to it.
//! Start reading at [`DotPlot`].

mod axis;
mod burn_up;
mod dot_plot;
mod qr;
mod qr_images;
mod stacked_bar;
mod svg;

pub use burn_up::{BurnUp, BurnUpWords};
pub use dot_plot::{DotPlot, DotRow, Interval, Reference, Tier};
pub use qr::{QrTooLong, qr_svg};
pub use qr_images::QrImages;
pub use stacked_bar::{BarRow, StackedBars};
pub use svg::Layout;

/// Writes a number with so many decimals, in the reader's language.
pub type WriteNumber<'a> = &'a dyn Fn(f64, u8) -> String;

//! Many QR codes of links that differ in their last digits only, each as a small image.
//!
//! What is the same in all of them is done once: the size, the fixed patterns, and the choice of the mask, which takes most of the
//! time of a single code. A mask keeps large areas of one colour away; the links are the same up to the code, so the best mask of
//! one is a good one of all.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use png::{BitDepth, ColorType, Compression, Encoder, Filter};
use qrcode::bits::Bits;
use qrcode::canvas::{Canvas, MaskPattern};
use qrcode::{Color, Version, ec};

use super::QrTooLong;
use super::qr::{LEVEL, QUIET_ZONE};

/// The masks that there are.
const MASKS: [MaskPattern; 8] = [
    MaskPattern::Checkerboard,
    MaskPattern::HorizontalLines,
    MaskPattern::VerticalLines,
    MaskPattern::DiagonalLines,
    MaskPattern::LargeCheckerboard,
    MaskPattern::Fields,
    MaskPattern::Diamonds,
    MaskPattern::Meadow,
];
/// The largest size of a code.
const VERSION_MAX: i16 = 40;

/// Makes QR codes of links like one of them.
pub struct QrImages {
    version: Version,
    mask: MaskPattern,
    /// The patterns that every code has.
    fixed: Canvas,
}

impl QrImages {
    /// For links as long as this one, with codes of as many digits and capital letters after their `#`.
    pub fn like(link: &str) -> Result<Self, QrTooLong> {
        let fits = |version: &Version| bits(link, *version).is_some();
        let version = (1..=VERSION_MAX).map(Version::Normal).find(fits).ok_or(QrTooLong { bytes: link.len() })?;
        let mut fixed = Canvas::new(version, LEVEL);
        fixed.draw_all_functional_patterns();
        let mut images = Self { version, mask: MASKS[0], fixed };
        let drawn = images.drawn(link)?;
        let best = drawn.apply_best_mask().into_colors();
        let is_best = |mask: &MaskPattern| {
            let mut masked = drawn.clone();
            masked.apply_mask(*mask);
            masked.into_colors() == best
        };
        images.mask = MASKS.into_iter().find(is_best).unwrap_or(MASKS[0]);
        Ok(images)
    }

    /// Modules of a side, without the white that must surround a code.
    #[must_use]
    pub fn side(&self) -> u8 {
        // A code of the largest size has 177.
        u8::try_from(self.version.width()).unwrap_or(u8::MAX)
    }

    /// The part of a square that holds a code and the white around it which that white takes on each side.
    #[must_use]
    pub fn quiet_share(&self) -> f64 {
        QUIET_ZONE as f64 / (f64::from(self.side()) + 2.0 * QUIET_ZONE as f64)
    }

    /// A link as the address of an image, black on white, a dot a module, without white around it.
    pub fn data_address(&self, link: &str) -> Result<String, QrTooLong> {
        let png = self.png(link)?;
        Ok(format!("data:image/png;base64,{}", STANDARD.encode(png)))
    }

    fn png(&self, link: &str) -> Result<Vec<u8>, QrTooLong> {
        let mut canvas = self.drawn(link)?;
        canvas.apply_mask(self.mask);
        let (modules, width) = (canvas.into_colors(), usize::from(self.side()));
        Ok(one_bit_png(self.side(), |x, y| modules[y * width + x] == Color::Light))
    }

    /// The code without a mask.
    fn drawn(&self, link: &str) -> Result<Canvas, QrTooLong> {
        let too_long = QrTooLong { bytes: link.len() };
        let data = bits(link, self.version).ok_or(too_long)?.into_bytes();
        let (data, correction) = ec::construct_codewords(&data, self.version, LEVEL).map_err(|_| too_long)?;
        let mut canvas = self.fixed.clone();
        canvas.draw_data(&data, &correction);
        Ok(canvas)
    }
}

/// A square of `side` dots as an image of one bit a dot, not compressed: the dots of a code have no pattern that would make it
/// shorter. `is_light` is asked with the column and the row.
fn one_bit_png(side: u8, is_light: impl Fn(usize, usize) -> bool) -> Vec<u8> {
    let width = usize::from(side);
    let mut rows = Vec::with_capacity(width * width.div_ceil(8));
    for y in 0..width {
        for left in (0..width).step_by(8) {
            let dots = (left..left + 8).map(|x| u8::from(x < width && is_light(x, y)));
            rows.push(dots.fold(0, |byte, dot| byte << 1 | dot));
        }
    }
    let mut image = Vec::new();
    let mut encoder = Encoder::new(&mut image, side.into(), side.into());
    encoder.set_color(ColorType::Grayscale);
    encoder.set_depth(BitDepth::One);
    encoder.set_compression(Compression::NoCompression);
    encoder.set_filter(Filter::NoFilter);
    let written = encoder.write_header().and_then(|mut writer| writer.write_image_data(&rows));
    written.expect("so many rows are an image, and writing to memory does not fail");
    image
}

/// The link as the data of a code of this size; nothing where it does not fit. The length is that of any link of as many bytes.
fn bits(link: &str, version: Version) -> Option<Bits> {
    let mut bits = Bits::new(version);
    let (before, code) = link.split_at(link.rfind('#').map_or(link.len(), |at| at + 1));
    let is_short = |byte: u8| byte.is_ascii_digit() || byte.is_ascii_uppercase() || byte == b'-';
    let (long, short) = if code.bytes().all(is_short) { (before, code) } else { (link, "") };
    bits.push_byte_data(long.as_bytes()).ok()?;
    if !short.is_empty() {
        bits.push_alphanumeric_data(short.as_bytes()).ok()?;
    }
    bits.push_terminator(LEVEL).ok()?;
    Some(bits)
}

#[cfg(test)]
mod tests {
    use qrcode::{EcLevel, QrCode};

    use super::*;

    const LINK: &str = "https://khaosat.example.gov.vn/i/laocai-2024#0123-4567-89AB-CDEF-GHJK-MNPQ-RSTV";
    const OTHER: &str = "https://khaosat.example.gov.vn/i/laocai-2024#ZYXW-VTSR-QPNM-KJHG-FEDC-BA98-7654";

    /// The dots of an image, light ones true.
    fn dots(image: &[u8]) -> Vec<bool> {
        let mut reader = png::Decoder::new(std::io::Cursor::new(image)).read_info().unwrap();
        let mut rows = vec![0; reader.output_buffer_size().unwrap()];
        let read = reader.next_frame(&mut rows).unwrap();
        assert_eq!((read.color_type, read.bit_depth), (ColorType::Grayscale, BitDepth::One));
        let side = read.width as usize;
        let row = |row: &[u8]| (0..side).map(|x| row[x / 8] >> (7 - x % 8) & 1 == 1).collect::<Vec<_>>();
        rows.chunks(side.div_ceil(8)).flat_map(row).collect()
    }

    #[test]
    fn an_image_says_what_another_program_wrote() {
        let image = one_bit_png(9, |x, y| x == y);
        assert_eq!(dots(&image), dots(include_bytes!("one_bit.png")));
        assert_eq!(dots(&image), (0..81).map(|dot| dot % 10 == 0).collect::<Vec<_>>());
    }

    #[test]
    fn a_code_is_what_the_library_makes_of_the_link() {
        let images = QrImages::like(LINK).unwrap();
        let expected = QrCode::with_bits(bits(LINK, images.version).unwrap(), EcLevel::M).unwrap();
        assert_eq!(expected.width(), usize::from(images.side()));
        let light: Vec<bool> = expected.into_colors().into_iter().map(|color| color == Color::Light).collect();
        assert!(dots(&images.png(LINK).unwrap()) == light);
    }

    #[test]
    fn codes_of_links_that_differ_in_their_digits_have_one_size_and_differ() {
        let images = QrImages::like(LINK).unwrap();
        let [first, second] = [LINK, OTHER].map(|link| images.data_address(link).unwrap());
        assert_eq!(first.len(), second.len());
        assert_ne!(first, second);
        assert!(first.len() < 420, "{}", first.len());
    }

    #[test]
    fn a_link_of_small_letters_is_written_whole_and_one_that_is_too_long_is_an_error() {
        assert!(QrImages::like("https://a/i/w#abc").is_ok());
        assert!(QrImages::like(&"x".repeat(2_331)).is_ok());
        assert_eq!(QrImages::like(&"x".repeat(2_332)).err(), Some(QrTooLong { bytes: 2_332 }));
        let images = QrImages::like("https://a/i/w#A").unwrap();
        assert!(images.data_address(LINK).is_err());
    }
}

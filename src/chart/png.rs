//! Images of one bit a dot as PNG, not compressed: dots of a QR code have no pattern that would make them shorter.

/// What a PNG begins with.
const SIGNATURE: [u8; 8] = *b"\x89PNG\r\n\x1a\n";

/// A square of `side` dots a row, row by row; `is_light` is asked with the column and the row. At most 200 dots a row.
pub(super) fn one_bit_png(side: u8, is_light: impl Fn(usize, usize) -> bool) -> Vec<u8> {
    let width = usize::from(side);
    let mut rows = Vec::with_capacity(width * (1 + width.div_ceil(8)));
    for y in 0..width {
        // No filter.
        rows.push(0);
        for left in (0..width).step_by(8) {
            let dots = (left..left + 8).map(|x| u8::from(x < width && is_light(x, y)));
            rows.push(dots.fold(0, |byte, dot| byte << 1 | dot));
        }
    }
    let dots_a_side = u32::from(side).to_be_bytes();
    // One bit a dot, grey, and the only ways there are to compress, to filter and to interlace.
    let header = [&dots_a_side[..], &dots_a_side, &[1, 0, 0, 0, 0]].concat();
    let mut png = SIGNATURE.to_vec();
    for (kind, content) in [(*b"IHDR", header), (*b"IDAT", stored(&rows)), (*b"IEND", Vec::new())] {
        chunk(&mut png, kind, &content);
    }
    png
}

/// A stream of zlib that is one block as it is. A block has less than 65,536 bytes: 200 rows of 26.
fn stored(bytes: &[u8]) -> Vec<u8> {
    let length = u16::try_from(bytes.len()).unwrap_or(u16::MAX);
    let (mut low, mut high) = (1_u32, 0_u32);
    for byte in bytes {
        low = (low + u32::from(*byte)) % 65_521;
        high = (high + low) % 65_521;
    }
    let sum = (high << 16 | low).to_be_bytes();
    [&[0x78, 0x01, 1][..], &length.to_le_bytes(), &(!length).to_le_bytes(), bytes, &sum].concat()
}

fn chunk(png: &mut Vec<u8>, kind: [u8; 4], content: &[u8]) {
    let length = u32::try_from(content.len()).unwrap_or(u32::MAX);
    png.extend(length.to_be_bytes());
    let begin = png.len();
    png.extend(kind);
    png.extend(content);
    let sum = checksum(&png[begin..]);
    png.extend(sum.to_be_bytes());
}

/// CRC-32 as PNG has it.
fn checksum(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte), |sum, _| (sum >> 1) ^ (0xedb8_8320 & (sum & 1).wrapping_neg()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The whole file, as another program writes it: Python's zlib with level 0.
    #[test]
    fn an_image_is_what_another_program_writes() {
        let png = one_bit_png(9, |x, y| x == y);
        assert_eq!(png, include_bytes!("one_bit.png"));
    }

    #[test]
    fn the_checksum_is_the_published_one() {
        assert_eq!(checksum(b"123456789"), 0xcbf4_3926);
    }
}

//! Texts as people look for them: without case and diacritics.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// The text in small letters without diacritics, each run of white space as one space: `Đắk Lắk` becomes `dak lak`.
#[must_use]
pub fn folded(text: &str) -> String {
    let normalizer = DecomposingNormalizerBorrowed::new_nfkd();
    let apart = normalizer.normalize_iter(text.chars());
    let is_mark = |letter: &char| matches!(*letter, '\u{300}'..='\u{36f}');
    let letters: String = apart.filter(|letter| !is_mark(letter)).flat_map(char::to_lowercase).map(base).collect();
    letters.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The letter under a stroke, which is no mark of its own.
fn base(letter: char) -> char {
    match letter {
        'đ' | 'ð' => 'd',
        'ł' => 'l',
        'ø' => 'o',
        'ħ' => 'h',
        'ı' => 'i',
        letter => letter,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neither_case_nor_diacritics_matter() {
        for (text, expected) in [
            ("ĂÂĐÊÔƠƯ ăâđêôơư", "aadeoou aadeoou"),
            ("Đắk  Lắk\n", "dak lak"),
            ("Bắc Hà", "bac ha"),
            ("Ba\u{306}\u{301}c Ha\u{300}", "bac ha"),
            ("Žďár nad Sázavou", "zdar nad sazavou"),
            ("D00017", "d00017"),
            ("  ", ""),
        ] {
            assert_eq!(folded(text), expected);
        }
    }
}

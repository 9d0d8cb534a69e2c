//! Recordings of questions: what a wave says aloud, by question and language.

use std::collections::BTreeMap;

use crate::foundation::{Code, LanguageTag};

/// A recording, without its sound.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recording {
    /// The hash of the sound, 32 hexadecimal digits; its address.
    pub hash: String,
    /// How many bytes it has.
    pub length: u32,
}

/// The recordings of a wave.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Recordings(BTreeMap<LanguageTag, BTreeMap<Code, Recording>>);

impl Recordings {
    /// Adds a recording of an item; the last one in a language stands.
    pub fn insert(&mut self, language: LanguageTag, item: Code, recording: Recording) {
        self.0.entry(language).or_default().insert(item, recording);
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The languages in which something is said, in order.
    pub fn languages(&self) -> impl Iterator<Item = &LanguageTag> {
        self.0.keys()
    }

    /// Whether something is said in a language.
    #[must_use]
    pub fn has(&self, language: &str) -> bool {
        self.0.contains_key(language)
    }

    /// The recording of an item in a language.
    #[must_use]
    pub fn find(&self, language: &str, item: &Code) -> Option<&Recording> {
        self.0.get(language)?.get(item)
    }
}

/// The kinds of sound that phones play.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SoundKind {
    /// MPEG layer III.
    Mp3,
    /// AAC in an MP4 file.
    M4a,
    /// Opus or Vorbis in Ogg.
    Ogg,
    /// Uncompressed.
    Wav,
}

impl SoundKind {
    /// All kinds.
    pub const ALL: [Self; 4] = [Self::Mp3, Self::M4a, Self::Ogg, Self::Wav];

    /// The kind by the first bytes of a file: names of files lie.
    #[must_use]
    pub fn of(sound: &[u8]) -> Option<Self> {
        match sound {
            [b'I', b'D', b'3', ..] | [0xff, 0xf2 | 0xf3 | 0xfa | 0xfb, ..] => Some(Self::Mp3),
            [_, _, _, _, b'f', b't', b'y', b'p', ..] => Some(Self::M4a),
            [b'O', b'g', b'g', b'S', ..] => Some(Self::Ogg),
            [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'A', b'V', b'E', ..] => Some(Self::Wav),
            _ => None,
        }
    }

    /// Its media type, which is also its name in storage.
    #[must_use]
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Mp3 => "audio/mpeg",
            Self::M4a => "audio/mp4",
            Self::Ogg => "audio/ogg",
            Self::Wav => "audio/wav",
        }
    }

    /// The kind with this media type.
    #[must_use]
    pub fn from_media_type(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.media_type() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_told_by_its_first_bytes() {
        let cases: [(&[u8], _); 9] = [
            (b"ID3\x04\x00", Some(SoundKind::Mp3)),
            (b"\xff\xf3\x84\xc4", Some(SoundKind::Mp3)),
            (b"\0\0\0\x1cftypM4A ", Some(SoundKind::M4a)),
            (b"OggS\0\x02", Some(SoundKind::Ogg)),
            (b"RIFF\x24\x08\0\0WAVEfmt ", Some(SoundKind::Wav)),
            (b"RIFF\x24\x08\0\0WEBP", None),
            (b"\x1aE\xdf\xa3", None),
            (b"<html>", None),
            (b"", None),
        ];
        for (bytes, kind) in cases {
            assert_eq!(SoundKind::of(bytes), kind, "{bytes:?}");
        }
        for kind in SoundKind::ALL {
            assert_eq!(SoundKind::from_media_type(kind.media_type()), Some(kind));
        }
    }

    #[test]
    fn a_recording_is_found_by_language_and_item_and_not_by_another() {
        let (hmong, item) = (LanguageTag::new("hmn").unwrap(), Code::new("q01").unwrap());
        let recording = |hash: &str| Recording { hash: hash.to_owned(), length: 1 };
        let mut recordings = Recordings::default();
        assert!(recordings.is_empty());
        recordings.insert(hmong.clone(), item.clone(), recording("a"));
        recordings.insert(hmong.clone(), item.clone(), recording("b"));
        assert_eq!(recordings.find("hmn", &item), Some(&recording("b")));
        assert_eq!(recordings.find("vi", &item), None);
        assert_eq!(recordings.languages().collect::<Vec<_>>(), [&hmong]);
        assert!(recordings.has("hmn") && !recordings.has("vi") && !recordings.is_empty());
    }
}

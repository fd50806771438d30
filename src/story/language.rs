//! Which texts share a vocabulary: those of one language.

use crate::story::vocabulary::grammar;
use crate::text::is_han;

/// A language by the first letters of its tag; guessed from the text where nobody says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Tongue(u16);

impl Tongue {
    /// Chinese, however it is written.
    pub const HAN: Self = Self::of(*b"zh");

    const fn of(tag: [u8; 2]) -> Self {
        Self(u16::from_be_bytes(tag))
    }

    /// Of a text: Han script speaks for itself, then the tag counts, then the words of grammar.
    pub fn read(title: &str, lead: &str, tag: Option<&str>, words: &[&str]) -> Self {
        let letters = || title.chars().chain(lead.chars().take(200)).filter(|c| c.is_alphabetic());
        let han = letters().filter(|&c| is_han(c)).count();
        if han * 3 > letters().count() {
            return Self::HAN;
        }
        let tag = tag.and_then(|tag| tag.split('-').next()).unwrap_or_default();
        match tag.to_ascii_lowercase().as_bytes() {
            [first, second, ..] if tag != "und" => Self::of([*first, *second]),
            _ => {
                let (spanish, english) = grammar(words);
                Self::of(if spanish > english { *b"es" } else { *b"en" })
            }
        }
    }

    /// What is hashed of it.
    pub fn bytes(self) -> [u8; 2] {
        self.0.to_be_bytes()
    }

    /// The two letters.
    pub fn name(self) -> String {
        String::from_utf8_lossy(&self.bytes()).into_owned()
    }
}

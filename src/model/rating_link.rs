//! The end of a link by which one customer says how content they are: with which complaint, until when, and a seal.
//!
//! `C-2026-000123-<last second, hex>-<BLAKE3 keyed hash, hex>`. Whoever has it can rate this complaint, once; nobody can
//! make one without the key, and it tells nothing of the complaint.

use jiff::Timestamp;

use super::AnswerKey;

/// A complaint that can be rated, until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RatingLink {
    /// `C-2026-000123`.
    pub number: String,
    /// The last second that it is good for, since 1970.
    pub until: i64,
}

impl RatingLink {
    /// The link's end, good in one part of a path.
    #[must_use]
    pub fn sealed(&self, key: &AnswerKey) -> String {
        let text = self.text();
        format!("{text}-{}", key.seal("rating", &text).to_hex())
    }

    /// Reads a link's end; none if its seal is not ours. It may have run out: see [`RatingLink::is_over`].
    #[must_use]
    pub fn open(end: &str, key: &AnswerKey) -> Option<Self> {
        let mut parts = end.rsplitn(3, '-');
        let (seal, until, number) = (parts.next()?, parts.next()?, parts.next()?);
        let link = Self { number: number.to_owned(), until: i64::from_str_radix(until, 16).ok()? };
        let seal = blake3::Hash::from_hex(seal).ok()?;
        // Compares in constant time.
        (key.seal("rating", &link.text()) == seal).then_some(link)
    }

    /// Whether its time has passed.
    #[must_use]
    pub fn is_over(&self, now: Timestamp) -> bool {
        now.as_second() > self.until
    }

    fn text(&self) -> String {
        format!("{}-{:x}", self.number, self.until)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::RatingLink;
    use crate::model::{AnswerKey, AnswerLink};

    fn link() -> RatingLink {
        RatingLink { number: "C-2026-000123".to_owned(), until: 1_800_000_000 }
    }

    #[test]
    fn a_link_opens_with_its_key_alone_and_runs_out() {
        let (key, link) = (AnswerKey::of("a secret"), link());
        let end = link.sealed(&key);
        assert_eq!(RatingLink::open(&end, &key), Some(link.clone()));
        assert_eq!(RatingLink::open(&end, &AnswerKey::of("another")), None);
        assert_eq!(AnswerLink::open(&end, &key), None, "it takes no alert");
        assert!(end.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'), "{end}");
        let last = jiff::Timestamp::from_second(link.until).expect("an instant");
        assert!(!link.is_over(last) && link.is_over(last + jiff::SignedDuration::from_secs(1)));
    }

    proptest! {
        #[test]
        fn nothing_else_opens(at in 0_usize..200, to in "[0-9a-zA-Z-]", garbage in ".{0,90}") {
            let (key, link) = (AnswerKey::of("a secret"), link());
            let end = link.sealed(&key);
            let mut changed: Vec<char> = end.chars().collect();
            let at = at % changed.len();
            changed[at] = to.chars().next().expect("one");
            let changed: String = changed.into_iter().collect();
            // An upper-case digit is the same number; nothing but the link itself may come of it.
            if let Some(found) = RatingLink::open(&changed, &key) {
                prop_assert_eq!(found, link);
            }
            prop_assert_eq!(RatingLink::open(&garbage, &key), None);
        }
    }
}

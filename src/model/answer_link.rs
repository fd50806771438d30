//! The end of a link by which one recipient answers one message: which message, until when, and a seal.
//!
//! `<delivery, 32 hex digits>-<last second, hex>-<BLAKE3 keyed hash, base64url>`. Whoever has it can answer;
//! nobody can make one without the key, and it tells nothing of the alert.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jiff::Timestamp;

use super::DeliveryId;

/// What seals are made with. It is in no text: `Debug` shows nothing of it.
#[derive(Clone, PartialEq, Eq)]
pub struct AnswerKey([u8; 32]);

impl AnswerKey {
    /// A key made of a secret text, whatever its length (BLAKE3 key derivation).
    #[must_use]
    pub fn of(secret: &str) -> Self {
        Self(blake3::derive_key("atalaya 2026 links to answer by", secret.as_bytes()))
    }

    pub(super) fn seal(&self, purpose: &str, text: &str) -> blake3::Hash {
        blake3::keyed_hash(&self.0, format!("{purpose}\n{text}").as_bytes())
    }
}

impl fmt::Debug for AnswerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AnswerKey")
    }
}

/// A message that can be answered, until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AnswerLink {
    /// The message.
    pub delivery: DeliveryId,
    /// The last second that it is good for, since 1970.
    pub until: i64,
}

impl AnswerLink {
    /// The link's end, good in one part of a path.
    #[must_use]
    pub fn sealed(self, key: &AnswerKey) -> String {
        self.sealed_for("link", key)
    }

    /// Reads a link's end; none if its seal is not ours. It may have run out: see [`AnswerLink::is_over`].
    #[must_use]
    pub fn open(end: &str, key: &AnswerKey) -> Option<Self> {
        Self::open_for("link", end, key)
    }

    /// What a chat service hands on when the button in its message is pressed. Its people see the link and not
    /// this: whoever shows it speaks for the service, which says who pressed.
    #[must_use]
    pub fn token(self, key: &AnswerKey) -> String {
        self.sealed_for("press", key)
    }

    /// Reads a token, as [`AnswerLink::open`] reads an end.
    #[must_use]
    pub fn of_token(token: &str, key: &AnswerKey) -> Option<Self> {
        Self::open_for("press", token, key)
    }

    fn sealed_for(self, purpose: &str, key: &AnswerKey) -> String {
        let text = self.text();
        let seal = key.seal(purpose, &text);
        format!("{text}-{}", URL_SAFE_NO_PAD.encode(seal.as_bytes()))
    }

    fn open_for(purpose: &str, end: &str, key: &AnswerKey) -> Option<Self> {
        let mut parts = end.splitn(3, '-');
        let (delivery, until, seal) = (parts.next()?, parts.next()?, parts.next()?);
        let link =
            Self { delivery: delivery.parse().ok()?, until: i64::from_str_radix(until, 16).ok()? };
        let seal: [u8; 32] = URL_SAFE_NO_PAD.decode(seal).ok()?.try_into().ok()?;
        // Compares in constant time.
        (key.seal(purpose, &link.text()) == seal).then_some(link)
    }

    /// Whether its time has passed.
    #[must_use]
    pub fn is_over(self, now: Timestamp) -> bool {
        now.as_second() > self.until
    }

    /// What the page's form sends back: who has not read the page does not know it.
    #[must_use]
    pub fn proof(self, key: &AnswerKey) -> String {
        URL_SAFE_NO_PAD.encode(key.seal("form", &self.text()).as_bytes())
    }

    /// Whether a form's proof is that of this link.
    #[must_use]
    pub fn is_proved(self, proof: &str, key: &AnswerKey) -> bool {
        let proof = URL_SAFE_NO_PAD.decode(proof).ok();
        let proof: Option<[u8; 32]> = proof.and_then(|bytes| bytes.try_into().ok());
        proof.is_some_and(|proof| key.seal("form", &self.text()) == proof)
    }

    fn text(self) -> String {
        format!("{}-{:x}", self.delivery.to_string().replace('-', ""), self.until)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{AnswerKey, AnswerLink};
    use crate::model::DeliveryId;

    fn link() -> AnswerLink {
        AnswerLink { delivery: DeliveryId::new(), until: 1_800_000_000 }
    }

    #[test]
    fn a_link_opens_with_its_key_alone_and_runs_out() {
        let (key, link) = (AnswerKey::of("a secret"), link());
        let end = link.sealed(&key);
        assert_eq!(AnswerLink::open(&end, &key), Some(link));
        assert_eq!(AnswerLink::open(&end, &AnswerKey::of("another")), None);
        assert!(end.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_')), "{end}");
        let last = jiff::Timestamp::from_second(link.until).expect("an instant");
        assert!(!link.is_over(last));
        assert!(link.is_over(last + jiff::SignedDuration::from_secs(1)));
        assert_eq!(format!("{key:?}"), "AnswerKey");
    }

    #[test]
    fn who_sees_the_link_cannot_press_the_button() {
        let (key, link) = (AnswerKey::of("a secret"), link());
        assert_eq!(AnswerLink::of_token(&link.token(&key), &key), Some(link));
        assert_eq!(AnswerLink::of_token(&link.sealed(&key), &key), None);
        assert_eq!(AnswerLink::open(&link.token(&key), &key), None);
    }

    #[test]
    fn a_form_proves_that_the_page_was_read() {
        let (key, link) = (AnswerKey::of("a secret"), link());
        assert!(link.is_proved(&link.proof(&key), &key));
        let seal = link.sealed(&key).rsplit('-').next().unwrap_or_default().to_owned();
        assert!(!link.is_proved(&seal, &key), "the address alone is no proof");
        assert!(
            !AnswerLink { delivery: DeliveryId::new(), ..link }.is_proved(&link.proof(&key), &key)
        );
    }

    /// Numbers that look like chance and are the same in each run (`SplitMix64`).
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, end: usize) -> usize {
            self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
            let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
            let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
            usize::try_from((mixed ^ (mixed >> 31)) % end as u64).expect("below a usize")
        }

        fn text(&mut self, length: usize) -> String {
            const DIGITS: &[u8] =
                b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
            (0..length).map(|_| char::from(DIGITS[self.below(64)])).collect()
        }
    }

    /// One way to forge, from what somebody has who saw some links and tokens and made a key of their own.
    fn forged(dice: &mut Dice, known: &[AnswerLink], key: &AnswerKey) -> String {
        let (own, one) = (AnswerKey::of(&dice.text(20)), known[dice.below(known.len())]);
        let other = known[dice.below(known.len())];
        let seal = |end: &str| end.splitn(3, '-').last().unwrap_or_default().to_owned();
        let later = AnswerLink {
            until: one.until + 1 + i64::try_from(dice.below(999)).expect("small"),
            ..one
        };
        let mut end = if dice.below(2) == 0 { one.sealed(key) } else { one.token(key) };
        match dice.below(8) {
            0 => one.sealed(&own),
            1 => one.token(&own),
            2 => format!("{}-{}", later.text(), seal(&end)),
            3 => format!(
                "{}-{}",
                AnswerLink { delivery: DeliveryId::new(), ..one }.text(),
                seal(&end)
            ),
            4 => format!(
                "{}-{}",
                AnswerLink { until: one.until - 1, ..other }.text(),
                seal(&other.sealed(key))
            ),
            5 => format!("{}-{}", one.text(), dice.text(43)),
            6 => {
                let (at, to) = (dice.below(end.len()), dice.text(1));
                end.replace_range(at..=at, &to);
                end
            }
            _ => end[..dice.below(end.len())].to_owned() + &dice.text(3),
        }
    }

    /// A hundred thousand, or as many as `ATALAYA_TEST_FORGERIES` says: docs/faults.md tells of a million.
    #[test]
    fn no_forgery_opens_anything() {
        let tries = std::env::var("ATALAYA_TEST_FORGERIES").map(|it| it.parse().expect("a number"));
        let tries: u32 = tries.unwrap_or(100_000);
        let (key, mut dice) = (AnswerKey::of("a secret"), Dice(39));
        let known: Vec<_> = (0..20).map(|_| link()).collect();
        let (ends, tokens): (Vec<_>, Vec<_>) =
            known.iter().map(|it| (it.sealed(&key), it.token(&key))).unzip();
        let mut refused = 0_u32;
        for n in 0..tries {
            let text = forged(&mut dice, &known, &key);
            // Upper-case digits are the same number: then it is what they had.
            let same = |had: &Vec<String>| had.iter().any(|had| had.eq_ignore_ascii_case(&text));
            let (link, token) = (AnswerLink::open(&text, &key), AnswerLink::of_token(&text, &key));
            assert!(link.is_none() || same(&ends), "{n}: {text}");
            assert!(token.is_none() || same(&tokens), "{n}: {text}");
            refused += u32::from(link.is_none() && token.is_none());
            let claimed = known[dice.below(known.len())];
            assert!(!claimed.is_proved(&text, &key) && !claimed.is_proved(&dice.text(43), &key));
        }
        // In one of 64 of those with one other letter it is the letter that was there.
        assert!(refused > tries / 100 * 98, "{refused} of {tries}");
    }

    proptest! {
        #[test]
        fn nothing_else_opens(at in 0_usize..80, to in "[0-9a-zA-Z_-]", garbage in ".{0,90}") {
            let (key, link) = (AnswerKey::of("a secret"), link());
            let end = link.sealed(&key);
            let mut changed: Vec<char> = end.chars().collect();
            let at = at % changed.len();
            changed[at] = to.chars().next().expect("one");
            let changed: String = changed.into_iter().collect();
            // An upper-case digit is the same number; nothing but the link itself may come of it.
            if let Some(found) = AnswerLink::open(&changed, &key) {
                prop_assert_eq!(found, link);
            }
            prop_assert_eq!(AnswerLink::open(&garbage, &key), None);
        }
    }
}

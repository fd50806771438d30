//! What a text looks like: signs around the target, at the end and anywhere; capitals; sentences.

use std::ops::Range;

use super::Reader;
use crate::analyse::joined::Joined;

/// Signs that tell questions, quotations, sums and the parts of a headline.
const SIGNS: [&str; 10] = ["?", "!", ":", ";", "\"", "%", "$", "|", "(", ")"];

impl Reader<'_> {
    pub(super) fn shape(&mut self, text: &Joined) {
        let mentions = self.scope.mentions;
        let Some(first) = mentions.first().cloned() else { return };
        for mention in mentions {
            self.signs_around(text, mention);
        }
        let folded = &text.folded.text;
        self.add("end", &[sign(folded.trim_end().chars().next_back())], first.clone());
        for sign in SIGNS.into_iter().filter(|&sign| folded.contains(sign)) {
            self.add("sign", &[sign], first.clone());
        }
        let layout = self.scope.layout;
        let places = &layout.places;
        let names = (0..places.len()).filter(|&at| layout.is_name(at)).count().min(5);
        self.add("names", &[&names.to_string()], first.clone());
        let capitals = layout.in_title_case(first.start).to_string();
        self.add("capitals", &[&capitals], first.clone());
        let capital = places.get(first.start).is_some_and(|place| place.capital).to_string();
        self.add("capital", &[&capital], first.clone());
        self.add("target", &[&first.len().min(4).to_string()], first.clone());
        self.add("sentences", &[&layout.sentences().min(5).to_string()], first.clone());
        let last = mentions.last().is_some_and(|mention| mention.end >= places.len());
        self.add("last", &[&last.to_string()], first);
    }

    fn signs_around(&mut self, text: &Joined, mention: &Range<usize>) {
        let places = &self.scope.layout.places;
        let (Some(first), Some(last)) =
            (places.get(mention.start), mention.end.checked_sub(1).and_then(|at| places.get(at)))
        else {
            return;
        };
        let folded = &text.folded.text;
        let before =
            folded.get(..first.bytes.start).and_then(|it| it.trim_end().chars().next_back());
        let behind = folded.get(last.bytes.end..).and_then(|it| it.trim_start().chars().next());
        let owner = folded.get(last.bytes.clone()).is_some_and(|word| word.ends_with("'s"));
        self.add("sign before", &[sign(before)], mention.clone());
        self.add("sign behind", &[sign(behind)], mention.clone());
        self.add("owner", &[&owner.to_string()], mention.clone());
    }
}

/// A sign's name; words are alike.
fn sign(c: Option<char>) -> &'static str {
    match c {
        None => "",
        Some(c) if c.is_alphanumeric() => "a",
        Some('.') => ".",
        Some(',') => ",",
        Some('-') => "-",
        Some('\'') => "'",
        Some('/') => "/",
        Some('<') => "<",
        Some('&') => "&",
        Some(c) => SIGNS.into_iter().find(|sign| sign.starts_with(c)).unwrap_or("other"),
    }
}

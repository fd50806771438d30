//! How much of a scored word's weight reaches a mention of the target: distance, clause, sentence,
//! clauses of others, concessions, and words that the target itself speaks.

use std::collections::BTreeSet;
use std::ops::Range;

use super::cues::{Marks, gap};
use super::layout::{Layout, Place};
use crate::analyse::vocabulary::Role;

/// Words over which the weight falls to 1/e.
const DECAY_WORDS: f64 = 15.0;
/// The same in Han characters, outside the mention's sentence: Chinese news keeps to its subject.
const DECAY_HAN: f64 = 40.0;
/// Words (Han characters) beyond which nothing is left to count.
pub(super) const FARTHEST: usize = 200;
const NEXT_CLAUSE: f64 = 0.8;
const FURTHER_CLAUSE: f64 = 0.6;
/// Another clause's words, where the mention's own clause has some.
const ELSEWHERE: f64 = 0.7;
const OTHER_SENTENCE: f64 = 0.7;
/// Another sentence's words, where the mention's own sentence has some.
const SENTENCE_ELSEWHERE: f64 = 0.5;
const OTHER_SENTENCE_HAN: f64 = 0.5;
/// What is said of somebody else in a clause of their own.
const OTHERS_CLAUSE: f64 = 0.6;
/// The same in Chinese, where nothing fades within a sentence.
const OTHERS_CLAUSE_HAN: f64 = 0.1;
/// What the sentence grants ("despite record profit") before it says what counts.
const CONCEDED: f64 = 0.4;
/// Words that a concession reaches over, up to the next comma.
const CONCESSION_REACH: usize = 12;
/// What the target says of others is not said of the target.
const SPOKEN: f64 = 0.3;
/// What a headline says is not said of whom it names as its source ("Shares to fall: Acme").
const SOURCE: f64 = 0.25;
/// Words of such a source, and of them those without a capital.
const SOURCE_WORDS: usize = 10;
const SOURCE_SMALL_WORDS: usize = 2;
/// Behind "but" stands what counts, and before it what does not.
const BEHIND_BUT: f64 = 2.0;
const BEFORE_BUT: f64 = 0.6;
/// Words between a mention and its verb of speaking.
const SPEECH_REACH: usize = 3;

/// The text that scopes are measured in.
#[derive(Clone, Copy)]
pub(in crate::analyse) struct Scope<'a> {
    pub layout: &'a Layout,
    pub marks: &'a Marks,
    /// Mentions of the target as places in the layout, in order.
    pub mentions: &'a [Range<usize>],
    /// Clauses that are about somebody else.
    pub others: &'a BTreeSet<u32>,
}

impl Scope<'_> {
    /// The mention that a stretch of words is about, as a place in `mentions`: the nearest, rather
    /// one in the same sentence.
    pub fn nearest(&self, words: &Range<usize>) -> Option<usize> {
        let after = self.mentions.partition_point(|mention| mention.start < words.start);
        let near = after.saturating_sub(1)..(after + 1).min(self.mentions.len());
        let sentence = self.sentence(words);
        near.min_by_key(|&at| {
            self.mentions
                .get(at)
                .map(|mention| (self.sentence(mention) != sentence, gap(mention, words)))
        })
    }

    /// The share of a word's weight that reaches a mention, 0 to 1.
    pub fn reach(&self, words: &Range<usize>, mention: &Range<usize>) -> f64 {
        let (Some(word), Some(name)) = (self.place(words), self.place(mention)) else { return 0.0 };
        let same_sentence = word.sentence == name.sentence;
        let distance = self.distance(words, mention);
        if distance > FARTHEST {
            return 0.0;
        }
        let distance = distance as f64;
        let turned =
            self.conceded(words) * self.of_others(word) * self.weighed_by_but(words, Some(mention));
        if word.han {
            return turned
                * if same_sentence {
                    1.0
                } else {
                    OTHER_SENTENCE_HAN * (-distance / DECAY_HAN).exp()
                };
        }
        let clause = match word.clause.abs_diff(name.clause) {
            0 => 1.0,
            _ if self.speaks_for_itself(name.clause, mention) => ELSEWHERE,
            1 => NEXT_CLAUSE,
            _ => FURTHER_CLAUSE,
        };
        let sentence = if same_sentence {
            1.0
        } else if self.sentence_speaks(name.sentence, mention) {
            SENTENCE_ELSEWHERE
        } else {
            OTHER_SENTENCE
        };
        let spoken = if self.spoken_by(words, mention) { SPOKEN } else { 1.0 };
        let faded = (-distance / DECAY_WORDS).exp() * clause * sentence * spoken;
        let source = if self.is_source(words, mention) { SOURCE } else { 1.0 };
        faded * turned * source
    }

    /// How a "but" in front of or behind the words' clause weighs them.
    pub fn weighed_by_but(&self, words: &Range<usize>, mention: Option<&Range<usize>>) -> f64 {
        let Some(word) = self.place(words) else { return 1.0 };
        if self.opens_with_but(word.clause + 1) {
            return BEFORE_BUT;
        }
        let Some(name) = mention.and_then(|mention| self.place(mention)) else { return 1.0 };
        let elsewhere = !word.han && word.clause != name.clause && word.sentence == name.sentence;
        let clause = self.layout.clause(word.clause);
        if elsewhere && self.opens_with_but(word.clause) && self.layout.names(clause) == 0 {
            BEHIND_BUT
        } else {
            1.0
        }
    }

    fn opens_with_but(&self, clause: u32) -> bool {
        let start = self.layout.clause(clause).start;
        let from = self.marks.cues.partition_point(|cue| cue.words.start < start);
        let here = self.marks.cues.get(from..).unwrap_or_default().iter();
        here.take_while(|cue| cue.words.start == start).any(|cue| cue.role == Role::Adversative)
            && self.layout.places.get(start).is_some_and(|place| place.clause == clause)
    }

    /// Whether the target is a source named at the end, and the words are what it says.
    fn is_source(&self, words: &Range<usize>, mention: &Range<usize>) -> bool {
        let (Some(word), Some(name)) = (self.place(words), self.place(mention)) else {
            return false;
        };
        let source = self.layout.clause(name.clause);
        let places = self.layout.places.get(source.clone()).unwrap_or_default();
        let small = places.iter().filter(|place| !place.capital).count();
        let before = source.start.checked_sub(1).and_then(|at| self.layout.places.get(at));
        word.clause != name.clause
            && source.end == self.layout.places.len()
            && before.is_some_and(|before| before.sentence == name.sentence)
            && places.len() <= SOURCE_WORDS
            && small <= SOURCE_SMALL_WORDS.min(1 + places.len() / 5)
    }

    fn of_others(&self, word: &Place) -> f64 {
        if !self.others.contains(&word.clause) {
            1.0
        } else if word.han {
            OTHERS_CLAUSE_HAN
        } else {
            OTHERS_CLAUSE
        }
    }

    /// A concession before the words, with neither a comma nor the target in between.
    fn conceded(&self, words: &Range<usize>) -> f64 {
        let cue = self
            .marks
            .before(words.start, CONCESSION_REACH)
            .find(|cue| cue.role == Role::Concession);
        let Some(cue) = cue else { return 1.0 };
        let next = self.mentions.partition_point(|mention| mention.end <= cue.words.end);
        let named = self.mentions.get(next).is_some_and(|mention| mention.start < words.start);
        let broken = self.layout.is_broken(cue.words.end..words.end);
        if named || broken { 1.0 } else { CONCEDED }
    }

    /// Words between a word and a mention; none in an ablation without distance.
    #[cfg_attr(not(test), expect(clippy::unused_self, reason = "the test's way needs it"))]
    fn distance(&self, words: &Range<usize>, mention: &Range<usize>) -> usize {
        #[cfg(test)]
        if self.layout.is_flat {
            return 0;
        }
        gap(words, mention)
    }

    /// The sentence that a mention stands in.
    pub fn sentence(&self, words: &Range<usize>) -> u32 {
        self.place(words).map_or(0, |place| place.sentence)
    }

    /// Whether there are scored words in the sentence of a mention.
    fn sentence_speaks(&self, sentence: u32, mention: &Range<usize>) -> bool {
        self.scored_near(mention).any(|place| place.sentence == sentence)
    }

    /// Whether there are scored words in the clause of a mention.
    fn speaks_for_itself(&self, clause: u32, mention: &Range<usize>) -> bool {
        self.scored_near(mention).any(|place| place.clause == clause)
    }

    /// The nearest scored words on either side of a mention.
    fn scored_near(&self, mention: &Range<usize>) -> impl Iterator<Item = &Place> {
        let scored = &self.marks.scored;
        let next = scored.partition_point(|word| word.words.start < mention.start);
        let near = [next.checked_sub(1), Some(next)];
        near.into_iter()
            .flatten()
            .filter_map(|at| scored.get(at))
            .filter_map(|word| self.place(&word.words))
    }

    fn place(&self, words: &Range<usize>) -> Option<&Place> {
        self.layout.places.get(words.start)
    }

    /// Whether the mention speaks and the words are in quotation marks or behind its verb.
    fn spoken_by(&self, words: &Range<usize>, mention: &Range<usize>) -> bool {
        let sentence = self.sentence(mention);
        let from = mention.start.saturating_sub(SPEECH_REACH + 4);
        let start = self.marks.cues.partition_point(|cue| cue.words.start < from);
        let verb = self.marks.cues[start..]
            .iter()
            .take_while(|cue| cue.words.start <= mention.end + SPEECH_REACH)
            .filter(|cue| cue.role == Role::Speech && gap(&cue.words, mention) < SPEECH_REACH)
            .find(|cue| self.sentence(&cue.words) == sentence);
        let Some(verb) = verb else { return false };
        let said = self.place(words);
        said.is_some_and(|place| {
            (place.quoted && place.sentence.abs_diff(sentence) <= 1)
                || (place.sentence == sentence && words.start >= verb.words.end)
        })
    }
}

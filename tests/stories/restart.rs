//! A restart in mid-stream gives the same stories as no restart.

use std::collections::HashMap;

use atalaya::model::{ArticleId, StoryId};
use atalaya::story::{Clusterer, Settings};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use crate::corpus;
use crate::dice::Dice;
use crate::stream::{Placed, Text, item, play, start, watched};

/// Some hours of window, so that a stream of two hundred articles outlives it several times.
fn settings() -> Settings {
    Settings { window: SignedDuration::from_hours(9), max_articles: 60, ..Settings::default() }
}

/// A stream of events, copies of them and follow-ups.
fn texts(dice: &mut Dice, most: usize) -> Vec<Text> {
    let mut all = corpus::events();
    all.extend(corpus::of_one_bank());
    (0..most)
        .map(|_| {
            let mut text = dice.pick(&all).clone();
            if dice.below(3) == 0 {
                let words: Vec<&str> = text.body.split(' ').collect();
                text.body = words[..words.len() - dice.below(words.len() / 3 + 1)].join(" ");
            }
            text
        })
        .collect()
}

/// The clusterer that is rebuilt from what the archive holds of the stream so far.
fn restarted(texts: &[Text], placed: &[Placed]) -> Clusterer {
    let latest = placed.last().map_or_else(start, |placed| placed.at);
    let since = latest.checked_sub(settings().window).unwrap_or(Timestamp::MIN);
    let recent = placed.iter().filter(|placed| placed.at >= since).count();
    let from = placed.len() - recent.min(settings().max_articles);
    let kept = texts[..placed.len()].iter().zip(placed).skip(from).map(|(text, placed)| {
        let assigned = &placed.assignment;
        (item(text, placed.id, placed.at), assigned.story, assigned.duplicate_of)
    });
    let mut clusterer = Clusterer::restore(settings(), kept);
    clusterer.watch(watched());
    clusterer
}

/// Names that two runs have in common: the number of the article that opened a story or was copied.
fn named(placed: &[Placed]) -> Vec<(usize, Option<usize>)> {
    let mut stories: HashMap<StoryId, usize> = HashMap::new();
    let mut ids: HashMap<ArticleId, usize> = HashMap::new();
    let mut names = Vec::new();
    for (number, placed) in placed.iter().enumerate() {
        ids.insert(placed.id, number);
        let story = *stories.entry(placed.assignment.story).or_insert(number);
        names.push((story, placed.assignment.duplicate_of.map(|id| ids[&id])));
    }
    names
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_restart_changes_nothing(seed in any::<u64>(), minutes in 1_i64..40, at in 0_usize..200) {
        let texts = texts(&mut Dice(seed), 200);
        let step = SignedDuration::from_mins(minutes);
        let mut steady = Clusterer::new(settings());
        steady.watch(watched());
        let whole = play(&mut steady, &texts, step);

        let mut clusterer = Clusterer::new(settings());
        clusterer.watch(watched());
        let mut broken = play(&mut clusterer, &texts[..at], step);
        let mut clusterer = restarted(&texts, &broken);
        let mut now = start() + step * i32::try_from(at).expect("small");
        for text in &texts[at..] {
            now += step;
            let id = ArticleId::new();
            let assignment = clusterer.assign(&item(text, id, now));
            clusterer.insert(&item(text, id, now), assignment.story, assignment.duplicate_of);
            broken.push(Placed { id, at: now, assignment });
        }
        prop_assert_eq!(named(&whole), named(&broken));
    }
}

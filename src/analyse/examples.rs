//! The examples of the keyword files, run against the compiled keywords.

use super::Engine;
use crate::model::{Example, Keywords};

/// An example that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedExample {
    /// File and line.
    pub place: String,
    /// The sentence.
    pub text: String,
    /// Whether it should have matched.
    pub expect: bool,
    /// What it should (not) have matched, e.g. ``topic `banco`, rule `names` ``.
    pub what: String,
}

/// Runs every example: one of a rule must (not) match its rule, one of a category must (not) match
/// the category's words in that language. `engine` must be compiled from `keywords`.
#[must_use]
pub fn run_examples(keywords: &Keywords, engine: &Engine) -> Vec<FailedExample> {
    let mut failed = Vec::new();
    let mut run = |example: &Example, matched: bool, what: &dyn Fn() -> String| {
        if matched != example.expect {
            failed.push(FailedExample {
                place: example.place.clone(),
                text: example.text.clone(),
                expect: example.expect,
                what: what(),
            });
        }
    };
    for (t, topic) in keywords.topics.iter().enumerate() {
        for (r, rule) in topic.rules.iter().enumerate() {
            for example in &rule.examples {
                let what = || format!("topic `{}`, rule `{}`", topic.id, rule.id);
                run(example, engine.rule_holds(t, r, &example.text), &what);
            }
        }
    }
    for category in &keywords.categories {
        for words in &category.terms {
            for example in &words.examples {
                let spoken_of = engine.matches_in(&example.text, words.locale).categories;
                let matched = spoken_of.iter().any(|found| found.id == category.id);
                run(example, matched, &|| {
                    format!("category `{}` in {}", category.id, words.locale)
                });
            }
        }
    }
    failed
}

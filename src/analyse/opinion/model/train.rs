//! Training: cross-validation grouped by text, calibration on predictions for held-back texts,
//! and a refusal where the model is no better than what it would replace.

use std::collections::BTreeMap;
use std::ops::Range;

use super::fit::{Example, fit, platt, probabilities};
use super::{CLASSES, Head, OpinionModel, SetFigures, logit, sigmoid};
use crate::analyse::Engine;
use crate::model::{Locale, PolarityLabel};

const FOLDS: usize = 5;
/// Fewer texts teach nothing.
const LEAST_LESSONS: usize = 200;
/// What a model must be better by, in macro-F1.
const LEAST_GAIN: f64 = 0.01;
const ECE_BINS: usize = 10;
/// Farther from the truth than this, a probability is not worth telling.
const MOST_ECE: f64 = 0.05;

/// A text with what is said of its target.
#[derive(Debug, Clone)]
pub struct Lesson {
    /// The data set that it comes from.
    pub set: String,
    /// The text.
    pub text: String,
    /// Characters of the target's mentions.
    pub target: Vec<Range<usize>>,
    /// What is right.
    pub label: PolarityLabel,
}

/// A model with its figures on held-back texts.
#[derive(Debug, Clone)]
pub struct Trained {
    /// The model, fitted on all lessons.
    pub model: OpinionModel,
    /// For each tenth of p(negative): texts, mean of p, share that is negative.
    pub reliability: Vec<(usize, f64, f64)>,
    /// Figures on the sets that were not learned from.
    pub tests: Vec<SetFigures>,
}

/// Why there is no new model.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// Too few texts.
    #[error("{0} usable rows are too few: at least {LEAST_LESSONS} are needed")]
    TooFew(usize),
    /// A set, held back or never learned from, on which the model does worse.
    #[error("macro-F1 on {set} {after:.3}, before {before:.3}: no set may get worse")]
    Worse {
        /// Its name.
        set: String,
        /// Macro-F1 of what is there.
        before: f64,
        /// Macro-F1 of the model.
        after: f64,
    },
    /// Probabilities that do not hold.
    #[error("calibration error {0:.3} on held-back rows: more than {MOST_ECE}")]
    Uncalibrated(f64),
    /// No better.
    #[error(
        "macro-F1 on held-back rows {after:.3}, before {before:.3}: less than {LEAST_GAIN} better"
    )]
    NoBetter {
        /// Macro-F1 of what is there.
        before: f64,
        /// Macro-F1 of the model.
        after: f64,
    },
}

/// Trains a model for a language. `engine` says what is there before: rules, or an older model.
/// `tests` are not learned from; the model may do worse on none of their sets either.
///
/// # Errors
/// Too few lessons, no gain on held-back texts, a set that gets worse, or bad calibration.
pub fn train(
    engine: &Engine,
    lessons: &[Lesson],
    tests: &[Lesson],
    language: Locale,
    data: Vec<String>,
    seed: u64,
) -> Result<Trained, Refusal> {
    let mut examples = Vec::new();
    let mut told = Vec::new();
    for lesson in lessons {
        let tag = Some(language.code());
        if let Some(seen) = engine.seen(&lesson.text, &lesson.target, language) {
            let buckets = seen.into_iter().map(|one| one.bucket).collect();
            examples.push((Example { buckets, class: class(lesson.label) }, lesson));
            told.push(class(engine.opinion(&lesson.text, &lesson.target, tag).label));
        }
    }
    if examples.len() < LEAST_LESSONS {
        return Err(Refusal::TooFew(examples.len()));
    }
    let held_back = cross_validate(&examples, seed);
    let pairs: Vec<(f64, bool)> =
        held_back.iter().zip(&examples).map(|(p, (one, _))| (p[0], one.class == 0)).collect();
    let platt = platt(&pairs);
    let (reliability, ece) = reliability(&pairs, platt);
    let guesses: Vec<usize> = held_back.iter().map(most_likely).collect();
    let truths: Vec<usize> = examples.iter().map(|(one, _)| one.class).collect();
    let before = macro_f1(&truths, &told);
    let after = macro_f1(&truths, &guesses);
    if after < before + LEAST_GAIN {
        return Err(Refusal::NoBetter { before, after });
    }
    if ece > MOST_ECE {
        return Err(Refusal::Uncalibrated(ece));
    }
    let all: Vec<&Example> = examples.iter().map(|(one, _)| one).collect();
    let names: Vec<&str> = examples.iter().map(|(_, lesson)| lesson.set.as_str()).collect();
    let head = Head {
        language,
        recipe: format!(
            "atalaya train: averaged AdaGrad with L2, {FOLDS} folds by text, seed {seed}"
        ),
        data,
        rows: all.len(),
        seed,
        step: 1.0,
        platt,
        before,
        after,
        ece,
        sets: by_set(&names, &truths, &told, &guesses),
    };
    none_worse(&head.sets)?;
    let model = OpinionModel::of(head, &fit(&all, seed));
    let tests = engine.compare(&model, tests);
    none_worse(&tests)?;
    Ok(Trained { model, reliability, tests })
}

fn none_worse(sets: &[SetFigures]) -> Result<(), Refusal> {
    match sets.iter().find(|one| one.after < one.before) {
        Some(one) => {
            let (before, after) = (one.before, one.after);
            Err(Refusal::Worse { set: one.set.clone(), before, after })
        }
        None => Ok(()),
    }
}

impl Engine {
    /// How well this engine and a model do on texts, by data set.
    #[must_use]
    pub fn compare(&self, model: &OpinionModel, lessons: &[Lesson]) -> Vec<SetFigures> {
        let (mut names, mut truths, mut told, mut guesses) = (vec![], vec![], vec![], vec![]);
        let language = model.head.language;
        for lesson in lessons {
            let Some(seen) = self.seen(&lesson.text, &lesson.target, language) else { continue };
            names.push(lesson.set.as_str());
            truths.push(class(lesson.label));
            let tag = Some(language.code());
            told.push(class(self.opinion(&lesson.text, &lesson.target, tag).label));
            guesses.push(most_likely(&model.judge(&seen).classes));
        }
        by_set(&names, &truths, &told, &guesses)
    }
}

fn class(label: PolarityLabel) -> usize {
    match label {
        PolarityLabel::Negative => 0,
        PolarityLabel::Neutral => 1,
        PolarityLabel::Positive => 2,
    }
}

/// The place of the greatest probability.
fn most_likely(p: &[f64; CLASSES]) -> usize {
    (0..CLASSES).max_by(|&a, &b| p[a].total_cmp(&p[b])).unwrap_or(1)
}

/// Probabilities for each text by a model that has seen neither it nor the same text with another
/// target.
fn cross_validate(examples: &[(Example, &Lesson)], seed: u64) -> Vec<[f64; CLASSES]> {
    let fold = |lesson: &Lesson| {
        let hash = blake3::hash(lesson.text.as_bytes());
        usize::from(hash.as_bytes()[0]) % FOLDS
    };
    let mut told = vec![[0.0; CLASSES]; examples.len()];
    for held_back in 0..FOLDS {
        let known: Vec<&Example> =
            examples.iter().filter(|(_, l)| fold(l) != held_back).map(|(one, _)| one).collect();
        let weights = fit(&known, seed);
        for (told, (example, lesson)) in told.iter_mut().zip(examples) {
            if fold(lesson) == held_back {
                *told = probabilities(&example.buckets, &weights);
            }
        }
    }
    told
}

/// Reliability by tenths of the calibrated p, and the expected calibration error.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of the bins")]
fn reliability(pairs: &[(f64, bool)], [a, b]: [f64; 2]) -> (Vec<(usize, f64, f64)>, f64) {
    let mut bins = vec![(0_usize, 0.0_f64, 0.0_f64); ECE_BINS];
    for &(p, truth) in pairs {
        let p = sigmoid(a + b * logit(p));
        if let Some(bin) = bins.get_mut(((p * ECE_BINS as f64) as usize).min(ECE_BINS - 1)) {
            *bin = (bin.0 + 1, bin.1 + p, bin.2 + f64::from(u8::from(truth)));
        }
    }
    let off: f64 = bins.iter().map(|(_, p, truth)| (p - truth).abs()).sum();
    let means = bins.into_iter().map(|(n, p, truth)| {
        let count = n.max(1) as f64;
        (n, p / count, truth / count)
    });
    (means.collect(), off / pairs.len().max(1) as f64)
}

fn by_set(names: &[&str], truths: &[usize], before: &[usize], after: &[usize]) -> Vec<SetFigures> {
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, name) in names.iter().enumerate() {
        places.entry(name).or_default().push(at);
    }
    let figures = places.into_iter().map(|(set, at)| {
        let pick = |of: &[usize]| -> Vec<usize> {
            at.iter().filter_map(|&at| of.get(at).copied()).collect()
        };
        let (truths, before, after) = (pick(truths), pick(before), pick(after));
        SetFigures {
            set: set.to_owned(),
            rows: truths.len(),
            before: macro_f1(&truths, &before),
            after: macro_f1(&truths, &after),
            negative_before: precision_recall(&truths, &before, 0),
            negative_after: precision_recall(&truths, &after, 0),
        }
    });
    figures.collect()
}

fn precision_recall(truths: &[usize], told: &[usize], class: usize) -> [f64; 2] {
    let count = |of: &[usize]| of.iter().filter(|&&one| one == class).count().max(1) as f64;
    let both = truths.iter().zip(told).filter(|(a, b)| **a == class && **b == class).count() as f64;
    [both / count(told), both / count(truths)]
}

fn macro_f1(truths: &[usize], told: &[usize]) -> f64 {
    let f1 = |class| {
        let [p, r] = precision_recall(truths, told, class);
        if p + r > 0.0 { 2.0 * p * r / (p + r) } else { 0.0 }
    };
    (0..CLASSES).map(f1).sum::<f64>() / CLASSES as f64
}

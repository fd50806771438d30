//! The model: what it learns, when it is refused, and what a file of it must be.

use std::ops::Range;

use super::fit::platt;
use super::{Lesson, ModelError, OpinionModel, Refusal, logit, sigmoid, train};
use crate::analyse::{Engine, occurrences_of};
use crate::model::{Keywords, Locale, PolarityLabel};

/// Texts of which one word tells the label.
fn lessons(count: usize) -> Vec<Lesson> {
    let words = ["zorn", "plim", "wonk"];
    let labels = [PolarityLabel::Negative, PolarityLabel::Neutral, PolarityLabel::Positive];
    let lesson = |at: usize| {
        let word = words[at % 3];
        let text = format!("Acme met {word} in year {at} case {}", at * 7 % 11);
        let target: Vec<Range<usize>> = occurrences_of(&text, "Acme");
        Lesson { set: "made".to_owned(), text, target, label: labels[at % 3] }
    };
    (0..count).map(lesson).collect()
}

fn engine() -> Engine {
    Engine::compile(&Keywords::default()).expect("no keywords")
}

fn fitted(tests: &[Lesson]) -> Result<OpinionModel, Refusal> {
    let trained = train(&engine(), &lessons(600), tests, Locale::En, vec![], 1)?;
    Ok(trained.model)
}

#[test]
fn a_model_that_is_better_survives_its_file() {
    let model = fitted(&[]).expect("a model");
    assert!(model.head.after > 0.95 && model.head.ece <= 0.05, "{:?}", model.head);
    let bytes = model.to_bytes().expect("bytes");
    assert_eq!(OpinionModel::from_bytes(&bytes).expect("a model"), model);
    let mut damaged = bytes.clone();
    damaged[bytes.len() / 2] ^= 1;
    assert!(matches!(OpinionModel::from_bytes(&damaged), Err(ModelError::Checksum)));
    assert!(matches!(OpinionModel::from_bytes(b"x"), Err(ModelError::Format)));
}

#[test]
fn too_few_lessons_teach_nothing() {
    let few = train(&engine(), &lessons(50), &[], Locale::En, vec![], 1);
    assert!(matches!(few, Err(Refusal::TooFew(50))), "{few:?}");
}

#[test]
fn a_set_that_gets_worse_refuses_the_model() {
    // Without a lexicon the rules call all neutral, which is right here and which the model unlearns.
    let mut tests = lessons(90);
    for one in &mut tests {
        one.set = "other".to_owned();
        one.label = PolarityLabel::Neutral;
    }
    let refused = fitted(&tests);
    assert!(matches!(&refused, Err(Refusal::Worse { set, .. }) if set == "other"), "{refused:?}");
}

#[test]
fn calibration_finds_the_curve_and_survives_certainty() {
    let told: Vec<(f64, bool)> = (0..1000)
        .map(|at| {
            let p = f64::from(at % 10) / 10.0 + 0.05;
            let truth = f64::from(at / 10) / 100.0 < sigmoid(0.5 + 2.0 * logit(p));
            (p, truth)
        })
        .collect();
    let [a, b] = platt(&told);
    assert!((a - 0.5).abs() < 0.2 && (b - 2.0).abs() < 0.2, "{a} {b}");
    let sure: Vec<(f64, bool)> = (0..100).map(|at| (f64::from(at % 2), at % 2 == 1)).collect();
    assert!(platt(&sure).iter().all(|one| one.is_finite()));
}

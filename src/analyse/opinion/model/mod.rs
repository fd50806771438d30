//! A small linear model over hashed features: three classes, one byte a weight.
//!
//! Multinomial logistic regression; the probability of "negative" is calibrated by Platt's method
//! (1999) on predictions for texts that the weights were not fitted on.

mod file;
mod fit;
mod train;

pub use file::{Head, ModelError, SetFigures};
pub use train::{Lesson, Refusal, Trained, train};

use super::features::{BITS, Feature, share};

/// Negative, neutral, positive.
pub(super) const CLASSES: usize = 3;
const BUCKETS: usize = 1 << BITS;

/// A model as it is used.
#[derive(Debug, Clone, PartialEq)]
pub struct OpinionModel {
    /// What it is, from what it was made and how good it is.
    pub head: Head,
    /// For each class its buckets, in steps of `head.step`.
    weights: Vec<i8>,
}

/// What a model says of one text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::analyse) struct Verdict {
    /// Probabilities of the classes.
    pub classes: [f64; CLASSES],
    /// Calibrated.
    pub p_negative: f64,
}

impl OpinionModel {
    /// Judges a text by its features.
    pub(in crate::analyse) fn judge(&self, features: &[Feature]) -> Verdict {
        let mut scores = [0.0_f64; CLASSES];
        for feature in features {
            for (class, score) in scores.iter_mut().enumerate() {
                *score += f64::from(self.weight(class, feature.bucket));
            }
        }
        let scale = self.head.step * share(features.len());
        let classes = softmax(scores.map(|score| score * scale));
        let [a, b] = self.head.platt;
        Verdict { classes, p_negative: sigmoid(a + b * logit(classes[0])) }
    }

    /// How far a feature speaks for "positive" rather than "negative".
    pub(in crate::analyse) fn leaning(&self, bucket: u32) -> f64 {
        self.head.step * f64::from(self.weight(2, bucket) - self.weight(0, bucket))
    }

    fn weight(&self, class: usize, bucket: u32) -> i32 {
        self.weights.get(class * BUCKETS + bucket as usize).map_or(0, |&w| i32::from(w))
    }
}

fn softmax(scores: [f64; CLASSES]) -> [f64; CLASSES] {
    let most = scores.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let powers = scores.map(|score| (score - most).exp());
    let sum: f64 = powers.iter().sum();
    powers.map(|power| power / sum)
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

fn logit(p: f64) -> f64 {
    let p = p.clamp(1e-6, 1.0 - 1e-6);
    (p / (1.0 - p)).ln()
}

#[cfg(test)]
mod tests;

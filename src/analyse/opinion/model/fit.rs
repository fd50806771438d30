//! Fitting: `AdaGrad` (Duchi, Hazan and Singer 2011) on the multinomial logistic loss with an L2
//! penalty on the weights that a text touches. Deterministic: texts are shuffled by a seed.

use super::{BUCKETS, CLASSES, OpinionModel, logit, sigmoid, softmax};
use crate::analyse::opinion::features::share;

const EPOCHS: usize = 20;
const RATE: f32 = 0.08;
/// What each weight's square costs over a whole epoch, spread over the texts that touch it.
const PENALTY: f32 = 2.0;
const NEWTON_STEPS: usize = 100;
const LONGEST_STEP: f64 = 0.1;

/// A text to learn from: its buckets and its class.
#[derive(Debug, Clone)]
pub(super) struct Example {
    pub buckets: Vec<u16>,
    pub class: usize,
}

/// Weights of `CLASSES` × `BUCKETS` that tell the examples' classes.
pub(super) fn fit(examples: &[&Example], seed: u64) -> Vec<f32> {
    let mut weights = vec![0.0_f32; CLASSES * BUCKETS];
    let mut squares = vec![1e-3_f32; CLASSES * BUCKETS];
    let mut touches = vec![0.0_f32; BUCKETS];
    for bucket in examples.iter().flat_map(|example| &example.buckets) {
        if let Some(count) = touches.get_mut(usize::from(*bucket)) {
            *count += 1.0;
        }
    }
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut random = seed;
    for _ in 0..EPOCHS {
        shuffle(&mut order, &mut random);
        for example in order.iter().filter_map(|&at| examples.get(at)) {
            step(example, &touches, &mut weights, &mut squares);
        }
    }
    weights
}

fn step(example: &Example, touches: &[f32], weights: &mut [f32], squares: &mut [f32]) {
    let share = share(example.buckets.len());
    let p = probabilities(&example.buckets, weights);
    for (class, p) in p.into_iter().enumerate() {
        let gradient = (p as f32 - f32::from(u8::from(class == example.class))) * share;
        for bucket in &example.buckets {
            let at = class * BUCKETS + usize::from(*bucket);
            let touched = touches.get(usize::from(*bucket)).map_or(1.0, |count| count.max(1.0));
            if let (Some(weight), Some(square)) = (weights.get_mut(at), squares.get_mut(at)) {
                let slope = gradient + PENALTY / touched * *weight;
                *square += slope * slope;
                *weight -= RATE * slope / square.sqrt();
            }
        }
    }
}

pub(super) fn probabilities(buckets: &[u16], weights: &[f32]) -> [f64; CLASSES] {
    let share = f64::from(share(buckets.len()));
    let mut scores = [0.0_f64; CLASSES];
    for (class, score) in scores.iter_mut().enumerate() {
        let of = |bucket: &u16| weights.get(class * BUCKETS + usize::from(*bucket));
        *score = share * buckets.iter().filter_map(of).map(|&w| f64::from(w)).sum::<f64>();
    }
    softmax(scores)
}

/// Weights as bytes and the step between two of them.
pub(super) fn quantise(weights: &[f32]) -> (Vec<i8>, f64) {
    let most = weights.iter().fold(0.0_f32, |most, weight| most.max(weight.abs()));
    let step = if most > 0.0 { most / 127.0 } else { 1.0 };
    (weights.iter().map(|weight| (weight / step).round() as i8).collect(), f64::from(step))
}

/// Platt's `a` and `b`: p = σ(a + b logit), by Newton's method on pairs of probability and truth.
pub(super) fn platt(told: &[(f64, bool)]) -> [f64; 2] {
    let (mut a, mut b) = (0.0_f64, 1.0_f64);
    for _ in 0..NEWTON_STEPS {
        let (mut ga, mut gb, mut haa, mut hab, mut hbb) = (0.0, 0.0, 1e-9, 0.0, 1e-9);
        for &(p, truth) in told {
            let x = logit(p);
            let q = sigmoid(a + b * x);
            let (slope, curve) = (q - f64::from(u8::from(truth)), q * (1.0 - q));
            ga += slope;
            gb += slope * x;
            haa += curve;
            hab += curve * x;
            hbb += curve * x * x;
        }
        let det = haa * hbb - hab * hab;
        if det.abs() < 1e-12 {
            break;
        }
        // A whole step overshoots where the probabilities are extreme.
        a -= ((hbb * ga - hab * gb) / det).clamp(-LONGEST_STEP, LONGEST_STEP);
        b -= ((haa * gb - hab * ga) / det).clamp(-LONGEST_STEP, LONGEST_STEP);
    }
    if a.is_finite() && b.is_finite() { [a, b] } else { [0.0, 1.0] }
}

/// Fisher and Yates, by splitmix64 (Steele, Lea and Flood 2014).
fn shuffle(order: &mut [usize], random: &mut u64) {
    for at in (1..order.len()).rev() {
        *random = random.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = *random;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        order.swap(at, (z % (at as u64 + 1)) as usize);
    }
}

impl OpinionModel {
    pub(super) fn of(head: super::Head, weights: &[f32]) -> Self {
        let (weights, step) = quantise(weights);
        Self { head: super::Head { step, ..head }, weights }
    }
}

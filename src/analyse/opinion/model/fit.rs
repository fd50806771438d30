//! Fitting: stochastic gradient descent on the multinomial logistic loss with an L2 penalty, each
//! weight's step shrinking with what it has moved (`AdaGrad`: Duchi, Hazan and Singer 2011), the
//! weights averaged over the later epochs (Polyak and Juditsky 1992) and over several orders of the
//! texts. What one feature weighs falls with their number (`share`). Deterministic: texts are
//! shuffled by a seed.

use super::{BUCKETS, CLASSES, OpinionModel, logit, sigmoid, softmax};
use crate::analyse::opinion::features::share;

const EPOCHS: usize = 12;
/// Orders of the texts that weights are averaged over: in which they come decides little, and less so.
const ORDERS: usize = 2;
/// First step of a weight, as chosen by cross-validation.
const RATE: f64 = 0.1;
/// Inverse of the penalty on the weights' squares, per text, as chosen by cross-validation.
const LOOSENESS: f64 = 4.0;
/// Keeps the first step finite.
const LEAST_MOVED: f64 = 1e-8;
/// How far rare classes make up for their rareness: 0 not at all, 1 wholly.
const BALANCE: f64 = 0.5;
const NEWTON_STEPS: usize = 50;

/// A text to learn from: its buckets and its class.
#[derive(Debug, Clone)]
pub(super) struct Example {
    pub buckets: Vec<u32>,
    pub class: usize,
}

/// Weights of `CLASSES` × `BUCKETS` that tell the examples' classes.
#[expect(clippy::cast_possible_truncation, reason = "weights need no more digits")]
pub(super) fn fit(examples: &[&Example], seed: u64) -> Vec<f32> {
    let mut order: Vec<usize> = (0..examples.len()).collect();
    let mut random = seed;
    let mut sums = vec![0.0_f64; CLASSES * BUCKETS];
    for _ in 0..ORDERS {
        let mut descent = Descent::new(examples);
        for epoch in 0..EPOCHS {
            shuffle(&mut order, &mut random);
            order.iter().filter_map(|&at| examples.get(at)).for_each(|one| descent.step(one));
            if epoch * 2 >= EPOCHS {
                sums.iter_mut().zip(&descent.weights).for_each(|(sum, weight)| *sum += weight);
            }
        }
    }
    sums.into_iter().map(|sum| (sum / (ORDERS * EPOCHS / 2) as f64) as f32).collect()
}

/// Weights on their way, and the sum of the squares of each one's gradients so far.
struct Descent {
    weights: Vec<f64>,
    moved: Vec<f64>,
    penalty: f64,
    importance: [f64; CLASSES],
}

impl Descent {
    fn new(examples: &[&Example]) -> Self {
        let all = examples.len().max(1) as f64;
        let importance = std::array::from_fn(|class| {
            let count = examples.iter().filter(|one| one.class == class).count().max(1) as f64;
            (all / (CLASSES as f64 * count)).powf(BALANCE)
        });
        let size = CLASSES * BUCKETS;
        let (weights, moved) = (vec![0.0; size], vec![0.0; size]);
        Self { weights, moved, penalty: 1.0 / (LOOSENESS * all), importance }
    }

    /// The penalty is taken from the weights of the text's features only: it costs nothing, and
    /// rare features are spared.
    fn step(&mut self, example: &Example) {
        let share = share(example.buckets.len());
        let p = softmax(sums(&example.buckets, &self.weights).map(|sum| sum * share));
        let importance = self.importance.get(example.class).copied().unwrap_or(1.0);
        for (class, p) in p.into_iter().enumerate() {
            let miss = p - f64::from(u8::from(class == example.class));
            let gradient = miss * share * importance;
            for &bucket in &example.buckets {
                let at = class * BUCKETS + bucket as usize;
                let (Some(weight), Some(moved)) =
                    (self.weights.get_mut(at), self.moved.get_mut(at))
                else {
                    continue;
                };
                let gradient = gradient + self.penalty * *weight;
                *moved += gradient * gradient;
                *weight -= RATE * gradient / (moved.sqrt() + LEAST_MOVED);
            }
        }
    }
}

/// The sum of the buckets' weights, for each class.
fn sums<T: Copy + Into<f64>>(buckets: &[u32], weights: &[T]) -> [f64; CLASSES] {
    std::array::from_fn(|class| {
        let of = |&bucket: &u32| weights.get(class * BUCKETS + bucket as usize);
        buckets.iter().filter_map(of).map(|&weight| weight.into()).sum()
    })
}

pub(super) fn probabilities(buckets: &[u32], weights: &[f32]) -> [f64; CLASSES] {
    let share = share(buckets.len());
    softmax(sums(buckets, weights).map(|sum| sum * share))
}

/// Weights as bytes and the step between two of them.
#[expect(clippy::cast_possible_truncation, reason = "within -127 to 127")]
pub(super) fn quantise(weights: &[f32]) -> (Vec<i8>, f64) {
    let most = weights.iter().fold(0.0_f32, |most, weight| most.max(weight.abs()));
    let step = if most > 0.0 { most / 127.0 } else { 1.0 };
    (weights.iter().map(|weight| (weight / step).round() as i8).collect(), f64::from(step))
}

/// Platt's `a` and `b`: p = σ(a + b logit p), by Newton's method on pairs of probability and truth,
/// each step halved until it makes the loss smaller.
pub(super) fn platt(told: &[(f64, bool)]) -> [f64; 2] {
    let mut at = [0.0, 1.0];
    for _ in 0..NEWTON_STEPS {
        let Some([da, db]) = newton_step(told, at) else { break };
        let halves = (0..30).map(|power| 0.5_f64.powi(power));
        let tries = halves.map(|part| [at[0] - part * da, at[1] - part * db]);
        let before = loss(told, at);
        let Some(next) = tries.into_iter().find(|&next| loss(told, next) < before) else { break };
        at = next;
    }
    at
}

fn loss(told: &[(f64, bool)], [a, b]: [f64; 2]) -> f64 {
    let of = |&(p, truth): &(f64, bool)| {
        let q = sigmoid(a + b * logit(p)).clamp(1e-12, 1.0 - 1e-12);
        if truth { -q.ln() } else { -(1.0 - q).ln() }
    };
    told.iter().map(of).sum()
}

fn newton_step(told: &[(f64, bool)], [a, b]: [f64; 2]) -> Option<[f64; 2]> {
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
    (det.abs() > 1e-12).then(|| [(hbb * ga - hab * gb) / det, (haa * gb - hab * ga) / det])
}

/// Fisher and Yates, by splitmix64 (Steele, Lea and Flood 2014).
#[expect(clippy::cast_possible_truncation, reason = "below the length of the list")]
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

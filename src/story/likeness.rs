//! Likeness of an article to a story: the cosine of their weighted terms.

use crate::story::rarity::Rarities;
use crate::story::terms::{UNIT, Weight};
use crate::story::window::Part;

/// What equals differ by at most, when they are reached by other steps.
pub const ROUNDING: f64 = 1.0 + 1e-9;

/// A term is heavy above this part of the heaviest.
const HEAVY: u32 = 3;

/// A term of the article at hand.
pub struct Weighed {
    pub term: u32,
    /// In the article, rarity included.
    pub weight: f64,
    pub rarity: f64,
    /// How many stories hold it.
    pub stories: usize,
}

/// An article's terms, ready to be compared.
pub struct Query {
    /// By term, rising.
    pub terms: Vec<Weighed>,
    /// Sum of the squared weights.
    pub squares: f64,
}

impl Query {
    /// Weighs terms by how rare they are now.
    pub fn new(terms: &[Weight], rarities: &Rarities<'_>) -> Self {
        let weigh = |&(term, weight): &Weight| {
            let (rarity, stories) = rarities.counted(term);
            Weighed { term, weight: f64::from(weight) / UNIT * rarity, rarity, stories }
        };
        let mut terms: Vec<Weighed> = terms.iter().map(weigh).collect();
        terms.sort_unstable_by_key(|it| it.term);
        let squares = terms.iter().map(|it| it.weight * it.weight).sum();
        Self { terms, squares }
    }

    /// The terms that a part of a story holds too, with its sums.
    pub fn shared<'a>(&'a self, part: &'a Part) -> impl Iterator<Item = (&'a Weighed, u32)> {
        let mut rest = part.terms.as_slice();
        self.terms.iter().filter_map(move |weighed| {
            rest = from(rest, weighed.term);
            rest.first().filter(|it| it.0 == weighed.term).map(|it| (weighed, it.1))
        })
    }

    /// Cosine to the mean of a part of a story, less what the `unproven` heaviest shared terms
    /// contribute; `None` if it is below `asked`. The mean's length takes a look-up for each of its
    /// terms, so it is added up only until it is too long for what is asked. A length kept from
    /// earlier would make stories depend on when it was kept, and so on restarts.
    pub fn cosine(
        &self,
        part: &Part,
        rarities: &Rarities<'_>,
        unproven: usize,
        asked: f64,
    ) -> Option<f64> {
        let (mut dot, mut least) = (0.0, 0.0);
        let mut products: Vec<f64> = Vec::new();
        for (it, sum) in self.shared(part) {
            let theirs = it.rarity * f64::from(sum);
            dot += it.weight * theirs;
            least += theirs * theirs;
            if unproven > 0 {
                products.push(it.weight * theirs);
            }
        }
        products.sort_unstable_by(|a, b| b.total_cmp(a));
        dot -= products.iter().take(unproven).sum::<f64>();
        let longest = dot * dot / (self.squares * asked * asked) * ROUNDING;
        if dot <= 0.0 || least > longest {
            return None;
        }
        let mut squares = 0.0;
        // The heavy terms first: with them the length is soon too long.
        let heavy = part.terms.iter().map(|it| it.1).max().unwrap_or(0) / HEAVY;
        for heavy_ones in [true, false] {
            for &(term, sum) in part.terms.iter().filter(|it| (it.1 > heavy) == heavy_ones) {
                squares += (f64::from(sum) * rarities.of(term)).powi(2);
                if squares > longest {
                    return None;
                }
            }
        }
        let length = (self.squares * squares).sqrt();
        (length > 0.0).then(|| dot / length)
    }
}

/// The rest of a rising list from a term on: by leaps that double, since it is mostly near.
fn from(list: &[(u32, u32)], term: u32) -> &[(u32, u32)] {
    let below = |at: usize| list.get(at).is_some_and(|it| it.0 < term);
    if !below(0) {
        return list;
    }
    let mut leap = 1;
    while below(leap) {
        leap *= 2;
    }
    let (low, high) = (leap / 2, leap.min(list.len()));
    let within = list.get(low..high).unwrap_or_default();
    list.get(low + within.partition_point(|it| it.0 < term)..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::from;

    proptest! {
        #[test]
        fn leaps_like_a_walk(
            terms in prop::collection::btree_set(0_u32..200, 0..80),
            asked in 0_u32..210,
        ) {
            let list: Vec<(u32, u32)> = terms.into_iter().map(|term| (term, 1)).collect();
            let walked: Vec<_> = list.iter().copied().skip_while(|it| it.0 < asked).collect();
            prop_assert_eq!(from(&list, asked), walked.as_slice());
        }
    }
}

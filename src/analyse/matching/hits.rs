//! The places of terms in one document: gathered as they are met, put in order only when somebody asks where a term
//! stands. Most queries ask no more than whether it does.

use std::cell::OnceCell;

use super::evaluate::Stretch;

/// Places of terms in one document; a text that holds more has told what it has to tell.
const MAX_HITS: usize = 1 << 20;

/// Where terms stand. Used again for the next document.
#[derive(Debug, Default)]
pub(super) struct Hits {
    met: Vec<Stretch>,
    /// Terms that were met, each once, and a bit for each.
    terms: Vec<u32>,
    is_met: Vec<u64>,
    ordered: OnceCell<Vec<Stretch>>,
}

impl Hits {
    /// Forgets what there is; for so many terms.
    pub fn begin(&mut self, terms: usize) {
        for term in self.terms.drain(..) {
            self.is_met[term as usize / 64] = 0;
        }
        self.is_met.resize(terms.div_ceil(64), 0);
        self.met.clear();
        self.ordered.take();
    }

    /// Adds a place of a term; the same may come twice.
    #[inline]
    pub fn push(&mut self, hit: Stretch) {
        if self.met.len() == MAX_HITS {
            return;
        }
        let Some(bits) = self.is_met.get_mut(hit.term as usize / 64) else { return };
        let bit = 1 << (hit.term % 64);
        if *bits & bit == 0 {
            *bits |= bit;
            self.terms.push(hit.term);
        }
        self.met.push(hit);
    }

    /// The terms that stand anywhere, each once.
    pub fn terms(&self) -> &[u32] {
        &self.terms
    }

    /// Whether a term stands anywhere.
    #[inline]
    pub fn is_met(&self, term: u32) -> bool {
        self.is_met.get(term as usize / 64).is_some_and(|bits| bits >> (term % 64) & 1 != 0)
    }

    /// Every place of every term once, by term, then place.
    pub fn ordered(&self) -> &[Stretch] {
        self.ordered.get_or_init(|| {
            let mut hits = self.met.clone();
            hits.sort_unstable_by_key(Stretch::order);
            hits.dedup();
            hits
        })
    }
}

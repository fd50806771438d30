//! Which queries are looked at where a term stands.

use super::node::Needs;

/// No query.
const NONE: u32 = u32::MAX;
/// Several queries: the rest is where they begin.
const SEVERAL: u32 = 1 << 31;

/// For each term, the queries that need it. Nearly always it is one: then it stands in the term's own entry, so that a hit
/// reads one place of memory.
#[derive(Debug, Default)]
pub(super) struct NeededBy {
    by_term: Vec<u32>,
    /// Lists of several: their number, then the queries.
    several: Vec<u32>,
    /// Queries that can hold without any term.
    always: Vec<u32>,
}

impl NeededBy {
    /// Takes what each of some queries needs, in their order; of so many terms. A query is twice its number, and one
    /// more if it holds as soon as it is looked at.
    pub fn new(terms: usize, needs: impl Iterator<Item = (u32, Option<Needs>)>) -> Self {
        let mut pairs: Vec<(u32, u32)> = Vec::new();
        let mut needed = Self { by_term: vec![NONE; terms], ..Self::default() };
        for (query, needs) in needs {
            match needs {
                Some(needs) => pairs.extend(needs.terms.iter().map(|&term| (term, query))),
                None => needed.always.push(query),
            }
        }
        pairs.sort_unstable();
        for of_term in pairs.chunk_by(|a, b| a.0 == b.0) {
            let Some(entry) = needed.by_term.get_mut(of_term[0].0 as usize) else { continue };
            if let &[(_, query)] = of_term {
                *entry = query;
                continue;
            }
            *entry = SEVERAL | needed.several.len() as u32;
            needed.several.push(of_term.len() as u32);
            needed.several.extend(of_term.iter().map(|pair| pair.1));
        }
        needed
    }

    /// The terms that are needed; none if a query can hold without any.
    pub fn terms(&self) -> Option<impl Iterator<Item = usize>> {
        let terms = self.by_term.iter().enumerate().filter(|(_, entry)| **entry != NONE);
        self.always.is_empty().then(|| terms.map(|(term, _)| term))
    }

    /// The queries that may hold where some terms stand, in order, each once.
    pub fn find(&self, terms: &[u32], queries: &mut Vec<u32>) {
        queries.clear();
        queries.extend(&self.always);
        for &term in terms {
            match self.by_term.get(term as usize).copied().unwrap_or(NONE) {
                NONE => {}
                query if query & SEVERAL == 0 => queries.push(query),
                several => {
                    let from = (several & !SEVERAL) as usize;
                    let count = self.several.get(from).map_or(0, |&count| count as usize);
                    let list = self.several.get(from + 1..).and_then(|list| list.get(..count));
                    queries.extend(list.unwrap_or_default());
                }
            }
        }
        queries.sort_unstable();
        queries.dedup();
    }
}

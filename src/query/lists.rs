//! Lists of terms that queries name: `@competitors`.

use std::collections::HashMap;

use thiserror::Error;

use crate::model::query::Term;

/// Terms of a list, those of lists within it included.
pub(super) const MAX_TERMS: usize = 100_000;
/// Lists within lists.
const MAX_NESTED: usize = 16;

/// What stands in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A word or phrase.
    Term(Term),
    /// All of another list.
    List(String),
}

/// Lists by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lists {
    lists: HashMap<String, Vec<Entry>>,
}

/// A list that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ListError {
    /// No such list.
    #[error("there is no list `@{0}`")]
    Unknown(String),
    /// It contains itself, by this way.
    #[error("the list contains itself: {0}")]
    Cycle(String),
    /// Too many terms, or lists too deep in one another.
    #[error("the list `@{0}` has more than 100,000 terms or lists more than 16 deep")]
    TooLarge(String),
}

impl Lists {
    /// Adds a list, in place of one of the same name.
    pub fn insert(&mut self, name: &str, entries: Vec<Entry>) {
        self.lists.insert(name.to_owned(), entries);
    }

    /// Whether there is a list of that name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        self.lists.contains_key(name)
    }

    /// The names of all lists, in order.
    #[must_use]
    pub fn names(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.lists.keys().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// All terms of a list, those of the lists that it names included, each once.
    ///
    /// # Errors
    /// If a name is unknown, a list contains itself, or there are too many terms.
    pub fn terms(&self, name: &str) -> Result<Vec<Term>, ListError> {
        let mut gathered = Gathered::default();
        self.gather(name, &mut gathered)?;
        Ok(gathered.terms)
    }

    fn gather<'a>(&'a self, name: &'a str, to: &mut Gathered<'a>) -> Result<(), ListError> {
        if to.path.contains(&name) {
            let way = to.path.iter().chain([&name]).map(|name| format!("@{name}"));
            return Err(ListError::Cycle(way.collect::<Vec<_>>().join(" → ")));
        }
        let entries = self.lists.get(name).ok_or_else(|| ListError::Unknown(name.to_owned()))?;
        // Lists that were met already have given their terms.
        if !to.met.insert(name) {
            return Ok(());
        }
        to.path.push(name);
        for entry in entries {
            match entry {
                Entry::Term(term) if to.seen.insert(term) => to.terms.push(term.clone()),
                Entry::Term(_) => {}
                Entry::List(name) => self.gather(name, to)?,
            }
            if to.terms.len() > MAX_TERMS || to.path.len() > MAX_NESTED {
                return Err(ListError::TooLarge(name.to_owned()));
            }
        }
        to.path.pop();
        Ok(())
    }
}

#[derive(Default)]
struct Gathered<'a> {
    terms: Vec<Term>,
    seen: std::collections::HashSet<&'a Term>,
    met: std::collections::HashSet<&'a str>,
    path: Vec<&'a str>,
}

#[cfg(test)]
mod tests {
    use super::{Entry, ListError, Lists};
    use crate::query::term;

    fn lists(all: &[(&str, &[&str])]) -> Lists {
        let mut lists = Lists::default();
        for (name, entries) in all {
            let entry = |entry: &&str| match entry.strip_prefix('@') {
                Some(name) => Entry::List(name.to_owned()),
                None => Entry::Term(term(entry)),
            };
            lists.insert(name, entries.iter().map(entry).collect());
        }
        lists
    }

    #[test]
    fn lists_hold_lists() {
        let lists = lists(&[
            ("all", &["@banks", "@funds", "a"]),
            ("banks", &["a", "b", "@funds"]),
            ("funds", &["c"]),
        ]);
        let terms = lists.terms("all").expect("no cycle");
        let texts: Vec<_> = terms.iter().map(|term| &*term.text).collect();
        assert_eq!(texts, ["a", "b", "c"]);
    }

    #[test]
    fn what_cannot_be_resolved_is_named() {
        let lists = lists(&[("a", &["x", "@b"]), ("b", &["@c"]), ("c", &["@a"]), ("d", &["@e"])]);
        assert_eq!(lists.terms("a"), Err(ListError::Cycle("@a → @b → @c → @a".to_owned())));
        assert_eq!(lists.terms("d"), Err(ListError::Unknown("e".to_owned())));
    }
}

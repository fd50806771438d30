//! Which entries of a poll are new, which are known, and which of the known ones were edited.

use std::collections::HashSet;

use jiff::SignedDuration;

use crate::collect;
use crate::model::Entry;
use crate::store::known::{self, Known};
use crate::store::{StoreError, Transaction, entries};

/// An edit of an older article is kept, and not read again.
const READ_AGAIN: SignedDuration = SignedDuration::from_hours(48);
/// Edits that are taken over as they come; from then on an article is read again at most once in
/// [`REST`], so that a page which changes with each look does not keep us busy.
const FREE_REVISIONS: u32 = 3;
const REST: SignedDuration = SignedDuration::from_mins(10);
/// Dates of one article at two addresses do not differ by more.
const SAME_DATE: SignedDuration = SignedDuration::from_hours(24);

/// What a document brought.
#[derive(Debug, Default)]
pub struct Brought<'a> {
    /// Entries that were not known.
    pub new: Vec<&'a Entry>,
    /// Entries that are read again, because they were edited.
    pub edited: usize,
}

/// Adds what is new, takes over what was edited. Nothing is new that is known by its key, or by
/// identifier and headline at another address. `is_first`: the source never brought anything before.
///
/// # Errors
/// As the store's.
pub fn announce<'a>(
    tx: &mut dyn Transaction,
    found: &'a [Entry],
    is_first: bool,
) -> Result<Brought<'a>, StoreError> {
    let mut brought = Brought::default();
    if !is_first {
        announce_again(tx, found.iter().collect(), &mut brought)?;
        return Ok(brought);
    }
    // Aliases hold within their source, so keys alone can be known; mostly none is.
    let mut known = Vec::new();
    for entry in found {
        let list = if entries::insert(tx, entry)? { &mut brought.new } else { &mut known };
        list.push(entry);
    }
    if !known.is_empty() {
        let ours: HashSet<&str> = brought.new.iter().map(|entry| entry.key.as_str()).collect();
        known.retain(|entry| !ours.contains(entry.key.as_str()));
        announce_again(tx, known, &mut brought)?;
    }
    Ok(brought)
}

fn announce_again<'a>(
    tx: &mut dyn Transaction,
    found: Vec<&'a Entry>,
    brought: &mut Brought<'a>,
) -> Result<(), StoreError> {
    if found.is_empty() {
        return Ok(());
    }
    let keys: Vec<&str> = found.iter().map(|entry| entry.key.as_str()).collect();
    let by_key = known::by_key(tx, &keys)?;
    let strange = found.iter().filter(|entry| !by_key.contains_key(&entry.key));
    let aliases: Vec<i64> = strange.filter_map(|entry| entry.marks.alias).collect();
    let by_alias = known::by_alias(tx, &aliases)?;
    for entry in found {
        match by_key.get(&entry.key) {
            Some(known) if known.fingerprint == entry.marks.fingerprint => {}
            Some(known) => known_page(tx, entry, known, brought)?,
            None => {
                let alias = entry.marks.alias.and_then(|alias| by_alias.get(&alias));
                match alias.filter(|known| is_same_date(known, entry)) {
                    Some(known) => known_article(tx, entry, known, brought)?,
                    None if entries::insert(tx, entry)? => brought.new.push(entry),
                    None => {}
                }
            }
        }
    }
    Ok(())
}

/// A known page says something else: it was edited, unless it is a page that tells many things one
/// after the other, as its former entries show.
fn known_page<'a>(
    tx: &mut dyn Transaction,
    entry: &'a Entry,
    known: &Known,
    brought: &mut Brought<'a>,
) -> Result<(), StoreError> {
    if let Some(own) = &entry.marks.own_key
        && (known.alias.is_none() || known.alias != entry.marks.alias)
        && known::is_shared(tx, &entry.key)?
    {
        let found = known::by_key(tx, &[own.as_str()])?;
        if let Some(known) = found.get(own) {
            return known_article(tx, entry, known, brought);
        }
        if entries::insert(tx, &Entry { key: own.clone(), ..entry.clone() })? {
            brought.new.push(entry);
        }
        return Ok(());
    }
    known_article(tx, entry, known, brought)
}

fn known_article<'a>(
    tx: &mut dyn Transaction,
    entry: &'a Entry,
    known: &Known,
    brought: &mut Brought<'a>,
) -> Result<(), StoreError> {
    if known.is_gone || known.fingerprint == entry.marks.fingerprint {
        return Ok(());
    }
    if known.fingerprint.is_none() {
        return known::mark(tx, known.id, entry);
    }
    let now = entry.discovered_at;
    if known.revision > FREE_REVISIONS && now.duration_since(known.queued_at) < REST {
        return Ok(());
    }
    let Some((title, text)) = known::texts(tx, known.id)? else { return Ok(()) };
    let is_recent = now.duration_since(known.discovered_at) <= READ_AGAIN;
    let again = is_recent && collect::is_material((&title, &text), (&entry.title, &entry.text));
    known::revise(tx, known, entry, again)?;
    brought.edited += usize::from(again);
    Ok(())
}

fn is_same_date(known: &Known, entry: &Entry) -> bool {
    match (known.published_at, entry.published_at) {
        (Some(before), Some(now)) => now.duration_since(before).abs() <= SAME_DATE,
        _ => true,
    }
}

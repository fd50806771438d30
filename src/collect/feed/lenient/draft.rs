//! What is gathered of a feed or entry while it is read, and how it becomes one: of several elements
//! that say the same, the dialect's own counts before those of extensions.

use url::Url;

use crate::model::{Enclosure, Feed, FeedEntry};
use crate::text::{self, DateContext};

use super::super::clean;
use super::Faults;

/// Names and labels of one entry; more are noise.
const MAX_NAMES: usize = 100;

/// The word of the highest standing so far: 0 is the highest.
#[derive(Debug)]
struct Best<T>(Option<(u8, T)>);

impl<T> Default for Best<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T> Best<T> {
    /// Whether a word of this standing is heard beside an equal one, for what is expensive to make.
    fn hears(&self, rank: u8) -> bool {
        self.0.as_ref().is_none_or(|(held, _)| rank < *held)
    }

    fn first(&mut self, rank: u8, value: T) {
        if self.hears(rank) {
            self.0 = Some((rank, value));
        }
    }

    fn last(&mut self, rank: u8, value: T) {
        if self.0.as_ref().is_none_or(|(held, _)| rank <= *held) {
            self.0 = Some((rank, value));
        }
    }

    fn take(self) -> Option<T> {
        self.0.map(|(_, value)| value)
    }
}

/// Which date of a feed or entry it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    Published,
    Updated,
    Either,
}

/// A feed or entry that is still being read.
#[derive(Debug, Default)]
pub(super) struct Draft {
    title: Best<String>,
    summary: Best<String>,
    content: Best<String>,
    id: Best<String>,
    /// A page that the identifier names, where there is no link.
    permalink: Best<String>,
    link: Best<String>,
    language: Best<String>,
    authors: Best<Vec<String>>,
    dates: Vec<(u8, When, String)>,
    enclosures: Vec<Enclosure>,
    categories: Vec<String>,
}

impl Draft {
    pub(super) fn title(&mut self, rank: u8, text: &str) {
        if self.title.hears(rank)
            && let Some(title) = clean::headline(text)
        {
            self.title.first(rank, title);
        }
    }

    pub(super) fn summary(&mut self, rank: u8, text: &str) {
        // A second text of the same standing is the longer form of the first.
        match clean::filled(text) {
            Some(text) if self.summary.hears(rank) => self.summary.first(rank, text),
            Some(text) if rank == 0 => self.content.first(9, text),
            _ => {}
        }
    }

    pub(super) fn content(&mut self, rank: u8, text: &str) {
        if let Some(text) = clean::filled(text) {
            self.content.first(rank, text);
        }
    }

    /// An identifier. `page` where it may be taken for the entry's page.
    pub(super) fn id(&mut self, rank: u8, text: &str, page: bool, base: Option<&Url>) {
        let Some(id) = clean::filled(text) else { return };
        let id = if page { clean::identifier(&id, base) } else { id };
        if page && clean::is_web(&id) {
            self.permalink.last(rank, id.clone());
        }
        self.id.last(rank, id);
    }

    /// A link to the page itself. Of equal ones, Atom means the first, RSS the last.
    pub(super) fn link(&mut self, rank: u8, href: &str, base: Option<&Url>, first_counts: bool) {
        let Some(href) = clean::filled(href) else { return };
        let href = clean::absolute(&href, base);
        if first_counts { self.link.first(rank, href) } else { self.link.last(rank, href) }
    }

    pub(super) fn language(&mut self, rank: u8, tag: &str) {
        if let Some(tag) = clean::filled(tag) {
            self.language.first(rank, tag.replace('_', "-"));
        }
    }

    pub(super) fn author(&mut self, rank: u8, text: &str) {
        let Some(name) = clean::author(text) else { return };
        match &mut self.authors.0 {
            Some((held, names)) if *held == rank => {
                if names.len() < MAX_NAMES && !names.contains(&name) {
                    names.push(name);
                }
            }
            _ => self.authors.first(rank, vec![name]),
        }
    }

    pub(super) fn date(&mut self, rank: u8, when: When, raw: String) {
        if !raw.trim().is_empty() {
            self.dates.push((rank, when, raw));
        }
    }

    /// The dates as they are written.
    pub(super) fn written_dates(&self) -> impl Iterator<Item = &str> {
        self.dates.iter().map(|(_, _, raw)| raw.as_str())
    }

    pub(super) fn enclosure(&mut self, enclosure: Enclosure) {
        self.enclosures.push(enclosure);
    }

    pub(super) fn category(&mut self, text: &str) {
        if self.categories.len() < MAX_NAMES
            && let Some(label) = clean::label(text)
            && !self.categories.contains(&label)
        {
            self.categories.push(label);
        }
    }

    /// Whether it says enough to be told of, though its end is missing.
    pub(super) fn is_worthwhile(&self) -> bool {
        self.title.0.is_some() && (self.link.0.is_some() || self.permalink.0.is_some())
    }

    pub(super) fn entry(mut self, context: DateContext, faults: &mut Faults) -> FeedEntry {
        let (published, updated) = self.read_dates(context, faults);
        let mut entry = FeedEntry {
            id: self.id.take(),
            title: self.title.take(),
            link: self.link.take().or(self.permalink.take()),
            published,
            updated,
            authors: self.authors.take().unwrap_or_default(),
            summary: self.summary.take(),
            content: self.content.take(),
            enclosures: self.enclosures,
            categories: self.categories,
            language: self.language.take(),
        };
        clean::complete(&mut entry);
        entry
    }

    pub(super) fn feed(mut self, context: DateContext, faults: &mut Faults) -> Feed {
        let (published, updated) = self.read_dates(context, faults);
        Feed {
            feed_id: self.id.take(),
            title: self.title.take(),
            link: self.link.take(),
            language: self.language.take(),
            summary: self.summary.take(),
            published,
            updated,
            ..Feed::default()
        }
    }

    /// The dates of publication and update, of the highest standing that can be read; of equals the last.
    fn read_dates(
        &mut self,
        context: DateContext,
        faults: &mut Faults,
    ) -> (Option<String>, Option<String>) {
        let (mut published, mut updated) = (Best::default(), Best::default());
        for (rank, when, raw) in self.dates.drain(..) {
            let read = text::read_date_in(&raw, context).and_then(text::Written::timestamp);
            let Some(at) = read else {
                faults.unread_dates += 1;
                continue;
            };
            if when != When::Updated {
                published.last(rank, at);
            }
            if when != When::Published {
                updated.last(rank, at);
            }
        }
        (published.take().map(|at| at.to_string()), updated.take().map(|at| at.to_string()))
    }
}

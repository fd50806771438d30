//! Reads feeds as they come: any dialect, any prefix, tags that do not match, documents that break
//! off. One pass, iterative, and everything that can nest or repeat is bounded.

mod capture;
mod draft;
mod elements;
mod faults;
mod texts;
mod vocabulary;

use std::rc::Rc;

use url::Url;

use crate::model::Feed;
use crate::text::{self, DateContext};

use super::FeedError;
use super::clean;
use super::scan::{Kind, Piece, Scanner, Tag, attributes, local};
use draft::Draft;
use elements::Start;
use faults::{Cut, Faults};
use vocabulary::{Element, Ns};

/// Elements inside one another, texts with markup apart.
const MAX_DEPTH: usize = 64;

/// Namespaces that are declared at one place.
const MAX_NAMESPACES: usize = 64;

/// Reads a feed document, or nothing where no feed begins in it. `context` is what the bytes and their
/// address tell of its dates.
pub(super) fn read(
    document: &str,
    base: Option<&Url>,
    context: DateContext,
) -> Result<Option<Feed>, FeedError> {
    let mut reader = Reader {
        scanner: Scanner::new(document),
        stack: Vec::new(),
        namespaces: Vec::new(),
        base: base.cloned().map(Rc::new),
        kind: None,
        feed: Draft::default(),
        entry: None,
        entries: Vec::new(),
        faults: Faults::default(),
        ended: false,
        asides_are_broken: false,
    };
    reader.run()?;
    Ok(reader.finish(context))
}

/// An element that stands open.
struct Frame<'a> {
    name: &'a str,
    element: Element,
    /// Namespaces that were declared before it.
    namespaces: usize,
    /// The base of links around it.
    outer_base: Option<Rc<Url>>,
}

struct Reader<'a> {
    scanner: Scanner<'a>,
    stack: Vec<Frame<'a>>,
    namespaces: Vec<(&'a str, Ns)>,
    base: Option<Rc<Url>>,
    kind: Option<&'static str>,
    feed: Draft,
    entry: Option<Draft>,
    entries: Vec<Draft>,
    faults: Faults,
    /// The root's end was seen.
    ended: bool,
    /// An element that is passed over was never closed: no more are.
    asides_are_broken: bool,
}

impl<'a> Reader<'a> {
    fn run(&mut self) -> Result<(), FeedError> {
        while let Some(piece) = self.scanner.next() {
            match piece.kind {
                Kind::Open(tag) => self.open(piece, tag)?,
                Kind::Close { name } => self.close(name),
                Kind::Text | Kind::Cdata => self.stray(piece),
                Kind::Other => {}
            }
        }
        Ok(())
    }

    /// Text outside of all elements that hold one.
    fn stray(&mut self, piece: Piece<'_>) {
        if self.kind.is_none() && !piece.raw.trim().is_empty() {
            self.faults.before_root = true;
        } else if self.ended && !piece.raw.trim().is_empty() {
            self.faults.after_root = true;
        }
    }

    fn open(&mut self, piece: Piece<'a>, tag: Tag<'a>) -> Result<(), FeedError> {
        let declared_before = self.namespaces.len();
        let outer_base = self.base.clone();
        if tag.attributes > 0 {
            self.declare(piece.raw)?;
        }
        let ns = self.family(tag.name);
        let (element, rank) = vocabulary::element(ns, local(tag.name));
        if self.kind.is_none() && !self.begin(piece.raw, element, tag.name) {
            self.namespaces.truncate(declared_before);
            self.base = outer_base;
            return Ok(());
        }
        let is_container = matches!(element, Element::Entry | Element::Feed | Element::Root);
        if self.ended && !is_container {
            self.faults.after_root = true;
            self.namespaces.truncate(declared_before);
            self.base = outer_base;
            return Ok(());
        }
        let rank = rank + 10 * self.wrappers();
        let start = Start { raw: piece.raw, tag, rank };
        self.leave_asides(element);
        let stays = match element {
            Element::Entry => {
                self.end_entry();
                self.entry = Some(Draft::default());
                self.container_attributes(&start);
                true
            }
            Element::Root | Element::Feed => {
                self.container_attributes(&start);
                true
            }
            Element::Group => true,
            Element::Wrapper => !(vocabulary::is_void(tag.name) || piece.is_cut()),
            Element::Text(text) => self.text(text, &start),
            Element::Link => self.link(&start),
            Element::Enclosure => self.enclosure(&start),
            Element::Category => self.category(&start),
            Element::Author => self.author(&start),
            Element::Aside => self.aside(&start),
        };
        if stays && !tag.empty {
            if self.stack.len() == MAX_DEPTH {
                return Err(FeedError::Refused("the elements are nested too deeply"));
            }
            let name = tag.name;
            self.stack.push(Frame { name, element, namespaces: declared_before, outer_base });
        } else {
            self.namespaces.truncate(declared_before);
            self.base = outer_base;
            if tag.empty && element == Element::Entry {
                self.end_entry();
            }
        }
        Ok(())
    }

    /// Whether the document's root is here; what dialect it is.
    fn begin(&mut self, raw: &str, element: Element, name: &str) -> bool {
        let lower = local(name).to_ascii_lowercase();
        self.kind = match (element, lower.as_str()) {
            (Element::Root, "rdf") => Some("rdf"),
            (Element::Feed, "feed") | (Element::Entry, "entry") => Some("atom"),
            (Element::Feed, _) if name == "CHANNEL" => Some("cdf"),
            (Element::Root | Element::Feed, _) => Some("rss"),
            _ => {
                self.faults.before_root = true;
                None
            }
        };
        let version = attributes(raw).find(|(name, _)| name.eq_ignore_ascii_case("version"));
        let version = version.map(|(_, value)| value.trim());
        match self.kind {
            Some("rss") if element == Element::Root => {
                let known = ["2.0", "0.90", "0.91", "0.92", "0.93", "0.94"];
                self.faults.unknown_version =
                    version.is_none_or(|version| !known.contains(&version));
            }
            Some("atom") => {
                let is_draft = |uri: &str| family_is_atom(uri) && !uri.contains("2005");
                let declared =
                    attributes(raw).any(|(name, uri)| name.starts_with("xmlns") && is_draft(uri));
                self.faults.draft_of_atom =
                    declared || version.is_some_and(|v| v.starts_with("0."));
            }
            _ => {}
        }
        self.kind.is_some()
    }

    /// Namespaces and the base that a tag declares.
    fn declare(&mut self, raw: &'a str) -> Result<(), FeedError> {
        for (name, value) in attributes(raw) {
            if let Some(prefix) = name.strip_prefix("xmlns") {
                let prefix = prefix.strip_prefix(':').unwrap_or(prefix);
                let is_root = self.stack.is_empty() && prefix.is_empty();
                // Whatever its default namespace is, the root's children are the feed's own.
                let family = if is_root { Ns::Core } else { vocabulary::family(value) };
                if self.namespaces.len() == MAX_NAMESPACES {
                    return Err(FeedError::Refused("the document declares too many namespaces"));
                }
                self.namespaces.push((prefix, family));
            } else if name.eq_ignore_ascii_case("xml:base") {
                let inner = clean::absolute(value, self.base.as_deref());
                let inner = Url::parse(&inner).ok().filter(|url| clean::is_web(url.as_str()));
                self.base = inner.map(Rc::new).or_else(|| self.base.clone());
            }
        }
        Ok(())
    }

    fn family(&mut self, name: &str) -> Ns {
        let prefix = name.bytes().position(|byte| byte == b':').map_or("", |at| &name[..at]);
        let declared = self.namespaces.iter().rev().find(|(other, _)| *other == prefix);
        let family = match declared {
            Some((_, family)) => *family,
            None if prefix.is_empty() => Ns::Core,
            None => {
                let family = vocabulary::customary(prefix);
                self.faults.undeclared_prefix |= family != Ns::Other;
                family
            }
        };
        // In Atom itself, Atom is no extension; before the root, it may be one.
        if family == Ns::Atom && !matches!(self.kind, Some("rss" | "rdf" | "cdf")) {
            return Ns::Core;
        }
        family
    }

    /// How many unknown elements lie between here and the feed or entry.
    fn wrappers(&self) -> u8 {
        let inner = self.stack.iter().rev().take_while(|frame| {
            !matches!(frame.element, Element::Entry | Element::Feed | Element::Root)
        });
        let unknown = inner.filter(|frame| frame.element == Element::Wrapper).count();
        u8::try_from(unknown.min(20)).unwrap_or(20)
    }

    /// A container begins: what stood open inside its equal was never closed.
    fn leave_asides(&mut self, element: Element) {
        if element != Element::Entry {
            return;
        }
        if let Some(at) = self.stack.iter().position(|frame| frame.element == Element::Entry) {
            self.faults.unclosed = true;
            self.pop_to(at);
        }
    }

    fn close(&mut self, name: &str) {
        let inner = local(name);
        let found =
            self.stack.iter().rposition(|frame| local(frame.name).eq_ignore_ascii_case(inner));
        match found {
            Some(at) => {
                self.faults.unclosed |= at + 1 < self.stack.len();
                self.pop_to(at);
            }
            None if self.ended => self.faults.after_root = true,
            None if self.kind.is_some() => self.faults.mismatched = true,
            None => {}
        }
    }

    /// Ends all elements from `at` on.
    fn pop_to(&mut self, at: usize) {
        while self.stack.len() > at {
            let Some(frame) = self.stack.pop() else { return };
            self.namespaces.truncate(frame.namespaces);
            self.base = frame.outer_base;
            if frame.element == Element::Entry {
                self.end_entry();
            }
        }
        self.ended = self.stack.is_empty();
    }

    fn end_entry(&mut self) {
        self.entries.extend(self.entry.take());
    }

    fn draft(&mut self) -> &mut Draft {
        self.entry.as_mut().unwrap_or(&mut self.feed)
    }

    fn finish(mut self, mut context: DateContext) -> Option<Feed> {
        let kind = self.kind?;
        let is_open = |element| self.stack.iter().any(|frame| frame.element == element);
        match (self.entry.take(), self.faults.cut) {
            (Some(_), Some(_)) => {}
            (Some(entry), None) if entry.is_worthwhile() => {
                self.entries.push(entry);
                self.faults.cut = Some(Cut::Kept);
            }
            (Some(_), None) => self.faults.cut = Some(Cut::Dropped),
            (None, _) if is_open(Element::Feed) || is_open(Element::Root) => {
                self.faults.cut = Some(Cut::BetweenEntries);
            }
            (None, cut) => self.faults.cut = cut.map(|_| Cut::BetweenEntries),
        }
        let drafts = || self.entries.iter().chain([&self.feed]);
        context.day_first = text::day_order(drafts().flat_map(Draft::written_dates));
        let mut faults = self.faults;
        let entries = std::mem::take(&mut self.entries);
        let entries = entries.into_iter().map(|entry| entry.entry(context, &mut faults)).collect();
        let feed = self.feed.feed(context, &mut faults);
        Some(Feed { kind: Some(kind.to_owned()), entries, warnings: faults.warnings(), ..feed })
    }
}

fn family_is_atom(uri: &str) -> bool {
    vocabulary::family(uri) == Ns::Atom
}

#[cfg(test)]
mod tests;

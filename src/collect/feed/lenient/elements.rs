//! What each element of a feed or entry says, once its start tag is read.

use std::borrow::Cow;

use crate::model::Enclosure;

use super::super::clean;
use super::super::scan::{Kind, Scanner, Tag, attributes, local};
use super::Reader;
use super::capture::{Captured, Holds, capture};
use super::draft::When;
use super::faults::{Cut, Faults};
use super::texts::{self, Carrier};
use super::vocabulary::Text;

/// A start tag in its context.
pub(super) struct Start<'a> {
    pub(super) raw: &'a str,
    pub(super) tag: Tag<'a>,
    pub(super) rank: u8,
}

impl<'a> Start<'a> {
    fn attribute(&self, name: &str) -> Option<&'a str> {
        if self.tag.attributes == 0 {
            return None;
        }
        let found = attributes(self.raw).find(|(other, _)| local(other).eq_ignore_ascii_case(name));
        found.map(|(_, value)| value)
    }

    /// An attribute with its references read.
    fn value(&self, name: &str) -> Option<String> {
        let raw = self.attribute(name)?;
        Some(texts::references(raw, &mut Faults::default()).into_owned())
    }
}

impl<'a> Reader<'a> {
    /// What RDF, CDF and XML say in the tags of containers.
    pub(super) fn container_attributes(&mut self, start: &Start<'a>) {
        if start.tag.attributes == 0 {
            return;
        }
        let base = self.base.clone();
        let is_rdf = self.kind == Some("rdf");
        for (name, value) in attributes(start.raw) {
            let value = texts::references(value, &mut Faults::default());
            let draft = self.entry.as_mut().unwrap_or(&mut self.feed);
            match name.to_ascii_lowercase().as_str() {
                "xml:lang" | "lang" => draft.language(2, &value),
                "href" => draft.link(1, &value, base.as_deref(), false),
                "lastmod" => draft.date(1, When::Updated, value.into_owned()),
                name if is_rdf && local(name) == "about" => {
                    draft.id(1, &value, true, base.as_deref());
                }
                _ => {}
            }
        }
    }

    /// Takes the text of an element. Whether the element stands open after it: never.
    pub(super) fn text(&mut self, text: Text, start: &Start<'a>) -> bool {
        let rank = start.rank;
        let is_long = matches!(text, Text::Title | Text::Summary | Text::Content);
        let said = |name: &str| if is_long { start.attribute(name) } else { None };
        let (kind, mode) = (said("type"), said("mode"));
        let carrier =
            if is_long { Carrier::of(kind, mode, &mut self.faults) } else { Carrier::Text };
        let is_markup = matches!(text, Text::Summary | Text::Content);
        let holds =
            if is_markup || carrier == Carrier::Xml { Holds::markup(carrier) } else { Holds::Line };
        let Some(inner) = self.inner(start, holds) else { return false };
        let is_naked = is_long && carrier != Carrier::Xml && has_tags(inner);
        // Atom 0.3 carries markup as it is where it does not say otherwise.
        self.faults.naked_markup |= is_naked && mode.is_none() && !self.faults.draft_of_atom;
        let faults = &mut self.faults;
        let value =
            if is_long { texts::text(inner, carrier, faults) } else { texts::bare(inner, faults) };
        let opaque = text == Text::Id
            && start
                .attribute("isPermaLink")
                .is_some_and(|says| says.eq_ignore_ascii_case("false"));
        let base = self.base.clone();
        let draft = self.draft();
        match text {
            Text::Title => draft.title(rank, &value),
            Text::Summary => draft.summary(rank, &value),
            Text::Content => draft.content(rank, &value),
            Text::Id => draft.id(rank, &value, !opaque, base.as_deref()),
            Text::Published => draft.date(rank, When::Published, value.into_owned()),
            Text::Updated => draft.date(rank, When::Updated, value.into_owned()),
            Text::Date => draft.date(rank, When::Either, value.into_owned()),
            Text::Language => draft.language(rank, &value),
            Text::Author => draft.author(rank, &value),
            Text::Keywords => value.split(',').for_each(|word| draft.category(word)),
        }
        false
    }

    pub(super) fn link(&mut self, start: &Start<'a>) -> bool {
        let Some(href) = ["href", "url", "uri"].iter().find_map(|name| start.value(name)) else {
            if let Some(inner) = self.inner(start, Holds::Line) {
                let href = texts::bare(inner, &mut self.faults);
                let base = self.base.clone();
                self.draft().link(start.rank, &href, base.as_deref(), false);
            }
            return false;
        };
        let relation = start.value("rel").unwrap_or_default().to_ascii_lowercase();
        let media_type = start.value("type").filter(|kind| !kind.trim().is_empty());
        let base = self.base.clone();
        let is_atom = self.kind == Some("atom");
        let is_page = media_type.as_deref().is_none_or(|kind| kind.contains("htm"));
        match relation.rsplit('/').next().unwrap_or_default() {
            "" | "alternate" => {
                let rank = start.rank + if is_page { 0 } else { 4 };
                self.draft().link(rank, &href, base.as_deref(), is_atom);
            }
            "enclosure" => {
                let length = start.value("length").and_then(|length| length.trim().parse().ok());
                let url = Some(clean::absolute(&href, base.as_deref()));
                self.draft().enclosure(Enclosure { url, media_type, length });
            }
            "self" | "hub" | "next" | "prev" | "previous" | "first" | "last" | "edit"
            | "replies" | "license" | "service.post" | "service.edit" | "service.feed"
            | "search" => {}
            _ => self.draft().link(9, &href, base.as_deref(), true),
        }
        true
    }

    pub(super) fn enclosure(&mut self, start: &Start<'a>) -> bool {
        if let Some(href) = ["url", "href", "uri"].iter().find_map(|name| start.value(name)) {
            let length = ["length", "fileSize"].iter().find_map(|name| start.value(name));
            let enclosure = Enclosure {
                url: clean::filled(&href).map(|href| clean::absolute(&href, self.base.as_deref())),
                media_type: start.value("type").and_then(|kind| clean::filled(&kind)),
                length: length.and_then(|length| length.trim().parse().ok()),
            };
            self.draft().enclosure(enclosure);
        }
        true
    }

    pub(super) fn category(&mut self, start: &Start<'a>) -> bool {
        let named = ["label", "term", "text"].iter().find_map(|name| start.value(name));
        if let Some(label) = &named {
            self.draft().category(label);
        }
        let Some(inner) = self.inner(start, Holds::Line) else { return false };
        if named.is_none() {
            let label = texts::bare(inner, &mut self.faults);
            self.draft().category(&label);
        }
        false
    }

    /// A person, as an element of Atom or as a text.
    pub(super) fn author(&mut self, start: &Start<'a>) -> bool {
        let Some(inner) = self.inner(start, Holds::Line) else { return false };
        let child = |wanted: &str| {
            let mut pieces = Scanner::new(inner);
            pieces
                .find(|piece| matches!(piece.kind, Kind::Open(tag) if local(tag.name) == wanted))?;
            let from = pieces.at();
            let end = pieces.find(|piece| matches!(piece.kind, Kind::Close { .. }))?;
            clean::filled(&texts::bare(
                pieces.between(from, pieces.at() - end.raw.len()),
                &mut Faults::default(),
            ))
        };
        let name = child("name").or_else(|| child("email")).map(Cow::from);
        let name = name.unwrap_or_else(|| texts::bare(inner, &mut self.faults));
        let rank = start.rank;
        self.draft().author(rank, &name);
        false
    }

    /// Passes over an element that speaks of something else. One that is never closed hides nothing.
    pub(super) fn aside(&mut self, start: &Start<'a>) -> bool {
        if start.tag.empty || self.asides_are_broken {
            return false;
        }
        let begun = self.scanner.at();
        if capture(&mut self.scanner, start.tag.name, Holds::Elements) == Captured::Cut {
            self.asides_are_broken = true;
            self.scanner.back_to(begun);
        }
        false
    }

    /// What stands in an element that holds a text; nothing where the document breaks off in it.
    fn inner(&mut self, start: &Start<'a>, holds: Holds) -> Option<&'a str> {
        if start.tag.empty {
            return None;
        }
        match capture(&mut self.scanner, start.tag.name, holds) {
            Captured::Whole(inner) => Some(inner),
            Captured::Open(inner) => {
                self.faults.unclosed = true;
                Some(inner)
            }
            Captured::Cut => {
                self.faults.cut = Some(Cut::Dropped);
                None
            }
        }
    }
}

fn has_tags(inner: &str) -> bool {
    inner.contains('<') && Scanner::new(inner).any(|piece| matches!(piece.kind, Kind::Open(_)))
}

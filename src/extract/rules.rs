//! What an operator knows of one site: where its articles stand, as CSS selectors.

use std::collections::HashSet;

use scraper::node::Element;
use scraper::{ElementRef, Html, Selector};
use thiserror::Error;

use super::blocks::Blocks;
use super::dom::Dom;

/// A selector that cannot be read.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`{selector}` is no CSS selector: {reason}")]
pub struct RuleError {
    /// As written.
    pub selector: String,
    /// What the parser says.
    pub reason: String,
}

/// Selectors for one host; what is not given is found as on any other page.
#[derive(Debug, Clone, Default)]
pub struct SiteRules {
    body: Vec<Selector>,
    remove: Vec<Selector>,
    title: Vec<Selector>,
    date: Vec<Selector>,
}

impl SiteRules {
    /// Reads selectors: `body` are the elements of the text, in the order of the page; `remove`
    /// those in it that are none; of `title` and `date` the first that matches counts.
    ///
    /// # Errors
    ///
    /// The first selector that cannot be read.
    pub fn parse(
        body: &[String],
        remove: &[String],
        title: &[String],
        date: &[String],
    ) -> Result<Self, RuleError> {
        Ok(Self { body: all(body)?, remove: all(remove)?, title: all(title)?, date: all(date)? })
    }

    /// The blocks of the body that the rules name; nothing if no selector matches.
    pub(super) fn keep(&self, page: &Html, dom: &Dom<'_>, blocks: &Blocks) -> Option<Vec<usize>> {
        let mut kept = vec![false; blocks.list.len()];
        for (selectors, value) in [(&self.body, true), (&self.remove, false)] {
            for node in nodes(page, dom, selectors) {
                for flag in &mut kept[blocks.within(dom, node)] {
                    *flag = value;
                }
            }
        }
        let kept: Vec<usize> =
            kept.iter().enumerate().filter_map(|(at, is)| is.then_some(at)).collect();
        (!kept.is_empty()).then_some(kept)
    }

    /// Marks the blocks that the rules take away.
    pub(super) fn remove(&self, page: &Html, dom: &Dom<'_>, blocks: &Blocks, pruned: &mut [bool]) {
        for node in nodes(page, dom, &self.remove) {
            for flag in &mut pruned[blocks.within(dom, node)] {
                *flag = true;
            }
        }
    }

    /// The headline.
    pub(super) fn title(&self, page: &Html) -> Option<String> {
        first(page, &self.title, text)
    }

    /// The day of publication as written: an attribute made for it, else the text.
    pub(super) fn date(&self, page: &Html) -> Option<String> {
        first(page, &self.date, |element| {
            let attributes = ["datetime", "content", "title"];
            let given = attributes.iter().find_map(|name| element.attr(name)).map(str::to_owned);
            given.or_else(|| text(element))
        })
    }
}

fn all(selectors: &[String]) -> Result<Vec<Selector>, RuleError> {
    let read = |selector: &String| {
        Selector::parse(selector)
            .map_err(|error| RuleError { selector: selector.clone(), reason: error.to_string() })
    };
    selectors.iter().map(read).collect()
}

/// The nodes that selectors match.
fn nodes(page: &Html, dom: &Dom<'_>, selectors: &[Selector]) -> Vec<usize> {
    let matched: HashSet<*const Element> = selectors
        .iter()
        .flat_map(|selector| page.select(selector))
        .map(|it| std::ptr::from_ref(it.value()))
        .collect();
    let is_matched = |at: &usize| {
        let element = dom.nodes[*at].element;
        element.is_some_and(|element| matched.contains(&std::ptr::from_ref(element)))
    };
    if matched.is_empty() { Vec::new() } else { (0..dom.nodes.len()).filter(is_matched).collect() }
}

fn first(
    page: &Html,
    selectors: &[Selector],
    read: impl Fn(ElementRef<'_>) -> Option<String>,
) -> Option<String> {
    selectors.iter().flat_map(|selector| page.select(selector)).find_map(read)
}

fn text(element: ElementRef<'_>) -> Option<String> {
    let text = crate::text::lines(&element.text().collect::<String>()).replace('\n', " ");
    (!text.is_empty()).then_some(text)
}

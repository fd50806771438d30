//! The body of an article: cut into blocks, proposed, chosen, cleaned, and doubted.

use scraper::Html;
use url::Url;

use crate::text;

use super::blocks::{Blocks, Kind};
use super::candidates::Container;
use super::dom::Dom;
use super::edition::Edition;
use super::metadata::Metadata;
use super::selector::{self, Selection};
use super::template::Sketch;
use super::{Site, conversation, doubt, filter, lead};

/// A body lighter than this is doubtful: a teaser, a paywall, a page built by scripts.
pub(super) const THIN: usize = 250;

/// What a Han character weighs against a letter: about the length of its translation.
const HAN_WEIGHT: usize = 3;

/// The body that was chosen.
#[derive(Debug, Default)]
pub(super) struct Body {
    pub(super) text: Option<String>,
    pub(super) method: Option<&'static str>,
    pub(super) warnings: Vec<&'static str>,
    pub(super) proposals: Vec<Proposal>,
    /// Why this one.
    pub(super) reason: &'static str,
    /// What it teaches of its host.
    pub(super) sketch: Sketch,
    /// Whether the article may stand elsewhere.
    pub(super) is_doubtful: bool,
    /// Where, if anybody looked.
    pub(super) edition: Option<Edition>,
}

/// What one way of looking for the body found.
#[derive(Debug, Clone, PartialEq)]
pub struct Proposal {
    /// The way: `density`, `names`, `microdata`, `json-ld`, `rules`.
    pub method: &'static str,
    /// The element, as tag, id and classes.
    pub place: String,
    /// Characters of the text that it gives.
    pub characters: usize,
    /// Running text less boilerplate, in characters; Han characters count three times.
    pub score: f64,
    /// Whether this one won.
    pub chosen: bool,
}

/// Finds the body of a parsed page.
pub(super) fn find(
    page: &Html,
    dom: &Dom<'_>,
    metadata: &Metadata,
    url: Option<&Url>,
    site: &Site<'_>,
) -> Body {
    let blocks = Blocks::of(dom);
    let mut body = extract(page, dom, &blocks, metadata, url, site);
    if weight(&body) < THIN
        && let Some(inner) = unscripted(dom)
    {
        let inner_dom = Dom::of(&inner);
        let inner_blocks = Blocks::of(&inner_dom);
        let other = extract(&inner, &inner_dom, &inner_blocks, metadata, url, site);
        if weight(&other) > weight(&body) {
            body = other;
        }
    }
    finish(body, dom, &blocks, metadata)
}

/// What the tree gives, without a doubt.
fn extract(
    page: &Html,
    dom: &Dom<'_>,
    blocks: &Blocks,
    metadata: &Metadata,
    url: Option<&Url>,
    site: &Site<'_>,
) -> Body {
    if let Some(kept) = site.rules.and_then(|rules| rules.keep(page, dom, blocks)) {
        let reason = "the rules of the site name it";
        let text = Some(join(dom, blocks, &kept));
        return Body { text, method: Some("rules"), reason, ..Body::default() };
    }
    let conversation = conversation::is_conversation(dom, blocks, url);
    let Some(mut selection) = selector::select(dom, blocks, conversation, metadata.body.as_deref())
    else {
        return Body::default();
    };
    if let Some(rules) = site.rules {
        rules.remove(page, dom, blocks, &mut selection.pruned);
    }
    let place = selection.chosen.node;
    if let Some(container) = site.template.and_then(|it| it.container(dom, blocks, place)) {
        selection.proposals.push(container);
        selection.chosen = container;
        selection.reason = "articles of this host stand there";
    }
    let title = metadata.title.as_deref();
    let mut kept = text_of(dom, blocks, &selection, selection.chosen, title);
    if let Some(described) = selection.described.as_ref().filter(|it| it.is_whole(blocks, &kept)) {
        kept.retain(|&at| described.allows(blocks, at));
    }
    let start = blocks.within(dom, selection.chosen.node).start;
    let start = kept.first().map_or(start, |&first| first.max(start));
    let mut all = lead::before(dom, blocks, &selection.pruned, start, metadata);
    all.extend(kept);
    // What the host is told to be like must not be what it is known to be like.
    let sketch = Sketch::of(dom, blocks, &all, place);
    filter::drop_repeated(blocks, &mut all, conversation);
    if let Some(template) = site.template {
        template.clean(blocks, &mut all);
    }
    Body {
        text: Some(join(dom, blocks, &all)).filter(|text| !text.is_empty()),
        method: Some(selection.chosen.method),
        proposals: if site.why { proposals(dom, blocks, &selection, title) } else { Vec::new() },
        reason: selection.reason,
        sketch,
        ..Body::default()
    }
}

fn text_of(
    dom: &Dom<'_>,
    blocks: &Blocks,
    selection: &Selection,
    container: Container,
    title: Option<&str>,
) -> Vec<usize> {
    let range = blocks.within(dom, container.node);
    filter::keep(dom, blocks, &selection.pruned, range, title, selection.described.as_ref())
}

fn proposals(
    dom: &Dom<'_>,
    blocks: &Blocks,
    selection: &Selection,
    title: Option<&str>,
) -> Vec<Proposal> {
    let proposal = |container: &Container| {
        let kept = text_of(dom, blocks, selection, *container, title);
        Proposal {
            method: container.method,
            place: dom.place(container.node),
            characters: kept.iter().map(|&at| blocks.text(at).chars().count()).sum(),
            score: container.score,
            chosen: container.method == selection.chosen.method,
        }
    };
    selection.proposals.iter().map(proposal).collect()
}

/// What a page that is built by scripts shows to those who run none.
fn unscripted(dom: &Dom<'_>) -> Option<Html> {
    let is_noscript =
        |at: &usize| dom.nodes[*at].element.is_some_and(|element| element.name() == "noscript");
    let texts = (0..dom.nodes.len())
        .filter(is_noscript)
        .filter(|&at| dom.nodes[at].end > at + 1)
        .map(|at| dom.nodes[at + 1].text);
    let longest = texts.max_by_key(|text| text.len()).filter(|text| text.len() > THIN)?;
    Some(Html::parse_fragment(longest))
}

/// Blocks on lines of their own; the cells of a row on one.
fn join(dom: &Dom<'_>, blocks: &Blocks, kept: &[usize]) -> String {
    let mut out = String::new();
    let mut before: Option<usize> = None;
    for &at in kept {
        let block = &blocks.list[at];
        let row = (block.kind == Kind::Cell).then(|| dom.nodes[block.node].parent);
        if !out.is_empty() {
            out.push(if row.is_some() && row == before { ' ' } else { '\n' });
        }
        before = row;
        out.push_str(blocks.text(at));
    }
    out
}

/// Doubts a short body, and looks for a longer one in the metadata.
fn finish(mut body: Body, dom: &Dom<'_>, blocks: &Blocks, metadata: &Metadata) -> Body {
    let doubt = doubt::of(dom, blocks, weight(&body));
    if doubt.is_some() {
        body.text = body.text.map(|text| doubt::without_notices(&text)).filter(|it| !it.is_empty());
    }
    let found = weight(&body);
    body.is_doubtful = doubt.is_some() || found < THIN;
    if found >= THIN && metadata.body.as_deref().is_none_or(|whole| weigh(whole) < 2 * found) {
        body.warnings.extend(doubt.map(doubt::Doubt::warning));
        return body;
    }
    if let Some(whole) = metadata.body.as_deref().filter(|whole| weigh(whole) > found) {
        let warning = "the body is the one in the page's JSON-LD";
        body.is_doubtful = weigh(whole) < THIN;
        return instead(body, whole, "json-ld", warning);
    }
    body.warnings.extend(doubt.map(doubt::Doubt::warning));
    match metadata.description.as_deref().filter(|text| weigh(text) > found) {
        Some(description) => {
            instead(body, description, "description", "only the page's description was found")
        }
        None if found > 0 => {
            body.warnings
                .push("the body is short: a teaser, a paywall or a page built by scripts?");
            body
        }
        None => {
            body.warnings.push("no body found");
            Body { text: None, method: None, ..body }
        }
    }
}

fn instead(mut body: Body, text: &str, method: &'static str, warning: &'static str) -> Body {
    body.warnings.push(warning);
    for proposal in &mut body.proposals {
        proposal.chosen = false;
    }
    let reason = "the tree holds less than the page's metadata";
    Body { text: Some(text.to_owned()), method: Some(method), reason, ..body }
}

fn weight(body: &Body) -> usize {
    body.text.as_deref().map_or(0, weigh)
}

fn weigh(text: &str) -> usize {
    text.chars().map(|c| if text::is_han(c) { HAN_WEIGHT } else { 1 }).sum()
}

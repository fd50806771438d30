//! The body of an article: blocks of the page, the containers that may hold it, and which one does.

use scraper::Html;
use url::Url;

use crate::text;

use super::blocks::{Blocks, Kind};
use super::candidates::{self, Container};
use super::described::Described;
use super::dom::Dom;
use super::metadata::Metadata;
use super::{conversation, filter, lead, prune};

/// A body lighter than this is doubtful: a teaser, a paywall, a page built by scripts.
const THIN: usize = 250;

/// What a Han character weighs against a letter: about the length of its translation.
const HAN_WEIGHT: usize = 3;

/// The body that was chosen.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Body {
    pub(super) text: Option<String>,
    pub(super) method: Option<&'static str>,
    pub(super) warning: Option<&'static str>,
}

/// How many times more text must stand where names speak of boilerplate until they are disbelieved.
const MULTIPLE: f64 = 3.0;

/// Finds the body of a parsed page.
pub(super) fn find(page: &Html, metadata: &Metadata, url: Option<&Url>) -> Body {
    let dom = Dom::of(page);
    let (mut text, mut method) = extract(&dom, metadata, url);
    if weigh(&text) < THIN
        && let Some(inner) = unscripted(&dom)
    {
        let (other, way) = extract(&Dom::of(&inner), metadata, url);
        if weigh(&other) > weigh(&text) {
            (text, method) = (other, way);
        }
    }
    finish(text, method, metadata)
}

fn extract(dom: &Dom<'_>, metadata: &Metadata, url: Option<&Url>) -> (String, &'static str) {
    let blocks = Blocks::of(dom);
    match read(dom, &blocks, metadata, url) {
        Some(found) => (join(dom, &blocks, &found.kept), found.container.method),
        None => (String::new(), "none"),
    }
}

/// What a page that is built by scripts shows to those who run none.
fn unscripted(dom: &Dom<'_>) -> Option<Html> {
    let texts = dom.nodes.iter().enumerate().filter(|(_, node)| {
        node.element.is_some_and(|element| element.name() == "noscript")
    });
    let texts = texts.filter_map(|(at, _)| dom.nodes.get(at + 1).map(|inner| inner.text));
    let longest = texts.max_by_key(|text| text.len()).filter(|text| text.len() > THIN)?;
    Some(Html::parse_fragment(longest))
}

struct Reading {
    container: Container,
    kept: Vec<usize>,
    pruned: Vec<bool>,
    conversation: bool,
}

fn read(dom: &Dom<'_>, blocks: &Blocks, metadata: &Metadata, url: Option<&Url>) -> Option<Reading> {
    let conversation = conversation::is_conversation(dom, blocks, url);
    let described = Described::of(blocks, metadata.body.as_deref());
    let mut pruned = prune::prune(dom, blocks, conversation, true);
    let mut best = choose(dom, conversation, &candidates::containers(dom, blocks, &pruned, conversation));
    let plain = prune::prune(dom, blocks, conversation, false);
    if let Some(other) = choose(dom, conversation, &candidates::containers(dom, blocks, &plain, conversation))
        && best.is_none_or(|best| other.score > MULTIPLE * best.score)
    {
        (best, pruned) = (Some(other), plain);
    }
    let described = described.filter(|it| best.is_none_or(|best| it.is_most_of(best.score)));
    if let Some(node) = described.as_ref().and_then(|it| it.container(dom, blocks)) {
        best = Some(Container { method: "json-ld", node, score: 0.0 });
    }
    let mut container = best?;
    if !conversation {
        container.node = candidates::first_article(dom, blocks, container.node);
    }
    let range = blocks.within(dom, container.node);
    let title = metadata.title.as_deref();
    let mut text = filter::keep(dom, blocks, &pruned, range.clone(), title, described.as_ref());
    if let Some(described) = described.filter(|it| it.is_whole(blocks, &text)) {
        text.retain(|&at| described.holds(at) || matches!(blocks.list[at].kind, Kind::Heading) || blocks.list[at].weight < 20);
    }
    let mut kept = lead::before(dom, blocks, &pruned, range.start, metadata);
    kept.extend(text);
    filter::drop_repeated(blocks, &mut kept);
    Some(Reading { container, kept, pruned, conversation })
}

fn choose(dom: &Dom<'_>, conversation: bool, containers: &[Container]) -> Option<Container> {
    let best = containers.iter().copied().reduce(|a, b| if b.score > a.score { b } else { a })?;
    if conversation {
        return Some(best);
    }
    let marked = containers
        .iter()
        .copied()
        .filter(|it| it.method != "density" && it.score > 0.6 * best.score)
        .reduce(|a, b| if dom.holds(a.node, b.node) && b.score > 0.8 * a.score { b } else { a });
    Some(marked.unwrap_or(best))
}

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

fn finish(found: String, method: &'static str, metadata: &Metadata) -> Body {
    let weight = weigh(&found);
    if weight >= THIN {
        return Body { text: Some(found), method: Some(method), warning: None };
    }
    if let Some(body) = metadata.body.as_deref().filter(|body| weigh(body) > weight) {
        let warning = Some("the body is the one in the page's JSON-LD");
        return Body { text: Some(body.to_owned()), method: Some("json-ld"), warning };
    }
    if weight > 0 {
        let warning = Some("the body is short: a teaser, a paywall or a page built by scripts?");
        return Body { text: Some(found), method: Some(method), warning };
    }
    if let Some(description) = &metadata.description {
        let warning = Some("only the page's description was found");
        return Body { text: Some(description.clone()), method: Some("description"), warning };
    }
    Body { warning: Some("no body found"), ..Body::default() }
}

fn weigh(text: &str) -> usize {
    text.chars().map(|c| if text::is_han(c) { HAN_WEIGHT } else { 1 }).sum()
}

// DEBUG-BEGIN
pub fn debug(html: &str, url: Option<&Url>) {
    let page = Html::parse_document(html);
    let metadata = super::metadata::read_document(&page, url);
    let dom = Dom::of(&page);
    let blocks = Blocks::of(&dom);
    let Some(r) = read(&dom, &blocks, &metadata, url) else { println!("nothing"); return };
    let (pruned, kept, conv) = (&r.pruned, &r.kept, r.conversation);
    let range = blocks.within(&dom, r.container.node);
    let containers = candidates::containers(&dom, &blocks, pruned, conv);
    let name = |n: usize| {
        let d = &dom.nodes[n];
        d.element.map_or(String::new(), |e| format!("{}.{}#{}", e.name(), e.attr("class").unwrap_or("").chars().take(50).collect::<String>(), e.attr("id").unwrap_or("").chars().take(20).collect::<String>()))
    };
    println!("title {:?} desc {:?} conv {conv} jsonbody {:?}", metadata.title, metadata.description, metadata.body.as_ref().map(|b| b.len()));
    for c in &containers { println!("{} {} {} {:?}", c.method, c.score, name(c.node), blocks.within(&dom, c.node)); }
    for (i, b) in blocks.list.iter().enumerate() {
        let near: Vec<String> = std::iter::once(b.node).chain(dom.around(b.node)).take(6).map(|n| name(n).chars().take(44).collect()).collect();
        let by = std::iter::once(b.first).chain(dom.around(b.first)).filter(|&n| dom.nodes[n].hints != Default::default()).map(|n| format!("{:x}:{}", dom.nodes[n].hints.bits(), dom.nodes[n].element.map_or(String::new(), |e| format!("{} {} {}", e.name(), e.attr("class").unwrap_or(""), e.attr("id").unwrap_or(""))).chars().take(70).collect::<String>())).take(2).collect::<Vec<_>>();
        println!("{i:4} {}{}{} {:.4} w{} l{} s{} | {} | {} | {}", if range.contains(&i) {"C"} else {" "}, if kept.contains(&i) {"K"} else {" "}, if pruned[i] {"P"} else {" "}, format!("{:?}", b.kind), b.weight, b.linked, b.sentences, blocks.text(i).replace('\n', "/").chars().take(60).collect::<String>(), near.join(" < "), if pruned[i] { by.join(" << ") } else { String::new() });
    }
}
// DEBUG-END

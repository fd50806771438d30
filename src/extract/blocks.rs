//! The text of a page as blocks: what stands on lines of its own, with the features that tell text
//! from boilerplate (length, link density, sentences: Kohlschütter et al. 2010, Pomikálek 2011).

use std::ops::Range;

use crate::text;

use super::dom::{Dom, Tag};
use super::vocabulary::Hints;

/// What a Han character weighs against a letter: about the length of its translation.
const HAN_WEIGHT: usize = 3;

/// What kind of block it is, by the nearest element that tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Caption,
    Cell,
    Heading,
    Item,
    Loose,
    Paragraph,
    Pre,
}

/// A run of text between two borders of block elements.
#[derive(Debug, Clone)]
pub(super) struct Block {
    /// Its text in [`Blocks::text`].
    pub(super) text: Range<usize>,
    /// The first piece of text in it.
    pub(super) first: usize,
    /// The last piece of text in it.
    pub(super) last: usize,
    /// The nearest block element around it.
    pub(super) node: usize,
    pub(super) kind: Kind,
    /// Letters and the like; Han characters count three times.
    pub(super) weight: usize,
    /// The part of it that lies in links.
    pub(super) linked: usize,
    /// Ends of sentences.
    pub(super) sentences: usize,
}

impl Block {
    /// The share of its text that lies in links.
    pub(super) fn link_density(&self) -> f64 {
        if self.weight == 0 { 0.0 } else { self.linked as f64 / self.weight as f64 }
    }
}

/// All blocks of a page in order.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    pub(super) list: Vec<Block>,
    text: String,
}

impl Blocks {
    /// The text of one block; breaks within it are line breaks.
    pub(super) fn text(&self, at: usize) -> &str {
        &self.text[self.list[at].text.clone()]
    }

    /// The blocks that lie in a node.
    pub(super) fn within(&self, dom: &Dom<'_>, node: usize) -> Range<usize> {
        let end = dom.nodes[node].end;
        let from = self.list.partition_point(|block| block.first < node);
        let to = self.list.partition_point(|block| block.first < end);
        from..to
    }

    /// Cuts a page into blocks. What nobody sees (scripts, hidden elements) is left out.
    pub(super) fn of(dom: &Dom<'_>) -> Self {
        let mut cutter = Cutter::new(dom);
        let mut at = 0;
        while at < dom.nodes.len() {
            cutter.close_until(at);
            let node = &dom.nodes[at];
            match node.tag {
                Tag::Text => cutter.add(at, node.text),
                Tag::Break => cutter.line_break(),
                Tag::Hidden | Tag::Head => {
                    at = node.end;
                    continue;
                }
                Tag::Inline | Tag::Anchor | Tag::Time if node.hints.has(Hints::HIDDEN) => {
                    at = node.end;
                    continue;
                }
                tag => cutter.open(at, tag),
            }
            at += 1;
        }
        cutter.flush();
        cutter.blocks
    }
}

/// Syllables of Japanese and Korean stand between letters and Han characters.
fn weight_of(c: char) -> usize {
    match c {
        c if c.is_ascii() => 1,
        '\u{3041}'..='\u{30ff}' | '\u{ac00}'..='\u{d7af}' => 2,
        c if text::is_han(c) => HAN_WEIGHT,
        _ => 1,
    }
}

struct Cutter<'d, 'a> {
    dom: &'d Dom<'a>,
    blocks: Blocks,
    /// Block elements that stand open.
    open: Vec<usize>,
    /// The end of the outermost link that stands open.
    link_end: usize,
    /// Where the block that is being written starts.
    start: usize,
    first: Option<usize>,
    last: usize,
    weight: usize,
    linked: usize,
    sentences: usize,
    breaks: usize,
    space: bool,
}

impl<'d, 'a> Cutter<'d, 'a> {
    fn new(dom: &'d Dom<'a>) -> Self {
        Self {
            dom,
            blocks: Blocks::default(),
            open: vec![0],
            link_end: 0,
            start: 0,
            first: None,
            last: 0,
            weight: 0,
            linked: 0,
            sentences: 0,
            breaks: 0,
            space: false,
        }
    }

    fn close_until(&mut self, at: usize) {
        while self.open.len() > 1 {
            let Some(&last) = self.open.last() else { break };
            if self.dom.nodes[last].end > at {
                break;
            }
            self.flush();
            self.open.pop();
        }
    }

    fn open(&mut self, at: usize, tag: Tag) {
        if tag.is_block() {
            self.flush();
            self.open.push(at);
        } else if tag == Tag::Anchor && at >= self.link_end && self.dom.attr(at, "href").is_some() {
            self.link_end = self.dom.nodes[at].end;
        }
    }

    /// One break ends a line, two end the block, as authors without paragraphs write.
    fn line_break(&mut self) {
        self.breaks += 1;
        if self.breaks > 1 {
            self.flush();
        }
        self.space = true;
    }

    fn add(&mut self, at: usize, text: &str) {
        let in_link = at < self.link_end;
        let is_pre = self.open.last().is_some_and(|&node| self.dom.nodes[node].tag == Tag::Pre);
        let mut previous = ' ';
        for c in text.chars() {
            if c.is_whitespace() {
                self.space = true;
                if is_pre && c == '\n' && self.first.is_some() {
                    self.breaks += 1;
                }
                self.sentences += usize::from(matches!(previous, '.' | '!' | '?' | '…'));
                previous = ' ';
                continue;
            }
            if self.first.is_none() {
                self.first = Some(at);
                self.breaks = 0;
                self.space = false;
            }
            if self.breaks > 0 {
                self.blocks.text.push('\n');
            } else if self.space {
                self.blocks.text.push(' ');
            }
            let weight = weight_of(c) + usize::from(self.space);
            self.weight += weight;
            self.linked += if in_link { weight } else { 0 };
            (self.breaks, self.space) = (0, false);
            self.sentences += usize::from(matches!(c, '。' | '！' | '？' | '।'));
            self.blocks.text.push(c);
            self.last = at;
            previous = c;
        }
        self.sentences += usize::from(matches!(previous, '.' | '!' | '?' | '…'));
    }

    fn flush(&mut self) {
        if let Some(first) = self.first.take() {
            let node = self.open.last().copied().unwrap_or(0);
            let kind = self.kind();
            self.blocks.list.push(Block {
                text: self.start..self.blocks.text.len(),
                first,
                last: self.last,
                node,
                kind,
                weight: self.weight,
                linked: self.linked,
                sentences: self.sentences,
            });
        }
        self.start = self.blocks.text.len();
        (self.weight, self.linked, self.sentences) = (0, 0, 0);
        (self.breaks, self.space) = (0, false);
    }

    /// The nearest element that tells, at most a few levels up.
    fn kind(&self) -> Kind {
        let mut kind = None;
        let mut quoted = false;
        for &node in self.open.iter().rev().take(6) {
            let found = match self.dom.nodes[node].tag {
                Tag::Caption => Some(Kind::Caption),
                Tag::Figure if !quoted && kind != Some(Kind::Cell) => Some(Kind::Caption),
                Tag::Heading => Some(Kind::Heading),
                Tag::Item => Some(Kind::Item),
                Tag::Paragraph => Some(Kind::Paragraph),
                Tag::Pre => Some(Kind::Pre),
                Tag::Cell => Some(Kind::Cell),
                Tag::Quote => {
                    quoted = true;
                    Some(Kind::Paragraph)
                }
                _ => None,
            };
            // A paragraph in a figure is a caption; one in a list or table is its item or cell.
            kind = match (kind, found) {
                (Some(Kind::Heading | Kind::Pre), _) => kind,
                (_, Some(Kind::Caption)) => Some(Kind::Caption),
                (None | Some(Kind::Paragraph), Some(Kind::Heading)) => Some(Kind::Heading),
                (Some(Kind::Paragraph), Some(Kind::Item)) => Some(Kind::Item),
                (None, found) => found,
                _ => kind,
            };
        }
        kind.unwrap_or(Kind::Loose)
    }
}

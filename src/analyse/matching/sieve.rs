//! A first look at a text: whether any of a few terms may stand in it at all.
//!
//! Where few terms are looked for, most texts have none, and need not be cut into words. Each term has a *core*, bytes that
//! stand in one piece wherever it does, if no two blanks follow one another (texts where they do are let through). A
//! text is looked at in every n-th place only, a few bytes at a time: of each core n pieces that begin at places in a
//! row are known, so that one of them is met whatever comes before it (as in Fredriksson and Grabowski,
//! "Average-optimal string matching", 2009). A set of bits that stays in the first cache tells pieces; what it lets
//! through is compared with the whole core.

use memchr::memmem::{self, Finder};

use crate::model::query::{Form, Inflection, Term};
use crate::text::glob::{is_wild, marked};
use crate::text::{fold, is_spaced};

/// More terms than this are met in too many texts.
const MOST_TERMS: usize = 512;
/// Bytes of a long core and of a short one, and how far it is from one place to the next.
const LONG: (usize, usize) = (11, 4);
const SHORT: (usize, usize) = (4, 2);
/// Most bytes of a core, so that hostile texts cannot make comparing long; the first ones then stand for all.
const LONGEST: usize = 32;
/// Bytes of a piece.
const PIECE: usize = 8;
/// Cores that are looked for one by one.
const MOST_BRIEF: usize = 4;
/// Slots of the table of pieces, and words of the set before it.
const SLOTS: usize = 1 << 10;
const HASH: u64 = 0x9e37_79b9_7f4a_7c15;

/// What is known of a few terms.
#[derive(Debug)]
pub(super) struct Sieve {
    long: Walk,
    short: Walk,
    brief: Vec<(Finder<'static>, Core)>,
    has_blank: bool,
}

/// Cores that are looked for by pieces of so many bytes in every so many places.
#[derive(Debug)]
struct Walk {
    cores: Vec<Core>,
    /// Bits of a piece as a number.
    kept: u64,
    is_known: Box<[u64; SLOTS]>,
    /// For each slot, where its pieces begin; one more at the end.
    slots: Vec<u16>,
    pieces: Vec<Piece>,
}

/// A piece, the core that it is of, and its place there.
#[derive(Debug, Clone, Copy)]
struct Piece {
    bytes: u64,
    core: u16,
    at: u16,
}

/// What stands in every folded text without two blanks in a row that has a term.
#[derive(Debug)]
struct Core {
    text: String,
    /// Whether a word begins or ends with it.
    begins: bool,
    ends: bool,
}

impl Sieve {
    /// A sieve for terms; none if they are too many, or one may stand where no core does, or too many are short.
    pub fn new<'a>(terms: impl Iterator<Item = &'a Term>) -> Option<Self> {
        let cores = terms.take(MOST_TERMS + 1).map(Core::new).collect::<Option<Vec<_>>>()?;
        if cores.len() > MOST_TERMS {
            return None;
        }
        let has_blank = cores.iter().any(|core| core.text.contains(' '));
        let (long, others): (Vec<_>, Vec<_>) =
            cores.into_iter().partition(|core| core.text.len() >= LONG.0);
        let (short, brief): (Vec<_>, Vec<_>) =
            others.into_iter().partition(|core| core.text.len() >= SHORT.0);
        let brief = brief.into_iter().map(|core| (Finder::new(&core.text).into_owned(), core));
        let brief: Vec<_> = brief.collect();
        let (long, short) = (Walk::new(long, LONG), Walk::new(short, SHORT));
        (brief.len() <= MOST_BRIEF).then_some(Self { long, short, brief, has_blank })
    }

    /// Whether a term may stand in a folded text.
    pub fn lets_through(&self, text: &str) -> bool {
        let stands = |(finder, core): &(Finder, Core)| {
            let mut from = 0;
            while let Some(found) = finder.find(&text.as_bytes()[from..]) {
                if core.stands(text, from + found) {
                    return true;
                }
                from += found + 1;
            }
            false
        };
        self.has_blank && memmem::find(text.as_bytes(), b"  ").is_some()
            || self.long.meets::<{ LONG.1 }, 20>(text)
            || self.short.meets::<{ SHORT.1 }, 14>(text)
            || self.brief.iter().any(stands)
    }
}

impl Walk {
    /// Cores of so many bytes at least, looked for in every so many places.
    fn new(cores: Vec<Core>, (least, step): (usize, usize)) -> Self {
        let shortest = cores.iter().map(|core| core.text.len()).min().unwrap_or(least);
        let length = (shortest - step + 1).min(PIECE);
        let mut pieces = Vec::with_capacity(step * cores.len());
        for (core, Core { text, .. }) in (0..).zip(&cores) {
            let all: Vec<&[u8]> = text.as_bytes().windows(length).collect();
            let likely = |row: &[&[u8]]| row.iter().copied().map(likelihood).sum::<f64>();
            let rows = all.windows(step).enumerate();
            let rarest = rows.min_by(|a, b| likely(a.1).total_cmp(&likely(b.1)));
            let row = rarest.into_iter().flat_map(|(nth, row)| (nth as u16..).zip(row));
            pieces.extend(row.map(|(at, piece)| Piece { bytes: number(piece), core, at }));
        }
        let slot = |piece: &Piece| slot(piece.bytes);
        pieces.sort_unstable_by_key(slot);
        let starts = (0..=SLOTS).map(|at| pieces.partition_point(|piece| slot(piece) < at));
        let slots = starts.map(|start| start as u16).collect();
        let mut is_known = Box::new([0; SLOTS]);
        for piece in &pieces {
            let hash = piece.bytes.wrapping_mul(HASH);
            is_known[slot(piece)] |= 1 << (hash >> 48 & 63);
        }
        Self { cores, kept: u64::MAX >> (64 - 8 * length), is_known, slots, pieces }
    }

    /// Whether a core stands in a text. Four places at a time, which lie in a window of so many bytes, so that one branch
    /// is taken for all of them.
    fn meets<const STEP: usize, const WINDOW: usize>(&self, text: &str) -> bool {
        const PLACES: usize = 4;
        if self.cores.is_empty() {
            return false;
        }
        let bytes = text.as_bytes();
        let mut from = 0;
        for window in bytes.windows(WINDOW).step_by(PLACES * STEP) {
            let piece = |nth: usize| number(&window[nth * STEP..nth * STEP + PIECE]) & self.kept;
            let pieces: [u64; PLACES] = [piece(0), piece(1), piece(2), piece(3)];
            let [a, b, c, d] = pieces;
            let known = self.is_known(a) | self.is_known(b) | self.is_known(c) | self.is_known(d);
            if known & 1 != 0 && self.meets_one(text, (from..).step_by(STEP).zip(pieces)) {
                return true;
            }
            from += PLACES * STEP;
        }
        let rest = (from..bytes.len()).map(|at| (at, number(&bytes[at..]) & self.kept));
        self.meets_one(text, rest)
    }

    /// The lowest bit is set if there may be such a piece.
    #[inline]
    fn is_known(&self, piece: u64) -> u64 {
        let hash = piece.wrapping_mul(HASH);
        self.is_known[slot_of(hash)] >> (hash >> 48 & 63)
    }

    /// Whether a core stands where one of some pieces does. Apart, since it is seldom asked.
    #[inline(never)]
    fn meets_one(&self, text: &str, mut places: impl Iterator<Item = (usize, u64)>) -> bool {
        places.any(|(at, piece)| self.is_known(piece) & 1 != 0 && self.meets_at(text, at, piece))
    }

    fn meets_at(&self, text: &str, at: usize, piece: u64) -> bool {
        let slot = slot(piece);
        let of_slot = self.slots[slot] as usize..self.slots[slot + 1] as usize;
        self.pieces[of_slot].iter().any(|known| {
            known.bytes == piece
                && at
                    .checked_sub(usize::from(known.at))
                    .is_some_and(|from| self.cores[usize::from(known.core)].stands(text, from))
        })
    }
}

impl Core {
    fn new(term: &Term) -> Option<Self> {
        let inflection = match term.form {
            Form::Folded(inflection) => inflection,
            Form::Exact => Inflection::None,
            Form::Disguised => return None,
        };
        if matches!(inflection, Inflection::Spanish | Inflection::English) {
            return None;
        }
        let folded = fold(&marked(&term.text)).text;
        let mut whole = folded.trim();
        if inflection == Inflection::Plural {
            // What its last letters go on with stands before the signs behind them.
            whole = whole.trim_end_matches(|c: char| !c.is_alphanumeric() && !is_wild(c));
        }
        let parts = whole.split(is_wild).enumerate();
        let last = whole.matches(is_wild).count();
        let (nth, core) = parts.max_by_key(|(_, part)| part.len())?;
        let edge = |c: Option<char>| c.is_some_and(is_spaced);
        let mut text = core.to_owned();
        while text.contains("  ") {
            text = text.replace("  ", " ");
        }
        let begins = nth == 0 && edge(text.chars().next());
        let is_whole = text.len() <= LONGEST;
        text.truncate(text.floor_char_boundary(LONGEST));
        let ends = is_whole
            && inflection == Inflection::None
            && nth == last
            && edge(text.chars().next_back());
        (!text.is_empty()).then_some(Self { text, begins, ends })
    }

    fn stands(&self, text: &str, from: usize) -> bool {
        let Some((before, rest)) = text.split_at_checked(from) else { return false };
        let Some(behind) = rest.strip_prefix(&self.text) else { return false };
        let goes_on = |c: Option<char>| c.is_some_and(is_spaced);
        let is_within = self.begins && goes_on(before.chars().next_back())
            || self.ends && goes_on(behind.chars().next());
        !is_within
    }
}

/// How often a piece stands in texts, roughly: as its bytes do in Spanish, English and Chinese, each by itself; but blanks,
/// which announce what often follows them, count more.
fn likelihood(piece: &[u8]) -> f64 {
    let of = |byte: &u8| match byte {
        b' ' => 0.5,
        b'a' | b'e' => 0.1,
        b'i' | b'n' | b'o' | b'r' | b's' | b't' => 0.06,
        b'c' | b'd' | b'l' | b'u' => 0.04,
        b'b' | b'f' | b'g' | b'h' | b'm' | b'p' | b'q' | b'v' | b'y' => 0.015,
        0xe4..=0xe9 => 0.05,
        0x80.. => 0.016,
        _ => 0.003,
    };
    piece.iter().map(of).product()
}

/// The first bytes of a piece as a number.
#[inline]
fn number(piece: &[u8]) -> u64 {
    if let Some(bytes) = piece.first_chunk::<PIECE>() {
        return u64::from_le_bytes(*bytes);
    }
    piece.iter().rev().fold(0, |all, &byte| all << 8 | u64::from(byte))
}

fn slot(piece: u64) -> usize {
    slot_of(piece.wrapping_mul(HASH))
}

#[inline]
fn slot_of(hash: u64) -> usize {
    (hash >> (u64::BITS - SLOTS.trailing_zeros())) as usize
}

//! Finds the end of an element that holds a text, however that end looks.

use super::super::scan::{Kind, Scanner, local};
use super::texts::Carrier;
use super::vocabulary;

/// What an element may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Holds {
    /// A word or a line: every name of a feed inside shows that it was never closed.
    Line,
    /// HTML, perhaps unescaped.
    Markup,
    /// Well-formed XML of another language, which may use the names of feeds.
    Xml,
    /// Elements of its own, but no entries.
    Elements,
}

impl Holds {
    pub(super) fn markup(carrier: Carrier) -> Self {
        if carrier == Carrier::Xml { Self::Xml } else { Self::Markup }
    }
}

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Captured<'a> {
    /// What stands between the element's tags.
    Whole(&'a str),
    /// What stands before something that shows that the element was never closed.
    Open(&'a str),
    /// The document breaks off.
    Cut,
}

/// Reads up to the end of the element `name` whose start tag was just read. Never goes back, so that
/// reading stays linear whatever is left open.
pub(super) fn capture<'a>(scanner: &mut Scanner<'a>, name: &str, holds: Holds) -> Captured<'a> {
    let from = scanner.at();
    let is_xml = matches!(holds, Holds::Xml | Holds::Elements);
    let (mut open, mut same, mut containers) = (0_usize, 0_usize, 0_usize);
    loop {
        let at = scanner.at();
        let Some(piece) = scanner.next() else { return Captured::Cut };
        match piece.kind {
            Kind::Open(tag) if is_xml => {
                let is_container = vocabulary::is_container(tag.name);
                if is_container && holds == Holds::Elements {
                    scanner.back_to(at);
                    return Captured::Open(scanner.between(from, at));
                }
                if !tag.empty {
                    same += usize::from(tag.name == name);
                    containers += usize::from(is_container);
                }
            }
            Kind::Open(tag) => {
                if vocabulary::ends_texts(tag.name, holds == Holds::Markup) {
                    scanner.back_to(at);
                    return Captured::Open(scanner.between(from, at));
                }
                open += usize::from(!tag.empty && !vocabulary::is_void(tag.name));
            }
            Kind::Close { name: other } if local(other).eq_ignore_ascii_case(local(name)) => {
                if same == 0 {
                    let inner = scanner.between(from, at);
                    return if piece.is_cut() { Captured::Cut } else { Captured::Whole(inner) };
                }
                same -= 1;
            }
            Kind::Close { name: other } if vocabulary::is_container(other) => {
                if containers == 0 {
                    scanner.back_to(at);
                    return Captured::Open(scanner.between(from, at));
                }
                containers -= 1;
            }
            // A wrong name closes the element that just took text.
            Kind::Close { name: other } if open == 0 && !is_xml => {
                if !vocabulary::is_html(other) {
                    return Captured::Open(scanner.between(from, at));
                }
            }
            Kind::Close { .. } => open = open.saturating_sub(1),
            Kind::Text | Kind::Cdata | Kind::Other => {}
        }
    }
}

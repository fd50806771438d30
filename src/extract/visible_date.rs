//! Dates in the text that readers see: found by their year, read with what stands before it, and told
//! apart by the words around them.

use std::sync::LazyLock;

use jiff::civil::Date;
use regex::Regex;

use crate::text::{self, Written};

use super::dom::{Dom, Node, Tag};
use super::elements::{is_aside, spaced};
use super::vocabulary::Hints;

/// Lines of a page that are looked at, and bytes of each.
const MAX_LINES: usize = 3_000;
const MAX_LINE: usize = 400;
/// Bytes of the text of a page that is too small to have a layout.
const SMALL: usize = 500;
/// Bytes before a year within which its date begins.
const REACH: usize = 36;
/// Lines after the headline within which a date without a label is the article's.
const NEAR: usize = 14;
/// A line with a date and at most so many letters more is a date line and no sentence.
const DATE_LINE: usize = 60;

/// What the words before a date make of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Label {
    Published,
    Updated,
    Other,
    None,
}

/// A piece of text between two block elements.
struct Line {
    text: String,
    /// Its class, id or element says that it is a date.
    is_marked: bool,
    is_headline: bool,
}

impl Line {
    fn has_digit(&self) -> bool {
        self.text.bytes().any(|byte| byte.is_ascii_digit())
    }
}

/// How far a date of the text can be believed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trust {
    /// It only happens to stand somewhere.
    #[default]
    None,
    /// A label, an element or the place speaks for it.
    Some,
}

/// What the text says: the day of publication, that of the last change.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Seen {
    pub(super) published: Option<Written>,
    /// How much speaks for it: a label, an element, the place near the headline.
    pub(super) trust: Trust,
    pub(super) updated: Option<Written>,
}

/// What is known before the text is read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected {
    /// How `03/04/2024` is meant.
    pub(super) day_first: bool,
    /// Year and month in the page's address.
    pub(super) month: Option<(i16, i8)>,
}

/// Reads the dates of a page's text.
pub(super) fn read(dom: &Dom<'_>, expected: Expected) -> Seen {
    let lines = lines(dom);
    let headline = lines.iter().position(|line| line.is_headline);
    // Dates that can be read in one way only say more than the language.
    let order = text::day_order(
        lines.iter().filter(|line| line.has_digit()).map(|line| line.text.as_str()),
    );
    let day_first = order.unwrap_or(expected.day_first);
    let mut best: Option<(u8, Written)> = None;
    let mut updated = None;
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.has_digit()) {
        for (label, date, is_alone) in dates(&line.text, day_first) {
            let distance = headline.and_then(|headline| at.checked_sub(headline));
            let is_near = distance.is_some_and(|distance| distance <= NEAR);
            let is_before = headline.is_some_and(|headline| at < headline && headline - at <= 6);
            let rank = match label {
                Label::Other => continue,
                Label::Updated => {
                    updated = updated.or(Some(date));
                    continue;
                }
                Label::Published if is_near => 9,
                Label::Published => 7,
                Label::None if line.is_marked && is_near => 8,
                Label::None if is_near && is_alone => 6,
                Label::None if line.is_marked && is_before => 5,
                Label::None if line.is_marked => 4,
                Label::None if is_before && is_alone => 3,
                Label::None if is_alone => 2,
                Label::None => 1,
            };
            // An address speaks for its month, but may be that of a page that grew later.
            let rank = match expected.month {
                Some(month) if month == (date.date.year(), date.date.month()) => rank + 10,
                _ => rank,
            };
            if best.is_none_or(|(known, _)| rank > known) {
                best = Some((rank, date));
            }
        }
    }
    let trust = match best.map_or(0, |(rank, _)| rank) {
        0..=3 => Trust::None,
        _ => Trust::Some,
    };
    Seen { published: best.map(|(_, date)| date), trust, updated }
}

/// The page's lines, without menus, footers, comments and lists of other articles.
fn lines(dom: &Dom<'_>) -> Vec<Line> {
    let lengths = Lengths::of(dom);
    let mut lines: Vec<Line> = Vec::new();
    let (mut marked_until, mut headline_until) = (0, 0);
    let mut breaks = true;
    let mut at = 0;
    while at < dom.nodes.len() && lines.len() <= MAX_LINES {
        let node = &dom.nodes[at];
        if node.tag != Tag::Text {
            let is_part = || !may_be_layout(node) || !lengths.is_most(dom, at);
            let is_hidden = matches!(node.tag, Tag::Hidden | Tag::Head);
            if is_hidden || is_aside(dom, at) && is_part() {
                breaks = true;
                at = node.end;
                continue;
            }
            breaks |= node.tag.is_block() || node.tag == Tag::Break;
            if at >= marked_until && is_marked(node) {
                marked_until = node.end;
            }
            if at >= headline_until && node.tag == Tag::Heading && dom.is_title(at) {
                headline_until = node.end;
            }
        }
        if node.tag == Tag::Text && node.text.contains(|c: char| !c.is_whitespace()) {
            let (is_marked, is_headline) = (at < marked_until, at < headline_until);
            match lines.last_mut().filter(|line| !breaks && line.text.len() < MAX_LINE) {
                Some(line) => {
                    line.text.push(' ');
                    line.text.push_str(&spaced(node.text));
                    line.is_marked |= is_marked;
                    line.is_headline |= is_headline;
                }
                None => lines.push(Line { text: spaced(node.text), is_marked, is_headline }),
            }
            breaks = false;
        }
        at += 1;
    }
    lines
}

/// Bytes of text before each node: what lies in a node is one subtraction.
struct Lengths(Vec<usize>);

/// Whether the name of an element may be about the layout of the page.
fn may_be_layout(node: &Node<'_>) -> bool {
    matches!(node.tag, Tag::Block | Tag::Table | Tag::Cell)
}

impl Lengths {
    fn of(dom: &Dom<'_>) -> Self {
        let mut sum = 0;
        let mut before = Vec::with_capacity(dom.nodes.len() + 1);
        for node in &dom.nodes {
            before.push(sum);
            sum += node.text.len();
        }
        before.push(sum);
        Self(before)
    }

    /// Whether a node holds half of a page that is worth mentioning.
    fn is_most(&self, dom: &Dom<'_>, at: usize) -> bool {
        let whole = self.0[dom.nodes.len()];
        whole > SMALL && (self.0[dom.nodes[at].end] - self.0[at]) * 2 > whole
    }
}

/// Whether class, id or element says "date".
fn is_marked(node: &Node<'_>) -> bool {
    let is_whole = || {
        let name = node.element.map_or("", |element| element.name());
        matches!(name, "html" | "body" | "main" | "article" | "section")
    };
    node.tag == Tag::Time
        || node.hints.has(Hints::DATED) && !node.hints.has(Hints::CHANGED) && !is_whole()
}

/// The dates of a line: label, date, and whether the line is little else.
fn dates(line: &str, day_first: bool) -> Vec<(Label, Written, bool)> {
    static YEAR: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"(?:19|20)\d\d").ok());
    let Some(year) = YEAR.as_ref() else { return Vec::new() };
    let mut found = Vec::new();
    let mut done = 0;
    for year in year.find_iter(line).take(12) {
        let is_digit = |at: Option<char>| at.is_some_and(|c| c.is_ascii_digit());
        if is_digit(line[..year.start()].chars().next_back())
            || is_digit(line[year.end()..].chars().next())
        {
            continue;
        }
        let Some((at, date)) = around(line, done, year.range(), day_first) else { continue };
        // A label may have been read as the day of the week.
        let digit = line[at..].find(|c: char| c.is_ascii_digit()).map_or(at, |digit| at + digit);
        let label = label(&line[done..digit]);
        done = year.end();
        found.push((label, date, line.chars().filter(|c| c.is_alphabetic()).count() <= DATE_LINE));
    }
    if let (true, Some((at, date))) = (found.is_empty(), short_year(line, day_first)) {
        found.push((
            label(&line[..at]),
            date,
            line.chars().filter(|c| c.is_alphabetic()).count() <= DATE_LINE,
        ));
    }
    found
}

/// The date that a year belongs to, and where it begins: the longest reading.
fn around(
    line: &str,
    from: usize,
    year: std::ops::Range<usize>,
    day_first: bool,
) -> Option<(usize, Written)> {
    let number: i16 = line[year.clone()].parse().ok()?;
    let first = line.ceil_char_boundary(year.start.saturating_sub(REACH).max(from));
    let end = line.floor_char_boundary(year.end + 40);
    let mut before = ' ';
    let mut tries = 0;
    for (offset, c) in line[first..=year.start].char_indices() {
        let begins = c.is_alphanumeric()
            && (!before.is_alphanumeric() || c.is_ascii_digit() && !before.is_ascii_digit());
        before = c;
        if !begins || tries > 14 {
            continue;
        }
        tries += 1;
        let raw = &line[first + offset..end];
        let read =
            numeric(raw, day_first).or_else(|| text::read_date(raw).filter(|_| has_day(raw)));
        if let Some(date) = read.filter(|date| date.date.year() == number) {
            return Some((first + offset, date));
        }
    }
    None
}

/// Whether there is more than a year, or a year and a month.
pub(super) fn has_day(raw: &str) -> bool {
    let digits = raw.chars().take(40).filter(char::is_ascii_digit).count();
    digits >= 5 && !(digits == 6 && raw.len() == 7)
}

/// `03/04/2024`, `3-4-2024`, `03.04.2024` with what is known of the order; the clock is left.
fn numeric(raw: &str, day_first: bool) -> Option<Written> {
    static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"^(\d{1,2})([./-])\s?(\d{1,2})[./-]\s?((?:19|20)\d\d)(?:\D|$)").ok()
    });
    let found = FORM.as_ref()?.captures(raw)?;
    let (a, b): (i8, i8) = (found[1].parse().ok()?, found[3].parse().ok()?);
    let day_first = &found[2] == "." || day_first;
    let (day, month) = if (day_first && b <= 12) || a > 12 { (a, b) } else { (b, a) };
    let date = Date::new(found[4].parse().ok()?, month, day).ok()?;
    Some(Written { date, time: None, offset: None })
}

/// `31.12.24`, as German, Russian and Nordic papers write it, and `12/31/24`.
fn short_year(line: &str, day_first: bool) -> Option<(usize, Written)> {
    static FORM: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?:^|[\s(,|:])(\d{1,2})([./])\s?(\d{1,2})[./]\s?(\d\d)(?:[\s),|]|$)").ok()
    });
    let found = FORM.as_ref()?.captures(line)?;
    let (a, b): (i8, i8) = (found[1].parse().ok()?, found[3].parse().ok()?);
    let (day, month) =
        if &found[2] == "." || day_first && b <= 12 || a > 12 { (a, b) } else { (b, a) };
    let date = Date::new(2000 + found[4].parse::<i16>().ok()?, month, day).ok()?;
    (date.year() < 2040)
        .then_some((found.get(1)?.start(), Written { date, time: None, offset: None }))
}

/// What stands before a date, in the languages of the press.
fn label(before: &str) -> Label {
    static UPDATED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)(updated?|modified|revised|last (?:edit|change)|actualiz|modificad|atualiz|mis à jour|mise à jour|modifié|aktualisiert|geändert|letzte änderung|stand|bearbeitet|aggiornat|modificat|bijgewerkt|gewijzigd|更新|修改|最終更新|수정|güncelle)[^.;|]{0,30}$").ok()
    });
    static PUBLISHED: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)(publish|posted|released|first aired|written on|created|publicad|publicaci|fecha|publié|publication|parution|le\s*$|veröffentlicht|publiziert|erschienen|erstellt|eingestellt|datum|vom\s*$|pubblicat|gepubliceerd|geplaatst|发布|发表|日期|時間|时间|発表|公開|掲載|등록|입력|yayınlan|опубликован|opublikowano|publicerad|publisert|julkaistu)[^.;|]{0,30}$").ok()
    });
    static OTHER: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)(©|\(c\)|copyright|since|seit|desde|depuis|born|geboren|nacido|until|bis zum|hasta|jusqu|expires|joined|member|mitglied|registered|accessed|retrieved|abgerufen|download)[^.;|]{0,30}$").ok()
    });
    let before = &before[before.ceil_char_boundary(before.len().saturating_sub(80))..];
    let is =
        |form: &LazyLock<Option<Regex>>| form.as_ref().is_some_and(|form| form.is_match(before));
    if is(&UPDATED) {
        Label::Updated
    } else if is(&PUBLISHED) {
        Label::Published
    } else if is(&OTHER) {
        Label::Other
    } else {
        Label::None
    }
}

#[cfg(test)]
mod tests {
    use scraper::Html;

    use super::super::dom::Dom;
    use super::{Expected, read};

    fn check(html: &str, published: Option<&str>, updated: Option<&str>) {
        let expected = Expected { day_first: true, month: None };
        let seen = read(&Dom::of(&Html::parse_document(html)), expected);
        let day = |date: Option<crate::text::Written>| date.map(|date| date.date.to_string());
        assert_eq!(
            (day(seen.published).as_deref(), day(seen.updated).as_deref()),
            (published, updated),
            "{html}"
        );
    }

    #[test]
    fn visible_dates_of_many_languages() {
        check("<h1>T</h1><p>Publicado el 1 de mayo de 2024 por Ana</p>", Some("2024-05-01"), None);
        check(
            "<h1>T</h1><p>By A, May 1, 2024</p><p>Updated May 3, 2024</p>",
            Some("2024-05-01"),
            Some("2024-05-03"),
        );
        check("<h1>T</h1><div class=date>1. Mai 2024</div>", Some("2024-05-01"), None);
        check("<h1>标题</h1><span>发布时间：2024年5月1日 10:00</span>", Some("2024-05-01"), None);
        check(
            "<h1>T</h1><p>Publié le 1 mai 2024, mis à jour le 2 mai 2024</p>",
            Some("2024-05-01"),
            Some("2024-05-02"),
        );
        check("<h1>T</h1><p>03/04/2024</p>", Some("2024-04-03"), None);
        check("<h1>T</h1><p>Lübeck, 31.12.19</p>", Some("2019-12-31"), None);
    }

    #[test]
    fn other_dates_are_left_alone() {
        check("<h1>T</h1><p>Text</p><footer>1 May 2024</footer>", None, None);
        check("<h1>T</h1><p>© 2003-2024</p>", None, None);
        check("<h1>T</h1><div class=comments><p>May 1, 2024</p></div>", None, None);
        check("<h1>T</h1><p>Article 2024 of 1999</p>", None, None);
        check("<p>Member since May 1, 2024</p>", None, None);
    }
}

//! Dates in words and numbers, token by token: whatever names the month, whatever the order, as long as
//! there is one reading only.

use jiff::tz::Offset;

use super::iso::numeric_zone;
use super::{DateContext, Written, names, written};

/// Tokens of one date; the longest real ones have about twenty.
const MAX_TOKENS: usize = 40;

/// A number, a word in lower case, or a mark.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Token<'a> {
    Number { value: i16, digits: usize },
    Word(&'a str, String),
    Mark(char),
}

/// What was read so far.
#[derive(Debug, Default)]
struct Parts {
    /// Numbers that may be day, month or year, with their digits, and the mark before each.
    numbers: Vec<(i16, usize, char)>,
    year: Option<i16>,
    month: Option<i8>,
    day: Option<i8>,
    /// How many numbers stood before the month's name.
    before_month: usize,
    time: Option<(i8, i8, i8)>,
    afternoon: Option<bool>,
    offset: Option<Offset>,
}

/// Reads a date. Text after it is tolerated, before it one word.
pub(super) fn read(raw: &str, context: DateContext) -> Option<Written> {
    let tokens = tokens(raw);
    let mut parts = Parts::default();
    let mut at = 0;
    let mut mark = ' ';
    let mut strangers = 0;
    while let Some((token, spaced)) = tokens.get(at) {
        let next = |ahead: usize| tokens.get(at + ahead).map(|(token, _)| token);
        let used = match token {
            Token::Number { value, digits } => {
                let used = number(&mut parts, *value, *digits, mark, &next);
                if used == 0 {
                    break;
                }
                mark = ' ';
                used
            }
            Token::Word(raw, word) => match self::word(&mut parts, raw, word, &next, context) {
                Some(used) => used,
                None if parts.is_whole() => break,
                // A label, or a day of the week that is not known here.
                None if parts.is_empty() && strangers == 0 => {
                    strangers += 1;
                    1
                }
                None => return None,
            },
            Token::Mark(c @ ('+' | '-')) if parts.time.is_some() && parts.offset.is_none() => {
                let glued = tokens.get(at + 1).is_some_and(|(_, spaced)| !spaced);
                match zone_number(*c, &next).filter(|_| glued) {
                    Some((offset, used)) => {
                        parts.offset = Some(offset);
                        used
                    }
                    None => 1,
                }
            }
            Token::Mark(c) => {
                if matches!(c, '.' | '-' | '/') && !spaced {
                    mark = *c;
                }
                1
            }
        };
        at += used;
    }
    parts.finish(context)
}

/// The first two numbers of a date like `31/12/2024`.
pub(super) fn slashed(raw: &str) -> Option<(i16, i16)> {
    let raw = &raw[..raw.floor_char_boundary(super::MAX_BYTES)];
    if !raw.contains('/') {
        return None;
    }
    let tokens = tokens(raw);
    tokens.windows(5).find_map(|window| match window {
        [
            (Token::Number { value: first, digits: 1 | 2 }, _),
            (Token::Mark('/'), _),
            (Token::Number { value: second, digits: 1 | 2 }, _),
            (Token::Mark('/'), _),
            (Token::Number { digits: 4 | 2, .. }, _),
        ] => Some((*first, *second)),
        _ => None,
    })
}

/// The tokens, and whether white space stood before each.
fn tokens(raw: &str) -> Vec<(Token<'_>, bool)> {
    let mut found = Vec::new();
    let mut rest = raw;
    let mut spaced = false;
    while let Some(c) = rest.chars().next() {
        if found.len() == MAX_TOKENS {
            break;
        }
        let length = if c.is_ascii_digit() {
            rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len())
        } else if is_ideograph(c) {
            c.len_utf8()
        } else if c.is_alphabetic() {
            rest.find(|c: char| !c.is_alphabetic() || is_ideograph(c)).unwrap_or(rest.len())
        } else {
            c.len_utf8()
        };
        let (head, after) = rest.split_at(length);
        rest = after;
        if c.is_whitespace() {
            spaced = true;
            continue;
        }
        let token = if c.is_ascii_digit() {
            // A fraction of a second may be longer than any number of a date.
            Token::Number { value: head.parse().unwrap_or(-1), digits: length }
        } else if c.is_alphabetic() || matches!(c, 'º' | 'ª') {
            Token::Word(head, head.to_lowercase())
        } else {
            Token::Mark(if c == '：' { ':' } else { c })
        };
        found.push((token, spaced));
        spaced = false;
    }
    found
}

/// Han, kana and hangul: each is a word of its own.
fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// Takes a number and what belongs to it; how many tokens that was, 0 if it has no place in a date.
fn number<'t, 'a: 't>(
    parts: &mut Parts,
    value: i16,
    digits: usize,
    mark: char,
    next: &impl Fn(usize) -> Option<&'t Token<'a>>,
) -> usize {
    if let Some(Token::Word(_, unit)) = next(1) {
        let narrow = i8::try_from(value).ok();
        match unit.as_str() {
            "年" | "년" => {
                parts.year = Some(value);
                return 2;
            }
            "月" | "월" => {
                parts.month = narrow;
                return 2;
            }
            "日" | "号" | "號" | "일" => {
                parts.day = narrow;
                return 2;
            }
            _ => {}
        }
    }
    if parts.time.is_none()
        && digits <= 2
        && let Some((time, used)) = clock(value, next, parts.is_whole())
    {
        parts.time = Some(time);
        return used;
    }
    if parts.numbers.len() == 3 || parts.year.is_some() && parts.day.is_some() {
        return 0;
    }
    parts.numbers.push((value, digits, mark));
    1
}

/// `10:00`, `10:00:00.5`, `10h30`, `10時30分`, `10.30` after a date.
fn clock<'t, 'a: 't>(
    hour: i16,
    next: &impl Fn(usize) -> Option<&'t Token<'a>>,
    after_date: bool,
) -> Option<((i8, i8, i8), usize)> {
    let hour = i8::try_from(hour).ok()?;
    let small = |ahead: usize| match next(ahead) {
        Some(Token::Number { value, digits: 1 | 2 }) => i8::try_from(*value).ok(),
        _ => None,
    };
    let is_word = |ahead: usize, words: &[&str]| matches!(next(ahead), Some(Token::Word(_, word)) if words.contains(&word.as_str()));
    let is_mark = |ahead: usize, mark: char| next(ahead) == Some(&Token::Mark(mark));
    let is_hour = is_word(1, &["时", "時", "시", "点", "點"]) || after_date && is_word(1, &["h"]);
    if is_hour {
        let Some(minute) = small(2) else { return Some(((hour, 0, 0), 2)) };
        if !is_word(3, &["分", "분"]) {
            return Some(((hour, minute, 0), 3));
        }
        return match small(4).filter(|_| is_word(5, &["秒", "초"])) {
            Some(second) => Some(((hour, minute, second), 6)),
            None => Some(((hour, minute, 0), 4)),
        };
    }
    let mark = if is_mark(1, ':') {
        ':'
    } else if after_date && is_mark(1, '.') {
        '.'
    } else {
        return None;
    };
    let minute = small(2)?;
    let Some(second) = small(4).filter(|_| is_mark(3, mark)) else {
        return Some(((hour, minute, 0), 3));
    };
    let has_fraction =
        (is_mark(5, '.') || is_mark(5, ',')) && matches!(next(6), Some(Token::Number { .. }));
    Some(((hour, minute, second), if has_fraction { 7 } else { 5 }))
}

/// Takes a word; how many tokens that was, nothing if the word is unknown.
fn word<'t, 'a: 't>(
    parts: &mut Parts,
    raw: &str,
    word: &str,
    next: &impl Fn(usize) -> Option<&'t Token<'a>>,
    context: DateContext,
) -> Option<usize> {
    if parts.time.is_some() || matches!(word, "上" | "下" | "午" | "前" | "後" | "오" | "전" | "후")
    {
        let half = match word {
            "am" | "上" | "前" | "전" => Some(false),
            "pm" | "下" | "後" | "후" => Some(true),
            // `a.m.`
            "a" | "p" if matches!(next(2), Some(Token::Word(_, m)) if m == "m") => {
                Some(word == "p")
            }
            "오" | "午" | "m" => return Some(1),
            _ => None,
        };
        if let Some(half) = half {
            parts.afternoon = Some(half);
            return Some(1);
        }
    }
    if parts.time.is_some() && parts.offset.is_none() {
        let upper = raw.to_ascii_uppercase();
        if let Some(offset) = names::zone(&upper, context.china) {
            // `GMT+0100`, `UTC +2`: the number counts.
            let signed = match next(1) {
                Some(Token::Mark(c @ ('+' | '-'))) if offset == Offset::UTC => {
                    zone_number(*c, &|ahead| next(ahead + 1))
                }
                _ => None,
            };
            let (offset, used) = signed.map_or((offset, 1), |(offset, used)| (offset, used + 1));
            parts.offset = Some(offset);
            return Some(used);
        }
    }
    if parts.month.is_none()
        && let Some(month) = names::month(word).filter(|_| !is_weekday_here(parts, word, next))
    {
        parts.month = Some(month);
        parts.before_month = parts.numbers.len();
        return Some(1);
    }
    let is_known = names::is_filler(word) || names::is_weekday(word) || is_weekday_sign(word);
    is_known.then_some(1)
}

/// `mar` is a day of the week before the day of the month, and a month after it.
fn is_weekday_here<'t, 'a: 't>(
    parts: &Parts,
    word: &str,
    next: &impl Fn(usize) -> Option<&'t Token<'a>>,
) -> bool {
    let names_month =
        |ahead| matches!(next(ahead), Some(Token::Word(_, word)) if names::month(word).is_some());
    let is_number = |ahead| matches!(next(ahead), Some(Token::Number { .. }));
    // Another month follows: `mar. 5 mars`, `Mar, 05 Mar`, `Mar Mar 5`.
    parts.is_empty()
        && names::is_weekday(word)
        && (1..7).any(|ahead| names_month(ahead) && (ahead == 1 || (1..ahead).any(is_number)))
}

/// The signs of the days of the week, and what stands around them.
fn is_weekday_sign(word: &str) -> bool {
    matches!(
        word,
        "一" | "二"
            | "三"
            | "四"
            | "五"
            | "六"
            | "天"
            | "日"
            | "月"
            | "火"
            | "水"
            | "木"
            | "金"
            | "土"
            | "星"
            | "期"
            | "周"
            | "週"
            | "曜"
            | "요"
            | "화"
            | "수"
            | "목"
            | "금"
            | "토"
            | "일"
            | "월"
    )
}

/// The number of a zone after its sign.
fn zone_number<'t, 'a: 't>(
    sign: char,
    next: &impl Fn(usize) -> Option<&'t Token<'a>>,
) -> Option<(Offset, usize)> {
    let Some(Token::Number { value, digits }) = next(1) else { return None };
    match (next(2), next(3)) {
        (Some(Token::Mark(':')), Some(Token::Number { value: minutes, digits: 2 })) => {
            Some((numeric_zone(&format!("{sign}{value}:{minutes:02}"))?, 4))
        }
        _ => Some((numeric_zone(&format!("{sign}{value:0digits$}"))?, 2)),
    }
}

impl Parts {
    fn is_empty(&self) -> bool {
        self.numbers.is_empty()
            && self.month.is_none()
            && self.year.is_none()
            && self.time.is_none()
    }

    /// Whether there are a day, a month and a year.
    fn is_whole(&self) -> bool {
        let named = usize::from(self.year.is_some())
            + usize::from(self.month.is_some())
            + usize::from(self.day.is_some());
        self.numbers.len() + named >= 3
    }

    fn finish(self, context: DateContext) -> Option<Written> {
        let date = self.date(context)?;
        let time = match (self.time, self.afternoon) {
            (Some((12, minute, second)), Some(false)) => Some((0, minute, second)),
            (Some((hour @ 1..=11, minute, second)), Some(true)) => {
                Some((hour + 12, minute, second))
            }
            (time, _) => time,
        };
        written(date, time, self.offset)
    }

    fn date(&self, context: DateContext) -> Option<(i16, i8, i8)> {
        let narrow = |value: i16| i8::try_from(value).ok();
        match (self.year, self.month, self.day, self.numbers.as_slice()) {
            (Some(year), Some(month), Some(day), []) => Some((year, month, day)),
            (Some(year), Some(month), None, []) => Some((year, month, 1)),
            (None, Some(month), None, [one, other]) => {
                let ((value, digits, _), (second, second_digits, _)) = (*one, *other);
                if digits == 4 {
                    return Some((value, month, narrow(second)?));
                }
                Some((full_year(second, second_digits)?, month, narrow(value)?))
            }
            (None, None, None, [(a, a_digits, _), (b, _, mark), (c, c_digits, last)]) => {
                if mark != last || *mark == ' ' {
                    return None;
                }
                if *a_digits == 4 {
                    return Some((*a, narrow(*b)?, narrow(*c)?));
                }
                let year = match (c_digits, mark) {
                    (4, _) => *c,
                    (2, '.' | '/') => full_year(*c, 2)?,
                    _ => return None,
                };
                let day_first = match mark {
                    '.' => true,
                    _ if *a > 12 => true,
                    _ if *b > 12 => false,
                    _ if a == b => true,
                    _ => context.day_first?,
                };
                let (day, month) = if day_first { (*a, *b) } else { (*b, *a) };
                Some((year, narrow(month)?, narrow(day)?))
            }
            _ => None,
        }
    }
}

/// Two digits are of the hundred years that RFC 2822 §4.3 gives them.
fn full_year(value: i16, digits: usize) -> Option<i16> {
    match (digits, value) {
        (2, 0..=49) => Some(2000 + value),
        // Some software counts on from 1900: 124 is 2024.
        (2, _) | (3, 100..=149) => Some(1900 + value),
        (4, _) => Some(value),
        _ => None,
    }
}

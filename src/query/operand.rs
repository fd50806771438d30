//! What stands between operators: terms with their forms, expressions, values, ranges.

use std::ops::Range;

use jiff::civil::Date;
use regex::RegexBuilder;

use super::QueryError;
use super::names::FieldName;
use super::names::name_of;
use super::token::Written;
use crate::model::query::{Bound, Form, Inflection, Query, RangeField, Term};
use crate::text::{fold, is_han};

/// What may be asked of alerts.
pub(super) const ALERT_FIELDS: &str =
    "write topic:, category:, level:, lang:, region:, line:, source: or tag: and a value";

/// Characters of an expression, and bytes of its compiled form.
const MAX_EXPRESSION: usize = 1_000;
const MAX_COMPILED: usize = 1 << 20;
const MAX_NESTED: u32 = 50;

/// The term of a word or phrase. `stem` is what `~` by itself means.
pub(super) fn term(
    written: &Written,
    stem: Option<Inflection>,
    span: &Range<usize>,
) -> Result<Term, QueryError> {
    let error = |message: String, remedy: &str| QueryError::new(span.clone(), message, remedy);
    let Written { text, quoted, exact, suffix } = written;
    if !fold(text).text.chars().any(char::is_alphanumeric) {
        let remedy = if text.contains(['*', '?']) {
            "write some letters beside `*`: by itself it would match every text"
        } else {
            "write a word, or remove it"
        };
        return Err(error(format!("`{text}` has no letter to look for"), remedy));
    }
    let wild = text.contains(['*', '?']);
    let form = match (exact, suffix.as_deref()) {
        (true, None) => Form::Exact,
        (true, Some(_)) => {
            let what = "`=` and `~` contradict each other".to_owned();
            return Err(error(what, "keep `=` for letters as written, or `~` for other forms"));
        }
        (false, None) if *quoted || wild => Form::Folded(Inflection::None),
        (false, None | Some("s")) => Form::Folded(Inflection::Plural),
        (false, Some("disguised" | "disfraz")) => Form::Disguised,
        (false, Some(suffix)) => Form::Folded(inflection(suffix, stem).ok_or_else(|| {
            let what = format!("`~{suffix}` does not say a language");
            error(what, "write ~es or ~en for all forms of a word, ~s for its plural")
        })?),
    };
    let has_more =
        matches!(form, Form::Disguised | Form::Folded(Inflection::Spanish | Inflection::English));
    if wild && has_more {
        let what = format!("`{text}` has both `*` or `?` and `~`");
        return Err(error(what, "keep one of the two"));
    }
    Ok(Term { text: text.clone(), form })
}

fn inflection(suffix: &str, stem: Option<Inflection>) -> Option<Inflection> {
    match suffix {
        "es" => Some(Inflection::Spanish),
        "en" => Some(Inflection::English),
        "" => stem,
        _ => None,
    }
}

/// Whether a term is so short that it will be met everywhere: one or two letters in small letters, one
/// character of Han.
#[must_use]
pub fn is_short(term: &Term) -> bool {
    if matches!(term.form, Form::Exact) {
        return false;
    }
    let letters: Vec<char> = term.text.chars().filter(|c| c.is_alphanumeric()).collect();
    match letters.as_slice() {
        [] | [_] => true,
        [a, b] => {
            !a.is_uppercase()
                && !b.is_uppercase()
                && !a.is_numeric()
                && ![*a, *b].into_iter().any(is_han)
        }
        _ => false,
    }
}

/// An expression that can be searched for in bounded time.
pub(super) fn expression(pattern: &str, span: &Range<usize>) -> Result<Query, QueryError> {
    let error = |message: String, remedy: &str| QueryError::new(span.clone(), message, remedy);
    if pattern.chars().count() > MAX_EXPRESSION {
        let what = "the expression has more than 1,000 characters".to_owned();
        return Err(error(what, "write words with OR instead"));
    }
    let compiled = RegexBuilder::new(pattern)
        .case_insensitive(true)
        .size_limit(MAX_COMPILED)
        .nest_limit(MAX_NESTED)
        .build();
    let regex = match compiled {
        Ok(regex) => regex,
        Err(regex::Error::CompiledTooBig(_)) => {
            let what = "the expression is too large: it repeats too much".to_owned();
            return Err(error(what, "write smaller numbers in its { }"));
        }
        Err(wrong) => {
            let shown = wrong.to_string();
            let last = shown.lines().last().unwrap_or_default();
            let what =
                format!("the expression cannot be read: {}", last.trim_start_matches("error: "));
            return Err(error(what, "mend it, or put quotes around a text that begins with `/`"));
        }
    };
    // What can match nothing does so in one of these.
    let is_empty = |sample| regex.find_iter(sample).any(|found| found.is_empty());
    if ["", " a b1 ", "\n银行\n"].into_iter().any(is_empty) {
        let what = "the expression matches the empty text, so every article".to_owned();
        return Err(error(what, "use + instead of *, and something that must be there"));
    }
    Ok(Query::Matches(pattern.to_owned()))
}

/// `2026-01-01..2026-02-01`, `>=55`, `<=2`, `1..2`, `..3`, or one value.
pub(super) fn range(
    field: RangeField,
    value: &str,
    span: &Range<usize>,
) -> Result<Query, QueryError> {
    let name = name_of(FieldName::Range(field));
    let examples = match field {
        RangeField::Date => "date:2026-01-01..2026-02-01, date:>=2026-01-01 or date:2026-01-31",
        RangeField::Tier => "tier:1..2 or tier:1 (1 to 3)",
        RangeField::Severity => "severity:>=55 or severity:30..55 (0 to 100)",
        RangeField::Words => "words:>=300 or words:..300",
    };
    let error = |message: String| {
        QueryError::new(span.clone(), message, format!("write {examples}; both ends are included"))
    };
    let (from, to) = if let Some(from) = value.strip_prefix(">=").or(value.strip_prefix('≥')) {
        (from, "")
    } else if let Some(to) = value.strip_prefix("<=").or(value.strip_prefix('≤')) {
        ("", to)
    } else {
        value.split_once("..").unwrap_or((value, value))
    };
    let end = |end: &str| match end.trim() {
        "" => Ok(None),
        end => bound(field, end)
            .map(Some)
            .ok_or_else(|| error(format!("`{end}` is no value of `{name}:`"))),
    };
    let (from, to) = (end(from)?, end(to)?);
    let falls = match (from, to) {
        (None, None) => return Err(error(format!("`{name}:` has no bound"))),
        (Some(Bound::Number(from)), Some(Bound::Number(to))) => from > to,
        (Some(Bound::Day(from)), Some(Bound::Day(to))) => from > to,
        _ => false,
    };
    if falls {
        return Err(error(format!("`{value}` ends before it begins")));
    }
    Ok(Query::Between { field, from, to })
}

fn bound(field: RangeField, text: &str) -> Option<Bound> {
    let limits = match field {
        RangeField::Date if text.len() == 10 => return text.parse::<Date>().ok().map(Bound::Day),
        RangeField::Date => return None,
        RangeField::Tier => 1.0..=3.0,
        RangeField::Severity => 0.0..=100.0,
        RangeField::Words => 0.0..=1e9,
    };
    let plain = text.chars().all(|c| c.is_ascii_digit() || c == '.');
    let number = text.parse::<f64>().ok().filter(|number| plain && limits.contains(number))?;
    let whole = matches!(field, RangeField::Severity) || number.fract() == 0.0;
    whole.then_some(Bound::Number(number))
}

//! What is known of an article beside its text.

use jiff::tz::TimeZone;

use super::CompileError;
use crate::model::query::{Bound, Document, MetaField, RangeField};
use crate::text::fold;
use crate::text::glob::{fits, marked};

/// A field and the value it must have.
#[derive(Debug)]
pub(super) struct Field {
    field: MetaField,
    value: Vec<char>,
}

impl Field {
    pub fn new(field: MetaField, value: &str) -> Self {
        Self { field, value: fold(&marked(value)).text.chars().collect() }
    }

    pub fn holds(&self, document: &Document) -> bool {
        let is = |value: &str| fits(&self.value, &fold(value).text);
        match self.field {
            MetaField::Author => document.authors.iter().any(|author| is(author)),
            MetaField::Url => document.url.is_some_and(is),
            MetaField::Source => document.source.is_some_and(is),
            MetaField::Site => document.url.and_then(host).is_some_and(|host| {
                let parents = host.match_indices('.').map(|(at, _)| &host[at + 1..]);
                std::iter::once(&*host).chain(parents).any(is)
            }),
            MetaField::Language => {
                let first = |tag: &str| tag.split(['-', '_']).next().is_some_and(is);
                document.language.is_some_and(first)
            }
            MetaField::Region => document.region.is_some_and(is),
            MetaField::Tag => document.tags.iter().any(|tag| is(tag)),
            MetaField::Topic | MetaField::Category | MetaField::Level | MetaField::Line => false,
        }
    }
}

fn host(url: &str) -> Option<String> {
    url::Url::parse(url).ok()?.host_str().map(str::to_owned)
}

/// A number or time and its bounds: the first included, the second too unless it is the day after.
#[derive(Debug)]
pub(super) struct Span {
    field: RangeField,
    from: Option<f64>,
    to: Option<f64>,
    is_open: bool,
}

impl Span {
    pub fn new(
        field: RangeField,
        from: Option<Bound>,
        to: Option<Bound>,
    ) -> Result<Self, CompileError> {
        let is_open = matches!(to, Some(Bound::Day(_)));
        let number = |bound: Bound, days: i8| match bound {
            Bound::Number(number) => Some(number),
            Bound::Day(day) => {
                let day = day.checked_add(jiff::Span::new().days(days)).ok()?;
                let start = TimeZone::UTC.to_timestamp(day.at(0, 0, 0, 0)).ok()?;
                Some(start.as_millisecond() as f64)
            }
        };
        let of = |bound: Option<Bound>, days| match bound {
            None => Ok(None),
            Some(bound) => number(bound, days).map(Some).ok_or(CompileError::Day),
        };
        Ok(Self { field, from: of(from, 0)?, to: of(to, 1)?, is_open })
    }

    /// `words`: of the body.
    pub fn holds(&self, document: &Document, words: u32) -> bool {
        let value = match self.field {
            RangeField::Date => document.date.map(|date| date.as_millisecond() as f64),
            RangeField::Tier => document.tier.map(f64::from),
            RangeField::Severity => document.severity,
            RangeField::Words => Some(f64::from(words)),
        };
        let below = |value: f64, to: f64| if self.is_open { value < to } else { value <= to };
        value.is_some_and(|value| {
            self.from.is_none_or(|from| value >= from) && self.to.is_none_or(|to| below(value, to))
        })
    }
}

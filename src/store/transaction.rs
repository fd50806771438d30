//! The small common ground of both databases: values, rows, and a transaction that runs SQL.
//!
//! Parameters are written `?1`, `?2` …; times are milliseconds since 1970 UTC; booleans 0 and 1;
//! lists and objects JSON text.

use std::borrow::Cow;
use std::str::FromStr;

use jiff::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::StoreError;

/// A value on its way to or from the database; on its way there its text is borrowed where it can be.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'a> {
    /// SQL NULL.
    Null,
    /// BIGINT.
    Int(i64),
    /// DOUBLE PRECISION.
    Real(f64),
    /// TEXT.
    Text(Cow<'a, str>),
}

/// Whose SQL is spoken, for the little that is not common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `SQLite`.
    Sqlite,
    /// `PostgreSQL`.
    Postgres,
}

/// What a job can do.
pub trait Transaction {
    /// Runs a statement; answers how many rows it changed.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] where another transaction was first, else as the database says.
    fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, StoreError>;

    /// Runs a query or a statement with RETURNING.
    ///
    /// # Errors
    /// As [`Transaction::execute`].
    fn query(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError>;

    /// Text that makes a claiming sub-query pass over rows which another claim holds;
    /// empty where there is only one writer.
    fn skip_locked(&self) -> &'static str;

    /// Which database this is.
    fn dialect(&self) -> Dialect;
}

/// A row of an answer, read by position.
#[derive(Debug, Clone, PartialEq)]
pub struct Row(pub(super) Vec<Value<'static>>);

impl Row {
    /// The column at `index`, from 0.
    ///
    /// # Errors
    /// [`StoreError::Mismatch`] if it is missing or of another kind.
    pub fn get<T: Column>(&self, index: usize) -> Result<T, StoreError> {
        let value = self.0.get(index).ok_or_else(|| mismatch(index, "is missing"))?;
        T::read(value).ok_or_else(|| mismatch(index, "has another type"))
    }

    /// The text column at `index`, as it lies in the row.
    ///
    /// # Errors
    /// [`StoreError::Mismatch`] if it is missing, NULL or no text.
    pub fn text(&self, index: usize) -> Result<&str, StoreError> {
        match self.0.get(index) {
            Some(Value::Text(text)) => Ok(text),
            Some(_) => Err(mismatch(index, "has another type")),
            None => Err(mismatch(index, "is missing")),
        }
    }

    /// The text column at `index`, moved out of the row; none if it is NULL.
    ///
    /// # Errors
    /// [`StoreError::Mismatch`] if it is missing or no text.
    pub fn take_text(&mut self, index: usize) -> Result<Option<String>, StoreError> {
        let value = self.0.get_mut(index).ok_or_else(|| mismatch(index, "is missing"))?;
        match std::mem::replace(value, Value::Null) {
            Value::Text(text) => Ok(Some(text.into_owned())),
            Value::Null => Ok(None),
            _ => Err(mismatch(index, "has another type")),
        }
    }

    /// The text column at `index`, parsed: an identifier, a level.
    ///
    /// # Errors
    /// [`StoreError::Mismatch`] if it does not parse.
    pub fn parse<T: FromStr>(&self, index: usize) -> Result<T, StoreError> {
        self.text(index)?.parse().map_err(|_| mismatch(index, "does not parse"))
    }

    /// The text column at `index`, as the one of `all` that has this name.
    ///
    /// # Errors
    /// [`StoreError::Mismatch`] if none has it.
    pub fn name<T: Copy>(
        &self,
        index: usize,
        all: &[T],
        name: impl Fn(T) -> &'static str,
    ) -> Result<T, StoreError> {
        let text = self.text(index)?;
        let found = all.iter().copied().find(|&one| name(one) == text);
        found.ok_or_else(|| mismatch(index, &format!("holds the unknown name `{text}`")))
    }

    /// The JSON column at `index`.
    ///
    /// # Errors
    /// [`StoreError::Mismatch`] if it does not fit `T`.
    pub fn json<T: DeserializeOwned>(&self, index: usize) -> Result<T, StoreError> {
        serde_json::from_str(self.text(index)?).map_err(|error| mismatch(index, &error.to_string()))
    }
}

fn mismatch(index: usize, what: &str) -> StoreError {
    StoreError::Mismatch(format!("column {index} {what}"))
}

/// A value as JSON text; for what [`Row::json`] reads back, and for names of enum variants.
///
/// # Errors
/// [`StoreError::Mismatch`] if the value has no JSON form.
pub fn json<T: Serialize>(value: &T) -> Result<Value<'static>, StoreError> {
    serde_json::to_string(value)
        .map(|text| Value::Text(text.into()))
        .map_err(|error| StoreError::Mismatch(error.to_string()))
}

/// What a column can be read as.
pub trait Column: Sized {
    /// The value, if it is of this kind.
    fn read(value: &Value<'_>) -> Option<Self>;
}

impl Column for i64 {
    fn read(value: &Value<'_>) -> Option<Self> {
        if let Value::Int(int) = value { Some(*int) } else { None }
    }
}

impl Column for u32 {
    fn read(value: &Value<'_>) -> Option<Self> {
        i64::read(value).and_then(|int| int.try_into().ok())
    }
}

impl Column for bool {
    fn read(value: &Value<'_>) -> Option<Self> {
        i64::read(value).map(|int| int != 0)
    }
}

impl Column for f64 {
    fn read(value: &Value<'_>) -> Option<Self> {
        match value {
            Value::Real(real) => Some(*real),
            Value::Int(int) => Some(*int as f64),
            _ => None,
        }
    }
}

impl Column for String {
    fn read(value: &Value<'_>) -> Option<Self> {
        if let Value::Text(text) = value { Some(text.clone().into_owned()) } else { None }
    }
}

impl Column for Timestamp {
    fn read(value: &Value<'_>) -> Option<Self> {
        let ms = i64::read(value)?;
        // The latest instant of all stands for never; in milliseconds it lies a little beyond itself.
        Timestamp::from_millisecond(ms).ok().or_else(|| (ms > 0).then_some(Timestamp::MAX))
    }
}

impl<T: Column> Column for Option<T> {
    fn read(value: &Value<'_>) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::read(value).map(Some),
        }
    }
}

impl<'a> From<&'a str> for Value<'a> {
    /// `PostgreSQL` has no NUL in text, and no text of ours needs one.
    fn from(text: &'a str) -> Self {
        let has_nul = memchr::memchr(0, text.as_bytes()).is_some();
        Value::Text(if has_nul { text.replace('\0', "").into() } else { text.into() })
    }
}

impl<'a> From<&'a String> for Value<'a> {
    fn from(text: &'a String) -> Self {
        text.as_str().into()
    }
}

impl From<String> for Value<'_> {
    fn from(text: String) -> Self {
        Value::Text(if text.contains('\0') { text.replace('\0', "") } else { text }.into())
    }
}

impl From<i64> for Value<'_> {
    fn from(int: i64) -> Self {
        Value::Int(int)
    }
}

impl From<u32> for Value<'_> {
    fn from(int: u32) -> Self {
        Value::Int(int.into())
    }
}

impl From<bool> for Value<'_> {
    fn from(flag: bool) -> Self {
        Value::Int(flag.into())
    }
}

impl From<f64> for Value<'_> {
    fn from(real: f64) -> Self {
        Value::Real(real)
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(at: Timestamp) -> Self {
        Value::Int(at.as_millisecond())
    }
}

impl<'a, T> From<Option<T>> for Value<'a>
where
    Value<'a>: From<T>,
{
    fn from(value: Option<T>) -> Self {
        value.map_or(Value::Null, Value::from)
    }
}

macro_rules! from_id {
    ($($id:ident),+) => {$(
        impl From<crate::model::$id> for Value<'_> {
            fn from(id: crate::model::$id) -> Self {
                Value::Text(id.to_string().into())
            }
        }
    )+};
}

from_id!(
    EntryId,
    ArticleId,
    StoryId,
    StoryEditId,
    AlertId,
    NoticeId,
    DeliveryId,
    IncidentId,
    HealthEventId,
    VerdictId,
    AlertEventId,
    HeldId,
    QuizResultId,
    WatchMarkId
);

/// Parameters of a statement, in order.
macro_rules! params {
    ($($value:expr),* $(,)?) => { &[$($crate::store::Value::from($value)),*] };
}
pub(crate) use params;

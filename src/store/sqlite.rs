//! `SQLite`: one writer, WAL, `synchronous=FULL`, so that what was committed survives a power cut.

use std::fs::{File, TryLockError};
use std::path::Path;
use std::time::Duration;

use rusqlite::types::ValueRef;
use rusqlite::{ErrorCode, OpenFlags, ToSql, TransactionBehavior};

use super::worker;
use super::{Dialect, Row, StoreError, Transaction, Value};

const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// Prepared statements kept: more than the program has.
const STATEMENTS: usize = 256;

/// Pages kept in memory by the writer. What a source's entries touch lies together in every index.
const CACHE_KIB: i64 = 6 * 1024;
/// Pages (of 4 KiB) of the log after which it is copied into the file: a larger log saves copies of
/// pages that change again and again. Worst disk: 32 MiB beside the file.
const WAL_PAGES: i64 = 8192;

/// An open database file.
pub(super) struct Connection {
    database: rusqlite::Connection,
    behavior: TransactionBehavior,
    /// Held for as long as this process may write.
    _lock: Option<File>,
}

impl Connection {
    /// The one connection that writes. A lock file beside the database keeps a second daemon out.
    pub fn writer(path: &Path) -> Result<Self, StoreError> {
        if let Some(directory) = path.parent() {
            std::fs::create_dir_all(directory).map_err(|error| {
                StoreError::Unavailable(format!("{}: {error}", directory.display()))
            })?;
        }
        let lock = lock(path)?;
        let database = open(path, OpenFlags::default())?;
        database.pragma_update(None, "journal_mode", "WAL").map_err(failure)?;
        database.pragma_update(None, "synchronous", "FULL").map_err(failure)?;
        database.pragma_update(None, "cache_size", -CACHE_KIB).map_err(failure)?;
        database.pragma_update(None, "wal_autocheckpoint", WAL_PAGES).map_err(failure)?;
        database.pragma_update(None, "foreign_keys", true).map_err(failure)?;
        Ok(Self { database, behavior: TransactionBehavior::Immediate, _lock: Some(lock) })
    }

    /// A connection that writes beside the daemon, as its guest: no lock, no schema, waits its turn.
    pub fn guest(path: &Path) -> Result<Self, StoreError> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let database = open(path, flags)?;
        database.pragma_update(None, "synchronous", "FULL").map_err(failure)?;
        Ok(Self { database, behavior: TransactionBehavior::Immediate, _lock: None })
    }

    /// A connection that only reads; it never waits for the writer.
    pub fn reader(path: &Path) -> Result<Self, StoreError> {
        let database =
            open(path, OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        Ok(Self { database, behavior: TransactionBehavior::Deferred, _lock: None })
    }
}

fn open(path: &Path, flags: OpenFlags) -> Result<rusqlite::Connection, StoreError> {
    let database = rusqlite::Connection::open_with_flags(path, flags).map_err(failure)?;
    database.busy_timeout(BUSY_TIMEOUT).map_err(failure)?;
    database.set_prepared_statement_cache_capacity(STATEMENTS);
    Ok(database)
}

fn lock(path: &Path) -> Result<File, StoreError> {
    let path = path.with_extension("lock");
    let unavailable = |what: String| StoreError::Unavailable(format!("{}: {what}", path.display()));
    let file = File::create(&path).map_err(|error| unavailable(error.to_string()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => {
            Err(unavailable("another atalaya uses this database; stop it first".to_owned()))
        }
        Err(TryLockError::Error(error)) => Err(unavailable(error.to_string())),
    }
}

impl worker::Connection for Connection {
    fn transact(
        &mut self,
        job: &mut dyn FnMut(&mut dyn Transaction) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let transaction =
            self.database.transaction_with_behavior(self.behavior).map_err(failure)?;
        let mut running = Running(transaction);
        job(&mut running)?;
        running.0.commit().map_err(failure)
    }
}

struct Running<'a>(rusqlite::Transaction<'a>);

impl Transaction for Running<'_> {
    fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        let mut statement = self.0.prepare_cached(sql).map_err(failure)?;
        let changed = statement.execute(rusqlite::params_from_iter(params)).map_err(failure)?;
        Ok(changed as u64)
    }

    fn query(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        let mut statement = self.0.prepare_cached(sql).map_err(failure)?;
        let columns = statement.column_count();
        let mut rows = statement.query(rusqlite::params_from_iter(params)).map_err(failure)?;
        let mut answer = Vec::new();
        while let Some(row) = rows.next().map_err(failure)? {
            // Collecting results would not know how many come.
            let mut values = Vec::with_capacity(columns);
            for index in 0..columns {
                values.push(read(row.get_ref(index).map_err(failure)?)?);
            }
            answer.push(Row(values));
        }
        Ok(answer)
    }

    fn skip_locked(&self) -> &'static str {
        ""
    }

    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<rusqlite::types::ToSqlOutput<'_>> {
        Ok(match self {
            Value::Null => rusqlite::types::Null.into(),
            Value::Int(int) => (*int).into(),
            Value::Real(real) => (*real).into(),
            Value::Text(text) => text.as_ref().into(),
        })
    }
}

fn read(value: ValueRef<'_>) -> Result<Value<'static>, StoreError> {
    match value {
        ValueRef::Null => Ok(Value::Null),
        ValueRef::Integer(int) => Ok(Value::Int(int)),
        ValueRef::Real(real) => Ok(Value::Real(real)),
        ValueRef::Text(bytes) => {
            // Strictly first, which is quicker: only a damaged file holds what is no UTF-8.
            let repaired = |_| String::from_utf8_lossy(bytes).into_owned();
            let text = std::str::from_utf8(bytes).map_or_else(repaired, str::to_owned);
            Ok(Value::Text(text.into()))
        }
        ValueRef::Blob(_) => Err(StoreError::Mismatch("a blob where none is stored".to_owned())),
    }
}

#[expect(clippy::needless_pass_by_value, reason = "shaped for map_err")]
fn failure(error: rusqlite::Error) -> StoreError {
    let what = error.to_string();
    match error.sqlite_error_code() {
        Some(ErrorCode::ConstraintViolation) => StoreError::Conflict(what),
        Some(ErrorCode::Unknown) | None => StoreError::Mismatch(what),
        Some(_) => StoreError::Unavailable(what),
    }
}

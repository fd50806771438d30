//! `PostgreSQL`: SERIALIZABLE transactions; a lost race is a conflict and the job runs again.

use std::collections::HashMap;
use std::time::Duration;

use postgres::types::{FromSql, IsNull, ToSql, Type, private::BytesMut};
use postgres::{Client, IsolationLevel, Statement, error::SqlState};
use rustls_platform_verifier::ConfigVerifierExt;
use secrecy::{ExposeSecret, SecretString};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::worker;
use super::{Dialect, Row, StoreError, Transaction, Value};

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Set for each session: no statement and no idle transaction outlives the caller's patience.
const SESSION: &str = "SET statement_timeout = '25s'; SET idle_in_transaction_session_timeout = '25s'; \
                       SET lock_timeout = '10s'";

/// Where the server is and how its certificate is judged.
#[derive(Clone)]
pub(super) struct Server {
    config: postgres::Config,
    tls: MakeRustlsConnect,
}

impl Server {
    pub fn new(url: &str, password: Option<&SecretString>) -> Result<Self, StoreError> {
        let mut config: postgres::Config = url
            .parse()
            .map_err(|error| StoreError::Mismatch(format!("connection URL: {error}")))?;
        if let Some(password) = password {
            config.password(password.expose_secret());
        }
        config.connect_timeout(CONNECT_TIMEOUT).application_name("atalaya");
        let tls = rustls::ClientConfig::with_platform_verifier()
            .map_err(|error| StoreError::Unavailable(format!("TLS: {error}")))?;
        Ok(Self { config, tls: MakeRustlsConnect::new(tls) })
    }

    fn connect(&self) -> Result<Client, StoreError> {
        let mut client = self.config.connect(self.tls.clone()).map_err(failure)?;
        client.batch_execute(SESSION).map_err(failure)?;
        Ok(client)
    }
}

/// A session that is opened when it is needed.
pub(super) struct Connection {
    server: Server,
    session: Option<Session>,
}

struct Session {
    client: Client,
    statements: HashMap<String, Statement>,
}

impl Connection {
    pub fn new(server: Server) -> Self {
        Self { server, session: None }
    }

    fn session(&mut self) -> Result<&mut Session, StoreError> {
        if self.session.as_ref().is_some_and(|session| session.client.is_closed()) {
            self.session = None;
        }
        if self.session.is_none() {
            let client = self.server.connect()?;
            self.session = Some(Session { client, statements: HashMap::new() });
        }
        self.session.as_mut().ok_or_else(|| StoreError::Unavailable("no session".to_owned()))
    }
}

impl worker::Connection for Connection {
    fn transact(
        &mut self,
        job: &mut dyn FnMut(&mut dyn Transaction) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let Session { client, statements } = self.session()?;
        let transaction = client
            .build_transaction()
            .isolation_level(IsolationLevel::Serializable)
            .start()
            .map_err(failure)?;
        let mut running = Running { transaction, statements };
        job(&mut running)?;
        running.transaction.commit().map_err(failure)
    }
}

struct Running<'a> {
    transaction: postgres::Transaction<'a>,
    statements: &'a mut HashMap<String, Statement>,
}

impl Running<'_> {
    fn statement(&mut self, sql: &str) -> Result<Statement, StoreError> {
        if let Some(statement) = self.statements.get(sql) {
            return Ok(statement.clone());
        }
        let statement = self.transaction.prepare(&sql.replace('?', "$")).map_err(failure)?;
        self.statements.insert(sql.to_owned(), statement.clone());
        Ok(statement)
    }
}

impl Transaction for Running<'_> {
    fn execute(&mut self, sql: &str, params: &[Value<'_>]) -> Result<u64, StoreError> {
        let statement = self.statement(sql)?;
        self.transaction.execute(&statement, &borrowed(params)).map_err(failure)
    }

    fn query(&mut self, sql: &str, params: &[Value<'_>]) -> Result<Vec<Row>, StoreError> {
        let statement = self.statement(sql)?;
        let rows = self.transaction.query(&statement, &borrowed(params)).map_err(failure)?;
        let read = |row: &postgres::Row| {
            let values = (0..row.len()).map(|index| row.try_get(index).map_err(failure));
            values.collect::<Result<_, _>>().map(Row)
        };
        rows.iter().map(read).collect()
    }

    fn skip_locked(&self) -> &'static str {
        " FOR UPDATE SKIP LOCKED"
    }

    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }
}

fn borrowed<'a>(params: &'a [Value<'_>]) -> Vec<&'a (dyn ToSql + Sync)> {
    params.iter().map(|param| param as &(dyn ToSql + Sync)).collect()
}

type Fault = Box<dyn std::error::Error + Sync + Send>;

impl ToSql for Value<'_> {
    fn to_sql(&self, ty: &Type, out: &mut BytesMut) -> Result<IsNull, Fault> {
        match (self, ty) {
            (Value::Null, _) => Ok(IsNull::Yes),
            (Value::Int(int), &Type::INT8) => int.to_sql(ty, out),
            (Value::Int(int), &Type::FLOAT8) => (*int as f64).to_sql(ty, out),
            (Value::Real(real), &Type::FLOAT8) => real.to_sql(ty, out),
            (Value::Text(text), &Type::TEXT) => text.to_sql(ty, out),
            (value, ty) => Err(format!("{value:?} given where {ty} is wanted").into()),
        }
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::FLOAT8 | Type::TEXT)
    }

    postgres::types::to_sql_checked!();
}

impl<'a> FromSql<'a> for Value<'static> {
    fn from_sql(ty: &Type, raw: &'a [u8]) -> Result<Self, Fault> {
        match *ty {
            Type::INT8 => i64::from_sql(ty, raw).map(Value::Int),
            Type::INT4 => i32::from_sql(ty, raw).map(|int| Value::Int(int.into())),
            Type::FLOAT8 => f64::from_sql(ty, raw).map(Value::Real),
            _ => String::from_sql(ty, raw).map(|text| Value::Text(text.into())),
        }
    }

    fn from_sql_null(_: &Type) -> Result<Self, Fault> {
        Ok(Value::Null)
    }

    fn accepts(ty: &Type) -> bool {
        matches!(*ty, Type::INT8 | Type::INT4 | Type::FLOAT8 | Type::TEXT | Type::VARCHAR)
    }
}

/// The server's own message, without the connection string, and what it means for the caller.
#[expect(clippy::needless_pass_by_value, reason = "shaped for map_err")]
fn failure(error: postgres::Error) -> StoreError {
    let Some(database) = error.as_db_error() else {
        let cause = std::error::Error::source(&error)
            .map_or_else(String::new, |cause| format!(": {cause}"));
        return StoreError::Unavailable(format!("{error}{cause}"));
    };
    let what = database.message().to_owned();
    let code = database.code();
    if [
        SqlState::T_R_SERIALIZATION_FAILURE,
        SqlState::T_R_DEADLOCK_DETECTED,
        SqlState::UNIQUE_VIOLATION,
    ]
    .contains(code)
    {
        return StoreError::Conflict(what);
    }
    // Classes 08, 53, 55, 57, 58: connection, resources, locks, operator, system.
    match code.code().get(..2) {
        Some("08" | "28" | "53" | "55" | "57" | "58") => StoreError::Unavailable(what),
        _ => StoreError::Mismatch(what),
    }
}

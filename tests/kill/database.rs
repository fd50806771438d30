//! The daemon's database as an onlooker reads it, beside the daemon and after its death.

use std::path::{Path, PathBuf};

use postgres::{Client, NoTls, SimpleQueryMessage};
use rusqlite::OpenFlags;
use url::Url;

/// The server of the tests, where the environment names no other.
const SERVER: &str = "postgres://root@127.0.0.1/test?sslmode=disable";

/// A database of one run.
#[derive(Clone)]
pub enum Database {
    /// A file of the run's directory.
    Sqlite,
    /// A database on a server.
    Postgres {
        /// The server's own database.
        server: Url,
        /// Ours.
        name: String,
    },
}

impl Database {
    /// A file.
    pub fn sqlite() -> Self {
        Self::Sqlite
    }

    /// A new database on the server that `ATALAYA_TEST_PG_URL` names.
    pub fn postgres() -> Self {
        let url = std::env::var("ATALAYA_TEST_PG_URL").unwrap_or_else(|_| SERVER.to_owned());
        let server: Url = url.parse().expect("ATALAYA_TEST_PG_URL is a URL");
        let name = format!("atalaya_kill_{}", uuid::Uuid::now_v7().simple());
        connect(&server).batch_execute(&format!("CREATE DATABASE {name}")).unwrap();
        Self::Postgres { server, name }
    }

    /// The URL for the daemon's configuration.
    pub fn url(&self, directory: &Path) -> String {
        match self {
            Self::Sqlite => format!("sqlite:{}", file(directory).display()),
            Self::Postgres { server, name } => ours(server, name).to_string(),
        }
    }

    /// The rows of a query as text; NULL is empty. None while there is nothing to read from.
    pub async fn query(&self, directory: &Path, sql: &'static str) -> Option<Vec<Vec<String>>> {
        let (database, file) = (self.clone(), file(directory));
        let reading = move || match database {
            Self::Sqlite => read_file(&file, sql).ok(),
            Self::Postgres { server, name } => read_server(&ours(&server, &name), sql).ok(),
        };
        tokio::task::spawn_blocking(reading).await.unwrap()
    }

    /// Whether a file that a crash left is sound once `SQLite` has recovered it: a copy of it, since the daemon is
    /// to find it as it fell.
    pub fn is_sound(directory: &Path) -> Result<(), String> {
        let copy = tempfile::tempdir().unwrap();
        let name = file(directory);
        for part in ["archive.db", "archive.db-wal", "archive.db-journal"] {
            let part = name.with_file_name(part);
            if part.exists() {
                std::fs::copy(&part, copy.path().join(part.file_name().unwrap())).unwrap();
            }
        }
        let database = rusqlite::Connection::open(file(copy.path())).unwrap();
        let check = |sql: &str| -> rusqlite::Result<String> {
            database.query_row(sql, [], |row| row.get(0))
        };
        match check("PRAGMA integrity_check") {
            Ok(said) if said == "ok" => Ok(()),
            other => Err(format!("the file is broken: {other:?}")),
        }
    }

    /// Removes it from its server.
    pub fn remove(&self) {
        if let Self::Postgres { server, name } = self {
            let (server, sql) = (server.clone(), format!("DROP DATABASE {name} WITH (FORCE)"));
            let dropping = move || connect(&server).batch_execute(&sql).is_ok();
            let dropped = std::thread::spawn(dropping).join();
            assert!(matches!(dropped, Ok(true)), "{name} could not be dropped");
        }
    }
}

fn file(directory: &Path) -> PathBuf {
    directory.join("archive.db")
}

fn ours(server: &Url, name: &str) -> Url {
    let mut ours = server.clone();
    ours.set_path(name);
    ours
}

fn connect(url: &Url) -> Client {
    Client::connect(url.as_str(), NoTls).unwrap_or_else(|error| {
        panic!(
            "no PostgreSQL answers for the tests ({error}): run them by tests/run, which starts one"
        )
    })
}

/// Read only: a writer would repair and tidy the file that the daemon is to find as it fell.
fn read_file(path: &Path, sql: &str) -> rusqlite::Result<Vec<Vec<String>>> {
    let database = rusqlite::Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    database.busy_timeout(std::time::Duration::from_secs(5))?;
    let mut statement = database.prepare(sql)?;
    let columns = statement.column_count();
    let read = |row: &rusqlite::Row<'_>| {
        let text = |value: rusqlite::types::Value| match value {
            rusqlite::types::Value::Null => String::new(),
            rusqlite::types::Value::Integer(int) => int.to_string(),
            rusqlite::types::Value::Real(real) => real.to_string(),
            rusqlite::types::Value::Text(text) => text,
            rusqlite::types::Value::Blob(_) => "blob".to_owned(),
        };
        (0..columns).map(|index| row.get(index).map(text)).collect()
    };
    let rows = statement.query_map([], read)?;
    rows.collect()
}

fn read_server(url: &Url, sql: &str) -> Result<Vec<Vec<String>>, postgres::Error> {
    let mut client = connect(url);
    let row = |message: SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => Some(
            (0..row.len())
                .map(|index| row.get(index).unwrap_or_default().to_owned())
                .collect::<Vec<_>>(),
        ),
        _ => None,
    };
    Ok(client.simple_query(sql)?.into_iter().filter_map(row).collect())
}

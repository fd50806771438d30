//! A fresh database for each test, gone when it ends.

use atalaya::store::{Location, Store};
use postgres::{Client, NoTls};
use url::Url;

/// The server of the tests, where the environment names no other.
const SERVER: &str = "postgres://root@127.0.0.1/test?sslmode=disable";

/// A database of this test alone.
pub struct Backend {
    /// Where it is.
    pub location: Location,
    _home: Home,
}

enum Home {
    Directory(#[expect(dead_code, reason = "removed when dropped")] tempfile::TempDir),
    Server { url: Url, database: String },
}

impl Backend {
    /// A file in a temporary directory.
    pub fn sqlite() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let location = Location::Sqlite(directory.path().join("store/atalaya.db"));
        Self { location, _home: Home::Directory(directory) }
    }

    /// A database on the server that `ATALAYA_TEST_PG_URL` names. Not to be called on a runtime.
    pub fn postgres() -> Self {
        let url = std::env::var("ATALAYA_TEST_PG_URL").unwrap_or_else(|_| SERVER.to_owned());
        let url: Url = url.parse().expect("ATALAYA_TEST_PG_URL is a URL");
        let database = format!("atalaya_test_{}", uuid::Uuid::now_v7().simple());
        run(&url, &format!("CREATE DATABASE {database}"));
        let mut ours = url.clone();
        ours.set_path(&database);
        let location = Location::Postgres { url: ours.to_string(), password: None };
        Self { location, _home: Home::Server { url, database } }
    }

    /// Opens a store on it, as a daemon would.
    pub async fn open(&self) -> Store {
        Store::open(&self.location).await.expect("the store opens")
    }
}

fn run(url: &Url, sql: &str) {
    let client = Client::connect(url.as_str(), NoTls);
    let mut client = client.unwrap_or_else(|error| {
        panic!(
            "no PostgreSQL answers for the tests ({error}): run them by tests/run, which starts one"
        )
    });
    client.batch_execute(sql).expect(sql);
}

impl Drop for Home {
    fn drop(&mut self) {
        if let Self::Server { url, database } = self {
            let (url, sql) = (url.clone(), format!("DROP DATABASE {database} WITH (FORCE)"));
            // On a thread of its own: the test may be unwinding on a runtime.
            let dropped = std::thread::spawn(move || run(&url, &sql)).join();
            if dropped.is_err() {
                eprintln!("{database} could not be dropped");
            }
        }
    }
}

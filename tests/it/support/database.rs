//! A database server's database of a test's own, dropped with it.

use postgres::{Client, NoTls, SimpleQueryMessage};
use url::Url;

/// Where tests may make databases, unless `ATALAYA_TEST_PG_URL` says otherwise.
const SERVER: &str = "postgres://root@127.0.0.1/test?sslmode=disable";

/// An empty database.
pub struct Database {
    server: String,
    name: String,
}

impl Database {
    /// Makes one.
    pub fn new() -> Self {
        let server = std::env::var("ATALAYA_TEST_PG_URL").unwrap_or_else(|_| SERVER.to_owned());
        let name = format!("atalaya_it_{}", uuid::Uuid::now_v7().simple());
        execute(&server, &format!("CREATE DATABASE {name}"));
        Self { server, name }
    }

    /// Its URL, for the configuration.
    pub fn url(&self) -> String {
        self.parsed().into()
    }

    /// Its URL by another way to the same server.
    pub fn url_by(&self, port: u16) -> String {
        let mut url = self.parsed();
        url.set_host(Some("127.0.0.1")).expect("a host");
        url.set_port(Some(port)).expect("a port");
        url.into()
    }

    /// Where the server listens.
    pub fn server(&self) -> std::net::SocketAddr {
        let of_url = self.parsed().socket_addrs(|| Some(5432)).expect("an address");
        of_url[0]
    }

    fn parsed(&self) -> Url {
        let mut url = Url::parse(&self.server).expect("ATALAYA_TEST_PG_URL is a URL");
        url.set_path(&self.name);
        url
    }

    /// The first column of the rows of a query, as text.
    pub fn query(&self, sql: &'static str) -> Vec<String> {
        let url = self.url();
        let asked = std::thread::spawn(move || {
            let mut client = Client::connect(&url, NoTls).expect("connected");
            let messages = client.simple_query(sql).expect("a query");
            let rows = messages.iter().filter_map(|message| match message {
                SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
                _ => None,
            });
            rows.collect()
        });
        asked.join().expect("no panic")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        execute(&self.server, &format!("DROP DATABASE {} WITH (FORCE)", self.name));
    }
}

/// On a thread of its own: the blocking client brings its own runtime.
fn execute(server: &str, sql: &str) {
    let (server, sql) = (server.to_owned(), sql.to_owned());
    let done = std::thread::spawn(move || {
        let client = Client::connect(&server, NoTls);
        client.and_then(|mut client| client.batch_execute(&sql))
    });
    if let Err(error) = done.join().expect("no panic") {
        panic!("PostgreSQL for the tests (see tests/run): {error}");
    }
}

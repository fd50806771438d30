//! Everything around the daemon: its configuration, the media it polls, the receivers it tells.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::database::Database;
use crate::ledger::Ledger;
use crate::news::News;
use crate::plan::Plan;
use crate::{mail_sink, post_sink};

/// Who is told of every alert: person and mail address.
pub const READERS: [(&str, &str); 3] = [
    ("carmen.saez", "carmen.saez@almenara.example"),
    ("grace.hughes", "grace.hughes@almenara.example"),
    ("lin.min", "lin.min@almenara.example"),
];
/// Rooms that are told of every alert.
pub const ROOMS: [&str; 2] = ["chat", "siem"];
/// The topic of all events.
pub const TOPIC: &str = "banco-almenara";

/// Signs the webhook; worth nothing outside of the test.
const SECRET: &str = "whsec_YXRhbGF5YS1raWxsLXNpZ25pbmctc2VjcmV0IQ==";

/// A run's surroundings.
pub struct Stage {
    directory: TempDir,
    /// The daemon's database.
    pub database: Database,
    /// The media.
    pub news: News,
    /// What the receivers took.
    pub ledger: Ledger,
}

impl Stage {
    /// Starts media and receivers and writes the configuration.
    pub async fn build(database: Database, plan: Plan) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let home = directory.path();
        let ledger = Ledger::new(&home.join("ledger.jsonl"));
        let news = News::start(plan).await;
        let mail = mail_sink::start(ledger.clone()).await;
        let posts = post_sink::start(ledger.clone()).await;
        for (name, text) in [
            ("chat-url", format!("http://{posts}/slack")),
            ("webhook-url", format!("http://{posts}/webhook")),
            ("webhook-secret", SECRET.to_owned()),
            ("atalaya.toml", configuration(&database.url(home), mail.port(), &news)),
        ] {
            std::fs::write(home.join(name), text).unwrap();
        }
        Self { directory, database, news, ledger }
    }

    /// Where everything lies.
    pub fn home(&self) -> &Path {
        self.directory.path()
    }

    /// The daemon's configuration.
    pub fn config(&self) -> PathBuf {
        self.home().join("atalaya.toml")
    }

    /// Asks the database; none while there is nothing to read from.
    pub async fn query(&self, sql: &'static str) -> Option<Vec<Vec<String>>> {
        self.database.query(self.home(), sql).await
    }

    /// Leaves everything for somebody who looks into a failure.
    pub fn keep(mut self) -> PathBuf {
        self.directory.disable_cleanup(true);
        self.database = Database::Sqlite;
        self.home().to_owned()
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        self.database.remove();
    }
}

fn configuration(store: &str, mail_port: u16, news: &News) -> String {
    let program = env!("CARGO_MANIFEST_DIR");
    let people: Vec<&str> = READERS.iter().map(|(person, _)| *person).collect();
    let mut text = format!(
        "people = \"{program}/config/people.toml\"\nplans = \"{program}/config/plans\"\n\
         keywords = \"{program}/keywords\"\n\
         [organisation]\nname = \"Banco Almenara\"\nlanguage = \"es\"\n\
         [inspection]\ndays = []\n[web]\nlisten = \"127.0.0.1:0\"\n[store]\nurl = \"{store}\"\n[collect]\nhost_gap = \"0s\"\nhistory = \"alert\"\n\
         [[channel]]\nid = \"email\"\nkind = \"email\"\nserver = \"127.0.0.1\"\nport = {mail_port}\n\
         tls = \"none\"\nfrom = \"atalaya@almenara.example\"\n\
         [[channel]]\nid = \"chat\"\nkind = \"slack\"\nurl = {{ file = \"chat-url\" }}\n\
         allow_private = true\nmin_gap = \"20ms\"\n\
         [[channel]]\nid = \"siem\"\nkind = \"webhook\"\nurl = {{ file = \"webhook-url\" }}\n\
         secret = {{ file = \"webhook-secret\" }}\nallow_private = true\n\
         [[route]]\ntopics = [\"{TOPIC}\"]\npeople = {people:?}\nvia = [\"email\"]\nrooms = {ROOMS:?}\n"
    );
    for medium in news.plan.media() {
        let url = news.url(&format!("/{medium}/feed"));
        write!(
            text,
            "[[source]]\nid = \"{medium}\"\nurl = \"{url}\"\ntier = 1\ninterval = \"300ms\"\n\
             allow_private = true\n"
        )
        .unwrap();
    }
    text
}

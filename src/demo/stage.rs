//! The demo's working directory: real configuration files that the daemon loads as it always does,
//! so that a curious reader finds everything that happened in files of the usual form.

use std::fmt::Write;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use include_dir::{Dir, include_dir};
use url::Url;

use super::Script;

static KEYWORDS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/keywords");
static PLANS: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/config/plans");
/// The plan of the day, with seconds where the shipped one has minutes and hours.
const PLAN: &str = include_str!("script/plan.toml");
const PEOPLE: &str = include_str!("../../config/people.toml");
/// The rumour of this day crosses a border, and is still only a rumour.
const SEVERITY: &str = "[levels]\nhearsay_min_owners = 8\n";
const TEMPLATE: &str = include_str!("stage.toml");
/// Signs the demo's webhook; worth nothing outside of it.
const WEBHOOK_SECRET: &str = "whsec_YXRhbGF5YS1kZW1vLXNpZ25pbmctc2VjcmV0IQ==";

/// Where the demo's files are.
#[derive(Debug, Clone)]
pub struct Stage {
    /// The configuration that the daemon runs by.
    pub config: PathBuf,
    /// One `.eml` file for each mail that arrived.
    pub mailbox: PathBuf,
    /// One JSON line for each chat post that arrived.
    pub posts: PathBuf,
    /// The daemon's store.
    pub archive: PathBuf,
}

/// What the daemon of the demo talks to.
#[derive(Debug, Clone, Copy)]
pub struct Surroundings<'a> {
    /// Where it polls.
    pub newsroom: &'a Url,
    /// Where its mails go.
    pub smtp: SocketAddr,
    /// Where its chat posts go.
    pub chat: SocketAddr,
    /// How often it polls.
    pub poll: Duration,
}

impl Stage {
    /// The files of a demo in `directory`; nothing is written yet.
    #[must_use]
    pub fn in_directory(directory: &Path) -> Self {
        Self {
            config: directory.join("config/atalaya.toml"),
            mailbox: directory.join("mailbox"),
            posts: directory.join("chat.jsonl"),
            archive: directory.join("archive.db"),
        }
    }

    /// Writes configuration, people, plans and keywords.
    ///
    /// # Errors
    /// If the directory cannot be written.
    pub fn build(&self, script: &Script, around: Surroundings<'_>) -> io::Result<()> {
        let config = self.config.parent().unwrap_or(Path::new("."));
        let keywords = config.join("../keywords");
        fs::create_dir_all(config.join("plans"))?;
        fs::create_dir_all(&keywords)?;
        PLANS.extract(config.join("plans"))?;
        fs::write(config.join("plans/fuga-datos.toml"), PLAN)?;
        KEYWORDS.extract(&keywords)?;
        fs::write(config.join("people.toml"), PEOPLE)?;
        fs::write(config.join("severity.toml"), SEVERITY)?;
        fs::write(config.join("chat-url"), format!("http://{}/slack", around.chat))?;
        fs::write(config.join("webhook-url"), format!("http://{}/webhook", around.chat))?;
        fs::write(config.join("webhook-secret"), WEBHOOK_SECRET)?;
        self.configure(script, around, None)
    }

    /// Writes the main file again once it is known where people reach the page of the daemon: from
    /// then on messages carry links that answer.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub fn configure(
        &self,
        script: &Script,
        around: Surroundings<'_>,
        page: Option<SocketAddr>,
    ) -> io::Result<()> {
        let public_url = page.map(|page| format!("public_url = \"http://{page}/\""));
        let mut text = TEMPLATE
            .replace("@public_url@", &public_url.unwrap_or_default())
            .replace("@archive@", "../archive.db")
            .replace("@smtp_host@", &around.smtp.ip().to_string())
            .replace("@smtp_port@", &around.smtp.port().to_string());
        let sources = script.sources_toml(around.newsroom, around.poll);
        write!(text, "\n{sources}").map_err(io::Error::other)?;
        fs::write(&self.config, text)
    }
}

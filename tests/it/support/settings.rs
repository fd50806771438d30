//! A configuration in a directory of its own: as small as the daemon allows, with the keywords and
//! people that the repository ships.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// What a test wants to differ.
pub struct Settings {
    directory: TempDir,
    store: String,
    collect: String,
    sources: String,
    channels: String,
    routes: String,
    /// Keys of the main file that stand before its first table.
    head: String,
    web: String,
    /// Keys of `[inspection]`: never, unless a test asks for it.
    inspection: String,
    /// The directory of keywords; that which the repository ships unless a test has its own.
    keywords: PathBuf,
}

impl Settings {
    /// A store in a file and nothing else.
    pub fn new() -> Self {
        Self {
            directory: tempfile::tempdir().expect("a directory"),
            store: "sqlite:atalaya.db".to_owned(),
            collect: String::new(),
            sources: String::new(),
            channels: String::new(),
            routes: String::new(),
            head: String::new(),
            web: String::new(),
            inspection: "days = []\n".to_owned(),
            keywords: Path::new(env!("CARGO_MANIFEST_DIR")).join("keywords"),
        }
    }

    /// Another store.
    pub fn store(mut self, url: &str) -> Self {
        url.clone_into(&mut self.store);
        self
    }

    /// Further keys of `[collect]`.
    pub fn collect(mut self, keys: &str) -> Self {
        self.collect += keys;
        self
    }

    /// One more feed, polled several times a second.
    pub fn source(mut self, id: &str, url: &str) -> Self {
        self.add_source(id, url);
        self
    }

    /// As [`Settings::source`], once the daemon runs.
    pub fn add_source(&mut self, id: &str, url: &str) {
        let source = format!(
            "[[source]]\nid = \"{id}\"\nurl = \"{url}\"\ntier = 1\ninterval = \"200ms\"\nallow_private = true\n"
        );
        self.sources += &source;
    }

    /// Further sources are read from the files of a directory beside the configuration.
    pub fn source_files(mut self, directory: &str) -> Self {
        std::fs::create_dir(self.file(directory)).expect("made");
        writeln!(self.head, "sources = {directory:?}").expect("written");
        self
    }

    /// Alerts become files in [`Settings::mails`], for these people.
    pub fn mail_to_files(self, people: &[&str]) -> Self {
        self.mail_by(
            "kind = \"maildir\"\ndirectory = \"mails\"\nfrom = \"Atalaya <atalaya@almenara.example>\"\n",
            people,
        )
    }

    /// A mail channel by its keys, for these people.
    pub fn mail_by(mut self, channel: &str, people: &[&str]) -> Self {
        write!(self.channels, "[[channel]]\nid = \"mail\"\n{channel}").expect("written");
        write!(self.routes, "[[route]]\npeople = {people:?}\nvia = [\"mail\"]\n").expect("written");
        self
    }

    /// One more room that every alert is told in, by the keys of its channel.
    pub fn room(mut self, id: &str, channel: &str) -> Self {
        write!(self.channels, "[[channel]]\nid = \"{id}\"\n{channel}").expect("written");
        write!(self.routes, "[[route]]\nrooms = [\"{id}\"]\n").expect("written");
        self
    }

    /// Channels and routes as they stand in the file.
    pub fn ways(mut self, text: &str) -> Self {
        self.routes += text;
        self
    }

    /// Who is told by mail how the sources are. After [`Settings::mail_to_files`].
    pub fn operator(mut self, person: &str) -> Self {
        let route = "[[route]]\nabout = \"sources\"\nvia = [\"mail\"]\n";
        writeln!(self.routes, "{route}people = [{person:?}]").expect("written");
        self
    }

    /// An escalation policy by its steps, which every alert is told by beside whom else it is told to. After
    /// [`Settings::mail_to_files`]; messages carry links to the page that answers.
    pub fn policy(mut self, steps: &str) -> Self {
        std::fs::write(self.file("policies.toml"), format!("[[policy]]\nid = \"desk\"\n{steps}"))
            .expect("written");
        self.head += "policies = \"policies.toml\"\n";
        self.web += "public_url = \"https://atalaya.example/desk/\"\n";
        self.routes += "policy = \"desk\"\n";
        self
    }

    /// Messages carry links and buttons that answer.
    pub fn buttons(mut self) -> Self {
        self.web += "public_url = \"https://atalaya.example/desk/\"\n\
                     slack_signing_secret = { file = \"slack-secret\" }\n\
                     mattermost_buttons = true\n";
        self
    }

    /// Messages carry links that answer.
    pub fn links(mut self) -> Self {
        self.web += "public_url = \"https://atalaya.example/desk/\"\n";
        self
    }

    /// A crisis plan. After the channels that it names.
    pub fn plan(mut self, text: &str) -> Self {
        std::fs::create_dir(self.file("plans")).expect("made");
        std::fs::write(self.file("plans/plan.toml"), text).expect("written");
        self.head += "plans = \"plans\"\n";
        self
    }

    /// The plans are inspected at a time of the day in UTC.
    pub fn inspected_at(mut self, time: &str) -> Self {
        self.inspection = format!("at = {time:?}\n");
        self
    }

    /// A directory that mails become files in, for nobody yet.
    pub fn mail_channel(mut self) -> Self {
        self.channels += "[[channel]]\nid = \"mail\"\nkind = \"maildir\"\ndirectory = \"mails\"\n\
                          from = \"Atalaya <atalaya@almenara.example>\"\n";
        self
    }

    /// Routes and the tables beside them, as written.
    pub fn routes(mut self, tables: &str) -> Self {
        self.routes += tables;
        self
    }

    /// A table of the main file that nothing else here writes.
    pub fn table(mut self, text: &str) -> Self {
        self.sources += text;
        self
    }

    /// Keywords of its own, in a directory beside the configuration.
    pub fn keywords(mut self, directory: &str) -> Self {
        self.keywords = self.file(directory);
        self
    }

    /// Further keys of the severity, by their file.
    pub fn severity(mut self, text: &str) -> Self {
        std::fs::write(self.file("severity.toml"), text).expect("written");
        self.head += "severity = \"severity.toml\"\n";
        self
    }

    /// Writes the configuration; the path of the main file.
    pub fn write(&self) -> PathBuf {
        let shipped = Path::new(env!("CARGO_MANIFEST_DIR"));
        let people = shipped.join("config/people.toml").display().to_string();
        let Self { store, collect, sources, channels, routes, head, web, inspection, .. } = self;
        let keywords = self.keywords.display().to_string();
        let text = format!(
            "{head}people = {people:?}\nkeywords = {keywords:?}\n\
             [organisation]\nname = \"Banco Almenara\"\nlanguage = \"es\"\n\
             [inspection]\n{inspection}[store]\nurl = \"{store}\"\n\
             [collect]\nhost_gap = \"0s\"\nhistory = \"alert\"\n{collect}\
             [web]\nlisten = \"127.0.0.1:0\"\n{web}{channels}{routes}{sources}"
        );
        let path = self.file("atalaya.toml");
        std::fs::write(&path, text).expect("written");
        path
    }

    /// A file beside the configuration.
    pub fn file(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Where [`Settings::mail_to_files`] puts its files.
    pub fn mails(&self) -> PathBuf {
        self.file("mails")
    }
}

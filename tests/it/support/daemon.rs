//! The daemon as a process: started, watched from outside, ended.

use std::fs::File;
use std::io::Write;
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Duration;

use super::{http, wait_for};

/// Start, migration of the store and compilation of the keywords, on a machine that is busy.
const START: Duration = Duration::from_mins(1);

/// A running daemon; it is killed when dropped.
pub struct Daemon {
    child: Child,
    log: PathBuf,
    address: SocketAddr,
}

/// The program under test, without its surroundings.
pub fn atalaya() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atalaya"));
    command.env_remove("ATALAYA_LOG").env_remove("NOTIFY_SOCKET").stdin(Stdio::null());
    command
}

impl Daemon {
    /// Starts on a configuration and waits until `/readyz` says so.
    pub async fn start(config: &Path) -> Self {
        Self::start_with(config, &[]).await
    }

    /// As [`Daemon::start`], with further variables of its environment.
    pub async fn start_with(config: &Path, environment: &[(&str, &str)]) -> Self {
        let log = config.with_extension("log");
        let stderr = File::create(&log).expect("a log");
        let mut command = atalaya();
        command.args(["run", "--config"]).arg(config).env("ATALAYA_LOG", "atalaya=debug,info");
        command.envs(environment.iter().copied());
        let child = command.stdout(Stdio::null()).stderr(stderr).spawn().expect("started");
        let mut daemon = Self { child, log, address: SocketAddr::from(([127, 0, 0, 1], 0)) };
        daemon.address = wait_for("the daemon is ready", START, || daemon.ready()).await;
        daemon
    }

    fn ready(&mut self) -> Option<SocketAddr> {
        let ended = self.child.try_wait().expect("a child");
        assert!(ended.is_none(), "the daemon ended: {ended:?}\n{}", self.log());
        let log = self.log();
        let (_, rest) = log.split_once("status_page=\"http://")?;
        let address = rest.split_once("/\"")?.0.parse().expect("an address");
        let (status, _) = http::get(address, "/readyz")?;
        (status == 200).then_some(address)
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// All that it wrote to standard error.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).expect("a log")
    }

    /// Waits until a line of its log says so.
    pub async fn says(&self, words: &str) {
        let what = format!("the log says {words:?}");
        wait_for(&what, START, || self.log().contains(words).then_some(())).await;
    }

    /// Asks one of its pages: status and body.
    pub fn get(&self, path: &str) -> (u16, String) {
        http::get(self.address, path).expect("an answer")
    }

    /// Sends a form to one of its pages, with further headers: status and body.
    pub fn post(&self, path: &str, headers: &str, form: &str) -> (u16, String) {
        http::post(self.address, path, headers, form).expect("an answer")
    }

    /// Where its status page is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// A connection to its status page with half a request on it.
    pub fn connect_half(&self) -> TcpStream {
        let mut stream = TcpStream::connect(self.address).expect("connected");
        stream.write_all(b"GET / HTTP/1.1\r\nHost: x\r\nX-Half").expect("written");
        stream
    }

    /// The value of a metric, by the beginning of its line.
    pub fn metric(&self, name: &str) -> Option<f64> {
        let (_, text) = self.get("/metrics");
        let line = text.lines().find(|line| line.starts_with(name))?;
        line.rsplit(' ').next()?.parse().ok()
    }

    /// Sends a signal: `TERM`, `HUP`.
    pub fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-s", name, &id]).status().expect("kill");
        assert!(sent.success());
    }

    /// Sends TERM and waits for its end.
    pub async fn stop(&mut self, within: Duration) -> ExitStatus {
        self.signal("TERM");
        wait_for("the daemon ends", within, || self.child.try_wait().expect("a child")).await
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("--- the daemon's log\n{}", self.log());
        }
        if self.child.kill().is_ok() {
            self.child.wait().expect("a child");
        }
    }
}

//! The real binary as a child process: started, watched, killed, stopped.

use std::fs::File;
use std::net::SocketAddr;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::{Child, Command};
use tokio::sync::watch;

use crate::stage::Stage;
use crate::trace::Trace;

/// What is under test.
const PROGRAM: &str = env!("CARGO_BIN_EXE_atalaya");
const SIGKILL: i32 = 9;
/// A daemon that does not start or stop within this is stuck.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running daemon.
pub struct Daemon {
    child: Child,
    up: watch::Receiver<bool>,
    page: watch::Receiver<Option<SocketAddr>>,
}

impl Daemon {
    /// Starts it; its log goes on where the last one's ended.
    pub fn start(stage: &Stage) -> Self {
        Self::start_as(stage, Command::new(PROGRAM))
    }

    /// Starts it with something done to its system calls.
    pub fn start_under(stage: &Stage, trace: &Trace) -> Self {
        Self::start_as(stage, trace.command(PROGRAM))
    }

    fn start_as(stage: &Stage, mut program: Command) -> Self {
        let log = File::options().create(true).append(true).open(stage.home().join("daemon.log"));
        let mut child = program
            .args(["run", "--log", "json", "--config"])
            .arg(stage.config())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let (tell, up) = watch::channel(false);
        let (tell_page, page) = watch::channel(None);
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut log = log.unwrap();
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                std::io::Write::write_all(&mut log, format!("{line}\n").as_bytes()).unwrap();
                if line.contains("\"message\":\"running\"") {
                    tell_page.send_replace(page_of(&line));
                    tell.send_replace(true);
                }
            }
        });
        Self { child, up, page }
    }

    /// Waits until it says that it runs.
    ///
    /// # Errors
    /// If it ends first, or does neither.
    pub async fn is_up(&mut self) -> Result<(), String> {
        let said = tokio::time::timeout(PATIENCE, self.up.wait_for(|up| *up)).await;
        match said {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => Err("the daemon ended before it ran".to_owned()),
            Err(_) => Err("the daemon did not start in time".to_owned()),
        }
    }

    /// Whether it has said so.
    pub fn was_up(&self) -> bool {
        *self.up.borrow()
    }

    /// Waits for its end, which it comes to by itself.
    ///
    /// # Errors
    /// If it does not.
    pub async fn ends(&mut self) -> Result<ExitStatus, String> {
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        ended.map(Result::unwrap).map_err(|_| "the daemon lives on".to_owned())
    }

    /// How it ended, if it has.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().unwrap()
    }

    /// The status of its answer on one of its pages; none if it gives none.
    pub async fn status(&self, path: &str) -> Option<u16> {
        let address = (*self.page.borrow())?;
        let ask = format!("GET {path} HTTP/1.0\r\nHost: {address}\r\n\r\n");
        let mut stream = TcpStream::connect(address).await.ok()?;
        stream.write_all(ask.as_bytes()).await.ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.ok()?;
        answer.split(' ').nth(1)?.parse().ok()
    }

    /// Kills it; true if it was alive.
    pub async fn kill(mut self) -> bool {
        if self.child.try_wait().unwrap().is_some() {
            return false;
        }
        self.child.start_kill().unwrap();
        self.child.wait().await.unwrap().signal() == Some(SIGKILL)
    }

    /// Asks it to stop as systemd does.
    ///
    /// # Errors
    /// If it does not stop, or does so with a complaint.
    pub async fn stop(mut self) -> Result<(), String> {
        let id = self.child.id().ok_or("the daemon has ended by itself")?.to_string();
        let asked = Command::new("kill").args(["-TERM", &id]).status().await.unwrap();
        let ended = tokio::time::timeout(PATIENCE, self.child.wait()).await;
        match ended.map(Result::unwrap) {
            Ok(status) if status.success() && asked.success() => Ok(()),
            Ok(status) => Err(format!("the daemon stopped with {}", how(status))),
            Err(_) => Err("the daemon did not stop".to_owned()),
        }
    }
}

/// The address of the status page in the line that tells it.
fn page_of(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("http://")?;
    rest.split_once('/')?.0.parse().ok()
}

fn how(status: ExitStatus) -> String {
    status.to_string()
}

//! The real binary as a child process: started, watched, killed, stopped.

use std::fs::File;
use std::os::unix::process::ExitStatusExt;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::watch;

use crate::stage::Stage;

const SIGKILL: i32 = 9;
/// A daemon that does not start or stop within this is stuck.
const PATIENCE: Duration = Duration::from_mins(1);

/// A running daemon.
pub struct Daemon {
    child: Child,
    up: watch::Receiver<bool>,
}

impl Daemon {
    /// Starts it; its log goes on where the last one's ended.
    pub fn start(stage: &Stage) -> Self {
        let log = File::options().create(true).append(true).open(stage.home().join("daemon.log"));
        let mut child = Command::new(env!("CARGO_BIN_EXE_atalaya"))
            .args(["run", "--log", "json", "--config"])
            .arg(stage.config())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .kill_on_drop(true)
            .spawn()
            .unwrap();
        let (tell, up) = watch::channel(false);
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut log = log.unwrap();
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                std::io::Write::write_all(&mut log, format!("{line}\n").as_bytes()).unwrap();
                if line.contains("\"message\":\"running\"") {
                    tell.send_replace(true);
                }
            }
        });
        Self { child, up }
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

fn how(status: ExitStatus) -> String {
    status.to_string()
}

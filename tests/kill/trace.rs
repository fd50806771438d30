//! The daemon under `strace`, which counts its writes to the database, or lets one of them fail or kill.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::stage::Stage;

/// What is done to the system calls of a life.
pub struct Trace {
    files: [PathBuf; 3],
    log: PathBuf,
    injected: Option<String>,
}

impl Trace {
    /// Only looks.
    pub fn watching(stage: &Stage) -> Self {
        let home = stage.home();
        let file = |name: &str| home.join(name);
        let files = ["archive.db", "archive.db-wal", "archive.db-journal"].map(file);
        Self { files, log: home.join("strace.log"), injected: None }
    }

    /// Kills at the entry of the `n`-th call of this name.
    pub fn killing(stage: &Stage, call: &str, n: usize) -> Self {
        let injected = Some(format!("{call}:signal=KILL:when={n}"));
        Self { injected, ..Self::watching(stage) }
    }

    /// Has the `n`-th fsync answer EIO; with `lasting` all after it too.
    pub fn failing(stage: &Stage, n: usize, lasting: bool) -> Self {
        let more = if lasting { "+" } else { "" };
        let injected = Some(format!("fsync,fdatasync:error=EIO:when={n}{more}"));
        Self { injected, ..Self::watching(stage) }
    }

    /// The command that runs a program so. The tracer is nobody's parent (`-D`): who waits for the child waits
    /// for the program itself.
    pub fn command(&self, program: impl AsRef<Path>) -> Command {
        let mut command = Command::new("strace");
        command.args(["-D", "-f", "-qq", "-o"]).arg(&self.log);
        command.args(["-e", "trace=pwrite64,fsync,fdatasync"]);
        for file in &self.files {
            command.arg("-P").arg(file);
        }
        if let Some(injected) = &self.injected {
            command.arg("-e").arg(format!("inject={injected}"));
        }
        command.arg(program.as_ref());
        command
    }

    /// How often it was called.
    pub fn count(&self, call: &str) -> usize {
        let log = self.read();
        let called = format!(" {call}(");
        log.lines().filter(|line| line.contains(&called)).count()
    }

    /// How many calls were made to fail.
    pub fn failed(&self) -> usize {
        self.read().matches("(INJECTED)").count()
    }

    fn read(&self) -> String {
        let log = std::fs::read(&self.log).expect("strace wrote its log (see tests/run)");
        String::from_utf8_lossy(&log).into_owned()
    }
}

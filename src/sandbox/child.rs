//! A child process as its parent sees it.

use std::io;
use std::path::Path;
use std::process::{ExitStatus, Stdio};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::{ChildStderr, ChildStdin, ChildStdout, Command};
use tokio::time::timeout;

use super::confine::Allowance;
use super::frame::{HEADER, Header, Kind};
use super::{Limits, MAX_ANSWER, Why};

/// From its start until it is ready, on a busy machine.
const START: Duration = Duration::from_secs(10);

/// A child that has closed its pipes ends within this, or is killed.
const END: Duration = Duration::from_secs(1);

/// One read brings the answer to an ordinary feed with its header.
const BUFFER: usize = 64 << 10;

/// Address space is what a child has least of: one arena, nothing kept that is not used, no large pages.
const ALLOCATOR: &str = "narenas:1,retain:false,thp:default";

/// Bytes of its last words that are looked at.
const LAST_WORDS: u64 = 4_096;

/// A running child; it is killed when dropped.
#[derive(Debug)]
pub(super) struct Child {
    process: tokio::process::Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    /// Read once it is dead: the pipe's buffer bounds what it can say.
    errors: ChildStderr,
    /// Of the last job; also how many it has done.
    number: u32,
}

/// What a child answers.
#[derive(Debug)]
pub(super) enum Reply {
    Answer(Vec<u8>),
    Panicked,
    TooLarge,
}

impl Child {
    /// Starts a child and waits until its limits hold.
    pub async fn start(program: &Path, args: &[String], limits: Limits) -> io::Result<Self> {
        let mut command = Command::new(program);
        command.args(args).env_clear().current_dir("/").kill_on_drop(true);
        command.env("_RJEM_MALLOC_CONF", ALLOCATOR);
        // For the little that the C library asks of its own: it reserves address space for each thread.
        command.env("MALLOC_ARENA_MAX", "1");
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut process = command.spawn()?;
        let closed = || io::Error::from(io::ErrorKind::BrokenPipe);
        let input = process.stdin.take().ok_or_else(closed)?;
        let output = process.stdout.take().ok_or_else(closed)?;
        let output = BufReader::with_capacity(BUFFER, output);
        let errors = process.stderr.take().ok_or_else(closed)?;
        let mut child = Self { process, input, output, errors, number: 0 };
        let allowance = Allowance { memory: limits.memory, cpu: limits.cpu };
        let greeting = async {
            child.send(Kind::Limits, &allowance.to_bytes(), &[]).await?;
            child.receive().await
        };
        match timeout(START, greeting).await.map_err(io::Error::from)?? {
            (Kind::Limits, _) => Ok(child),
            _ => Err(io::Error::from(io::ErrorKind::InvalidData)),
        }
    }

    /// Whether it still runs.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.process.try_wait(), Ok(None))
    }

    /// Jobs that it was given.
    pub fn jobs(&self) -> u32 {
        self.number
    }

    /// Gives it a job and waits for the answer. If this is cut off, the child is of no more use.
    ///
    /// # Errors
    /// If it dies, or answers something else.
    pub async fn ask(&mut self, head: &[u8], body: &[u8]) -> io::Result<Reply> {
        self.number = self.number.wrapping_add(1);
        self.send(Kind::Job, head, body).await?;
        match self.receive().await? {
            (Kind::Answer, answer) => Ok(Reply::Answer(answer)),
            (Kind::Panicked, _) => Ok(Reply::Panicked),
            (Kind::TooLarge, _) => Ok(Reply::TooLarge),
            _ => Err(io::Error::from(io::ErrorKind::InvalidData)),
        }
    }

    /// Why it died of its job. A child that has not died is killed.
    pub async fn autopsy(mut self) -> Why {
        drop(self.input);
        let Ok(Ok(status)) = timeout(END, self.process.wait()).await else {
            // Alive, and its answer made no sense.
            return Why::Crashed;
        };
        if was_out_of_time(status) {
            return Why::TimedOut;
        }
        let mut words = Vec::new();
        let mut last = self.errors.take(LAST_WORDS);
        let read = timeout(END, last.read_to_end(&mut words)).await;
        let words = String::from_utf8_lossy(&words);
        match read {
            // The words of Rust's allocation error, the only trace that it leaves.
            Ok(Ok(_)) if words.contains("memory allocation of") => Why::OutOfMemory,
            _ => Why::Crashed,
        }
    }

    /// Sends a payload in two parts, which the child sees as one.
    async fn send(&mut self, kind: Kind, head: &[u8], body: &[u8]) -> io::Result<()> {
        let header = Header::of(kind, self.number, head.len() + body.len())?;
        let mut parts = [&header[..], head, body].map(io::IoSlice::new);
        let mut left = &mut parts[..];
        // Mostly one write: the child is woken once.
        while !left.is_empty() {
            let written = self.input.write_vectored(left).await?;
            if written == 0 {
                return Err(io::Error::from(io::ErrorKind::WriteZero));
            }
            io::IoSlice::advance_slices(&mut left, written);
        }
        Ok(())
    }

    async fn receive(&mut self) -> io::Result<(Kind, Vec<u8>)> {
        let mut header = [0; HEADER];
        self.output.read_exact(&mut header).await?;
        let header = Header::read(header, MAX_ANSWER)?;
        if header.number != self.number {
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        }
        let mut payload = vec![0; header.length];
        self.output.read_exact(&mut payload).await?;
        Ok((header.kind, payload))
    }
}

fn was_out_of_time(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    status.signal() == Some(rustix::process::Signal::XCPU.as_raw())
}

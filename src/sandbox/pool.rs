//! A bounded pool of workers: child processes, or threads where there are none.

use std::fmt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::child::{Child, Reply};
use super::{Fault, Limits, MAX_ANSWER, MAX_REQUEST, Why};

/// After a child could not be started, until the next try.
const REST: Duration = Duration::from_mins(1);

/// Workers that answer jobs, at most [`Limits::size`] at once; further jobs wait their turn.
#[derive(Debug)]
pub struct Pool {
    limits: Limits,
    room: Arc<Semaphore>,
    workers: Workers,
}

#[derive(Debug)]
enum Workers {
    Processes(Processes),
    Threads(Handler),
}

#[derive(Clone)]
struct Handler(Arc<Work>);

type Work = dyn Fn(&[u8]) -> Vec<u8> + Send + Sync;

impl fmt::Debug for Handler {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Handler")
    }
}

impl Pool {
    /// Workers are processes of `program`, which with `args` must call [`super::serve`]. They have an
    /// empty environment and start when they are needed.
    #[must_use]
    pub fn processes(program: PathBuf, args: &[&str], limits: Limits) -> Self {
        let args = args.iter().map(|&arg| arg.to_owned()).collect();
        let processes = Processes { program, args, state: Mutex::default() };
        Self::new(limits, Workers::Processes(processes))
    }

    /// Workers are threads of this process: for platforms without the limits, and for tests. Of
    /// `limits` only size and wall time hold; a thread that is out of time cannot be ended, so it
    /// keeps its place until it ends by itself.
    #[must_use]
    pub fn threads(
        handler: impl Fn(&[u8]) -> Vec<u8> + Send + Sync + 'static,
        limits: Limits,
    ) -> Self {
        Self::new(limits, Workers::Threads(Handler(Arc::new(handler))))
    }

    fn new(limits: Limits, workers: Workers) -> Self {
        Self { limits, room: Arc::new(Semaphore::new(limits.size.max(1))), workers }
    }

    /// Gives a job, its `head` and `body` one after the other, to a free worker and waits for its answer. Dropping the future ends the job; its
    /// child goes with it, so that no answer is ever taken for that of another job.
    ///
    /// # Errors
    /// See [`Fault`]. A kept child that dies may have died of an earlier job's leavings: the job is
    /// tried once more on a fresh one, and only that one's death is held against it.
    pub async fn run(&self, head: &[u8], body: &[u8]) -> Result<Vec<u8>, Fault> {
        if head.len().saturating_add(body.len()) > MAX_REQUEST {
            return Err(Fault::TooLarge);
        }
        match &self.workers {
            Workers::Processes(processes) => {
                let _permit = self.room.acquire().await.map_err(|_| Fault::Unavailable)?;
                self.in_process(processes, head, body).await
            }
            Workers::Threads(handler) => {
                self.on_thread(handler.clone(), [head, body].concat()).await
            }
        }
    }

    async fn in_process(
        &self,
        processes: &Processes,
        head: &[u8],
        body: &[u8],
    ) -> Result<Vec<u8>, Fault> {
        if let Some(kept) = processes.kept() {
            match self.ask(processes, kept, head, body).await {
                Asked::Died(Why::Crashed | Why::OutOfMemory) => {}
                Asked::Died(why) => return Err(Fault::Killed { why }),
                Asked::Done(done) => return done,
            }
        }
        let fresh = processes.start(self.limits).await.ok_or(Fault::Unavailable)?;
        match self.ask(processes, fresh, head, body).await {
            Asked::Died(why) => Err(Fault::Killed { why }),
            Asked::Done(done) => done,
        }
    }

    async fn ask(
        &self,
        processes: &Processes,
        mut child: Child,
        head: &[u8],
        body: &[u8],
    ) -> Asked {
        let done = match timeout(self.limits.wall, child.ask(head, body)).await {
            // Dropping it kills it.
            Err(_) => return Asked::Died(Why::TimedOut),
            Ok(Err(_)) => return Asked::Died(child.autopsy().await),
            Ok(Ok(Reply::Answer(answer))) => Ok(answer),
            Ok(Ok(Reply::Panicked)) => Err(Fault::Killed { why: Why::Crashed }),
            Ok(Ok(Reply::TooLarge)) => Err(Fault::TooLarge),
        };
        if child.jobs() < self.limits.jobs {
            processes.state().idle.push(child);
        }
        Asked::Done(done)
    }

    async fn on_thread(&self, handler: Handler, request: Vec<u8>) -> Result<Vec<u8>, Fault> {
        let permit = Arc::clone(&self.room).acquire_owned().await;
        let permit = permit.map_err(|_| Fault::Unavailable)?;
        let job = tokio::task::spawn_blocking(move || {
            let answer = catch_unwind(AssertUnwindSafe(|| handler.0(&request)));
            drop(permit);
            answer
        });
        match timeout(self.limits.wall, job).await {
            Ok(Ok(Ok(answer))) if answer.len() > MAX_ANSWER => Err(Fault::TooLarge),
            Ok(Ok(Ok(answer))) => Ok(answer),
            Ok(Ok(Err(_))) => Err(Fault::Killed { why: Why::Crashed }),
            Ok(Err(_)) => Err(Fault::Unavailable),
            Err(_) => Err(Fault::Killed { why: Why::TimedOut }),
        }
    }
}

enum Asked {
    Done(Result<Vec<u8>, Fault>),
    Died(Why),
}

#[derive(Debug)]
struct Processes {
    program: PathBuf,
    args: Vec<String>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    idle: Vec<Child>,
    /// No child is started before this: the last one could not be.
    rest_until: Option<Instant>,
}

impl Processes {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A child that has done a job before and still lives; the last used, so that others' pages can
    /// be swapped out.
    fn kept(&self) -> Option<Child> {
        let mut state = self.state();
        while let Some(mut child) = state.idle.pop() {
            if child.is_alive() {
                return Some(child);
            }
        }
        None
    }

    async fn start(&self, limits: Limits) -> Option<Child> {
        let rests = self.state().rest_until.is_some_and(|until| Instant::now() < until);
        if rests {
            return None;
        }
        match Child::start(&self.program, &self.args, limits).await {
            Ok(child) => Some(child),
            Err(error) => {
                let program = self.program.display();
                tracing::warn!(%program, %error, "a child process could not be started");
                self.state().rest_until = Some(Instant::now() + REST);
                None
            }
        }
    }
}

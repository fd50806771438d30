//! A thread that owns one connection and runs jobs on it, one transaction each.

use std::sync::Mutex;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

use super::{StoreError, Transaction};

/// Jobs that may wait; a caller beyond them waits itself. Worst memory: the callers' own outcomes.
const QUEUE: usize = 64;
/// A job that has not been answered by then is given up by its caller.
const PATIENCE: Duration = Duration::from_secs(30);
/// Times that a job is run when it keeps losing races.
const RUNS: usize = 8;

/// A connection that can run a closure in a transaction.
pub(super) trait Connection {
    /// Runs `job` in one transaction and commits it, connecting first where needed.
    fn transact(
        &mut self,
        job: &mut dyn FnMut(&mut dyn Transaction) -> Result<(), StoreError>,
    ) -> Result<(), StoreError>;
}

type Job = Box<dyn FnOnce(&mut dyn Connection) + Send>;

/// A database thread.
#[derive(Debug)]
pub(super) struct Worker {
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Worker {
    /// Starts the thread. `connect` is called on it, again after each failure, as jobs arrive.
    pub fn start<C: Connection>(
        name: &str,
        connect: impl Fn() -> Result<C, StoreError> + Send + 'static,
    ) -> Result<Self, StoreError> {
        let (jobs, mut queue) = mpsc::channel::<Job>(QUEUE);
        let serve = move || {
            let mut connection = Lazy { connect, open: None };
            while let Some(job) = queue.blocking_recv() {
                job(&mut connection);
            }
        };
        let thread = std::thread::Builder::new()
            .name(name.to_owned())
            .spawn(serve)
            .map_err(|error| StoreError::Unavailable(error.to_string()))?;
        Ok(Self { jobs: Mutex::new(Some(jobs)), thread: Mutex::new(Some(thread)) })
    }

    /// Runs a job and waits for its answer.
    pub async fn run<T: Send + 'static>(
        &self,
        job: impl Fn(&mut dyn Transaction) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, answer) = oneshot::channel();
        let work: Job = Box::new(move |connection| {
            // A caller that has given up needs no answer.
            drop(reply.send(run_job(connection, &job)));
        });
        let jobs = self.jobs.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        let jobs = jobs.ok_or_else(|| StoreError::Unavailable("it is closed".to_owned()))?;
        let asked = async {
            jobs.send(work).await.map_err(|_| gone())?;
            answer.await.map_err(|_| gone())?
        };
        tokio::time::timeout(PATIENCE, asked).await.unwrap_or_else(|_| {
            Err(StoreError::Unavailable(format!("no answer within {PATIENCE:?}")))
        })
    }

    /// Takes no more jobs and ends the thread after those it has.
    pub fn close(&self) {
        self.jobs.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        let thread = self.thread.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("a store thread panicked");
        }
    }
}

fn gone() -> StoreError {
    StoreError::Unavailable("its thread has ended".to_owned())
}

fn run_job<T>(
    connection: &mut dyn Connection,
    job: &dyn Fn(&mut dyn Transaction) -> Result<T, StoreError>,
) -> Result<T, StoreError> {
    let mut run = 1;
    loop {
        let mut answer = None;
        let done = connection.transact(&mut |transaction| {
            answer = Some(job(transaction)?);
            Ok(())
        });
        match done {
            Err(StoreError::Conflict(_)) if run < RUNS => run += 1,
            Err(error) => return Err(error),
            Ok(()) => {
                return answer
                    .ok_or_else(|| StoreError::Mismatch("the job was not run".to_owned()));
            }
        }
    }
}

/// Connects when a job comes, and anew after the database went away.
struct Lazy<C, F> {
    connect: F,
    open: Option<C>,
}

impl<C: Connection, F: Fn() -> Result<C, StoreError>> Connection for Lazy<C, F> {
    fn transact(
        &mut self,
        job: &mut dyn FnMut(&mut dyn Transaction) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let mut connection = match self.open.take() {
            Some(connection) => connection,
            None => (self.connect)()?,
        };
        let done = connection.transact(job);
        // After an I/O error the connection's view of the file or server cannot be trusted (F5).
        if !matches!(done, Err(StoreError::Unavailable(_))) {
            self.open = Some(connection);
        }
        done
    }
}

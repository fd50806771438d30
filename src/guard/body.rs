//! Reading a body: bytes counted on the wire and behind the decoder, a least rate, and room that is
//! taken before a large one goes on.

use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{Stream, try_unfold};
use reqwest::Response;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncReadExt};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, timeout, timeout_at};
use tokio_util::io::StreamReader;

use super::coding::Coding;
use super::{FetchError, Limits};

/// Bodies up to this size need no room in the budget.
const SMALL: usize = 256 * 1024;

/// What the budget is counted in, so that a semaphore can hold it.
const UNIT: usize = 1024;

/// Bodies up to this size are given the room that was announced for them at once.
const MODEST: usize = 64 * 1024;

/// The least that a buffer grows by.
const STEP: usize = 16 * 1024;

/// What was waited for in vain if the budget was used up; no fault of the server.
pub(super) const NO_ROOM: &str = "room for a large body";

/// Room for the large bodies that are being read.
#[derive(Debug, Clone)]
pub(super) struct Budget {
    units: Arc<Semaphore>,
    total: usize,
    patience: Duration,
}

impl Budget {
    pub(super) fn new(limits: &Limits) -> Self {
        let total = (limits.in_flight_bytes / UNIT).clamp(1, u32::MAX as usize / 2);
        Self { units: Arc::new(Semaphore::new(total)), total, patience: limits.total }
    }

    /// Takes room for the whole rest of a body at once: whoever waits holds nothing that another
    /// waits for. A body larger than the budget takes all of it.
    async fn take(&self, bytes: usize) -> Result<OwnedSemaphorePermit, FetchError> {
        let units = u32::try_from(bytes.div_ceil(UNIT).min(self.total)).unwrap_or(u32::MAX);
        let taking = Arc::clone(&self.units).acquire_many_owned(units);
        let late = |_| FetchError::Timeout { phase: NO_ROOM };
        let closed = |_| FetchError::refused("the client is shutting down");
        timeout(self.patience, taking).await.map_err(late)?.map_err(closed)
    }
}

/// What a body may be.
pub(super) struct Caps<'a> {
    pub(super) limits: &'a Limits,
    /// Bytes behind the decoder.
    pub(super) decoded: usize,
    /// When it must have ended.
    pub(super) deadline: Instant,
}

/// The whole body, or an error as soon as it is too large.
pub(super) async fn whole(
    response: Response,
    caps: Caps<'_>,
    budget: &Budget,
) -> Result<Vec<u8>, FetchError> {
    let (wire, decoded) = (caps.limits.wire_bytes, caps.decoded);
    if response.content_length().is_some_and(|length| length > wire) {
        return Err(FetchError::TooLarge { limit: wire });
    }
    let (body, cut) = up_to(response, caps, budget).await?;
    if cut { Err(FetchError::TooLarge { limit: decoded as u64 }) } else { Ok(body) }
}

/// At most the first `caps.decoded` bytes, and whether there were more.
pub(super) async fn up_to(
    response: Response,
    caps: Caps<'_>,
    budget: &Budget,
) -> Result<(Vec<u8>, bool), FetchError> {
    let coding = Coding::of(response.headers())?;
    // Without a coding the library holds a body to the length that was announced.
    let announced = response.content_length().and_then(|length| usize::try_from(length).ok());
    let most = announced.filter(|_| coding.is_none()).unwrap_or(usize::MAX).min(caps.decoded);
    let seen = Arc::new(AtomicU64::new(0));
    let mut pace = Pace::new(caps.limits, caps.deadline, Arc::clone(&seen));
    let mut wire = StreamReader::new(Box::pin(wire(response, seen, caps.limits.wire_bytes)));
    let first = pace.keep(wire.fill_buf()).await?.first().copied();
    let mut decoded: Pin<Box<dyn AsyncRead + Send>> = match (first, coding) {
        (None, _) => return Ok((Vec::new(), false)),
        (Some(_), None) => Box::pin(wire),
        (Some(first), Some(coding)) => coding.decoder(wire, first)?,
    };
    // A small body in one piece, with a byte more to see its end by.
    let mut body = Vec::with_capacity(if most < MODEST { most + 1 } else { 0 });
    let mut room = None;
    loop {
        if body.len() > caps.decoded {
            body.truncate(caps.decoded);
            return Ok((body, true));
        }
        if body.len() >= SMALL && room.is_none() {
            let start = Instant::now();
            room = Some(budget.take(most).await?);
            pace.pause(start.elapsed());
        }
        grow(&mut body, if room.is_some() { caps.decoded } else { SMALL });
        // What is unpacked is never waited for: give the others a turn now and then.
        tokio::task::coop::consume_budget().await;
        let left = (body.capacity() - body.len()).min(4 * STEP);
        let mut part = (&mut decoded).take(left as u64);
        if pace.keep(part.read_buf(&mut body)).await? == 0 {
            return Ok((body, false));
        }
    }
}

/// Makes room for some more bytes, doubling, and hardly more than the limit: what a server claims
/// of a large length is not set aside.
fn grow(body: &mut Vec<u8>, limit: usize) {
    if body.len() == body.capacity() {
        let doubled = (body.capacity() * 2).clamp(STEP, limit + 1);
        body.reserve_exact(doubled.saturating_sub(body.len()).max(1));
    }
}

fn wire(
    response: Response,
    seen: Arc<AtomicU64>,
    limit: u64,
) -> impl Stream<Item = io::Result<Bytes>> + Send {
    try_unfold((response, seen), move |(mut response, seen)| async move {
        let failed = |error| io::Error::other(FetchError::of(error));
        let chunk = response.chunk().await.map_err(failed)?;
        let Some(chunk) = chunk else { return Ok(None) };
        if seen.fetch_add(chunk.len() as u64, Relaxed) + chunk.len() as u64 > limit {
            return Err(io::Error::other(FetchError::TooLarge { limit }));
        }
        Ok(Some((chunk, (response, seen))))
    })
}

/// How long a body may let us wait.
struct Pace {
    start: Instant,
    deadline: Instant,
    grace: Duration,
    min_rate: u64,
    seen: Arc<AtomicU64>,
}

impl Pace {
    fn new(limits: &Limits, deadline: Instant, seen: Arc<AtomicU64>) -> Self {
        let (grace, min_rate) = (limits.grace, limits.min_rate.max(1));
        Self { start: Instant::now(), deadline, grace, min_rate, seen }
    }

    /// Until when the next byte must have come.
    fn due(&self) -> Instant {
        let earned = Duration::from_millis(self.seen.load(Relaxed) * 1000 / self.min_rate);
        self.deadline.min(self.start + self.grace.max(earned))
    }

    /// Time in which nothing was read does not count.
    fn pause(&mut self, time: Duration) {
        self.start += time;
        self.deadline += time;
    }

    async fn keep<T>(&self, reading: impl Future<Output = io::Result<T>>) -> Result<T, FetchError> {
        let mut reading = pin!(reading);
        loop {
            match timeout_at(self.due(), &mut reading).await {
                Ok(result) => return result.map_err(judge),
                // More bytes have come meanwhile, though no decoded ones.
                Err(_) if self.due() > Instant::now() => {}
                Err(_) => return Err(FetchError::Timeout { phase: "body" }),
            }
        }
    }
}

fn judge(error: io::Error) -> FetchError {
    error
        .downcast::<FetchError>()
        .unwrap_or_else(|error| FetchError::Network { detail: error.to_string() })
}

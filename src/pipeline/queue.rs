//! Sources that this process has claimed and will poll, by host: a host that is slow or owns many
//! sources takes its places, and nobody else's.

use std::cmp::Reverse;
use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::leases::Held;
use crate::guard;
use crate::model::Source;
use crate::store::sources::Claimed;

/// Polls under way at the same time; worst memory: this many feeds of 16 MB decoded, by the guard's
/// own limits far less at once.
pub(super) const POLLS: usize = 256;
/// Of them, polls of sources whose last one took long.
const SLOW_POLLS: usize = POLLS / 4;
/// Slow sources that wait, and how long others of them are left in the store: they must not fill
/// the queue either.
const SLOW_WAITING: usize = SLOW_POLLS;
const SLOW_PAUSE: Duration = Duration::from_secs(10);
/// Polls of one host under way: more would only wait inside, and hold what others can use.
const HOST_POLLS: usize = 2;
/// Polls under way beyond which a host has one at a time. Many hosts are served no sooner by two each,
/// and each would keep two connections; among few, a poll that drags on shall not stop its host.
const FEW: usize = 16;
/// Polls of one host that wait, where its requests must keep a distance.
const HOST_WAITING: usize = 8;

/// A source to be polled.
pub(super) struct Task {
    /// The claim.
    pub claimed: Box<Claimed>,
    /// The source.
    pub source: Arc<Source>,
    /// Keeps the claim alive.
    pub held: Held,
}

/// The place that a poll takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    host: Arc<str>,
    slow: bool,
}

/// Tasks by host, and how many polls run.
#[derive(Default)]
pub(super) struct Queue {
    hosts: HashMap<Arc<str>, Host>,
    /// Hosts that have a task and no poll under way, in the order of their turns.
    turns: VecDeque<Arc<str>>,
    waiting: usize,
    running: usize,
    slow: usize,
    slow_waiting: usize,
}

#[derive(Default)]
struct Host {
    waiting: VecDeque<Task>,
    running: usize,
}

impl Queue {
    /// Tasks that wait.
    pub fn waiting(&self) -> usize {
        self.waiting
    }

    /// Adds a task. One that would wait long, behind others of its host or among slow ones, comes
    /// back with the time after which it can be served; `gap` is the distance between two requests to a host.
    pub fn push(&mut self, task: Task, gap: Duration) -> Result<(), (Task, Duration)> {
        if task.claimed.vitals.slow && self.slow_waiting >= SLOW_WAITING {
            return Err((task, SLOW_PAUSE));
        }
        let name = self.name_of(&task);
        let host = self.hosts.entry(Arc::clone(&name)).or_default();
        let ahead = host.waiting.len() + host.running;
        if !gap.is_zero() && host.waiting.len() >= HOST_WAITING {
            return Err((task, gap.saturating_mul(u32::try_from(ahead).unwrap_or(u32::MAX))));
        }
        self.slow_waiting += usize::from(task.claimed.vitals.slow);
        host.waiting.push_back(task);
        self.waiting += 1;
        if ahead == 0 {
            self.turns.push_back(name);
        }
        Ok(())
    }

    /// The next task and its place, host by host; none if all places are taken.
    pub fn next(&mut self) -> Option<(Task, Place)> {
        if self.running >= POLLS {
            return None;
        }
        for _ in 0..self.turns.len() {
            let name = self.turns.pop_front()?;
            if let Some(begun) = self.begin(&name) {
                return Some(begun);
            }
            self.turns.push_back(name);
        }
        if self.running >= FEW {
            return None;
        }
        let second = self.hosts.iter().filter(|(_, host)| (1..HOST_POLLS).contains(&host.running));
        let longest = second.max_by_key(|(name, host)| (host.waiting.len(), Reverse(*name)));
        let name = Arc::clone(longest?.0);
        self.begin(&name)
    }

    /// The first task of a host that may begin.
    fn begin(&mut self, name: &Arc<str>) -> Option<(Task, Place)> {
        let host = self.hosts.get_mut(name)?;
        let full = self.slow >= SLOW_POLLS;
        let first = host.waiting.iter().position(|task| !(full && task.claimed.vitals.slow))?;
        let task = host.waiting.remove(first)?;
        let place = Place { host: Arc::clone(name), slow: task.claimed.vitals.slow };
        host.running += 1;
        self.waiting -= 1;
        self.running += 1;
        self.slow += usize::from(place.slow);
        self.slow_waiting -= usize::from(place.slow);
        Some((task, place))
    }

    /// The host of a task; one string serves all its tasks.
    fn name_of(&self, task: &Task) -> Arc<str> {
        let url = task.claimed.state.address.as_ref().map_or(&task.source.url, |at| &at.actual);
        let name = guard::host_and_port(url);
        self.hosts.get_key_value(name).map_or_else(|| name.into(), |(name, _)| Arc::clone(name))
    }

    /// A poll has ended: its place is free.
    pub fn free(&mut self, place: &Place) {
        self.running = self.running.saturating_sub(1);
        self.slow = self.slow.saturating_sub(usize::from(place.slow));
        if let Some(host) = self.hosts.get_mut(&place.host) {
            host.running = host.running.saturating_sub(1);
            match (host.running, host.waiting.is_empty()) {
                (0, true) => drop(self.hosts.remove(&place.host)),
                (0, false) => self.turns.push_back(Arc::clone(&place.host)),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests;

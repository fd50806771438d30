//! Who waits and who does not.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::{FEW, HOST_POLLS, HOST_WAITING, POLLS, Place, Queue, SLOW_POLLS, SLOW_WAITING, Task};
use crate::model::{Source, SourceState, Validators, Vitals};
use crate::pipeline::leases::Holder;
use crate::store::leases::Claim;
use crate::store::sources::Claimed;
use crate::store::{Location, Store};

const GAP: Duration = Duration::from_secs(1);

struct Maker {
    holder: Arc<Holder>,
    _home: tempfile::TempDir,
}

impl Maker {
    async fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        let store = Store::open(&Location::Sqlite(home.path().join("a.db"))).await.unwrap();
        Self { holder: Arc::new(Holder::new(store)), _home: home }
    }

    fn task(&self, host: &str, n: usize, slow: bool) -> Task {
        let id = format!("{host}-{n}");
        let source = Source {
            url: format!("https://{host}.example/{n}").parse().unwrap(),
            ..Source::unlisted(&id)
        };
        let state = SourceState {
            source_id: id.clone(),
            validators: Validators::default(),
            next_check_at: Timestamp::UNIX_EPOCH,
            last_success_at: None,
            failures: 0,
            last_error: None,
            seeded: true,
            address: None,
            memory: None,
        };
        let held = self.holder.hold(Claim::Source(id));
        let vitals = Vitals { slow, ..Vitals::default() };
        let claimed = Box::new(Claimed { state, epoch: 1, vitals });
        Task { claimed, source: Arc::new(source), held }
    }
}

fn begin(queue: &mut Queue) -> Vec<(String, Place)> {
    let mut begun = Vec::new();
    while let Some((task, place)) = queue.next() {
        begun.push((task.claimed.state.source_id, place));
    }
    begun
}

#[tokio::test]
async fn a_busy_host_takes_its_places_and_no_others() {
    let (maker, mut queue) = (Maker::new().await, Queue::default());
    let mut waits = Vec::new();
    for n in 0..50 {
        waits.extend(queue.push(maker.task("busy", n, false), GAP).err().map(|(_, wait)| wait));
    }
    for n in 0..5 {
        assert!(queue.push(maker.task(&format!("host{n}"), 0, false), GAP).is_ok());
    }
    assert_eq!(waits.len(), 50 - HOST_WAITING, "the rest is not held");
    assert!(waits.iter().all(|wait| *wait == GAP * 8), "it is due when the host can serve it");
    let begun = begin(&mut queue);
    assert_eq!(begun.len(), HOST_POLLS + 5);
    assert_eq!(queue.waiting(), HOST_WAITING - HOST_POLLS);
    let (_, place) = begun.iter().find(|(id, _)| id.starts_with("busy")).unwrap();
    queue.free(place);
    assert_eq!(begin(&mut queue).len(), 1, "one goes, one comes");
}

#[tokio::test]
async fn hosts_take_turns() {
    let (maker, mut queue) = (Maker::new().await, Queue::default());
    for n in 0..3 {
        for host in ["x", "y"] {
            assert!(queue.push(maker.task(host, n, false), GAP).is_ok());
        }
    }
    let order: Vec<String> = begin(&mut queue).into_iter().map(|(id, _)| id).collect();
    assert_eq!(order, ["x-0", "y-0", "x-1", "y-1"]);
}

#[tokio::test]
async fn slow_sources_leave_room_for_the_others() {
    let (maker, mut queue) = (Maker::new().await, Queue::default());
    let mut refused = 0;
    for n in 0..500 {
        let pushed = queue.push(maker.task(&format!("slow{n}"), n, true), GAP);
        refused += usize::from(pushed.is_err());
    }
    assert_eq!(refused, 500 - SLOW_WAITING, "they do not fill the queue");
    for n in 0..POLLS {
        assert!(queue.push(maker.task(&format!("fast{n}"), n, false), GAP).is_ok());
    }
    let begun = begin(&mut queue);
    let slow = begun.iter().filter(|(id, _)| id.starts_with("slow")).count();
    assert_eq!((slow, begun.len()), (SLOW_POLLS, POLLS));
    for (_, place) in &begun {
        queue.free(place);
    }
    assert_eq!(begin(&mut queue).len(), SLOW_POLLS, "all get their turn");
    assert_eq!(queue.waiting(), 0);
}

#[tokio::test]
async fn without_a_distance_all_of_a_host_wait_here() {
    let (maker, mut queue) = (Maker::new().await, Queue::default());
    for n in 0..POLLS + 10 {
        assert!(queue.push(maker.task("one", n, false), Duration::ZERO).is_ok());
    }
    let begun = begin(&mut queue);
    assert_eq!((begun.len(), queue.waiting()), (HOST_POLLS, POLLS + 10 - HOST_POLLS));
}

#[tokio::test]
async fn among_many_hosts_each_is_asked_once_at_a_time() {
    let (maker, mut queue) = (Maker::new().await, Queue::default());
    for n in 0..3 {
        for host in 0..FEW + 4 {
            let task = maker.task(&format!("host{host}"), n, false);
            assert!(queue.push(task, Duration::ZERO).is_ok());
        }
    }
    let hosts = |begun: &[(String, Place)]| {
        begun.iter().map(|(_, place)| Arc::clone(&place.host)).collect::<HashSet<_>>().len()
    };
    let begun = begin(&mut queue);
    assert_eq!((begun.len(), hosts(&begun)), (FEW + 4, FEW + 4));
    queue.free(&begun[0].1);
    let next = begin(&mut queue);
    assert_eq!(next.len(), 1, "the host that is free, and no second poll of another");
    assert_eq!(next[0].1, begun[0].1);
}

#[tokio::test]
async fn a_poll_that_drags_on_does_not_stop_its_host() {
    let (maker, mut queue) = (Maker::new().await, Queue::default());
    for n in 0..3 {
        assert!(queue.push(maker.task("one", n, false), GAP).is_ok());
    }
    let begun = begin(&mut queue);
    assert_eq!(begun.len(), HOST_POLLS);
    queue.free(&begun[1].1);
    assert_eq!(begin(&mut queue).len(), 1, "while the first is still under way");
}

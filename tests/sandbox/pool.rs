//! The pool among hostile jobs (F41): each fault fires, is named, and costs nobody else anything.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use atalaya::sandbox::{Fault, Limits, Pool, Why};

use crate::{Test, block_on, memory};

pub const TESTS: &[Test] = &[
    ("pool::faults_are_named_and_the_next_job_is_answered", faults),
    ("pool::a_panic_costs_no_child", panics),
    ("pool::a_child_that_was_killed_between_jobs_is_replaced", killed_between),
    ("pool::a_job_that_is_given_up_leaves_no_answer_behind", given_up),
    ("pool::jobs_wait_their_turn", turns),
    ("pool::children_are_renewed", renewed),
    ("pool::a_child_can_open_nothing_and_knows_nothing", confined),
    ("pool::large_jobs_come_back_whole_and_too_large_ones_are_refused", large),
    ("pool::threads_answer_and_survive_a_panic", threads),
    ("pool::a_program_that_is_no_child_is_unavailable", unavailable),
];

/// Enough memory for this test program, which is large, and little enough to be used up soon.
fn limits() -> Limits {
    Limits {
        size: 1,
        cpu: Duration::from_secs(1),
        wall: Duration::from_mins(1),
        ..Limits::default()
    }
}

fn hostile(limits: Limits) -> Pool {
    Pool::processes(std::env::current_exe().unwrap(), &["hostile"], limits)
}

async fn ask(pool: &Pool, job: &str) -> Result<String, Fault> {
    pool.run(job.as_bytes(), &[]).await.map(|answer| String::from_utf8(answer).unwrap())
}

fn faults() {
    let patient = limits();
    let hasty = Limits { wall: Duration::from_secs(1), ..patient };
    let killed = |why| Err(Fault::Killed { why });
    let table = [
        (patient, "loop", killed(Why::TimedOut)),
        (hasty, "sleep", killed(Why::TimedOut)),
        (hasty, "shout", killed(Why::TimedOut)),
        (patient, "allocate", killed(Why::OutOfMemory)),
        (patient, "overflow", killed(Why::Crashed)),
        (patient, "exit", killed(Why::Crashed)),
        (patient, "abort", killed(Why::Crashed)),
        (patient, "panic", killed(Why::Crashed)),
        (patient, "garbage", killed(Why::Crashed)),
        (patient, "long", Err(Fault::TooLarge)),
    ];
    for (limits, job, fault) in table {
        block_on(async {
            let pool = hostile(limits);
            for round in ["on a fresh child", "on a kept child"] {
                assert_eq!(ask(&pool, job).await, fault, "{job} {round}");
                assert_eq!(ask(&pool, "next").await.as_deref(), Ok("next"), "after {job}");
            }
        });
    }
    assert!(memory::peak() < 150, "the parent needed {} MB", memory::peak());
}

fn panics() {
    block_on(async {
        let pool = hostile(limits());
        let before = ask(&pool, "who").await.unwrap();
        assert!(ask(&pool, "panic").await.is_err());
        assert_eq!(ask(&pool, "who").await.unwrap(), before);
    });
}

fn killed_between() {
    block_on(async {
        let pool = hostile(limits());
        let first = ask(&pool, "who").await.unwrap();
        let kill = tokio::process::Command::new("kill").args(["-s", "KILL", &first]).status();
        assert!(kill.await.unwrap().success());
        let second = ask(&pool, "who").await.unwrap();
        assert_ne!(first, second);
    });
}

fn given_up() {
    block_on(async {
        let pool = hostile(limits());
        let first = ask(&pool, "who").await.unwrap();
        let sleeping = ask(&pool, "sleep");
        let given_up = tokio::time::timeout(Duration::from_millis(200), sleeping).await;
        assert!(given_up.is_err(), "it slept");
        for n in 0..20 {
            let job = n.to_string();
            assert_eq!(ask(&pool, &job).await.unwrap(), job);
        }
        assert_ne!(ask(&pool, "who").await.unwrap(), first);
    });
}

fn turns() {
    block_on(async {
        let pool = hostile(Limits { size: 2, ..limits() });
        let asked = (0..200).map(|_| ask(&pool, "who"));
        let children = futures_util::future::join_all(asked).await;
        let children: BTreeSet<String> = children.into_iter().map(Result::unwrap).collect();
        assert_eq!(children.len(), 2, "all at once is two at once");
        let jobs: Vec<String> = (0..200).map(|n| format!("job {n}")).collect();
        let asked = jobs.iter().map(|job| ask(&pool, job));
        let answers = futures_util::future::join_all(asked).await;
        let answers: Vec<String> = answers.into_iter().map(Result::unwrap).collect();
        assert_eq!(answers, jobs);
    });
}

fn renewed() {
    block_on(async {
        let pool = hostile(Limits { jobs: 3, ..limits() });
        let mut children = Vec::new();
        for _ in 0..6 {
            children.push(ask(&pool, "who").await.unwrap());
        }
        let (first, second) = children.split_at(3);
        assert!(first.iter().all(|child| *child == first[0]), "{children:?}");
        assert!(second.iter().all(|child| *child == second[0] && *child != first[0]));
    });
}

fn confined() {
    block_on(async {
        let pool = hostile(limits());
        assert_eq!(ask(&pool, "reach out").await.unwrap(), "");
        assert_eq!(
            ask(&pool, "look around").await.unwrap(),
            "[\"MALLOC_ARENA_MAX\", \"_RJEM_MALLOC_CONF\"] /"
        );
    });
}

fn large() {
    block_on(async {
        let pool = hostile(limits());
        let job = vec![b'y'; 16_000_000];
        assert!(pool.run(&job[..1], &job[1..]).await.unwrap() == job, "16 MB there and back");
        let too_large = vec![b'y'; atalaya::sandbox::MAX_REQUEST + 1];
        assert_eq!(pool.run(&[], &too_large).await, Err(Fault::TooLarge));
    });
}

fn threads() {
    let handler = |job: &[u8]| {
        assert!(job != b"panic", "as asked");
        job.to_vec()
    };
    block_on(async {
        let pool = Pool::threads(handler, limits());
        assert_eq!(ask(&pool, "panic").await, Err(Fault::Killed { why: Why::Crashed }));
        assert_eq!(ask(&pool, "next").await.as_deref(), Ok("next"));
    });
}

fn unavailable() {
    block_on(async {
        for program in ["/nonexistent", "/bin/true"] {
            let pool = Pool::processes(PathBuf::from(program), &[], limits());
            assert_eq!(ask(&pool, "next").await, Err(Fault::Unavailable), "{program}");
            assert_eq!(ask(&pool, "next").await, Err(Fault::Unavailable), "{program}");
        }
    });
}

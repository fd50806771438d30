//! A hundred thousand alerts in one hour of simulated time, through the decisions alone: storm control
//! holds for every recipient, nothing is lost, and nothing grows with their number.

#![allow(clippy::expect_used, reason = "a test that cannot set itself up has failed")]

use std::collections::{BTreeMap, VecDeque};
use std::fmt::Write as _;

use atalaya::config::{self, Config, Storm};
use atalaya::decide::{self, Flow, Tally};
use atalaya::model::{
    DigestFacts, HeldWhy, Labels, Level, LocalText, StoryId, SummaryItem, SummaryNotice, SummaryOf,
};
use jiff::{SignedDuration, Timestamp};

const ALERTS: u32 = 100_000;
/// Between two of them: an hour for all.
const GAP: SignedDuration = SignedDuration::from_millis(36);
const OVER: usize = 30;
/// In this stretch nearly everything is red.
const RED_FROM: u32 = 60_000;
const RED_UNTIL: u32 = 62_000;
const TOPICS: u32 = 12;

/// What became of the messages to one recipient.
#[derive(Default)]
struct Reader {
    flow: Flow,
    /// Messages let through lately, below red and red: what the limit is counted on.
    lately: [VecDeque<Timestamp>; 2],
    told: u32,
    red_told: u32,
    red_held: u32,
    summaries: u32,
    summed: u32,
    largest: usize,
    largest_bytes: usize,
}

#[test]
fn a_hundred_thousand_alerts_in_an_hour() {
    let config = configuration();
    let storm = config.storm.expect("storm control");
    let mut readers: BTreeMap<String, Reader> = BTreeMap::new();
    let (mut held, mut digest) = (0_u32, Tally::default());
    let start: Timestamp = "2026-11-29T10:00:00Z".parse().expect("an instant");
    let mut now = start;
    for n in 0..ALERTS {
        now += GAP;
        let (labels, item) = alert(n, now);
        for reader in readers.values_mut() {
            reader.sum_up(&storm, now);
        }
        let mut all = true;
        for path in decide::paths(&config, &labels) {
            for address in path.addresses {
                let reader = readers.entry(address.recipient.id).or_default();
                all &= reader.hear(&storm, (&labels, &item), now, n);
            }
        }
        if !all {
            held += 1;
            digest.add(&labels.topic, SummaryItem { why: Some(HeldWhy::Storm), ..item });
        }
        assert!(digest.listed() <= TOPICS as usize * SummaryNotice::PER_TOPIC);
    }
    for reader in readers.values_mut() {
        reader.sum_up(&storm, now + SignedDuration::from_mins(10));
    }

    assert_eq!(readers.len(), 3);
    for (id, reader) in &readers {
        reader.check(id);
    }
    // Whoever hears of red alone heard of the others nothing, and of each red one once.
    let reds = (0..ALERTS).filter(|&n| level(n) == Level::Red).count();
    let command = &readers["elena.ruiz"];
    assert_eq!(usize::try_from(command.told + command.summed).expect("small"), reds);
    let desk = &readers["carmen.saez"];
    assert_eq!(desk.told + desk.summed, ALERTS);

    assert!(held > 90_000, "{held}");
    assert_complete(digest, held, start, now);
}

/// The digest counts each alert that was held back once, and lists a bounded number.
fn assert_complete(digest: Tally, held: u32, since: Timestamp, until: Timestamp) {
    let facts = DigestFacts {
        digest: "morning".to_owned(),
        since,
        until,
        alerts: ALERTS,
        sources: (1, 1),
        unsubscribe: None,
    };
    let notice = digest.notice(SummaryOf::Digest(facts), LocalText::same);
    assert_eq!(notice.total, held);
    let by_topic: u32 = notice.topics.iter().map(|topic| topic.total).sum();
    assert_eq!(by_topic + notice.more, held);
    assert_eq!(notice.levels.values().sum::<u32>(), held);
    assert!(serde_json::to_string(&notice).expect("JSON").len() < 60_000);
}

impl Reader {
    /// Whether the alert goes out to this reader now.
    fn hear(
        &mut self,
        storm: &Storm,
        (labels, item): (&Labels, &SummaryItem),
        now: Timestamp,
        n: u32,
    ) -> bool {
        let is_red = labels.level == Level::Red;
        let lately = &mut self.lately[usize::from(is_red)];
        let window = now - SignedDuration::try_from(storm.within).expect("short");
        lately.retain(|&at| at > window);
        let goes = self.flow.admits(storm, labels.level, now);
        // What came lately, counted apart from the code under test, says what must go out.
        assert_eq!(goes, lately.len() < OVER, "{n}");
        if goes {
            lately.push_back(now);
            self.told += 1;
            self.red_told += u32::from(is_red);
        } else {
            self.flow.hold(&labels.topic, item.clone(), now);
            self.red_held += u32::from(is_red);
        }
        self.largest = self.largest.max(self.flow.size());
        if n.is_multiple_of(997) {
            let bytes = serde_json::to_string(&self.flow).expect("JSON").len();
            self.largest_bytes = self.largest_bytes.max(bytes);
        }
        goes
    }

    fn sum_up(&mut self, storm: &Storm, now: Timestamp) {
        if self.flow.due_at(storm).is_none_or(|due| due > now) {
            return;
        }
        let gathered = self.flow.take().expect("something waits");
        self.summaries += 1;
        self.summed += gathered.tally.total();
        let of = SummaryOf::Storm { since: gathered.since, until: now };
        let total = gathered.tally.total();
        let notice = gathered.tally.notice(of, LocalText::same);
        assert_eq!(notice.total, total);
    }

    fn check(&self, id: &str) {
        // Six windows of ten minutes, and the one that is under way at the end.
        let most = 7 * u32::try_from(2 * OVER).expect("small");
        assert!(self.told <= most, "{id}: {} messages", self.told);
        assert!((1..=7).contains(&self.summaries), "{id}: {} summaries", self.summaries);
        // One red alert in a thousand others always goes through; only the storm of red does not.
        assert!(self.red_told > 60 && self.red_held > 1_000, "{id}: {} red", self.red_told);
        let bound = 2 * OVER + TOPICS as usize * SummaryNotice::PER_TOPIC;
        assert!(self.largest <= bound, "{id}: {} kept", self.largest);
        assert!(self.largest_bytes < 60_000, "{id}: {} bytes", self.largest_bytes);
    }
}

fn level(n: u32) -> Level {
    match n {
        RED_FROM..RED_UNTIL => Level::Red,
        n if n % 1_700 == 0 => Level::Red,
        n if n % 11 == 0 => Level::Orange,
        n if n % 2 == 0 => Level::Yellow,
        _ => Level::Blue,
    }
}

fn alert(n: u32, now: Timestamp) -> (Labels, SummaryItem) {
    let level = level(n);
    let labels = Labels {
        story: StoryId::new(),
        topic: format!("t{}", n % TOPICS),
        categories: vec!["solvency".to_owned()],
        level,
        language: Some("es".to_owned()),
        region: None,
        line: None,
        source: "d".to_owned(),
        tags: Vec::new(),
    };
    let item = SummaryItem {
        alert: None,
        level: Some(level),
        score: f64::from(n % 100),
        headline: format!("Titular número {n} de una hora muy mala para el banco"),
        url: Some(format!("https://d.example/{n}")),
        source: "Diario".to_owned(),
        at: now,
        why: None,
    };
    (labels, item)
}

fn configuration() -> Config {
    let shipped = env!("CARGO_MANIFEST_DIR");
    let mut text =
        format!("keywords = \"{shipped}/keywords\"\npeople = \"{shipped}/config/people.toml\"\n");
    write!(
        text,
        "[organisation]\nname = \"Banco\"\n[storm]\nover = {OVER}\nwithin = \"10m\"\n\
         [[channel]]\nid = \"mail\"\nkind = \"maildir\"\ndirectory = \"mail\"\nfrom = \"a@b.example\"\n\
         [[source]]\nid = \"d\"\nurl = \"https://d.example/\"\n\
         [[route]]\npeople = [\"carmen.saez\"]\nvia = [\"mail\"]\n\
         [[route]]\nmatch = \"level:red\"\npeople = [\"elena.ruiz\"]\nvia = [\"mail\"]\n\
         [[route]]\nmin_level = \"yellow\"\npeople = [\"grace.hughes\"]\nvia = [\"mail\"]\n"
    )
    .expect("written");
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join("atalaya.toml");
    std::fs::write(&path, text).expect("written");
    config::load(&path).unwrap_or_else(|findings| panic!("{findings:?}")).0
}

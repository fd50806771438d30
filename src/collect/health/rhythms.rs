//! A hundred sources of different rhythms over some weeks: who is called stale wrongly, and how
//! soon a source that dies is (fault F42).

use jiff::{SignedDuration, Timestamp};

use super::{Finding, examine};
use crate::model::Health;

use super::tests::{Watched, begin, entry, poll};

const DAY: i64 = 1440;
const WEEK: i64 = 7 * DAY;
const WEEKS: i64 = 6;
/// Minutes between two polls: what is found, and what is known of a rhythm, is as coarse.
const STEP: i64 = 15;

/// How a source brings entries.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// Every so many minutes, day and night.
    Clock(i64),
    /// At random, so many minutes apart in the mean, day and night.
    Agency(i64),
    /// At random from seven to 23, so many minutes apart in the mean; half as often at weekends.
    Paper(i64),
    /// At random from nine to 18, Monday to Friday.
    Office(i64),
    /// Each morning at about six, many at once.
    Morning,
    /// Each Thursday at about ten.
    Weekly,
}

fn kind(n: usize) -> Kind {
    let mean = [6, 12, 20, 45, 90][n / 6 % 5];
    match n % 6 {
        0 => Kind::Clock(mean),
        1 => Kind::Agency(mean),
        2 => Kind::Paper(mean),
        3 => Kind::Office(mean),
        4 if n % 12 == 4 => Kind::Weekly,
        4 => Kind::Morning,
        _ => Kind::Agency(mean * 20),
    }
}

/// xorshift64* (Vigna 2016): the same sources in each run.
struct Dice(u64);

impl Dice {
    fn share(&mut self) -> f64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        (self.0.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Minutes to the next of events that are `mean` minutes apart.
    fn wait(&mut self, mean: i64) -> i64 {
        let minutes = -(1.0 - self.share()).ln() * mean as f64;
        (SignedDuration::from_secs_f64(minutes * 60.0).as_mins()).max(1)
    }
}

/// The minutes at which a source brings something.
fn arrivals(kind: Kind, dice: &mut Dice, minutes: i64) -> Vec<i64> {
    let (mut at, mut all) = (dice.wait(60), Vec::new());
    if let Kind::Weekly = kind {
        let weeks = 0..minutes / WEEK + 1;
        let times = weeks.map(|week| week * WEEK + 3 * DAY + 600 + dice.wait(20));
        return times.filter(|&at| at < minutes).collect();
    }
    while at < minutes {
        let (day, hour) = (at / DAY % 7, at % DAY / 60);
        let (open, wait) = match kind {
            Kind::Clock(every) => (true, every),
            Kind::Agency(mean) => (true, dice.wait(mean)),
            Kind::Paper(mean) => {
                ((7..23).contains(&hour), dice.wait(if day >= 5 { mean * 2 } else { mean }))
            }
            Kind::Office(mean) => (day < 5 && (9..18).contains(&hour), dice.wait(mean)),
            Kind::Morning => (hour == 6, dice.wait(3)),
            Kind::Weekly => return all,
        };
        if open {
            all.push(at);
        }
        at += wait;
    }
    all
}

fn at(minutes: i64) -> Timestamp {
    begin() + SignedDuration::from_mins(minutes)
}

/// Polls a source from `from` to `to`; the minute at which it was first found stale.
fn watch(source: &mut Watched, arrivals: &[i64], from: i64, to: i64) -> Vec<i64> {
    let (mut stale, mut was) = (Vec::new(), source.vitals.health);
    for minute in (from..to).step_by(usize::try_from(STEP).unwrap()) {
        let since = arrivals.partition_point(|&at| at <= minute - STEP);
        let until = arrivals.partition_point(|&at| at <= minute);
        let new: Vec<_> = arrivals[since..until]
            .iter()
            .map(|&came| entry(Some(at(came)).filter(|_| came % 2 == 0), false))
            .collect();
        let new: Vec<_> = new.iter().collect();
        let finding = Finding::Read { listed: 20, new: &new };
        source.vitals = examine(&source.vitals, &poll(finding), at(minute)).0;
        if source.vitals.health == Health::Stale && was != Health::Stale {
            stale.push(minute);
        }
        was = source.vitals.health;
    }
    stale
}

/// Minutes within which a source that dies on the last Tuesday at noon has to be found.
fn bound(kind: Kind) -> i64 {
    match kind {
        // Three times its rhythm, and an hour at least.
        Kind::Clock(every) => (3 * every).max(60),
        // Gaps at random: the longest of two weeks is some nine times the mean.
        Kind::Agency(mean) => (24 * mean).clamp(60, WEEK),
        // The same within the hours that it has.
        Kind::Paper(mean) => (60 + 24 * mean) * 24 / 14 + 10 * 60,
        Kind::Office(mean) => (120 + 24 * mean) * 24 / 7 + 15 * 60,
        Kind::Morning => 3 * DAY,
        Kind::Weekly => 2 * WEEK,
    }
}

#[test]
fn silence_is_told_from_nights_and_weekends() {
    let mut dice = Dice(20_261_123);
    let (mut wrong, mut late) = (Vec::new(), Vec::new());
    for n in 0..100 {
        let kind = kind(n);
        let death = WEEKS * WEEK + DAY + 12 * 60;
        let came = arrivals(kind, &mut dice, death);
        let mut source = Watched::new();
        let stale = watch(&mut source, &came, 0, death);
        wrong.extend(stale.iter().map(|minute| (n, kind, minute / WEEK)));
        let last = came.last().copied().unwrap_or(0);
        let found = watch(&mut source, &[], death, death + 4 * WEEK).first().copied();
        let after = found.map(|found| found - last);
        if after.is_none_or(|after| after > bound(kind) + 4 * STEP) {
            late.push((n, kind, after, bound(kind)));
        }
    }
    let weeks = usize::try_from(WEEKS).unwrap();
    assert!(wrong.len() <= weeks, "more than one a week among a hundred: {wrong:?}");
    assert!(late.is_empty(), "found late: {late:?}");
}

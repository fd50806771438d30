//! Deadlines of complaints and the reminders before and behind them: absolute instants, so that a
//! restart or a jump of the clock loses none.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::config::ComplaintRules;
use crate::model::{ComplaintLife, ComplaintState, PlanDuration, Reminder};

/// Share of a time, in per cent, after which a complaint that is late comes before the manager.
const ESCALATED: u32 = 120;

/// When something is due that has so much time from an instant on.
#[must_use]
pub fn due(rules: &ComplaintRules, time: PlanDuration, from: Timestamp) -> Timestamp {
    let zone = TimeZone::get(&rules.time_zone).unwrap_or(TimeZone::UTC);
    time.after(from, &zone, &rules.business_days)
}

/// The last reminder that is due by now and was not told; none if there is none. Those before it are
/// passed over: after a gap nobody needs them.
#[must_use]
pub fn reminder(life: &ComplaintLife, shares: &[u8], now: Timestamp) -> Option<Reminder> {
    let untold = schedule(life, shares).into_iter();
    let untold = untold.filter(|(at, _)| *at <= now && life.reminded_at.is_none_or(|to| *at > to));
    untold.map(|(_, reminder)| reminder).max()
}

/// When the next reminder is due; none if none is.
#[must_use]
pub fn next_reminder(life: &ComplaintLife, shares: &[u8]) -> Option<Timestamp> {
    let all = schedule(life, shares).into_iter().map(|(at, _)| at);
    all.filter(|at| life.reminded_at.is_none_or(|to| *at > to)).min()
}

/// The present deadline; none once the customer has an answer.
#[must_use]
pub fn deadline(life: &ComplaintLife) -> Option<Timestamp> {
    match life.state {
        ComplaintState::Open => Some(life.acknowledge_by.min(life.answer_by)),
        ComplaintState::Acknowledged => Some(life.answer_by),
        ComplaintState::Answered | ComplaintState::Resolved | ComplaintState::Closed => None,
    }
}

/// The year that numbers of complaints name.
#[must_use]
pub fn year(rules: &ComplaintRules, now: Timestamp) -> i16 {
    let zone = TimeZone::get(&rules.time_zone).unwrap_or(TimeZone::UTC);
    now.to_zoned_datetime(zone).year()
}

/// All reminders of the state that a complaint is in.
fn schedule(life: &ComplaintLife, shares: &[u8]) -> Vec<(Timestamp, Reminder)> {
    let deadlines: &[Timestamp] = match life.state {
        ComplaintState::Open => &[life.acknowledge_by, life.answer_by],
        ComplaintState::Acknowledged => &[life.answer_by],
        ComplaintState::Answered | ComplaintState::Resolved | ComplaintState::Closed => &[],
    };
    let mut all = Vec::new();
    if life.state == ComplaintState::Open {
        all.push((life.began_at, Reminder::Asked));
    }
    for &deadline in deadlines {
        let before = shares.iter().map(|&share| (u32::from(share), Reminder::Due));
        for (share, reminder) in
            before.chain([(100, Reminder::Late), (ESCALATED, Reminder::Escalated)])
        {
            all.push((part(life.began_at, deadline, share), reminder));
        }
    }
    all
}

/// The instant at so many per cent of the way from one to another.
fn part(from: Timestamp, to: Timestamp, share: u32) -> Timestamp {
    let length = to.duration_since(from).as_millis().max(0);
    let part = i64::try_from(length * i128::from(share) / 100).unwrap_or(i64::MAX);
    from.checked_add(SignedDuration::from_millis(part)).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::{due, next_reminder, reminder};
    use crate::complaint::sample::{life, rules};
    use crate::model::{ComplaintState, PlanDuration, Reminder};

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    /// In Madrid, with the Immaculate Conception as a holiday.
    #[test]
    fn deadlines_are_instants_by_the_clock_by_business_days_and_by_months() {
        let from = at("2026-12-04T09:30:00Z");
        let cases = [
            (PlanDuration::Clock(SignedDuration::from_hours(4)), "2026-12-04T13:30:00Z"),
            // Monday is worked, Tuesday is a holiday: Wednesday ends at midnight in Madrid.
            (PlanDuration::BusinessDays(2), "2026-12-09T23:00:00Z"),
            (PlanDuration::Months(1), "2027-01-04T09:30:00Z"),
        ];
        for (time, expected) in cases {
            assert_eq!(due(&rules(), time, from), at(expected), "{time:?}");
        }
    }

    #[test]
    fn people_are_reminded_before_and_behind_each_deadline() {
        let mut life = life("2026-12-04T08:00:00Z", "2026-12-04T18:00:00Z", "2026-12-14T08:00:00Z");
        let shares = [50, 80];
        for (now, expected, next) in [
            ("2026-12-04T08:00:00Z", Some(Reminder::Asked), "2026-12-04T13:00:00Z"),
            ("2026-12-04T12:59:59Z", None, "2026-12-04T13:00:00Z"),
            ("2026-12-04T13:00:00Z", Some(Reminder::Due), "2026-12-04T16:00:00Z"),
            // Nobody was there at 80 per cent: being late is all there is to say.
            ("2026-12-04T18:30:00Z", Some(Reminder::Late), "2026-12-04T20:00:00Z"),
            ("2026-12-04T20:00:00Z", Some(Reminder::Escalated), "2026-12-09T08:00:00Z"),
        ] {
            assert_eq!(reminder(&life, &shares, at(now)), expected, "{now}");
            if expected.is_some() {
                life.reminded_at = Some(at(now));
            }
            assert_eq!(next_reminder(&life, &shares), Some(at(next)), "{now}");
        }
        life.state = ComplaintState::Acknowledged;
        assert_eq!(reminder(&life, &shares, at("2026-12-14T08:00:00Z")), Some(Reminder::Late));
        life.state = ComplaintState::Answered;
        assert_eq!(next_reminder(&life, &shares), None);
        assert_eq!(reminder(&life, &shares, at("2027-12-14T08:00:00Z")), None);
    }
}

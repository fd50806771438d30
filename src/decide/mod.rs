//! What an alert does now, with a named reason; who is told of it, under which key.
//!
//! Pure: the open alert, the severity and the routes come as arguments.

mod change;
mod channels;
mod escalation;
mod health;
mod labels;
mod occasion;
mod routing;
mod storm;
mod tally;

#[cfg(test)]
mod samples;

pub use change::{Brings, Known, material};
pub use channels::{
    channel_news, channel_operators, fallback_key, is_failing, news_of_channels, stand_ins,
};
pub use escalation::{Next, Reached, next, opens_steps, reached, step_of};
pub use health::{HealthChange, health_changes};
pub use labels::{holds, may_hold_back, names_red};
pub use occasion::last_occasion;
pub use routing::{
    Address, Path, called, equal_key, group_key, idempotency_key, keepers, mail, operators,
    overseers, paths, readers, to,
};
pub use storm::{Flow, Gathered};
pub use tally::Tally;

use jiff::Timestamp;

use crate::config::Thresholds;
use crate::model::{Alert, Decision, Level, Reason, Severity};

/// Decides what one more article does to the alert of its story on a topic; `mute` is why nobody
/// may be told of it whatever it says, `change` what [`material`] says of it. An alert that is over begins
/// again at the level that it has now; one that somebody has taken keeps the highest told.
#[must_use]
pub fn decide(
    open: Option<&Alert>,
    level: Option<Level>,
    mute: Option<Reason>,
    change: Option<Reason>,
) -> Decision {
    if let Some(reason) = mute {
        return Decision::Quiet(reason);
    }
    match (open, level) {
        (None, None) => Decision::Quiet(Reason::BelowThreshold),
        (None, Some(level)) => Decision::Open(level, Reason::FirstHit),
        (Some(alert), Some(level)) if level > alert.level => {
            let reason = Reason::SeverityRose;
            if alert.state.is_closed() {
                Decision::Reopen(level, reason)
            } else {
                Decision::Raise(level, reason)
            }
        }
        (Some(alert), Some(level)) if !alert.state.is_unanswered() => match change {
            Some(reason) if alert.state.is_closed() => Decision::Reopen(level, reason),
            Some(reason) => Decision::Reopen(alert.level, reason),
            None => Decision::Quiet(Reason::NothingNew),
        },
        (Some(_), _) => Decision::Quiet(Reason::NothingNew),
    }
}

/// The level of an alert after one more article, and since when its score is well below the line of
/// that level. It rises at once (what is above `alert.level` is told, see [`decide`]) and falls only
/// after `down_after` below its line by `down_margin`: what wavers around a line stays.
#[must_use]
pub fn stand(
    alert: &Alert,
    severity: &Severity,
    thresholds: &Thresholds,
    now: Timestamp,
) -> (Level, Option<Timestamp>) {
    if severity.level >= Some(alert.standing) {
        return (severity.level.unwrap_or(alert.standing), None);
    }
    let lines = Level::ALL.into_iter().zip(thresholds.at);
    let line = lines.filter(|(level, _)| *level == alert.standing).map(|(_, at)| at).next();
    if line.is_some_and(|line| severity.score > line - thresholds.down_margin) {
        return (alert.standing, None);
    }
    let since = alert.below_since.unwrap_or(now);
    if now.duration_since(since).unsigned_abs() < thresholds.down_after {
        return (alert.standing, Some(since));
    }
    (severity.level.unwrap_or(Level::Blue), None)
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{decide, stand};
    use crate::config::SeverityRules;
    use crate::model::{Alert, AlertId, AlertState, Decision, Level, Reason, Severity, StoryId};

    fn alert(level: Level) -> Alert {
        Alert {
            id: AlertId::new(),
            story_id: StoryId::new(),
            topic_id: "bank".to_owned(),
            state: AlertState::Firing,
            state_since: Timestamp::UNIX_EPOCH,
            level,
            severity: Severity {
                score: 60.0,
                level: Some(level),
                parts: Vec::new(),
                adjustments: Vec::new(),
            },
            standing: level,
            below_since: None,
            told: 1,
            opened_at: Timestamp::UNIX_EPOCH,
            updated_at: Timestamp::UNIX_EPOCH,
        }
    }

    #[test]
    fn told_once_and_again_only_when_it_gets_worse() {
        use Level::{Orange, Yellow};
        let yellow = alert(Yellow);
        let cases = [
            (None, None, None, Decision::Quiet(Reason::BelowThreshold)),
            (None, Some(Yellow), None, Decision::Open(Yellow, Reason::FirstHit)),
            (None, Some(Orange), Some(Reason::History), Decision::Quiet(Reason::History)),
            (Some(&yellow), Some(Yellow), None, Decision::Quiet(Reason::NothingNew)),
            (Some(&yellow), None, None, Decision::Quiet(Reason::NothingNew)),
            (Some(&yellow), Some(Orange), None, Decision::Raise(Orange, Reason::SeverityRose)),
        ];
        for (open, level, mute, expected) in cases {
            assert_eq!(decide(open, level, mute, None), expected, "{level:?} {mute:?}");
        }
    }

    #[test]
    fn what_was_answered_opens_again_for_something_material_alone() {
        use Level::{Orange, Red, Yellow};
        let in_state = |state| Alert { state, ..alert(Orange) };
        let (taken, over) = (in_state(AlertState::Acknowledged), in_state(AlertState::Resolved));
        let nothing = in_state(AlertState::Dismissed);
        let (rose, region) = (Reason::SeverityRose, Reason::NewRegion);
        let quiet = Decision::Quiet(Reason::NothingNew);
        let cases = [
            (&taken, Some(Orange), None, quiet),
            (&taken, Some(Yellow), Some(region), Decision::Reopen(Orange, region)),
            (&taken, Some(Red), Some(region), Decision::Raise(Red, rose)),
            (&over, Some(Yellow), Some(region), Decision::Reopen(Yellow, region)),
            (&over, Some(Red), None, Decision::Reopen(Red, rose)),
            (&over, Some(Orange), None, quiet),
            (&nothing, None, Some(region), quiet),
            (&in_state(AlertState::Escalated), Some(Orange), Some(region), quiet),
        ];
        for (alert, level, change, expected) in cases {
            let found = decide(Some(alert), level, None, change);
            assert_eq!(found, expected, "{:?} {level:?} {change:?}", alert.state);
        }
    }

    /// Minute, score and level of each article; the level after it.
    #[test]
    fn a_level_rises_at_once_and_falls_only_after_a_time_well_below_its_line() {
        use Level::{Blue, Orange, Yellow};
        let rules = SeverityRules::shipped().expect("good").levels;
        let mut alert = alert(Orange);
        for (minute, score, level, standing) in [
            (0, 68.0, Some(Yellow), Orange),
            (60, 60.0, Some(Yellow), Orange),
            (120, 66.0, Some(Yellow), Orange),
            (200, 60.0, Some(Yellow), Orange),
            (319, 60.0, Some(Yellow), Orange),
            (320, 60.0, Some(Yellow), Yellow),
            (321, 72.0, Some(Orange), Orange),
            (330, 10.0, None, Orange),
            (450, 10.0, None, Blue),
        ] {
            let now = Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_mins(minute);
            let severity = Severity { score, level, ..alert.severity.clone() };
            let told = decide(Some(&alert), level, None, None);
            assert_eq!(told, Decision::Quiet(Reason::NothingNew), "{minute}: told twice");
            (alert.standing, alert.below_since) = stand(&alert, &severity, &rules, now);
            assert_eq!(alert.standing, standing, "minute {minute}");
        }
    }
}

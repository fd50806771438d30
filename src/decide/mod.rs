//! What an alert does now, with a named reason; who is told of it, under which key.
//!
//! Pure: the open alert, the severity and the routes come as arguments.

mod health;
mod routing;

pub use health::{HealthChange, health_changes};
pub use routing::{Address, addresses, idempotency_key, mail, operators};

use crate::model::{Alert, Decision, Level, Reason};

/// Decides what one more article does to the alert of its story on a topic; `mute` is why nobody
/// may be told of it whatever it says.
#[must_use]
pub fn decide(open: Option<&Alert>, level: Option<Level>, mute: Option<Reason>) -> Decision {
    if let Some(reason) = mute {
        return Decision::Quiet(reason);
    }
    match (open, level) {
        (None, None) => Decision::Quiet(Reason::BelowThreshold),
        (None, Some(level)) => Decision::Open(level, Reason::FirstHit),
        (Some(alert), Some(level)) if level > alert.level => {
            Decision::Raise(level, Reason::SeverityRose)
        }
        (Some(_), _) => Decision::Quiet(Reason::NothingNew),
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::decide;
    use crate::model::{Alert, AlertId, AlertState, Decision, Level, Reason, Severity, StoryId};

    fn alert(level: Level) -> Alert {
        Alert {
            id: AlertId::new(),
            story_id: StoryId::new(),
            topic_id: "bank".to_owned(),
            state: AlertState::Firing,
            level,
            severity: Severity {
                score: 60.0,
                level: Some(level),
                parts: Vec::new(),
                adjustments: Vec::new(),
            },
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
            assert_eq!(decide(open, level, mute), expected, "{level:?} {mute:?}");
        }
    }
}

//! Rules and lives for tests.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::{SignedDuration, Timestamp, civil};

use crate::config::{ComplaintRules, ComplaintSeverity, WaveRules};
use crate::model::{BusinessDays, ComplaintLife, ComplaintState, Level, PlanDuration};

pub fn rules() -> ComplaintRules {
    ComplaintRules {
        topic: "banco-almenara".to_owned(),
        desk: vec!["ana".to_owned(), "luis".to_owned()],
        branches: BTreeMap::from([("Gran Vía".to_owned(), "rosa".to_owned())]),
        deputies: BTreeMap::from([("ana".to_owned(), "luis".to_owned())]),
        manager: "elena".to_owned(),
        via: vec!["mail".to_owned()],
        token: None,
        keep: Duration::from_hours(90 * 24),
        close_after: Duration::from_hours(14 * 24),
        gather: Duration::from_mins(1),
        remind: vec![50, 80],
        severities: vec![severity("normal", 15), severity("grave", 5)],
        business_days: BusinessDays {
            holidays: [civil::date(2026, 12, 8)].into(),
            ..BusinessDays::default()
        },
        time_zone: "Europe/Madrid".to_owned(),
        wave: WaveRules { hours: 2, least: 10, level: Level::Yellow },
        mailboxes: Vec::new(),
    }
}

fn severity(id: &str, days: u16) -> ComplaintSeverity {
    ComplaintSeverity {
        id: id.to_owned(),
        acknowledge: PlanDuration::Clock(SignedDuration::from_hours(4)),
        answer: PlanDuration::BusinessDays(days),
    }
}

/// An open one of Ana's.
pub fn life(began: &str, acknowledge_by: &str, answer_by: &str) -> ComplaintLife {
    let at = |text: &str| text.parse::<Timestamp>().expect("a time");
    ComplaintLife {
        state: ComplaintState::Open,
        since: at(began),
        owner: "ana".to_owned(),
        offered_to: None,
        began_at: at(began),
        acknowledge_by: at(acknowledge_by),
        answer_by: at(answer_by),
        reminded_at: None,
        reopened: 0,
        satisfaction: None,
    }
}

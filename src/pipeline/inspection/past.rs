//! What the archive knows against the plans.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::rehearsed;
use crate::config::{Config, Owed, Rehearsed};
use crate::model::{Drill, DrillState, Incident, IncidentState, Plan, PlanTrouble};
use crate::store::{Store, StoreError, Transaction, deliveries, drills, incidents};

/// Mail that came back is remembered for so long.
const BOUNCED: SignedDuration = SignedDuration::from_hours(90 * 24);
/// Drills and incidents that are looked at, latest first.
const MOST: u32 = 200;

/// What the archive knows; nothing, where there is none.
#[derive(Debug, Default)]
pub struct Past {
    /// People whose mail comes back, by id.
    pub bounced: BTreeSet<String>,
    /// Reviews and lessons whose day has passed.
    pub owed: Vec<Owed>,
    /// Day of the last drill that was played to its end, by plan.
    pub drilled: BTreeMap<String, Date>,
    /// What the triggers would have done with the last 90 days.
    pub rehearsed: Rehearsed,
}

impl Past {
    /// Asks the archive, as it is known on a day.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn read(
        store: &Store,
        config: &Config,
        (today, now): (Date, Timestamp),
    ) -> Result<Self, StoreError> {
        let zone = zone(config);
        let plans = config.plans.clone();
        let job = move |tx: &mut dyn Transaction| {
            let since = now.checked_sub(BOUNCED).unwrap_or(Timestamp::MIN);
            let bounced = deliveries::bounced(tx, since)?.into_iter().collect();
            let owed = owed(&incidents::recent(tx, MOST)?, &plans, &zone, today);
            let drilled = last_days(&drills::recent(tx, MOST)?, &zone);
            Ok(Self { bounced, owed, drilled, rehearsed: Rehearsed::default() })
        };
        let past = store.read(job).await?;
        let rehearsed = rehearsed::counts(store, config, now).await?;
        Ok(Self { rehearsed, ..past })
    }
}

/// The clock of the organisation.
pub(super) fn zone(config: &Config) -> TimeZone {
    TimeZone::get(&config.organisation.time_zone).unwrap_or(TimeZone::UTC)
}

/// Reviews that have not taken place, and lessons while their plan was not reviewed since the incident.
fn owed(incidents: &[Incident], plans: &[Plan], zone: &TimeZone, today: Date) -> Vec<Owed> {
    let mut owed = Vec::new();
    for incident in incidents {
        let day = |at: Timestamp| at.to_zoned_datetime(zone.clone()).date();
        let mut add = |trouble| owed.push(Owed { plan: incident.plan_id.clone(), trouble });
        let review = incident.life.review_due_at.map(day);
        let waits = incident.state == IncidentState::StoodDown;
        if let Some(due) = review.filter(|due| waits && *due < today) {
            add(PlanTrouble::IncidentReview { incident: incident.number.clone(), due });
        }
        let plan = plans.iter().find(|plan| plan.id == incident.plan_id);
        let reviewed = plan.and_then(|plan| plan.reviewed_on);
        let over = incident.life.stood_down_at.map(day);
        if reviewed.is_some_and(|reviewed| over.is_some_and(|over| reviewed > over)) {
            continue;
        }
        for lesson in incident.life.lessons.iter().filter(|lesson| lesson.due < today) {
            add(PlanTrouble::Lesson {
                incident: incident.number.clone(),
                text: lesson.text.clone(),
                owner: lesson.owner.clone(),
                due: lesson.due,
            });
        }
    }
    owed
}

/// By plan, the day of the last drill that nobody broke off.
fn last_days(drills: &[Drill], zone: &TimeZone) -> BTreeMap<String, Date> {
    let mut days = BTreeMap::new();
    for drill in drills.iter().filter(|drill| is_whole(drill)) {
        let day = drill.starts_at.to_zoned_datetime(zone.clone()).date();
        days.entry(drill.plan_id.clone()).or_insert(day);
    }
    days
}

fn is_whole(drill: &Drill) -> bool {
    let all = usize::try_from(drill.played).is_ok_and(|it| it >= drill.scenario.items.len());
    drill.state == DrillState::Over && all
}

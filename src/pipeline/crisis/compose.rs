//! The frozen facts of a message about a running plan.

use jiff::Timestamp;

use crate::config::Config;
use crate::model::{
    Care, Duty, Happening, Incident, IncidentEvent, MediaContact, NoticeIncident, NoticeStep, Plan,
    PlanDone, PlanNews, PlanNotice, PlanTask, SituationReport, Step, StepState,
};
use crate::plan::{self, Effect};
use crate::store::{StoreError, Transaction, incident_events, incidents, stories};

/// Lines of each kind in a situation report.
const MOST: usize = 12;
/// Media that it names.
const MEDIA: usize = 10;

/// What happened, with the incident on both sides of it.
type Turn<'a> = (&'a Incident, &'a IncidentEvent, &'a Incident);

/// The message about an event; none for events that are not told.
pub(super) fn notice(
    tx: &mut dyn Transaction,
    config: &Config,
    plan: &Plan,
    turn: Turn<'_>,
    effect: &Effect,
) -> Result<Option<PlanNotice>, StoreError> {
    let (before, event, after) = turn;
    let Some(news) = news(tx, config, plan, turn, effect)? else { return Ok(None) };
    Ok(Some(PlanNotice {
        alert_id: after.alert_id,
        title: after.title.clone(),
        incident: brief(config, plan, if after.state.is_open() { after } else { before }, after),
        by: event.by.as_deref().map(|by| name(config, by)),
        news,
    }))
}

fn news(
    tx: &mut dyn Transaction,
    config: &Config,
    plan: &Plan,
    turn: Turn<'_>,
    effect: &Effect,
) -> Result<Option<PlanNews>, StoreError> {
    let (before, event, after) = turn;
    let task = |key: &str| task(config, plan, after, key);
    Ok(match &event.what {
        Happening::Activated { start } => Some(PlanNews::Activated { start: *start }),
        Happening::Rejected { reason } => Some(PlanNews::Rejected { reason: reason.clone() }),
        Happening::Cancelled { reason } if after.drill.is_some() => {
            Some(PlanNews::DrillOver { reason: reason.clone() })
        }
        Happening::Cancelled { reason } => Some(PlanNews::Cancelled { reason: reason.clone() }),
        Happening::Raised { reason, .. } => {
            Some(PlanNews::Level { from: before.level, reason: reason.clone() })
        }
        Happening::Lowered { reason, .. } => {
            Some(PlanNews::Level { from: before.level, reason: Some(reason.clone()) })
        }
        Happening::Asked { key, rung } => task(key).map(|task| PlanNews::Asked {
            task,
            rung: rung.saturating_add(1),
            asked: effect.people.iter().map(|id| name(config, id)).collect(),
            next_at: after.care(key).and_then(|care| care.chase).map(|chase| chase.next_at),
        }),
        Happening::Repeated { key, row } => task(key).map(|task| {
            let care = after.care(key);
            let taken = care.and_then(|care| care.acknowledged.as_ref()?.by.as_deref());
            let next = care.and_then(|care| care.repeats.iter().find(|it| it.row == *row));
            PlanNews::Awaited {
                task,
                taken_by: taken.map(|by| name(config, by)),
                asked: effect.people.iter().map(|id| name(config, id)).collect(),
                next_at: next.map(|it| it.next_at),
            }
        }),
        Happening::Warned { key, .. } => task(key).map(|task| PlanNews::Warned { task }),
        Happening::Late { key } => task(key).map(|task| PlanNews::Late { task }),
        Happening::HandedOver { key, to, reason } => Some(PlanNews::HandedOver {
            what: titled(plan, before, key),
            from: name(config, &held(plan, before, key)),
            to: name(config, to),
            reason: reason.clone(),
        }),
        Happening::Drafted { key, .. } | Happening::Unapproved { key } => {
            drafted(config, plan, after, key)
        }
        Happening::Approved { key, .. } => after.statement(key).map(|draft| PlanNews::Released {
            message: key.clone(),
            text: draft.text.clone(),
            hash: draft.hash.clone(),
            contacts: media(plan, key),
        }),
        Happening::Reported { number } => {
            let report = report(tx, config, plan, after, (*number, event.at))?;
            Some(PlanNews::Report(Box::new(report)))
        }
        Happening::StoodDown { reason, .. } => Some(PlanNews::StoodDown {
            reason: reason.clone(),
            monitor_until: after.life.monitor_until,
            review_due_at: after.life.review_due_at,
        }),
        Happening::Reopened { reason } => Some(PlanNews::Reopened { reason: reason.clone() }),
        Happening::ReviewDue => {
            let questions = plan.review.as_ref().map(|review| review.questions.clone());
            Some(PlanNews::ReviewDue { questions: questions.unwrap_or_default() })
        }
        _ => None,
    })
}

/// Who is told of a text once it is approved.
fn media(plan: &Plan, key: &str) -> Vec<MediaContact> {
    let public = plan.messages.get(key).is_some_and(|message| message.audience == "public");
    if public { plan.contacts.iter().take(MOST).cloned().collect() } else { Vec::new() }
}

fn drafted(config: &Config, plan: &Plan, incident: &Incident, key: &str) -> Option<PlanNews> {
    let standing = plan::statement(plan, incident, key)?;
    let draft = standing.draft?;
    let asked = |key: &&str| {
        let person = plan::holder(plan, incident, key).map(|id| name(config, &id));
        person.map_or_else(|| role(plan, key), |person| format!("{} ({person})", role(plan, key)))
    };
    Some(PlanNews::Drafted {
        message: key.to_owned(),
        audience: standing.template.audience.clone(),
        text: draft.text.clone(),
        hash: draft.hash.clone(),
        missing: standing.missing.iter().map(asked).collect(),
        times: draft.times,
    })
}

/// The incident as it is now, with the steps that are left in `with`.
pub(super) fn brief(
    config: &Config,
    plan: &Plan,
    with: &Incident,
    now: &Incident,
) -> NoticeIncident {
    let left = with.steps.iter().filter(|step| step.state.is_unfinished());
    NoticeIncident {
        number: now.number.clone(),
        plan_id: now.plan_id.clone(),
        plan: plan.title.clone(),
        level: now.level,
        state: now.state,
        confirm_by: now.confirm_by,
        steps: left.map(|step| told(config, plan, step)).collect(),
    }
}

fn told(config: &Config, plan: &Plan, step: &Step) -> NoticeStep {
    NoticeStep {
        key: step.key.clone(),
        title: step.title.clone(),
        help: help(plan, &step.key),
        role: role(plan, &step.role),
        person: name(config, &step.person),
        due_at: step.due_at,
    }
}

fn report(
    tx: &mut dyn Transaction,
    config: &Config,
    plan: &Plan,
    incident: &Incident,
    (number, now): (u32, Timestamp),
) -> Result<SituationReport, StoreError> {
    let log = incident_events::head(tx)?.map_or((0, String::new()), |entry| (entry.n, entry.hash));
    let mut report = SituationReport {
        number,
        since: incident.activated_at.unwrap_or(now),
        articles: 0,
        last_hour: 0,
        hour_before: 0,
        owners: 0,
        media: Vec::new(),
        done: done(config, incident),
        late: Vec::new(),
        left: Vec::new(),
        next_at: incident.life.next_report_at,
        log,
    };
    for story in incidents::stories(tx, incident.id)? {
        let facts = stories::facts(tx, story, &incident.topic_id, None, now)?;
        report.articles = report.articles.saturating_add(facts.articles);
        report.last_hour = report.last_hour.saturating_add(facts.articles_last_hour);
        report.hour_before = report.hour_before.saturating_add(facts.articles_previous_hour);
        report.owners = report.owners.max(facts.owners);
        for medium in facts.media {
            if report.media.len() < MEDIA && !report.media.contains(&medium) {
                report.media.push(medium);
            }
        }
    }
    let keys = incident.steps.iter().filter(|step| step.state.is_unfinished());
    let owed = incident.life.duties.iter().filter(|duty| duty.care.finished.is_none());
    let keys = keys.map(|step| &step.key).chain(owed.map(|duty| &duty.key));
    let mut left: Vec<PlanTask> =
        keys.filter_map(|key| task(config, plan, incident, key)).collect();
    left.sort_by_key(|task| task.due_at.unwrap_or(Timestamp::MAX));
    (report.late, report.left) = left.into_iter().partition(|task| task.late);
    report.late.truncate(MOST);
    report.left.truncate(MOST);
    Ok(report)
}

/// What is done, the latest first.
fn done(config: &Config, incident: &Incident) -> Vec<PlanDone> {
    let steps = incident.steps.iter().filter(|step| step.state == StepState::Done);
    let steps = steps.map(|step| (&step.title, &step.care));
    let duties = incident.life.duties.iter().filter(|duty| !duty.waived);
    let all = steps.chain(duties.map(|duty| (&duty.title, &duty.care)));
    let mut done: Vec<PlanDone> = all
        .filter_map(|(title, care)| {
            let mark = care.finished.as_ref()?;
            let by = mark.by.as_deref().map(|by| name(config, by)).unwrap_or_default();
            Some(PlanDone { title: title.clone(), by, at: mark.at })
        })
        .collect();
    done.sort_by_key(|done| std::cmp::Reverse(done.at));
    done.truncate(MOST);
    done
}

/// A step or a duty.
fn task(config: &Config, plan: &Plan, incident: &Incident, key: &str) -> Option<PlanTask> {
    if let Some(step) = incident.steps.iter().find(|step| step.key == key) {
        let Step { title, role, person, backup, due_at, care, .. } = step;
        let people = (role.as_str(), person.as_str(), backup.as_str());
        return Some(as_task(config, plan, (key, title), people, (*due_at, care)));
    }
    let duty = incident.life.duties.iter().find(|duty| duty.key == key)?;
    let Duty { title, role, person, backup, due_at, care, .. } = duty;
    let people = (role.as_str(), person.as_str(), backup.as_str());
    let task = as_task(config, plan, (key, title), people, (*due_at, care));
    Some(PlanTask { duty: true, ..task })
}

fn as_task(
    config: &Config,
    plan: &Plan,
    (key, title): (&str, &str),
    (holds, person, deputy): (&str, &str, &str),
    (due_at, care): (Option<Timestamp>, &Care),
) -> PlanTask {
    PlanTask {
        key: key.to_owned(),
        title: title.to_owned(),
        help: help(plan, key),
        role: role(plan, holds),
        person: name(config, person),
        deputy: name(config, deputy),
        due_at,
        late: care.late_at.is_some(),
        duty: false,
    }
}

fn help(plan: &Plan, key: &str) -> Option<String> {
    plan.steps.iter().find(|planned| planned.key == key).and_then(|planned| planned.help.clone())
}

fn role(plan: &Plan, key: &str) -> String {
    plan.roles.get(key).map_or_else(|| key.to_owned(), |role| role.title.clone())
}

/// A step, a duty or a role, as people call it.
fn titled(plan: &Plan, incident: &Incident, key: &str) -> String {
    let steps = incident.steps.iter().map(|step| (&step.key, &step.title));
    let duties = incident.life.duties.iter().map(|duty| (&duty.key, &duty.title));
    let mut all = steps.chain(duties);
    all.find(|(other, _)| *other == key).map_or_else(|| role(plan, key), |(_, title)| title.clone())
}

/// Who holds a step, a duty or a role, by id.
fn held(plan: &Plan, incident: &Incident, key: &str) -> String {
    let steps = incident.steps.iter().map(|step| (&step.key, &step.person));
    let duties = incident.life.duties.iter().map(|duty| (&duty.key, &duty.person));
    let mut all = steps.chain(duties);
    let found = all.find(|(other, _)| *other == key).map(|(_, person)| person.clone());
    found.or_else(|| plan::holder(plan, incident, key)).unwrap_or_default()
}

/// A person as messages greet them; what is no person's id stands as it was given.
fn name(config: &Config, id: &str) -> String {
    config.people.get(id).map_or_else(|| id.to_owned(), |person| person.name.clone())
}

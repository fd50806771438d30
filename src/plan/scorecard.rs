//! How a drill went: seconds from one thing to another, against what the plan aims at. No marks of
//! persons.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use super::roll_call::is_answer;
use crate::model::{Happening, Incident, IncidentEvent, Plan, RoleKind, StepState};

/// The golden hours: a first answer within four, everything within a day.
const FIRST_ANSWER: SignedDuration = SignedDuration::from_hours(4);
const EVERYTHING: SignedDuration = SignedDuration::from_hours(24);

/// What became of a message to somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reached {
    /// Person or room, by id.
    pub who: String,
    /// Channel.
    pub channel: String,
    /// Whether it arrived; none while it is on its way.
    pub arrived: Option<bool>,
    /// Why it did not.
    pub why: Option<String>,
}

/// How a drill went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Scorecard {
    /// Times, in the order of the plan.
    pub measures: Vec<Measure>,
    /// Everybody who had something to do.
    pub people: Vec<PersonTime>,
    /// Steps that were done, in time.
    pub steps_on_time: u32,
    /// Steps that were done, in time or late, or were due and are not.
    pub steps: u32,
    /// Deadlines toward others that were met in time.
    pub deadlines_met: u32,
    /// Deadlines whose clock ran.
    pub deadlines: u32,
    /// Messages that could not go over their channel.
    pub failed: Vec<FailedMessage>,
    /// People with something to do to whom no message arrived.
    pub never_reached: Vec<String>,
}

/// A time that was taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Measure {
    /// `confirm`, `first_ack`, `ack_all`, `first_task`, `facts`, `statement`, `answer` or `all_done`.
    pub key: String,
    /// Seconds; null if it did not happen.
    pub seconds: Option<i64>,
    /// What is aimed at, in seconds.
    pub target: Option<i64>,
    /// Whether it was reached; null without an aim.
    pub reached: Option<bool>,
}

/// When somebody first answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct PersonTime {
    /// Person, by id.
    pub person: String,
    /// Channels over which messages arrived.
    pub channels: Vec<String>,
    /// Seconds from the plan's start to their first answer; null if they gave none.
    pub seconds: Option<i64>,
}

/// A message that could not go over its channel.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct FailedMessage {
    /// Person or room, by id.
    pub who: String,
    /// Channel.
    pub channel: String,
    /// Why.
    pub why: String,
}

/// The scorecard of a drill from its log and from what became of its messages.
#[must_use]
pub fn scorecard(
    plan: &Plan,
    incident: &Incident,
    events: &[IncidentEvent],
    messages: &[Reached],
) -> Scorecard {
    let start = incident.activated_at;
    let people = people(incident, events, messages, start);
    let (steps_on_time, steps) = steps(incident, events);
    let (deadlines_met, deadlines) = deadlines(incident);
    let reached: BTreeSet<&str> =
        messages.iter().filter(|it| it.arrived == Some(true)).map(|it| it.who.as_str()).collect();
    let never = people.iter().map(|it| it.person.clone());
    let never = never.filter(|person| !messages.is_empty() && !reached.contains(person.as_str()));
    let failed = messages.iter().filter(|it| it.arrived == Some(false)).map(|it| FailedMessage {
        who: it.who.clone(),
        channel: it.channel.clone(),
        why: it.why.clone().unwrap_or_default(),
    });
    let failed: BTreeSet<FailedMessage> = failed.collect();
    Scorecard {
        measures: measures(plan, incident, events, &people),
        never_reached: never.collect(),
        people,
        steps_on_time,
        steps,
        deadlines_met,
        deadlines,
        failed: failed.into_iter().collect(),
    }
}

fn measures(
    plan: &Plan,
    incident: &Incident,
    events: &[IncidentEvent],
    people: &[PersonTime],
) -> Vec<Measure> {
    let start = incident.activated_at;
    let since = |from: Option<Timestamp>, at: Option<Timestamp>| {
        from.zip(at).map(|(from, at)| at.duration_since(from).as_secs())
    };
    let first = |wanted: &dyn Fn(&IncidentEvent) -> bool| {
        events.iter().find(|event| wanted(event)).map(|event| event.at)
    };
    let decided = first(&|event| {
        let decides =
            matches!(event.what, Happening::Activated { .. } | Happening::Rejected { .. });
        event.by.is_some() && decides
    });
    let done_of = |wanted: &dyn Fn(&crate::model::PlanStep) -> bool| {
        let keys: Vec<&str> =
            plan.steps.iter().filter(|step| wanted(step)).map(|step| step.key.as_str()).collect();
        first(
            &|event| matches!(&event.what, Happening::Done { key, .. } if keys.contains(&key.as_str())),
        )
    };
    let is_unit = |role: &str| plan.roles.get(role).is_some_and(|it| it.kind == RoleKind::Unit);
    let acks: Option<Vec<i64>> = people.iter().map(|person| person.seconds).collect();
    let acks = acks.and_then(|all| all.into_iter().max());
    let first_ack = people.iter().filter_map(|person| person.seconds).min();
    let statement = done_of(&|step| step.message.is_some());
    let answer = done_of(&|step| step.message.is_some() && step.evidence.as_deref() == Some("url"));
    let finished = incident.steps.iter().map(|step| {
        let withdrawn = step.state == StepState::Withdrawn;
        step.care.finished.as_ref().map(|mark| Some(mark.at)).or(withdrawn.then_some(None))
    });
    let finished: Option<Vec<Option<Timestamp>>> = finished.collect();
    let finished = finished.and_then(|all| all.into_iter().flatten().max());
    let rows = [
        ("confirm", since(Some(incident.detected_at), decided), None),
        ("first_ack", first_ack, None),
        ("ack_all", acks, None),
        ("first_task", since(start, done_of(&|_| true)), None),
        ("facts", since(start, done_of(&|step| is_unit(&step.role))), None),
        ("statement", since(start, statement), None),
        ("answer", since(start, answer), Some(FIRST_ANSWER)),
        ("all_done", since(start, finished), Some(EVERYTHING)),
    ];
    let targets = plan.drill.as_ref().map(|drill| &drill.targets);
    let measure = |(key, seconds, golden): (&str, Option<i64>, Option<SignedDuration>)| {
        let own = targets.and_then(|targets| targets.get(key)).copied();
        let target = own.or(golden).map(|target| target.as_secs());
        let reached = target.map(|target| seconds.is_some_and(|seconds| seconds <= target));
        Measure { key: key.to_owned(), seconds, target, reached }
    };
    rows.into_iter().map(measure).collect()
}

/// Everybody who was asked for something, with their first answer.
fn people(
    incident: &Incident,
    events: &[IncidentEvent],
    messages: &[Reached],
    start: Option<Timestamp>,
) -> Vec<PersonTime> {
    let steps = incident.steps.iter().filter(|step| step.state != StepState::Withdrawn);
    let holders = steps.map(|step| step.person.as_str());
    let owed = incident.life.duties.iter().filter(|duty| duty.due_at.is_some());
    let all: BTreeSet<&str> = holders.chain(owed.map(|duty| duty.person.as_str())).collect();
    let mut answers: BTreeMap<&str, Timestamp> = BTreeMap::new();
    for event in events {
        if let Some(by) = event.by.as_deref().filter(|_| is_answer(&event.what)) {
            answers.entry(by).or_insert(event.at);
        }
    }
    let person = |id: &str| {
        let over: BTreeSet<&String> = messages
            .iter()
            .filter(|it| it.who == id && it.arrived == Some(true))
            .map(|it| &it.channel)
            .collect();
        let answered = answers.get(id).copied();
        PersonTime {
            person: id.to_owned(),
            channels: over.into_iter().cloned().collect(),
            seconds: start.zip(answered).map(|(from, at)| at.duration_since(from).as_secs().max(0)),
        }
    };
    all.into_iter().filter(|id| !id.is_empty()).map(person).collect()
}

/// Steps in time, of those that are done or were due.
fn steps(incident: &Incident, events: &[IncidentEvent]) -> (u32, u32) {
    let last = events.last().map_or(incident.opened_at, |event| event.at);
    let judged = incident.steps.iter().filter(|step| {
        let done = step.state == StepState::Done;
        let due = step.due_at.is_some_and(|at| at <= last) && step.state.is_unfinished();
        done || due
    });
    let in_time = judged.clone().filter(|step| {
        let due = step.due_at.unwrap_or(Timestamp::MAX);
        step.care.finished.as_ref().is_some_and(|mark| mark.at <= due)
    });
    (count(in_time), count(judged))
}

fn deadlines(incident: &Incident) -> (u32, u32) {
    let ran = incident.life.duties.iter().filter(|duty| duty.due_at.is_some() && !duty.waived);
    let met = ran.clone().filter(|duty| {
        let due = duty.due_at.unwrap_or(Timestamp::MAX);
        duty.care.finished.as_ref().is_some_and(|mark| mark.at <= due)
    });
    (count(met), count(ran))
}

fn count<T>(items: impl Iterator<Item = T>) -> u32 {
    u32::try_from(items.count()).unwrap_or(u32::MAX)
}

//! The page behind a link in a plan's message: what is to be done, and buttons that say who is at it, that it
//! is done, or who takes it over. Looking changes nothing; each answer counts once, and the log keeps by
//! which message and from where it came.

use axum::http::StatusCode;
use jiff::Timestamp;
use minijinja::context;
use serde::Deserialize;

use super::SayPlan;
use super::answer::{Asker, clock};
use crate::config::Config;
use crate::model::{
    Delivery, Happening, Incident, IncidentEvent, Locale, Mark, Notice, NoticeBody, Plan, PlanTask,
    StepState, Through,
};
use crate::phrases;
use crate::plan::{self, Refusal};
use crate::store::{StoreError, Transaction, incident_events, incidents};

pub(super) const TEMPLATE: &str = include_str!("templates/task.html.j2");
/// Characters of a proof or a reason.
const MOST: usize = 1000;

/// What a button says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Way {
    Ack,
    Done,
    HandOver,
}

impl Way {
    const ALL: [Self; 3] = [Self::Ack, Self::Done, Self::HandOver];

    /// The event that it makes, by name.
    fn event(self) -> &'static str {
        match self {
            Self::Ack => "acknowledged",
            Self::Done => "done",
            Self::HandOver => "handed_over",
        }
    }
}

/// What the form sends beside its proof.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Said {
    way: Option<Way>,
    evidence: String,
    to: String,
    reason: String,
}

impl Said {
    /// "I take it."
    pub(super) fn ack() -> Self {
        Self { way: Some(Way::Ack), ..Self::default() }
    }
}

/// What a link leads to.
pub(super) struct Found {
    pub delivery: Delivery,
    pub incident: Incident,
    plan: Plan,
    task: PlanTask,
    /// What was said by this link, by name.
    used: Vec<String>,
}

/// What the page says.
pub(super) enum Outcome {
    /// How it stands.
    Stands,
    /// It is noted.
    Noted(Way),
    /// It is noted that they know of it; somebody else is at it.
    Heard,
    /// It cannot be.
    Refused(Refusal),
    /// Somebody has taken it.
    Taken,
    /// The link has said this before.
    Used,
    /// The form was not ours, or said nothing.
    Again,
}

impl Outcome {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Stands | Self::Noted(_) | Self::Heard => StatusCode::OK,
            Self::Refused(Refusal::Evidence { .. }) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::Refused(_) | Self::Taken | Self::Used => StatusCode::CONFLICT,
            Self::Again => StatusCode::FORBIDDEN,
        }
    }
}

/// What a message of a plan asks for, as it stands now; none if it asks for nothing any more.
pub(super) fn find(
    tx: &mut dyn Transaction,
    delivery: &Delivery,
    notice: &Notice,
) -> Result<Option<Found>, StoreError> {
    let NoticeBody::Plan(told) = &notice.body else { return Ok(None) };
    let Some(task) = told.news.asks_for() else { return Ok(None) };
    let Some((incident, plan)) = incidents::by_number(tx, &told.incident.number)? else {
        return Ok(None);
    };
    let used = incident_events::said_through(tx, incident.id, delivery.id)?;
    Ok(Some(Found { delivery: delivery.clone(), incident, plan, task: task.clone(), used }))
}

/// Does what the form says, as the person to whom the message went.
pub(super) fn say(
    tx: &mut dyn Transaction,
    config: &Config,
    plans: SayPlan,
    (found, asker): (&Found, &Asker),
    said: &Said,
    now: Timestamp,
) -> Result<Outcome, StoreError> {
    let Some(way) = said.way else { return Ok(Outcome::Again) };
    // Another's answer by another message is not written over.
    if way == Way::Ack && found.is_taken(&asker.id) {
        return Ok(Outcome::Taken);
    }
    if found.used.iter().any(|used| used == way.event() || used != Way::Ack.event()) {
        return Ok(Outcome::Used);
    }
    let key = found.task.key.clone();
    let (evidence, reason) = (written(&said.evidence), written(&said.reason));
    let what = match way {
        Way::Ack => Happening::Acknowledged { key },
        Way::Done => Happening::Done { key, evidence },
        Way::HandOver => {
            let people = found.others(&asker.id);
            let Some(to) = people.into_iter().find(|id| *id == said.to) else {
                return Ok(Outcome::Again);
            };
            Happening::HandedOver { key, to, reason }
        }
    };
    let through = Through {
        delivery: found.delivery.id,
        channel: found.delivery.channel.clone(),
        address: asker.address.clone(),
    };
    let by = Some(asker.id.clone());
    let event = IncidentEvent { through: Some(through), ..IncidentEvent::new(now, by, what) };
    Ok(match plans(tx, config, &found.incident.number, &event)? {
        Some(Ok(())) if way == Way::Ack && found.state() == StepState::Acknowledged => {
            Outcome::Heard
        }
        Some(Ok(())) => Outcome::Noted(way),
        Some(Err(why)) => Outcome::Refused(why),
        None => Outcome::Again,
    })
}

impl Found {
    /// People of the plan other than this one, whoever stands in first.
    fn others(&self, id: &str) -> Vec<String> {
        let (_, backup) = self.holders();
        let roles = self.plan.roles.values().flat_map(|role| [&role.primary, &role.backup]);
        let mut people: Vec<String> = Vec::new();
        for person in std::iter::once(&backup).chain(roles) {
            if person != id && !person.is_empty() && !people.contains(person) {
                people.push(person.clone());
            }
        }
        people
    }

    /// Who has it, and who stands in.
    fn holders(&self) -> (String, String) {
        let key = &self.task.key;
        let step = self.incident.steps.iter().find(|step| step.key == *key);
        let duty = self.incident.life.duties.iter().find(|duty| duty.key == *key);
        let step = step.map(|step| (step.person.clone(), step.backup.clone()));
        step.or_else(|| duty.map(|duty| (duty.person.clone(), duty.backup.clone())))
            .unwrap_or_default()
    }

    fn state(&self) -> StepState {
        let key = &self.task.key;
        let step = self.incident.steps.iter().find(|step| step.key == *key);
        let duty = self.incident.life.duties.iter().find(|duty| duty.key == *key);
        step.map(|step| step.state)
            .or_else(|| duty.map(crate::model::Duty::state))
            .unwrap_or(StepState::Withdrawn)
    }

    /// Whether somebody has taken it, and this reader need not say that they know of it.
    fn is_taken(&self, id: &str) -> bool {
        let awaited = || plan::awaited(&self.plan, &self.incident, &self.task.key);
        self.state() == StepState::Acknowledged && !awaited().iter().any(|person| person == id)
    }

    /// What the reader can still say by this link.
    fn ways(&self, id: &str) -> Vec<Way> {
        let state = self.state();
        if !matches!(state, StepState::Due | StepState::Acknowledged)
            || self.incident.activated_at.is_none()
        {
            return Vec::new();
        }
        let ended = self.used.iter().any(|used| used != Way::Ack.event());
        let acked = self.is_taken(id) || !self.used.is_empty();
        Way::ALL.into_iter().filter(|way| !(ended || *way == Way::Ack && acked)).collect()
    }

    /// How the page shows it.
    pub(super) fn shown(
        &self,
        config: &Config,
        asker: &Asker,
        locale: Locale,
        outcome: &Outcome,
        proof: Option<String>,
    ) -> minijinja::Value {
        let name = |id: &str| name(config, id);
        let say = |key: &str| phrases::text(key, locale).to_owned();
        let ways = self.ways(&asker.id);
        let can = |way: Way| ways.contains(&way);
        let planned = self.plan.steps.iter().find(|step| step.key == self.task.key);
        let wanted = planned.and_then(|step| step.evidence.as_deref()).unwrap_or("any");
        let person = |id: &String| context! { id, name => name(id) };
        let others: Vec<_> = self.others(&asker.id).iter().map(person).collect();
        let (holder, deputy) = self.holders();
        let drill = self.incident.drill.as_deref().map(|mark| {
            phrases::fill("drill.line", locale, &[("mark", phrases::drill_mark(mark, locale))])
        });
        context! {
            drill,
            level => self.incident.level.name(),
            level_name => phrases::level(self.incident.level, locale),
            number => &self.incident.number,
            plan => &self.plan.title,
            headline => &self.incident.title,
            task => &self.task.title,
            help => &self.task.help,
            holder => name(&holder),
            deputy => name(&deputy),
            due => self.task.due_at.map(|at| clock(at, &self.delivery.recipient.time_zone)),
            said => self.told(config, locale, outcome),
            proof => proof.filter(|_| !ways.is_empty()),
            ack => can(Way::Ack).then(|| say("answer.button")),
            done => can(Way::Done).then(|| say("answer_step.done_button")),
            wanted => say(match wanted {
                "note" => "answer_step.evidence_note",
                "url" => "answer_step.evidence_url",
                "file" => "answer_step.evidence_file",
                _ => "answer_step.evidence_any",
            }),
            required => wanted != "any",
            hand_over => can(Way::HandOver).then(|| say("answer_step.hand_over_button")),
            others,
            to => say("answer_step.to"),
            reason => say("mail.reason"),
            holder_label => say("page.holder"),
            deputy_label => say("page.deputy"),
            due_label => say("page.due"),
            colon => say("format.colon"),
        }
    }

    /// Whether it waits for somebody to take it.
    pub(super) fn can_be_taken(&self) -> bool {
        self.state() == StepState::Due && self.incident.activated_at.is_some()
    }

    /// What is said of an answer, or of how it stands.
    pub(super) fn told(&self, config: &Config, locale: Locale, outcome: &Outcome) -> String {
        let zone = &self.delivery.recipient.time_zone;
        let care = self.incident.care(&self.task.key);
        let somebody = phrases::text("escalation.somebody", locale);
        let by = |key: &str, mark: Option<&Mark>| {
            let who = mark.and_then(|mark| mark.by.as_deref()).map(|id| name(config, id));
            let at = mark.map(|mark| clock(mark.at, zone)).unwrap_or_default();
            let who = who.unwrap_or_else(|| somebody.to_owned());
            phrases::fill(key, locale, &[("name", &who), ("at", &at)])
        };
        let finished = care.and_then(|care| care.finished.as_ref());
        let taken = care.and_then(|care| care.acknowledged.as_ref());
        match outcome {
            Outcome::Again => phrases::text("answer.again", locale).to_owned(),
            Outcome::Used => phrases::text("answer_step.used", locale).to_owned(),
            Outcome::Refused(Refusal::Evidence { .. }) => {
                phrases::text("answer_step.no_evidence", locale).to_owned()
            }
            Outcome::Noted(Way::Ack) => by("answer.done", taken),
            Outcome::Heard => by("answer_step.heard", taken),
            Outcome::Noted(Way::HandOver) => {
                let to = name(config, &self.holders().0);
                phrases::fill("answer_step.handed_over", locale, &[("name", &to)])
            }
            Outcome::Stands | Outcome::Taken | Outcome::Noted(Way::Done) | Outcome::Refused(_) => {
                match self.state() {
                    StepState::Done => by("answer_step.is_done", finished),
                    StepState::Skipped => by("answer_step.is_skipped", finished),
                    StepState::Acknowledged => by("answer.already", taken),
                    StepState::Due if self.incident.activated_at.is_some() => {
                        phrases::text("answer.waiting", locale).to_owned()
                    }
                    _ => phrases::text("answer_step.closed", locale).to_owned(),
                }
            }
        }
    }
}

/// A person's name; whoever is no person of the configuration is called as they are.
fn name(config: &Config, id: &str) -> String {
    config.people.get(id).map_or_else(|| id.to_owned(), |it| it.name.clone())
}

/// What somebody wrote, on one line; none if it is nothing.
fn written(text: &str) -> Option<String> {
    let text: String = text.chars().filter(|c| !c.is_control()).take(MOST).collect();
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

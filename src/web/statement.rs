//! The page behind a link in a message about a text for others: the whole text, and a button that approves
//! exactly this text. Looking changes nothing; a link is good for one answer, and for none once the text has
//! changed.

use axum::http::StatusCode;
use jiff::Timestamp;
use minijinja::context;

use super::SayPlan;
use super::answer::{Asker, clock};
use crate::config::Config;
use crate::model::{
    Delivery, Happening, Incident, IncidentEvent, Locale, Notice, NoticeBody, Plan, PlanNews,
    Through, short_hash,
};
use crate::phrases;
use crate::plan;
use crate::store::{StoreError, Transaction, incident_events, incidents};

/// The event that an answer makes, by name.
const APPROVED: &str = "approved";

/// What a link leads to.
pub(super) struct Found {
    pub delivery: Delivery,
    incident: Incident,
    plan: Plan,
    /// Message of the plan.
    key: String,
    /// For whom it is.
    audience: String,
    /// The text as it was sent, and its hash.
    text: String,
    hash: String,
    /// The link has been used.
    used: bool,
}

/// What the page says.
pub(super) enum Outcome {
    /// How it stands.
    Stands,
    /// It is noted.
    Noted,
    /// It cannot be: approved already, another text, nobody asks.
    Refused,
    /// The form was not ours.
    Again,
}

impl Outcome {
    pub(super) fn status(&self) -> StatusCode {
        match self {
            Self::Stands | Self::Noted => StatusCode::OK,
            Self::Refused => StatusCode::CONFLICT,
            Self::Again => StatusCode::FORBIDDEN,
        }
    }
}

/// The text that a message asks to approve, and how it stands now; none if the message asks for no approval.
pub(super) fn find(
    tx: &mut dyn Transaction,
    delivery: &Delivery,
    notice: &Notice,
) -> Result<Option<Found>, StoreError> {
    let NoticeBody::Plan(told) = &notice.body else { return Ok(None) };
    let PlanNews::Drafted { message, audience, text, hash, .. } = &told.news else {
        return Ok(None);
    };
    let Some((incident, plan)) = incidents::by_number(tx, &told.incident.number)? else {
        return Ok(None);
    };
    let said = incident_events::said_through(tx, incident.id, delivery.id)?;
    Ok(Some(Found {
        delivery: delivery.clone(),
        incident,
        plan,
        key: message.clone(),
        audience: audience.clone(),
        text: text.clone(),
        hash: hash.clone(),
        used: said.iter().any(|said| said == APPROVED),
    }))
}

/// Approves the text, as the person to whom the message went and for each role that they hold.
pub(super) fn approve(
    tx: &mut dyn Transaction,
    config: &Config,
    plans: SayPlan,
    (found, asker): (&Found, &Asker),
    now: Timestamp,
) -> Result<Outcome, StoreError> {
    let roles = found.pending(&asker.id);
    if roles.is_empty() {
        return Ok(Outcome::Refused);
    }
    for role in roles {
        let (key, hash) = (found.key.clone(), found.hash.clone());
        let through = Through {
            delivery: found.delivery.id,
            channel: found.delivery.channel.clone(),
            address: asker.address.clone(),
        };
        let what = Happening::Approved { key, role, hash };
        let event = IncidentEvent::new(now, Some(asker.id.clone()), what);
        let event = IncidentEvent { through: Some(through), ..event };
        if !matches!(plans(tx, config, &found.incident.number, &event)?, Some(Ok(()))) {
            return Ok(Outcome::Refused);
        }
    }
    Ok(Outcome::Noted)
}

impl Found {
    /// Whether the text of the message is still the one that would go out.
    fn is_current(&self) -> bool {
        self.incident.statement(&self.key).is_some_and(|draft| draft.hash == self.hash)
    }

    /// Roles as which somebody can still approve the text by this link.
    fn pending(&self, id: &str) -> Vec<String> {
        if self.used || !self.is_current() || !self.incident.takes_work() {
            return Vec::new();
        }
        plan::pending(&self.plan, &self.incident, &self.key, id)
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
        let waits = !self.pending(&asker.id).is_empty();
        let audience = phrases::audience(&self.audience, locale);
        let values = [("audience", audience), ("what", self.key.as_str())];
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
            task => phrases::fill("answer_text.title", locale, &values),
            lines => self.text.lines().map(str::to_owned).collect::<Vec<_>>(),
            said => self.told(config, &asker.id, locale, outcome),
            proof => proof.filter(|_| waits),
            approve => phrases::text("answer_text.button", locale),
        }
    }

    /// What is said of an answer, or of how it stands, to somebody by id.
    pub(super) fn told(
        &self,
        config: &Config,
        reader: &str,
        locale: Locale,
        outcome: &Outcome,
    ) -> String {
        let say = |key: &str| phrases::text(key, locale).to_owned();
        if matches!(outcome, Outcome::Again) {
            return say("answer.again");
        }
        if !self.is_current() {
            return say("answer_text.changed");
        }
        let draft = self.incident.statement(&self.key);
        let marks = draft.iter().flat_map(|draft| &draft.approvals).map(|approval| &approval.mark);
        let own = marks.clone().find(|mark| mark.by.as_deref() == Some(reader));
        if !self.pending(reader).is_empty() {
            return say("answer_text.waiting");
        }
        let Some(mark) = own.or(marks.clone().next_back()) else {
            return say("answer_step.closed");
        };
        let by = mark.by.as_deref().unwrap_or_default();
        let name = config.people.get(by).map_or(by, |person| person.name.as_str());
        let at = clock(mark.at, &self.delivery.recipient.time_zone);
        let values = [("name", name), ("at", at.as_str()), ("hash", short_hash(&self.hash))];
        let noted = matches!(outcome, Outcome::Noted);
        phrases::fill(
            if noted { "answer_text.noted" } else { "answer_text.already" },
            locale,
            &values,
        )
    }
}

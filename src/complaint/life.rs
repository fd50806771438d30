//! The life of a complaint: open, acknowledged, answered, resolved, closed, and reopened. Who was asked
//! first owns it until somebody else has accepted it.

use jiff::Timestamp;

use super::clock;
use crate::config::{ComplaintRules, ComplaintSeverity};
use crate::model::{ComplaintEvent, ComplaintEventKind, ComplaintLife, ComplaintState};

/// What somebody does, or what time does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Act {
    /// A person takes it up, or accepts what was offered to them.
    Take {
        /// Who, by id.
        by: String,
    },
    /// Its owner, or the manager for them, offers it to somebody.
    Offer {
        /// Who, by id.
        by: String,
        /// To whom, by id.
        to: String,
    },
    /// The customer was answered.
    Answer {
        /// By whom, by id.
        by: String,
    },
    /// It is resolved.
    Resolve {
        /// By whom, by id.
        by: String,
    },
    /// The time for the customer to object is over.
    Close,
    /// It is not resolved after all.
    Reopen {
        /// Who says so, by id.
        by: String,
    },
    /// How content the customer is, 1 (not at all) to 5.
    Rate(u8),
}

/// Why an act changes nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Somebody else's.
    #[error("it belongs to {0}, who hands it over with `hand-over` first")]
    NotYours(String),
    /// It was done before.
    #[error("it is {} already", .0.name())]
    Already(ComplaintState),
    /// It does not come next.
    #[error("it is {}; {needed} first", .state.name())]
    TooEarly {
        /// Where it is.
        state: ComplaintState,
        /// What must be done before.
        needed: &'static str,
    },
    /// Nothing is to be done any more.
    #[error("it is {}; reopen it first", .0.name())]
    Over(ComplaintState),
    /// Its owner has it already.
    #[error("it is theirs already")]
    Theirs,
    /// Not 1 to 5.
    #[error("satisfaction goes from 1 (not at all) to 5 (fully)")]
    NoRating,
    /// It was rated before.
    #[error("the customer has rated it already")]
    Rated,
}

/// The life of a complaint that is filed now.
#[must_use]
pub fn begin(
    owner: String,
    severity: &ComplaintSeverity,
    rules: &ComplaintRules,
    now: Timestamp,
) -> ComplaintLife {
    ComplaintLife {
        state: ComplaintState::Open,
        since: now,
        owner,
        offered_to: None,
        began_at: now,
        acknowledge_by: clock::due(rules, severity.acknowledge, now),
        answer_by: clock::due(rules, severity.answer, now),
        reminded_at: None,
        reopened: 0,
        satisfaction: None,
    }
}

/// The life after an act, and what is to be recorded of it.
///
/// # Errors
/// Why the act does not fit; then nothing has happened.
pub fn after(
    life: &ComplaintLife,
    act: &Act,
    (severity, rules): (&ComplaintSeverity, &ComplaintRules),
    now: Timestamp,
) -> Result<(ComplaintLife, ComplaintEvent), Refusal> {
    let now = now.max(life.since);
    let mut next = life.clone();
    let (kind, by, to) = match act {
        Act::Take { by } => (take(&mut next, by)?, Some(by), None),
        Act::Offer { by, to } => {
            offer(&mut next, by, to, &rules.manager)?;
            (ComplaintEventKind::Offered, Some(by), Some(to))
        }
        Act::Answer { by } => {
            owned(life, by)?;
            advance(&mut next, ComplaintState::Answered)?;
            (ComplaintEventKind::Answered, Some(by), None)
        }
        Act::Resolve { by } => {
            owned(life, by)?;
            advance(&mut next, ComplaintState::Resolved)?;
            (ComplaintEventKind::Resolved, Some(by), None)
        }
        Act::Close => {
            advance(&mut next, ComplaintState::Closed)?;
            (ComplaintEventKind::Closed, None, None)
        }
        Act::Reopen { by } => {
            if !life.state.is_over() {
                return Err(Refusal::Already(life.state));
            }
            let reopened = life.reopened.saturating_add(1);
            let anew = begin(life.owner.clone(), severity, rules, now);
            next = ComplaintLife { reopened, ..anew };
            (ComplaintEventKind::Reopened, Some(by), None)
        }
        Act::Rate(rating) => {
            rate(&mut next, *rating)?;
            (ComplaintEventKind::Rated, None, None)
        }
    };
    if next.state != life.state {
        next.since = now;
    }
    let event = ComplaintEvent {
        at: now,
        kind,
        state: next.state,
        by: by.cloned(),
        to: to.cloned(),
        note: None,
    };
    Ok((next, event))
}

fn owned(life: &ComplaintLife, by: &str) -> Result<(), Refusal> {
    if life.owner == by { Ok(()) } else { Err(Refusal::NotYours(life.owner.clone())) }
}

fn take(life: &mut ComplaintLife, by: &str) -> Result<ComplaintEventKind, Refusal> {
    if life.state.is_over() {
        return Err(Refusal::Over(life.state));
    }
    let accepted = life.offered_to.as_deref() == Some(by);
    if accepted {
        by.clone_into(&mut life.owner);
        life.offered_to = None;
    } else {
        owned(life, by)?;
    }
    match life.state {
        ComplaintState::Open => life.state = ComplaintState::Acknowledged,
        state if !accepted => return Err(Refusal::Already(state)),
        _ => {}
    }
    Ok(if accepted { ComplaintEventKind::HandedOver } else { ComplaintEventKind::Taken })
}

/// The manager may offer it too: its owner may be away.
fn offer(life: &mut ComplaintLife, by: &str, to: &str, manager: &str) -> Result<(), Refusal> {
    if life.state.is_over() {
        return Err(Refusal::Over(life.state));
    }
    if by != manager {
        owned(life, by)?;
    }
    if life.owner == to {
        return Err(Refusal::Theirs);
    }
    life.offered_to = Some(to.to_owned());
    Ok(())
}

fn advance(life: &mut ComplaintLife, to: ComplaintState) -> Result<(), Refusal> {
    use ComplaintState::{Acknowledged, Answered, Closed, Open, Resolved};
    let state = life.state;
    life.state = match (state, to) {
        (Open | Acknowledged, Answered) | (Answered, Resolved) | (Resolved, Closed) => to,
        (Open | Acknowledged, Resolved) => {
            return Err(Refusal::TooEarly { state, needed: "answer the customer" });
        }
        (Open | Acknowledged | Answered, Closed) => {
            return Err(Refusal::TooEarly { state, needed: "resolve it" });
        }
        (Answered, Answered) => return Err(Refusal::Already(state)),
        _ => return Err(Refusal::Over(state)),
    };
    if to.is_over() {
        life.offered_to = None;
    }
    Ok(())
}

/// Whoever rates it has nothing more to ask: it is closed.
fn rate(life: &mut ComplaintLife, rating: u8) -> Result<(), Refusal> {
    if !(1..=5).contains(&rating) {
        return Err(Refusal::NoRating);
    }
    if !life.state.is_over() {
        return Err(Refusal::TooEarly { state: life.state, needed: "resolve it" });
    }
    if life.satisfaction.is_some() {
        return Err(Refusal::Rated);
    }
    (life.state, life.satisfaction) = (ComplaintState::Closed, Some(rating));
    Ok(())
}

#[cfg(test)]
mod tests;

//! Who is asked to take an alert, in their language.

use serde::Serialize;

use super::alert::{self, AlertView};
use crate::model::{Cause, EscalationNotice, Locale};
use crate::notify::clean::clean;
use crate::notify::clock::Clock;
use crate::phrases;

/// Names that one message lists.
const MOST_NAMES: usize = 12;

/// An asking for one reader.
#[derive(Debug, Serialize)]
pub struct EscalationView {
    #[serde(flatten)]
    pub alert: AlertView,
    /// Why they are asked, as a sentence or two.
    pub said: String,
    pub asked: Vec<String>,
    pub before: Vec<String>,
    pub next: String,
}

impl EscalationView {
    /// The asking as somebody with this language and clock reads it.
    pub fn new(notice: &EscalationNotice, locale: Locale, clock: &Clock) -> Self {
        let names =
            |all: &[String]| all.iter().take(MOST_NAMES).map(|name| clean(name, 80)).collect();
        let next = match notice.next_at {
            Some(at) => phrases::fill("escalation.next_at", locale, &[("time", &clock.show(at))]),
            None => phrases::text("escalation.last", locale).to_owned(),
        };
        Self {
            alert: AlertView::new(&notice.alert, locale, clock),
            said: said(notice, locale, clock),
            asked: names(&notice.asked),
            before: names(&notice.before),
            next,
        }
    }
}

fn said(notice: &EscalationNotice, locale: Locale, clock: &Clock) -> String {
    let (step, steps) = (notice.step.to_string(), notice.steps.to_string());
    let since = clock.show(notice.since);
    let is_first = notice.step == 1 && notice.round == 1;
    let mut text = match &notice.cause {
        Cause::Lapsed { taken_by, taken_at } => {
            let somebody = phrases::text("escalation.somebody", locale);
            let name = taken_by.as_ref().map_or_else(|| somebody.to_owned(), |by| clean(by, 80));
            let at = clock.show(*taken_at);
            let values = [("name", &name), ("at", &at), ("step", &step), ("steps", &steps)];
            phrases::fill("escalation.lapsed", locale, &values.map(|(k, v)| (k, v.as_str())))
        }
        Cause::Raised if is_first => {
            phrases::fill("escalation.asked", locale, &[("step", &step), ("steps", &steps)])
        }
        Cause::Raised => {
            let values = [("since", since.as_str()), ("step", &step), ("steps", &steps)];
            phrases::fill("escalation.unanswered", locale, &values)
        }
    };
    if notice.round > 1 {
        let round = phrases::fill("escalation.round", locale, &[("n", &notice.round.to_string())]);
        text.push_str(&phrases::fill("format.bracketed", locale, &[("text", &round)]));
    }
    text
}

/// The line that stands for an asking in an inbox.
pub fn subject(notice: &EscalationNotice, locale: Locale) -> String {
    let values = [
        ("level", alert::level_name(notice.alert.level, locale)),
        ("score", alert::score(&notice.alert)),
        ("headline", clean(&notice.alert.headline, 120)),
        ("step", notice.step.to_string()),
        ("steps", notice.steps.to_string()),
    ];
    let values = values.each_ref().map(|(place, value)| (*place, value.as_str()));
    phrases::fill("subject.escalation", locale, &values)
}

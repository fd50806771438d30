//! A notice in its reader's language: what every rendering draws from. Texts from elsewhere are
//! clean here (one line, bounded); escaping for HTML or chat is the rendering's own matter.

mod alert;
mod channels;
mod complaints;
mod escalation;
mod plan;
mod plans;
mod sources;
mod summary;

use serde::Serialize;

use super::clean::{clean, link};
use super::clock::Clock;
use crate::model::{Delivery, Locale, Notice, NoticeBody, PlanNews};
use crate::phrases;

pub use alert::{AlertView, IncidentView, StepRow};
pub use channels::{ChannelRow, ChannelsView};
pub use complaints::{ComplaintRow, ComplaintsView};
pub use escalation::EscalationView;
pub use plan::{PlanList, PlanView};
pub use plans::{FindingRow, PlansView};
pub use sources::{SourceRow, SourcesView, reason};
pub use summary::{SummaryView, TopicRow};

/// A notice for one reader.
#[derive(Debug, Serialize)]
pub struct View {
    pub lang: &'static str,
    #[serde(skip)]
    pub locale: Locale,
    pub key: String,
    pub subject: String,
    /// What marks it as part of a drill, e.g. `[DRILL]`.
    pub drill: Option<String>,
    /// That it is a drill, as its first line.
    pub drill_line: Option<String>,
    pub greeting: String,
    pub organisation: String,
    pub status_url: Option<String>,
    /// Where the reader can answer.
    pub answer_url: Option<String>,
    /// What the link to answer by says, and how it is used.
    pub answer: (&'static str, &'static str),
    pub time_zone: String,
    #[serde(flatten)]
    pub body: Body,
}

/// What it tells.
#[derive(Debug, Serialize)]
#[serde(untagged)]
pub enum Body {
    Alert(Box<AlertView>),
    Steps(Box<AlertView>),
    Escalation(Box<EscalationView>),
    Plan(Box<PlanView>),
    Sources(SourcesView),
    Summary(Box<SummaryView>),
    Channels(ChannelsView),
    Complaints(ComplaintsView),
    Plans(PlansView),
}

impl View {
    /// The notice as the delivery's recipient reads it.
    pub fn new(notice: &Notice, delivery: &Delivery) -> Self {
        let locale = delivery.recipient.locale;
        let clock = Clock::new(&delivery.recipient.time_zone, locale);
        let (subject, body) = match &notice.body {
            NoticeBody::Alert(facts) => (
                alert::subject(facts, locale),
                Body::Alert(Box::new(AlertView::new(facts, locale, &clock))),
            ),
            NoticeBody::Steps(facts) => (
                alert::steps_subject(facts, locale),
                Body::Steps(Box::new(AlertView::new(facts, locale, &clock))),
            ),
            NoticeBody::Escalation(facts) => (
                escalation::subject(facts, locale),
                Body::Escalation(Box::new(EscalationView::new(facts, locale, &clock))),
            ),
            NoticeBody::Plan(facts) => (
                plan::subject(facts, locale),
                Body::Plan(Box::new(PlanView::new(facts, locale, &clock))),
            ),
            NoticeBody::Sources(facts) => (
                sources::subject(facts, locale),
                Body::Sources(SourcesView::new(facts, locale, &clock)),
            ),
            NoticeBody::Summary(facts) => (
                summary::subject(facts, locale, &clock),
                Body::Summary(Box::new(SummaryView::new(facts, locale, &clock))),
            ),
            NoticeBody::Channels(facts) => (
                channels::subject(facts, locale),
                Body::Channels(ChannelsView::new(facts, locale, &clock)),
            ),
            NoticeBody::Complaints(facts) => (
                complaints::subject(facts, locale),
                Body::Complaints(ComplaintsView::new(facts, locale, &clock)),
            ),
            NoticeBody::Plans(facts) => {
                (plans::subject(facts, locale), Body::Plans(PlansView::new(facts, locale, &clock)))
            }
        };
        let name = clean(&delivery.recipient.name, 80);
        let answer = match &notice.body {
            NoticeBody::Plan(plan) if matches!(plan.news, PlanNews::Drafted { .. }) => {
                ["answer_text.link", "answer_text.how"]
            }
            NoticeBody::Plan(_) => ["answer_step.link", "answer_step.how"],
            _ => ["answer.link", "answer.how"],
        };
        let drill =
            notice.drill.as_deref().map(|mark| clean(phrases::drill_mark(mark, locale), 40));
        let subject = match &drill {
            Some(mark) => format!("{mark} {subject}"),
            None => subject,
        };
        Self {
            lang: language_tag(locale),
            locale,
            key: clean(&delivery.idempotency_key, 120),
            subject: clean(&subject, 200),
            drill_line: drill
                .as_ref()
                .map(|mark| phrases::fill("drill.line", locale, &[("mark", mark)])),
            drill,
            greeting: phrases::fill("mail.greeting", locale, &[("name", &name)]),
            organisation: clean(&notice.organisation, 120),
            status_url: notice.status_url.as_deref().and_then(link),
            answer_url: delivery.answer.as_ref().and_then(|answer| link(&answer.url)),
            answer: answer.map(|key| phrases::text(key, locale)).into(),
            time_zone: clock.zone_name,
            body,
        }
    }

    /// The page that the message is about.
    pub fn url(&self) -> Option<&str> {
        match &self.body {
            Body::Summary(summary) => summary.url.as_deref(),
            _ => self.alert()?.url.as_deref(),
        }
    }

    /// The alert that it is about, if it is about one.
    pub fn alert(&self) -> Option<&AlertView> {
        match &self.body {
            Body::Alert(alert) | Body::Steps(alert) => Some(alert),
            Body::Escalation(escalation) => Some(&escalation.alert),
            Body::Plan(_)
            | Body::Sources(_)
            | Body::Summary(_)
            | Body::Channels(_)
            | Body::Complaints(_)
            | Body::Plans(_) => None,
        }
    }

    /// The text of the link to answer by, and where it leads, if the reader can answer.
    pub fn answer(&self) -> Option<(&'static str, &str)> {
        let url = self.answer_url.as_deref()?;
        Some((self.answer.0, url))
    }

    /// What tells this message from all others, so that people know a repeat.
    pub fn reference(&self) -> String {
        format!("{} {}", phrases::text("mail.reference", self.locale), self.key)
    }

    /// Whose clock the times are of, and the reference.
    pub fn footer(&self) -> String {
        let zone = phrases::fill("mail.times_in", self.locale, &[("zone", &self.time_zone)]);
        format!("{zone} · {}", self.reference())
    }
}

/// How many rows a message leaves out that shows the first `shown` of `listed`, beside what is not listed.
fn beyond(listed: usize, unlisted: u32, shown: usize) -> u32 {
    let cut = u32::try_from(listed.saturating_sub(shown)).unwrap_or(u32::MAX);
    unlisted.saturating_add(cut)
}

fn language_tag(locale: Locale) -> &'static str {
    match locale {
        Locale::Zh => "zh-Hans",
        other => other.code(),
    }
}

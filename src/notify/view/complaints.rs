//! Complaints that a person answers for, in their language.

use serde::Serialize;

use crate::model::{ComplaintItem, ComplaintsNotice, Locale, Reminder};
use crate::notify::clean::clean;
use crate::notify::clock::Clock;
use crate::phrases;

/// Complaints for one reader.
#[derive(Debug, Serialize)]
pub struct ComplaintsView {
    pub colour: &'static str,
    pub rows: Vec<ComplaintRow>,
    pub more: Option<String>,
    #[serde(skip)]
    unlisted: u32,
    pub advice: Vec<&'static str>,
    pub url: Option<String>,
}

/// A complaint.
#[derive(Debug, Serialize)]
pub struct ComplaintRow {
    pub number: String,
    pub why: &'static str,
    /// Facts with their names.
    pub facts: Vec<(&'static str, String)>,
    pub excerpt: String,
}

impl ComplaintsView {
    /// The complaints as somebody with this language and clock reads them.
    pub fn new(notice: &ComplaintsNotice, locale: Locale, clock: &Clock) -> Self {
        let late = notice.counts.keys().any(|reminder| *reminder >= Reminder::Late);
        let shown = notice.complaints.iter().take(ComplaintsNotice::SHOWN);
        Self {
            // White on these has a contrast of 5 to 1 (WCAG 2.2 §1.4.3).
            colour: if late { "#b45309" } else { "#1d4ed8" },
            rows: shown.map(|item| row(item, locale, clock)).collect(),
            more: (notice.more > 0)
                .then(|| phrases::count("count.complaints_more", locale, notice.more)),
            unlisted: notice.more,
            advice: vec![
                phrases::text("complaint.take", locale),
                phrases::text("complaint.full", locale),
            ],
            url: None,
        }
    }

    /// Complaints that a message does not show if it shows the first `shown` rows.
    pub fn beyond(&self, shown: usize) -> u32 {
        super::beyond(self.rows.len(), self.unlisted, shown)
    }
}

/// The line that stands for the complaints in an inbox.
pub fn subject(notice: &ComplaintsNotice, locale: Locale) -> String {
    let said: Vec<String> = Reminder::ALL
        .iter()
        .filter_map(|reminder| {
            let count = notice.counts.get(reminder).filter(|&&count| count > 0)?;
            Some(phrases::count(counted(*reminder), locale, *count))
        })
        .collect();
    let what = said.join(phrases::text("format.list_separator", locale));
    phrases::fill("subject.complaints", locale, &[("what", &what)])
}

fn counted(reminder: Reminder) -> &'static str {
    match reminder {
        Reminder::Wrote => "count.complaints_wrote",
        Reminder::Displeased => "count.complaints_displeased",
        Reminder::Asked => "count.complaints_asked",
        Reminder::Due => "count.complaints_due",
        Reminder::Late => "count.complaints_late",
        Reminder::Escalated => "count.complaints_escalated",
    }
}

fn row(item: &ComplaintItem, locale: Locale, clock: &Clock) -> ComplaintRow {
    let named = |key, value: Option<String>| Some((phrases::text(key, locale), value?));
    let facts = [
        named("complaint.due_at", item.due_at.map(|at| clock.show(at))),
        named("complaint.branch", item.branch.as_deref().map(|it| clean(it, 120))),
        named("complaint.product", item.product.as_deref().map(|it| clean(it, 120))),
        named("complaint.severity", Some(clean(&item.severity, 80))),
        named("complaint.received", Some(clock.show(item.received_at))),
        named("complaint.owner", Some(clean(&item.owner, 120))),
    ];
    ComplaintRow {
        number: clean(&item.number, 40),
        why: phrases::reminder(item.reminder, locale),
        facts: facts.into_iter().flatten().collect(),
        excerpt: clean(&item.excerpt, 200),
    }
}

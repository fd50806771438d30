//! What the inspection of the crisis plans found, in its reader's language.

use serde::Serialize;

use crate::model::{Locale, PlanFinding, PlansNotice};
use crate::notify::clean::clean;
use crate::notify::clock::Clock;
use crate::phrases;

/// Findings for one reader.
#[derive(Debug, Serialize)]
pub struct PlansView {
    pub colour: &'static str,
    pub rows: Vec<FindingRow>,
    pub more: Option<String>,
    #[serde(skip)]
    unlisted: u32,
    pub advice: Vec<&'static str>,
    pub url: Option<String>,
}

/// A finding.
#[derive(Debug, Serialize)]
pub struct FindingRow {
    /// The plan that it is about, and whether it is new.
    pub plan: String,
    pub what: String,
    /// Facts with their names: what to do, where, the rule, since when if it is not new.
    pub facts: Vec<(&'static str, String)>,
}

impl PlansView {
    /// The findings as somebody with this language and clock reads them.
    pub fn new(notice: &PlansNotice, locale: Locale, clock: &Clock) -> Self {
        Self {
            // White on these has a contrast of 5 to 1 (WCAG 2.2 §1.4.3).
            colour: if notice.new > 0 { "#b45309" } else { "#1d4ed8" },
            rows: notice.findings.iter().map(|found| row(found, locale, clock)).collect(),
            more: (notice.more > 0)
                .then(|| phrases::count("count.troubles_more", locale, notice.more)),
            unlisted: notice.more,
            advice: vec![
                phrases::text("plans.again", locale),
                phrases::text("plans.check", locale),
            ],
            url: None,
        }
    }

    /// Findings that a message does not show if it shows the first `shown` rows.
    pub fn beyond(&self, shown: usize) -> u32 {
        super::beyond(self.rows.len(), self.unlisted, shown)
    }
}

/// The line that stands for the findings in an inbox.
pub fn subject(notice: &PlansNotice, locale: Locale) -> String {
    let mut said = vec![phrases::count("count.troubles", locale, notice.total)];
    if notice.new > 0 {
        said.push(phrases::count("count.troubles_new", locale, notice.new));
    }
    let what = said.join(phrases::text("format.list_separator", locale));
    phrases::fill("subject.plans", locale, &[("what", &what)])
}

fn row(found: &PlanFinding, locale: Locale, clock: &Clock) -> FindingRow {
    let say = |key| phrases::text(key, locale);
    let mut facts =
        vec![(say("plans.remedy"), phrases::trouble_remedy(&found.trouble, locale).to_owned())];
    facts.extend(found.place.as_deref().map(|place| (say("plans.place"), clean(place, 200))));
    facts.push((say("plans.rule"), clean(&found.rule, 10)));
    if !found.new {
        facts.push((say("plans.known_since"), clock.show(found.since)));
    }
    let plan = clean(found.plan.as_deref().unwrap_or(say("plans.no_plan")), 120);
    let new = phrases::fill("format.bracketed", locale, &[("text", say("plans.new"))]);
    FindingRow {
        plan: if found.new { format!("{plan}{new}") } else { plan },
        what: clean(&phrases::trouble(&found.trouble, locale), 400),
        facts,
    }
}

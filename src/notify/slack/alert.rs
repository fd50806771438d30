//! An alert, and a person's steps in its plan, as sections of a Slack message.

use super::{bracketed, escape, escape_url, labelled, packed, say};
use crate::notify::view::{AlertView, IncidentView, StepRow, View};
use crate::phrases;

/// Whether the steps are the reader's own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Own {
    Yes,
    No,
}

/// What an alert says.
pub(super) fn alert(view: &View, alert: &AlertView) -> Vec<String> {
    let mut sections = vec![head(alert), why(view, alert), score(view, alert), spread(view, alert)];
    if let Some(incident) = &alert.incident {
        sections.extend(plan(view, incident, Own::No));
    }
    sections
}

/// What a person is to do, and the alert behind it.
pub(super) fn steps(view: &View, alert: &AlertView) -> Vec<String> {
    let mut sections = vec![escape(&view.greeting)];
    if let Some(incident) = &alert.incident {
        sections.extend(plan(view, incident, Own::Yes));
    }
    sections.push(head(alert));
    sections
}

fn head(alert: &AlertView) -> String {
    let headline = match &alert.url {
        Some(url) => {
            format!("*<{}|{}>*", escape_url(url), escape(&alert.headline).replace('|', "¦"))
        }
        None => format!("*{}*", escape(&alert.headline)),
    };
    let mut lines = vec![headline, escape(&format!("{} · {}", alert.source, alert.appeared))];
    if !alert.excerpt.is_empty() {
        lines.push(format!("> {}", escape(&alert.excerpt)));
    }
    lines.join("\n")
}

fn why(view: &View, alert: &AlertView) -> String {
    let separator = say(view, "format.list_separator");
    let mut reason = alert.reason.clone();
    if let Some(before) = alert.previous_level.as_ref().filter(|before| **before != alert.level) {
        let before = phrases::fill("mail.level_before", view.locale, &[("level", before)]);
        reason.push_str(&bracketed(view, &before));
    }
    let rule = phrases::fill("mail.rule", view.locale, &[("rule", &alert.rule)]);
    let p = phrases::fill("mail.p_negative", view.locale, &[("p", &alert.p_negative)]);
    let words: Vec<_> =
        alert.evidence.iter().map(|it| format!("{} {}", it.text, it.value)).collect();
    let mut lines = vec![
        labelled(view, say(view, "mail.reason"), &reason),
        labelled(
            view,
            say(view, "mail.topic"),
            &format!("{}{}", alert.topic, bracketed(view, &rule)),
        ),
    ];
    for hit in alert.hits.iter().chain(&alert.category_hits) {
        let (before, word, after) = (escape(&hit.before), escape(&hit.word), escape(&hit.after));
        lines.push(format!("• {before}[{word}]{after}{}", bracketed(view, &hit.field)));
    }
    let categories = match alert.categories.as_slice() {
        [] => say(view, "mail.no_category").to_owned(),
        some => some.join(separator),
    };
    lines.push(labelled(view, say(view, "mail.categories"), &categories));
    lines.push(labelled(
        view,
        say(view, "mail.opinion"),
        &format!("{}{}", alert.polarity, bracketed(view, &p)),
    ));
    if !words.is_empty() {
        lines.push(format!("• {}", escape(&words.join(separator))));
    }
    if alert.hearsay {
        lines.push(format!("*! {}*", say(view, "mail.hearsay")));
    }
    lines.join("\n")
}

fn score(view: &View, alert: &AlertView) -> String {
    let of = |points: &str, max: &str| {
        phrases::fill("mail.points_of", view.locale, &[("points", points), ("max", max)])
    };
    let total = of(&alert.total, "100");
    let mut lines = vec![labelled(view, say(view, "mail.score"), &total)];
    for row in &alert.parts {
        let fact = Some(&row.fact).filter(|fact| !fact.is_empty());
        let fact = fact.map(|fact| bracketed(view, fact)).unwrap_or_default();
        let colon = say(view, "format.colon");
        lines.push(escape(&format!("• {}{colon}{}{fact}", row.name, of(&row.points, &row.max))));
    }
    if !alert.adjustments.is_empty() {
        let all = alert.adjustments.join(say(view, "format.list_separator"));
        lines.push(labelled(view, say(view, "mail.adjustments"), &all));
    }
    lines.join("\n")
}

fn spread(view: &View, alert: &AlertView) -> String {
    let figures = format!("{} · {}", alert.articles, alert.owners);
    let mut lines = vec![labelled(view, say(view, "mail.story"), &figures)];
    if !alert.media.is_empty() {
        let media = alert.media.join(say(view, "format.list_separator"));
        lines.push(labelled(view, say(view, "mail.media"), &media));
    }
    lines.push(labelled(view, say(view, "mail.first_seen"), &alert.since));
    lines.join("\n")
}

/// The plan, in as many sections as its steps need.
fn plan(view: &View, incident: &IncidentView, own: Own) -> Vec<String> {
    let title = match own {
        Own::No => say(view, "mail.plan"),
        Own::Yes => say(view, "mail.your_steps"),
    };
    let mut state = incident.state.to_owned();
    if let Some(time) = &incident.confirm_by {
        let alone = phrases::fill("mail.starts_alone", view.locale, &[("time", time)]);
        state = format!("{state} — {alone}");
    }
    let name = format!("{} · {} · {}", incident.number, incident.level, incident.plan);
    let first =
        [labelled(view, title, &name), labelled(view, say(view, "mail.plan_state"), &state)];
    let steps = incident.steps.iter().enumerate();
    let steps = steps.map(|(index, row)| format!("{}. {}", index + 1, step(view, row, own)));
    packed([first.join("\n")].into_iter().chain(steps))
}

fn step(view: &View, row: &StepRow, own: Own) -> String {
    let due = match &row.due {
        Some(time) => phrases::fill("mail.by", view.locale, &[("time", time)]),
        None => say(view, "mail.by_start").to_owned(),
    };
    let colon = say(view, "format.colon");
    let who = escape(&format!("{}{colon}{} — {due}", row.role, row.person));
    let help = row.help.as_deref().filter(|_| own == Own::Yes);
    let help = help.map(|help| format!("\n    _{}_", escape(help))).unwrap_or_default();
    format!("*{}*\n    {who}{help}", escape(&row.title))
}

//! A message for a room as lines that say what they are, before any service's markup: what to show, in
//! which order. Texts are clean and plain; escaping is the markup's own matter.

use super::view::{
    AlertView, Body, ChannelsView, ComplaintRow, ComplaintsView, EscalationView, FindingRow,
    IncidentView, PlanView, PlansView, SourceRow, SourcesView, StepRow, SummaryView, TopicRow,
    View,
};
use crate::phrases;

/// A line, or lines that belong together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// What the message is about, and where it can be read.
    Headline { text: String, url: Option<String> },
    /// A link that is not about what the message is about.
    Link { text: String, url: String },
    /// Plain text.
    Text(String),
    /// What somebody else wrote.
    Quote(String),
    /// A fact with its name.
    Labelled { label: String, value: String },
    /// A heading by itself.
    Heading(String),
    /// One of a list.
    Item(String),
    /// Something to be careful with.
    Warning(String),
    /// A step of a plan: number, what, who and by when, help.
    Step { number: usize, title: String, who: String, help: Option<String> },
    /// A source: name, state, facts with their names.
    Source { name: String, state: String, facts: Vec<(String, String)> },
}

/// Lines about one matter.
pub(super) type Section = Vec<Line>;

/// Whether the steps are the reader's own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Own {
    Yes,
    No,
}

/// The sections of a message, most important first. Sources, and the alerts of a summary, are listed as
/// far as `most_chars` of them reach; the others are counted.
pub(super) fn outline(view: &View, most_chars: usize) -> Vec<Section> {
    match &view.body {
        Body::Alert(facts) => alert(view, facts),
        Body::Steps(facts) => steps(view, facts),
        Body::Escalation(facts) => escalation(view, facts),
        Body::Plan(facts) => plan_news(view, facts),
        Body::Sources(facts) => sources(view, facts, most_chars),
        Body::Summary(facts) => summary(view, facts, most_chars),
        Body::Channels(facts) => channels(view, facts),
        Body::Complaints(facts) => complaints(view, facts, most_chars),
        Body::Plans(facts) => plans(view, facts, most_chars),
    }
}

impl View {
    /// What the message is about, with its link.
    pub(super) fn headline(&self) -> Option<Line> {
        let alert = self.alert()?;
        Some(Line::Headline { text: alert.headline.clone(), url: alert.url.clone() })
    }
}

fn alert(view: &View, alert: &AlertView) -> Vec<Section> {
    let mut first = head(alert);
    first.extend(answer(view));
    let mut sections = vec![first, why(view, alert), score(view, alert), spread(view, alert)];
    sections.extend(alert.incident.as_ref().map(|incident| plan(view, incident, Own::No)));
    sections
}

fn steps(view: &View, alert: &AlertView) -> Vec<Section> {
    let mut first = vec![Line::Text(view.greeting.clone())];
    first.extend(answer(view));
    let mut sections = vec![first];
    sections.extend(alert.incident.as_ref().map(|incident| plan(view, incident, Own::Yes)));
    sections.push(head(alert));
    sections
}

fn escalation(view: &View, facts: &EscalationView) -> Vec<Section> {
    let separator = say(view, "format.list_separator");
    let mut lines = vec![
        Line::Warning(facts.said.clone()),
        labelled(view, "escalation.asked_now", facts.asked.join(separator)),
    ];
    if !facts.before.is_empty() {
        lines.push(labelled(view, "escalation.asked_before", facts.before.join(separator)));
    }
    lines.push(labelled(view, "escalation.next", facts.next.clone()));
    lines.extend(answer(view));
    let alert = &facts.alert;
    let mut sections = vec![lines, head(alert), spread(view, alert)];
    sections.extend(alert.incident.as_ref().map(|incident| plan(view, incident, Own::No)));
    sections
}

fn plan_news(view: &View, facts: &PlanView) -> Vec<Section> {
    let mut lines = vec![
        Line::Warning(facts.said.clone()),
        labelled(view, "mail.plan", facts.heading.clone()),
        Line::Headline { text: facts.title.clone(), url: None },
    ];
    lines.extend(answer(view));
    lines.extend(
        facts
            .rows
            .iter()
            .map(|row| Line::Labelled { label: row.label.to_owned(), value: row.value.clone() }),
    );
    let text = facts.text.iter().filter(|line| !line.is_empty());
    lines.extend(text.map(|line| Line::Quote(line.clone())));
    let list = |list: &super::view::PlanList| {
        let items = list.items.iter().map(|item| Line::Item(item.clone()));
        std::iter::once(Line::Heading(list.heading.to_owned())).chain(items).collect()
    };
    std::iter::once(lines).chain(facts.lists.iter().map(list)).collect()
}

fn head(alert: &AlertView) -> Section {
    let mut lines = vec![
        Line::Headline { text: alert.headline.clone(), url: alert.url.clone() },
        Line::Text(format!("{} · {}", alert.source, alert.appeared)),
    ];
    if !alert.excerpt.is_empty() {
        lines.push(Line::Quote(alert.excerpt.clone()));
    }
    lines
}

/// Where the reader can take it: early, so that no limit cuts it away.
fn answer(view: &View) -> Option<Line> {
    view.answer().map(|(text, url)| Line::Link { text: text.to_owned(), url: url.to_owned() })
}

fn why(view: &View, alert: &AlertView) -> Section {
    let separator = say(view, "format.list_separator");
    let mut reason = alert.reason.clone();
    if let Some(before) = alert.previous_level.as_ref().filter(|before| **before != alert.level) {
        let before = phrases::fill("mail.level_before", view.locale, &[("level", before)]);
        reason.push_str(&bracketed(view, &before));
    }
    let rule = phrases::fill("mail.rule", view.locale, &[("rule", &alert.rule)]);
    let p = phrases::fill("mail.p_negative", view.locale, &[("p", &alert.p_negative)]);
    let mut lines = vec![
        labelled(view, "mail.reason", reason),
        labelled(view, "mail.topic", format!("{}{}", alert.topic, bracketed(view, &rule))),
    ];
    for hit in alert.hits.iter().chain(&alert.category_hits) {
        let field = bracketed(view, &hit.field);
        lines.push(Line::Item(format!("{}[{}]{}{field}", hit.before, hit.word, hit.after)));
    }
    let categories = match alert.categories.as_slice() {
        [] => say(view, "mail.no_category").to_owned(),
        some => some.join(separator),
    };
    lines.push(labelled(view, "mail.categories", categories));
    let opinion = format!("{}{}", alert.polarity, bracketed(view, &p));
    lines.push(labelled(view, "mail.opinion", opinion));
    let words: Vec<_> =
        alert.evidence.iter().map(|it| format!("{} {}", it.text, it.value)).collect();
    if !words.is_empty() {
        lines.push(Line::Item(words.join(separator)));
    }
    if alert.hearsay {
        lines.push(Line::Warning(say(view, "mail.hearsay").to_owned()));
    }
    lines
}

fn score(view: &View, alert: &AlertView) -> Section {
    let of = |points: &str, max: &str| {
        phrases::fill("mail.points_of", view.locale, &[("points", points), ("max", max)])
    };
    let mut lines = vec![labelled(view, "mail.score", of(&alert.total, "100"))];
    for row in &alert.parts {
        let fact = Some(&row.fact).filter(|fact| !fact.is_empty());
        let fact = fact.map(|fact| bracketed(view, fact)).unwrap_or_default();
        let colon = say(view, "format.colon");
        let points = of(&row.points, &row.max);
        lines.push(Line::Item(format!("{}{colon}{points}{fact}", row.name)));
    }
    if !alert.adjustments.is_empty() {
        let all = alert.adjustments.join(say(view, "format.list_separator"));
        lines.push(labelled(view, "mail.adjustments", all));
    }
    lines
}

fn spread(view: &View, alert: &AlertView) -> Section {
    let figures = format!("{} · {}", alert.articles, alert.owners);
    let mut lines = vec![labelled(view, "mail.story", figures)];
    if !alert.media.is_empty() {
        let media = alert.media.join(say(view, "format.list_separator"));
        lines.push(labelled(view, "mail.media", media));
    }
    lines.push(labelled(view, "mail.first_seen", alert.since.clone()));
    lines
}

fn plan(view: &View, incident: &IncidentView, own: Own) -> Section {
    let title = match own {
        Own::No => "mail.plan",
        Own::Yes => "mail.your_steps",
    };
    let mut state = incident.state.to_owned();
    if let Some(time) = &incident.confirm_by {
        let alone = phrases::fill("mail.starts_alone", view.locale, &[("time", time)]);
        state = format!("{state} — {alone}");
    }
    let name = format!("{} · {} · {}", incident.number, incident.level, incident.plan);
    let mut lines = vec![labelled(view, title, name), labelled(view, "mail.plan_state", state)];
    let steps = incident.steps.iter().enumerate();
    lines.extend(steps.map(|(index, row)| step(view, index + 1, row, own)));
    lines
}

fn step(view: &View, number: usize, row: &StepRow, own: Own) -> Line {
    let due = match &row.due {
        Some(time) => phrases::fill("mail.by", view.locale, &[("time", time)]),
        None => say(view, "mail.by_start").to_owned(),
    };
    let colon = say(view, "format.colon");
    Line::Step {
        number,
        title: row.title.clone(),
        who: format!("{}{colon}{} — {due}", row.role, row.person),
        help: row.help.clone().filter(|_| own == Own::Yes),
    }
}

fn sources(view: &View, facts: &SourcesView, most_chars: usize) -> Vec<Section> {
    let mut rows = Vec::new();
    let mut length = 0;
    for row in facts.rows.iter().map(|row| source(view, row)) {
        length += chars_of(&row);
        if length > most_chars {
            break;
        }
        rows.push(row);
    }
    let more = facts.beyond(rows.len());
    if more > 0 {
        rows.push(Line::Text(phrases::count("count.sources_more", view.locale, more)));
    }
    rows.extend(facts.silent.iter().cloned().map(Line::Warning));
    let mut advice = vec![Line::Heading(say(view, "sources.what_to_do").to_owned())];
    advice.extend(facts.advice.iter().map(|&line| Line::Item(line.to_owned())));
    vec![rows, advice]
}

fn channels(view: &View, facts: &ChannelsView) -> Vec<Section> {
    let since = say(view, "sources.since");
    let row = |row: &super::view::ChannelRow| {
        let told = row.facts.iter().map(|(label, value)| ((*label).to_owned(), value.clone()));
        let since = (since.to_owned(), row.since.clone());
        let facts = std::iter::once(since).chain(told).collect();
        Line::Source { name: row.id.clone(), state: row.now.to_owned(), facts }
    };
    let mut advice = vec![Line::Heading(say(view, "sources.what_to_do").to_owned())];
    advice.extend(facts.advice.iter().map(|&line| Line::Item(line.to_owned())));
    vec![facts.rows.iter().map(row).collect(), advice]
}

fn complaints(view: &View, facts: &ComplaintsView, most_chars: usize) -> Vec<Section> {
    let mut rows = Vec::new();
    let mut length = 0;
    for row in &facts.rows {
        let line = complaint(row);
        length += chars_of(&line) + row.excerpt.chars().count();
        if length > most_chars {
            break;
        }
        rows.extend([line, Line::Quote(row.excerpt.clone())]);
    }
    let more = facts.beyond(rows.len() / 2);
    if more > 0 {
        rows.push(Line::Text(phrases::count("count.complaints_more", view.locale, more)));
    }
    let mut advice = vec![Line::Heading(say(view, "complaint.what_to_do").to_owned())];
    advice.extend(facts.advice.iter().map(|&line| Line::Item(line.to_owned())));
    vec![rows, advice]
}

fn complaint(row: &ComplaintRow) -> Line {
    let facts = row.facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    Line::Source { name: row.number.clone(), state: row.why.to_owned(), facts: facts.collect() }
}

fn plans(view: &View, facts: &PlansView, most_chars: usize) -> Vec<Section> {
    let mut rows = Vec::new();
    let mut length = 0;
    for row in &facts.rows {
        let line = plan_finding(row);
        length += chars_of(&line);
        if length > most_chars {
            break;
        }
        rows.push(line);
    }
    let more = facts.beyond(rows.len());
    if more > 0 {
        rows.push(Line::Text(phrases::count("count.troubles_more", view.locale, more)));
    }
    vec![rows, facts.advice.iter().map(|&line| Line::Text(line.to_owned())).collect()]
}

fn plan_finding(row: &FindingRow) -> Line {
    let facts = row.facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    Line::Source { name: row.plan.clone(), state: row.what.clone(), facts: facts.collect() }
}

fn source(view: &View, row: &SourceRow) -> Line {
    let was = phrases::fill("sources.before", view.locale, &[("health", row.was)]);
    let mut facts = vec![(say(view, "sources.since").to_owned(), row.since.clone())];
    let reason = row.reason.iter().map(|reason| (say(view, "mail.reason"), reason));
    let next = row.next.iter().map(|next| (say(view, "sources.next"), next));
    facts.extend(reason.chain(next).map(|(label, value)| (label.to_owned(), value.clone())));
    Line::Source {
        name: format!("{}{}", row.name, bracketed(view, &row.id)),
        state: format!("{}{}", row.now, bracketed(view, &was)),
        facts,
    }
}

/// Many alerts: what the message is, then the gravest of each topic as far as they reach.
fn summary(view: &View, facts: &SummaryView, most_chars: usize) -> Vec<Section> {
    let mut head = vec![Line::Text(facts.intro.clone())];
    for fact in &facts.facts {
        head.push(Line::Labelled { label: fact.name.to_owned(), value: fact.value.clone() });
    }
    let mut sections = vec![head];
    let mut left = most_chars;
    sections.extend(facts.topics.iter().map(|topic| matters(view, topic, &mut left)));
    let end = facts.more.iter().chain(&facts.advice);
    sections.push(end.map(|line| Line::Text(line.clone())).collect());
    sections
}

/// What concerns a topic; each matter takes of what is `left` of the message.
fn matters(view: &View, topic: &TopicRow, left: &mut usize) -> Section {
    let total = bracketed(view, &topic.total.to_string());
    let mut lines = vec![Line::Heading(format!("{}{total}", topic.name))];
    let mut shown = 0;
    for item in &topic.items {
        let text = format!("[{}] {}", item.mark, item.headline);
        let url = item.url.as_ref().map_or(0, |url| url.chars().count() + 4);
        let length = text.chars().count() + url + item.about.chars().count() + 8;
        if length > *left {
            break;
        }
        *left -= length;
        shown += 1;
        lines.push(Line::Headline { text, url: item.url.clone() });
        lines.push(Line::Text(item.about.clone()));
    }
    let more = topic.beyond(shown);
    if more > 0 {
        lines.push(Line::Text(phrases::count("count.matters_more", view.locale, more)));
    }
    lines
}

/// About what a source takes in a message, marks included.
fn chars_of(line: &Line) -> usize {
    let Line::Source { name, state, facts } = line else { return 0 };
    let facts =
        facts.iter().map(|(label, value)| label.chars().count() + value.chars().count() + 9);
    name.chars().count() + state.chars().count() + 6 + facts.sum::<usize>()
}

fn labelled(view: &View, label: &str, value: String) -> Line {
    Line::Labelled { label: say(view, label).to_owned(), value }
}

fn bracketed(view: &View, text: &str) -> String {
    phrases::fill("format.bracketed", view.locale, &[("text", text)])
}

fn say<'a>(view: &View, key: &'a str) -> &'a str {
    phrases::text(key, view.locale)
}

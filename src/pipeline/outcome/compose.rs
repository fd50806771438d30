//! The frozen facts of messages: what an alert tells, and what a plan asks of each person.

use std::collections::BTreeSet;

use super::{Matter, Response, Told, outbox};
use crate::config::Config;
use crate::decide::{self, Address};
use crate::model::{
    Alert, AlertNotice, CategoryMatch, Evidence, Incident, Labels, LocalText, Notice, NoticeBody,
    NoticeIncident, NoticeStep, NoticeStory, Plan, Span, Step, StoryFacts,
};

/// Quotations of each kind in a message.
const QUOTES: usize = 8;
/// Evidence that weighs less would read as 0.0.
const WORTH_TELLING: f64 = 0.05;
/// Characters of the article that a message shows.
const EXCERPT: usize = 400;

/// An alert that is to be told.
pub(super) struct Telling<'a> {
    /// The article that decided.
    pub matter: &'a Matter<'a>,
    /// The alert.
    pub alert: &'a Alert,
    /// What was decided.
    pub told: &'a Told,
    /// The story.
    pub facts: &'a StoryFacts,
    /// The incident that it opened or drives, its plan, and the keys of the steps that are new.
    pub incident: Option<&'a Response>,
}

/// The message to everybody on the routes.
pub(super) fn alert_notice(telling: &Telling<'_>) -> Notice {
    let Matter { config, now, .. } = *telling.matter;
    outbox::notice(config, now, NoticeBody::Alert(Box::new(facts_of(telling))))
}

/// What routes, inhibitions and silences choose it by.
pub(super) fn labels(matter: &Matter<'_>, alert: &Alert) -> Labels {
    let Matter { article, source, story, opinion, .. } = *matter;
    Labels {
        story,
        topic: alert.topic_id.clone(),
        categories: opinion.categories.iter().map(|found| found.id.clone()).collect(),
        level: alert.level,
        language: article.language.clone(),
        region: source.region.clone(),
        line: source.business_line.clone(),
        source: source.id.clone(),
        tags: source.tags.clone(),
    }
}

fn facts_of(telling: &Telling<'_>) -> AlertNotice {
    let Telling { matter, alert, told, facts, .. } = telling;
    let opinion = matter.opinion;
    let topic = matter.config.keywords.topics.iter().find(|topic| topic.id == alert.topic_id);
    AlertNotice {
        alert_id: alert.id,
        told: alert.told,
        reason: told.reason,
        level: alert.level,
        previous_level: told.previous_level,
        topic_id: alert.topic_id.clone(),
        topic: topic.map_or_else(|| LocalText::same(&alert.topic_id), |topic| topic.name.clone()),
        rule: opinion.topic.rule.clone(),
        spans: first(&opinion.topic.spans),
        categories: opinion.categories.iter().map(|found| named(matter.config, found)).collect(),
        category_spans: category_spans(&opinion.categories),
        polarity: opinion.polarity.label,
        p_negative: opinion.polarity.p_negative,
        evidence: heaviest(&opinion.polarity.evidence),
        hearsay: opinion.hearsay,
        severity: told.severity.clone(),
        headline: matter.article.title.clone(),
        excerpt: excerpt(&matter.article.title, &matter.article.body),
        url: matter.article.url.clone(),
        source: matter.source.name.clone(),
        language: matter.article.language.clone(),
        appeared_at: matter.article.appeared_at(),
        story: NoticeStory {
            id: matter.story,
            articles: facts.articles,
            owners: facts.owners,
            media: facts.media.clone(),
            first_seen_at: facts.first_seen_at.unwrap_or(matter.now),
        },
        incident: telling
            .incident
            .map(|(incident, plan, _)| brief(matter.config, incident, plan, |_| true)),
    }
}

/// One message to each person who holds steps that are new with this alert.
pub(super) fn step_notices(telling: &Telling<'_>) -> Vec<(Address, Notice)> {
    let Some((incident, plan, new)) = telling.incident else { return Vec::new() };
    let config = telling.matter.config;
    let Some(channel) = mail_channel(config, plan) else { return Vec::new() };
    let asked: BTreeSet<&str> = incident
        .steps
        .iter()
        .filter(|step| new.contains(&step.key))
        .map(|step| step.person.as_str())
        .collect();
    let people = asked.into_iter().filter_map(|id| config.people.get(id));
    let addressed = people.filter_map(|person| decide::mail(channel, person));
    addressed
        .map(|address| {
            let own = |step: &Step| step.person == address.recipient.id && new.contains(&step.key);
            let incident = Some(brief(config, incident, plan, own));
            let body = NoticeBody::Steps(Box::new(AlertNotice { incident, ..facts_of(telling) }));
            (address, outbox::notice(config, telling.matter.now, body))
        })
        .collect()
}

/// The mail channel that the plan's escalation names, else the first one.
fn mail_channel<'c>(config: &'c Config, plan: &Plan) -> Option<&'c str> {
    let mut mail = config.channels.iter().filter(|channel| channel.is_mail());
    let named = |id: &str| plan.escalation.iter().any(|step| step.via.iter().any(|via| via == id));
    let preferred = mail.clone().find(|channel| named(&channel.id));
    preferred.or_else(|| mail.next()).map(|channel| channel.id.as_str())
}

fn brief(
    config: &Config,
    incident: &Incident,
    plan: &Plan,
    wanted: impl Fn(&Step) -> bool,
) -> NoticeIncident {
    let step = |step: &Step| NoticeStep {
        key: step.key.clone(),
        title: step.title.clone(),
        help: plan
            .steps
            .iter()
            .find(|planned| planned.key == step.key)
            .and_then(|planned| planned.help.clone()),
        role: plan
            .roles
            .get(&step.role)
            .map_or_else(|| step.role.clone(), |role| role.title.clone()),
        person: config
            .people
            .get(&step.person)
            .map_or_else(|| step.person.clone(), |person| person.name.clone()),
        due_at: step.due_at,
    };
    NoticeIncident {
        number: incident.number.clone(),
        plan_id: incident.plan_id.clone(),
        plan: plan.title.clone(),
        level: incident.level,
        state: incident.state,
        confirm_by: incident.confirm_by,
        steps: incident.steps.iter().filter(|one| wanted(one)).map(step).collect(),
    }
}

fn named(config: &Config, found: &CategoryMatch) -> (String, LocalText) {
    let category = config.keywords.categories.iter().find(|category| category.id == found.id);
    let name =
        category.map_or_else(|| LocalText::same(&found.id), |category| category.name.clone());
    (found.id.clone(), name)
}

fn first(spans: &[Span]) -> Vec<Span> {
    spans.iter().take(QUOTES).cloned().collect()
}

fn category_spans(categories: &[CategoryMatch]) -> Vec<Span> {
    categories.iter().flat_map(|found| found.spans.iter().take(3)).take(QUOTES).cloned().collect()
}

fn heaviest(evidence: &[Evidence]) -> Vec<Evidence> {
    let mut evidence = evidence.to_vec();
    evidence.sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs()));
    evidence.retain(|one| one.value.abs() >= WORTH_TELLING);
    evidence.truncate(QUOTES);
    evidence
}

/// The beginning of the text behind the headline, cut at a sentence where one ends, else at a
/// character.
fn excerpt(title: &str, body: &str) -> String {
    let body = body.trim_start();
    let body = body.strip_prefix(title.trim()).unwrap_or(body).trim_start();
    let text: String = body.chars().take(EXCERPT).collect();
    if body.chars().nth(EXCERPT).is_none() {
        return text.trim().to_owned();
    }
    let end = text.rfind(['.', '。', '！', '？', '!', '?']).filter(|&end| end > text.len() / 2);
    match end.and_then(|end| text[end..].chars().next().map(|stop| end + stop.len_utf8())) {
        Some(end) => text[..end].trim().to_owned(),
        None => format!("{}…", text.trim()),
    }
}

#[cfg(test)]
mod tests {
    use super::{EXCERPT, excerpt};

    #[test]
    fn excerpts_end_with_a_sentence_or_an_ellipsis() {
        assert_eq!(excerpt("", " Short. "), "Short.");
        let long = format!("{}. {}", "a".repeat(300), "b".repeat(300));
        assert_eq!(excerpt("", &long), format!("{}.", "a".repeat(300)));
        assert_eq!(excerpt("Bank fined", "Bank fined\nIt is said."), "It is said.");
        let endless = "银".repeat(EXCERPT + 1);
        assert_eq!(excerpt("", &endless).chars().count(), EXCERPT + 1);
    }
}

//! Texts for others: drafted from the plan or by a person, approved word for word by the roles that the
//! plan names, and not before that used by any step.

use jiff::Timestamp;

use super::chase::{holder, wait};
use super::clock::later;
use super::life::{person, said};
use super::{Refusal, people};
use crate::model::{Incident, Mark, MessageTemplate, Plan, Statement, TextField};

/// Times that approvers are asked again; whoever waits with a step is asked on, by its ladder.
const MOST_ASKED: u32 = 5;

/// How a text of the plan stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementStanding<'a> {
    /// Message of the plan.
    pub key: &'a str,
    /// The plan's words for it.
    pub template: &'a MessageTemplate,
    /// The present draft, if there is one.
    pub draft: Option<&'a Statement>,
    /// It needs nobody's approval now: the plan's words were approved in advance, and hold.
    pub in_advance: bool,
    /// Roles that have not approved it, by key.
    pub missing: Vec<&'a str>,
}

/// How the texts of a plan stand in an incident, those that nobody has to approve too.
#[must_use]
pub fn statements<'a>(plan: &'a Plan, incident: &'a Incident) -> Vec<StatementStanding<'a>> {
    plan.messages.iter().map(|(key, template)| standing(incident, key, template)).collect()
}

/// How a text of the plan stands; none if the plan has none of this key.
#[must_use]
pub fn statement<'a>(
    plan: &'a Plan,
    incident: &'a Incident,
    key: &str,
) -> Option<StatementStanding<'a>> {
    plan.messages.get_key_value(key).map(|(key, template)| standing(incident, key, template))
}

fn standing<'a>(
    incident: &'a Incident,
    key: &'a str,
    template: &'a MessageTemplate,
) -> StatementStanding<'a> {
    let draft = incident.statement(key);
    let as_planned = draft.is_none_or(|draft| draft.prepared || draft.text == template.body.trim());
    let in_advance = template.approved_on.is_some() && as_planned;
    let approved = |role: &str| {
        draft.is_some_and(|draft| draft.approvals.iter().any(|approval| approval.role == role))
    };
    let roles = template.approvals.iter().map(String::as_str);
    let missing = roles.filter(|role| !in_advance && !approved(role)).collect();
    StatementStanding { key, template, draft, in_advance, missing }
}

/// Roles as which a person can still approve a text.
#[must_use]
pub fn pending(plan: &Plan, incident: &Incident, key: &str, by: &str) -> Vec<String> {
    let missing = statement(plan, incident, key).map(|it| it.missing).unwrap_or_default();
    let theirs = |role: &&str| approvers(plan, incident, role).iter().any(|person| person == by);
    missing.into_iter().filter(theirs).map(str::to_owned).collect()
}

/// Who may approve for a role: its holder, and whoever stands in.
pub(super) fn approvers(plan: &Plan, incident: &Incident, role: &str) -> Vec<String> {
    let backup = plan.roles.get(role).map(|role| role.backup.clone());
    holder(plan, incident, role).into_iter().chain(backup).filter(|id| !id.is_empty()).collect()
}

/// The text of the plan with its fields filled in; one without a value stays as it is.
#[must_use]
pub fn fill(body: &str, value: impl Fn(TextField) -> Option<String>) -> String {
    let parts = parts(body).into_iter().map(|part| match part {
        Part::Words(words) => words.to_owned(),
        Part::Field(name, field) => value(field).unwrap_or_else(|| format!("{{{name}}}")),
    });
    parts.collect()
}

/// A text was drafted: prepared by the program, or written by a person.
pub(super) fn draft(
    plan: &Plan,
    incident: &mut Incident,
    (key, text, prepared): (&str, &str, bool),
    mark: Mark,
) -> Result<(), Refusal> {
    said(&mark, text)?;
    people::started(incident)?;
    if !plan.messages.contains_key(key) {
        return Err(Refusal::NoText(key.to_owned()));
    }
    let empty = parts(text).into_iter().filter_map(|part| match part {
        Part::Field(name, _) => Some(format!("{{{name}}}")),
        Part::Words(_) => None,
    });
    let empty: Vec<String> = empty.collect();
    if !empty.is_empty() {
        return Err(Refusal::Fields { key: key.to_owned(), fields: empty });
    }
    let next_at = Some(later(mark.at, wait(plan, incident.level)));
    let draft = Statement { prepared, next_at, ..Statement::drafted(key, text, mark) };
    if incident.statement(key).is_some_and(|before| before.hash == draft.hash) {
        return Err(Refusal::SameText(key.to_owned()));
    }
    incident.life.statements.retain(|before| before.key != key);
    incident.life.statements.push(draft);
    Ok(())
}

/// Who holds a role, or stands in, approved the text of this hash.
pub(super) fn approve(
    plan: &Plan,
    incident: &mut Incident,
    (key, role, hash): (&str, &str, &str),
    mark: Mark,
) -> Result<(), Refusal> {
    person(&mark)?;
    people::started(incident)?;
    let template = plan.messages.get(key).ok_or_else(|| Refusal::NoText(key.to_owned()))?;
    if !template.approvals.iter().any(|needed| needed == role) {
        return Err(Refusal::Unknown(role.to_owned()));
    }
    let approvers = approvers(plan, incident, role);
    let mut drafts = incident.life.statements.iter_mut();
    let draft = drafts.find(|draft| draft.key == key);
    let draft = draft.ok_or_else(|| Refusal::NoDraft(key.to_owned()))?;
    if draft.hash != hash {
        return Err(Refusal::OtherText(key.to_owned()));
    }
    if !mark.by.as_ref().is_some_and(|by| approvers.contains(by)) {
        return Err(Refusal::Only(approvers));
    }
    if draft.approvals.iter().any(|approval| approval.role == role) {
        return Err(Refusal::Approved { key: key.to_owned(), role: role.to_owned() });
    }
    draft.approvals.push(crate::model::Approval { role: role.to_owned(), mark });
    Ok(())
}

/// Those who have not approved a text were asked again.
pub(super) fn ask_again(
    plan: &Plan,
    incident: &mut Incident,
    key: &str,
    now: Timestamp,
) -> Result<(), Refusal> {
    let next = later(now, wait(plan, incident.level));
    let mut drafts = incident.life.statements.iter_mut();
    let due = drafts.find(|draft| draft.key == key && draft.next_at.is_some_and(|at| at <= now));
    let draft = due.ok_or(Refusal::Time("unapproved"))?;
    draft.times = draft.times.saturating_add(1);
    draft.next_at = (draft.times < MOST_ASKED).then_some(next);
    Ok(())
}

/// Whoever takes over a role is asked for what it has to approve, at once.
pub(super) fn ask_anew(plan: &Plan, incident: &mut Incident, role: &str, now: Timestamp) {
    let missing = |draft: &Statement| {
        let standing = statement(plan, incident, &draft.key);
        standing.is_some_and(|standing| standing.missing.contains(&role))
    };
    let waits: Vec<bool> = incident.life.statements.iter().map(missing).collect();
    for (draft, waits) in incident.life.statements.iter_mut().zip(waits) {
        if waits {
            (draft.next_at, draft.times) = (Some(now), 0);
        }
    }
}

/// Nobody is asked for a text that waits for nobody.
pub(super) fn rest(plan: &Plan, incident: &mut Incident) {
    let waits = |draft: &Statement| {
        let standing = statement(plan, incident, &draft.key);
        incident.state.is_running() && standing.is_some_and(|it| !it.missing.is_empty())
    };
    let waits: Vec<bool> = incident.life.statements.iter().map(waits).collect();
    for (draft, waits) in incident.life.statements.iter_mut().zip(waits) {
        draft.next_at = draft.next_at.filter(|_| waits);
    }
}

/// Whether the text that a step or a duty uses may go out.
pub(super) fn released(plan: &Plan, incident: &Incident, key: &str) -> Result<(), Refusal> {
    let Some(message) = message_of(plan, key) else { return Ok(()) };
    match statement(plan, incident, message) {
        Some(standing) if !standing.missing.is_empty() => Err(Refusal::Unapproved {
            key: key.to_owned(),
            message: message.to_owned(),
            missing: standing.missing.into_iter().map(str::to_owned).collect(),
        }),
        _ => Ok(()),
    }
}

/// The text that a step or a duty uses.
pub(super) fn message_of<'p>(plan: &'p Plan, key: &str) -> Option<&'p str> {
    let step = plan.steps.iter().find(|step| step.key == key).map(|step| &step.message);
    let deadline = plan.deadlines.iter().find(|it| it.key == key).map(|it| &it.message);
    step.or(deadline)?.as_deref()
}

/// A piece of a plan's text.
enum Part<'t> {
    Words(&'t str),
    /// A field, as it is written and as it is meant.
    Field(&'t str, TextField),
}

fn parts(body: &str) -> Vec<Part<'_>> {
    let (mut parts, mut words, mut look) = (Vec::new(), 0, 0);
    while let Some(open) = body[look..].find('{').map(|at| look + at) {
        look = open + 1;
        let Some(close) = body[look..].find('}').map(|at| look + at) else { break };
        let name = &body[look..close];
        if let Some(field) = TextField::named(name) {
            parts.push(Part::Words(&body[words..open]));
            parts.push(Part::Field(name, field));
            (words, look) = (close + 1, close + 1);
        }
    }
    parts.push(Part::Words(&body[words..]));
    parts
}

#[cfg(test)]
mod tests {
    use super::fill;
    use crate::model::TextField;

    const BODY: &str =
        "Confirmado a las {hora}: {hechos}\nMedios: {contacto}. {esto} no es un campo.";

    #[test]
    fn fields_are_filled_and_what_has_no_value_stays() {
        let value = |field| (field == TextField::Time).then(|| "10:00".to_owned());
        let text = fill(BODY, value);
        assert_eq!(
            text,
            "Confirmado a las 10:00: {hechos}\nMedios: {contacto}. {esto} no es un campo."
        );
        assert_eq!(fill("截至{时间}：{事实}", value), "截至10:00：{事实}");
        assert_eq!(fill("{hora", value), "{hora");
    }
}

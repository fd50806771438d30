//! Crisis plans in action: at most one open for a plan and topic, with all stories that tell it.

use jiff::Timestamp;

use super::transaction::{json, params};
use super::{Row, StoreError, Transaction, Value, sequence};
use crate::model::{
    Incident, IncidentId, IncidentLife, IncidentState, Plan, Step, StepState, StoryId,
};

const COLUMNS: &str = "id, number, plan_id, plan_hash, title, category, state, level, topic_id, \
                       story_id, alert_id, detected_at, opened_at, confirm_by, activated_at, \
                       life, drill";
/// Column of the frozen plan behind these.
const PLAN: usize = 17;

/// The next number that people will know an incident by, e.g. `INC-2026-0007`.
///
/// # Errors
/// As [`Transaction::query`].
pub fn next_number(tx: &mut dyn Transaction, year: i16) -> Result<String, StoreError> {
    let name = format!("INC-{year}");
    let value = sequence::next(tx, &name)?;
    Ok(format!("{name}-{value:04}"))
}

/// The incident that a story belongs to, if any, and the plan as it was frozen.
///
/// # Errors
/// As [`Transaction::query`].
pub fn of_story(
    tx: &mut dyn Transaction,
    story: StoryId,
) -> Result<Option<(Incident, Plan)>, StoreError> {
    first(
        tx,
        "drill IS NULL AND id = (SELECT incident_id FROM incident_story WHERE story_id = ?1 \
         ORDER BY attached_at DESC LIMIT 1)",
        params![story],
    )
}

/// The open incident of a plan on a topic, if any, and the plan as it was frozen.
///
/// # Errors
/// As [`Transaction::query`].
pub fn open_of(
    tx: &mut dyn Transaction,
    plan: &str,
    topic: &str,
) -> Result<Option<(Incident, Plan)>, StoreError> {
    first(
        tx,
        "plan_id = ?1 AND topic_id = ?2 AND drill IS NULL \
         AND state IN ('proposed', 'assessing', 'responding', 'monitoring')",
        params![plan, topic],
    )
}

/// The incident that people call by this number, if there is one, and the plan as it was frozen.
///
/// # Errors
/// As [`Transaction::query`].
pub fn by_number(
    tx: &mut dyn Transaction,
    number: &str,
) -> Result<Option<(Incident, Plan)>, StoreError> {
    first(tx, "number = ?1", params![number])
}

/// The frozen plan of an incident as it is stored, if there is such an incident.
///
/// # Errors
/// As [`Transaction::query`].
pub fn plan_text(
    tx: &mut dyn Transaction,
    incident: IncidentId,
) -> Result<Option<String>, StoreError> {
    let rows = tx.query("SELECT plan FROM incident WHERE id = ?1", params![incident])?;
    rows.first().map(|row| row.get(0)).transpose()
}

fn first(
    tx: &mut dyn Transaction,
    condition: &str,
    params: &[Value<'_>],
) -> Result<Option<(Incident, Plan)>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS}, plan FROM incident WHERE {condition} ORDER BY opened_at DESC LIMIT 1"
    );
    let rows = tx.query(&sql, params)?;
    rows.first().map(|row| Ok((read(tx, row)?, row.json(PLAN)?))).transpose()
}

/// Makes a story part of an incident.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn attach(
    tx: &mut dyn Transaction,
    incident: IncidentId,
    story: StoryId,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO incident_story (incident_id, story_id, attached_at) VALUES (?1, ?2, ?3) \
         ON CONFLICT (incident_id, story_id) DO NOTHING",
        params![incident, story, now],
    )?;
    Ok(())
}

/// The stories that tell an incident, the first one first.
///
/// # Errors
/// As [`Transaction::query`].
pub fn stories(tx: &mut dyn Transaction, incident: IncidentId) -> Result<Vec<StoryId>, StoreError> {
    let rows = tx.query(
        "SELECT story_id FROM incident_story WHERE incident_id = ?1 ORDER BY attached_at, story_id",
        params![incident],
    )?;
    rows.iter().map(|row| row.parse(0)).collect()
}

/// Has the incident looked at again at an instant.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn wake(
    tx: &mut dyn Transaction,
    incident: IncidentId,
    at: Option<Timestamp>,
) -> Result<(), StoreError> {
    tx.execute("UPDATE incident SET wakes_at = ?2 WHERE id = ?1", params![incident, at])?;
    Ok(())
}

/// Writes an incident and its steps, new or changed; `wakes_at` is when something next happens to
/// it by itself. The plan is frozen at the first writing.
///
/// # Errors
/// [`StoreError::Conflict`] if the plan runs for the same story already.
pub fn save(
    tx: &mut dyn Transaction,
    incident: &Incident,
    plan: &Plan,
    wakes_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO incident (id, number, plan_id, plan_hash, plan, title, category, state, level, \
         topic_id, story_id, alert_id, detected_at, opened_at, confirm_by, activated_at, life, wakes_at, drill) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19) \
         ON CONFLICT (id) DO UPDATE SET state = excluded.state, level = excluded.level, \
         confirm_by = excluded.confirm_by, activated_at = excluded.activated_at, \
         life = excluded.life, wakes_at = excluded.wakes_at",
        params![
            incident.id, &incident.number, &incident.plan_id, &incident.plan_hash, json(plan)?,
            &incident.title, &incident.category, incident.state.name(), incident.level.name(),
            &incident.topic_id, incident.story_id, incident.alert_id, incident.detected_at, incident.opened_at,
            incident.confirm_by, incident.activated_at, json(&incident.life)?, wakes_at,
            incident.drill.as_ref().map(json).transpose()?
        ],
    )?;
    for (position, step) in (0..).zip(&incident.steps) {
        save_step(tx, incident, position, step)?;
    }
    Ok(())
}

fn save_step(
    tx: &mut dyn Transaction,
    incident: &Incident,
    position: i64,
    step: &Step,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO step (incident_id, key, position, title, role, person, backup, due_at, state, care) \
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) \
         ON CONFLICT (incident_id, key) DO UPDATE SET due_at = excluded.due_at, state = excluded.state, \
         person = excluded.person, care = excluded.care",
        params![
            incident.id, &step.key, position, &step.title, &step.role, &step.person, &step.backup,
            step.due_at, step.state.name(), json(&step.care)?
        ],
    )?;
    Ok(())
}

/// Incidents to which something happens by itself by now, the longest overdue first, with their
/// plans.
///
/// # Errors
/// As [`Transaction::query`].
pub fn due(
    tx: &mut dyn Transaction,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<(Incident, Plan)>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS}, plan FROM incident WHERE wakes_at <= ?1 ORDER BY wakes_at, id LIMIT ?2"
    );
    let rows = tx.query(&sql, params![now, limit])?;
    rows.iter().map(|row| Ok((read(tx, row)?, row.json(PLAN)?))).collect()
}

/// Whether a real incident is open.
///
/// # Errors
/// As [`Transaction::query`].
pub fn any_open(tx: &mut dyn Transaction) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM incident WHERE drill IS NULL \
               AND state IN ('proposed', 'assessing', 'responding', 'monitoring') LIMIT 1";
    Ok(!tx.query(sql, &[])?.is_empty())
}

/// The latest real incidents, newest first.
///
/// # Errors
/// As [`Transaction::query`].
pub fn recent(tx: &mut dyn Transaction, limit: u32) -> Result<Vec<Incident>, StoreError> {
    latest(tx, "drill IS NULL", limit)
}

/// The latest incidents, those of drills too, newest first.
///
/// # Errors
/// As [`Transaction::query`].
pub fn all(tx: &mut dyn Transaction, limit: u32) -> Result<Vec<Incident>, StoreError> {
    latest(tx, "1 = 1", limit)
}

fn latest(
    tx: &mut dyn Transaction,
    condition: &str,
    limit: u32,
) -> Result<Vec<Incident>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM incident WHERE {condition} ORDER BY opened_at DESC, id LIMIT ?1"
    );
    let rows = tx.query(&sql, params![limit])?;
    rows.iter().map(|row| read(tx, row)).collect()
}

fn read(tx: &mut dyn Transaction, row: &Row) -> Result<Incident, StoreError> {
    let id = row.parse(0)?;
    let steps = tx.query(
        "SELECT key, title, role, person, backup, due_at, state, care FROM step \
         WHERE incident_id = ?1 ORDER BY position",
        params![id],
    )?;
    Ok(Incident {
        id,
        number: row.get(1)?,
        plan_id: row.get(2)?,
        plan_hash: row.get(3)?,
        title: row.get(4)?,
        category: row.get(5)?,
        state: row.name(6, &IncidentState::ALL, IncidentState::name)?,
        level: row.parse(7)?,
        topic_id: row.get(8)?,
        story_id: row.parse(9)?,
        alert_id: row.parse(10)?,
        detected_at: row.get(11)?,
        opened_at: row.get(12)?,
        confirm_by: row.get(13)?,
        activated_at: row.get(14)?,
        life: row.json::<IncidentLife>(15)?,
        drill: row.get::<Option<String>>(16)?.map(|_| row.json(16)).transpose()?,
        steps: steps.iter().map(read_step).collect::<Result<_, _>>()?,
    })
}

fn read_step(row: &Row) -> Result<Step, StoreError> {
    Ok(Step {
        key: row.get(0)?,
        title: row.get(1)?,
        role: row.get(2)?,
        person: row.get(3)?,
        backup: row.get(4)?,
        due_at: row.get(5)?,
        state: row.name(6, &StepState::ALL, StepState::name)?,
        care: row.json(7)?,
    })
}

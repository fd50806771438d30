//! Customers' complaints as they stand.

use jiff::Timestamp;

use super::transaction::params;
use super::{Row, StoreError, Transaction, Value, entries, sequence};
use crate::model::{
    Complaint, ComplaintEvent, ComplaintEventKind, ComplaintLife, ComplaintState, Entry, EntryId,
    Personal, StoryId,
};

const COLUMNS: &str = "number, reference, fingerprint, channel, received_at, filed_at, language, product, branch, \
     severity, customer, text, name, email, phone, masked, emptied_at, state, since, owner, offered_to, began_at, \
     acknowledge_by, answer_by, reminded_at, reopened, satisfaction, entry_id, story_id";

/// What a list is narrowed by.
#[derive(Debug, Clone, Default)]
pub struct Filter {
    /// In this state; else in none that is closed.
    pub state: Option<ComplaintState>,
    /// Of this owner.
    pub owner: Option<String>,
    /// About this branch.
    pub branch: Option<String>,
    /// About this product.
    pub product: Option<String>,
    /// Those alone whose present deadline lies before this.
    pub late_at: Option<Timestamp>,
}

/// A number for the next complaint of a year: `C-2026-000123`.
fn next_number(tx: &mut dyn Transaction, year: i16) -> Result<String, StoreError> {
    let name = format!("C-{year}");
    let value = sequence::next(tx, &name)?;
    Ok(format!("{name}-{value:06}"))
}

fn insert(
    tx: &mut dyn Transaction,
    complaint: &Complaint,
    remind_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    let Complaint { personal, life, .. } = complaint;
    tx.execute(
        "INSERT INTO complaint (number, reference, fingerprint, channel, received_at, filed_at, language, product, \
         branch, severity, customer, text, name, email, phone, masked, state, since, owner, began_at, \
         acknowledge_by, answer_by, remind_at, reopened, entry_id) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, \
         ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21, ?22, ?23, 0, ?24)",
        params![
            &complaint.number, &complaint.reference, &complaint.fingerprint, &complaint.channel,
            complaint.received_at, complaint.filed_at, complaint.language.as_ref(), complaint.product.as_ref(),
            complaint.branch.as_ref(), &complaint.severity, &complaint.customer, &personal.text,
            personal.name.as_ref(), personal.email.as_ref(), personal.phone.as_ref(), &complaint.masked,
            life.state.name(), life.since, &life.owner, life.began_at, life.acknowledge_by, life.answer_by,
            remind_at, complaint.entry_id
        ],
    )?;
    Ok(())
}

/// What became of a complaint that came in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filing {
    /// It is filed under this number.
    New(String),
    /// It was filed before, under this number.
    Known(String),
    /// Another one has its reference.
    Conflict,
}

/// What came of a complaint that was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filed {
    /// Under which number, if it was filed.
    pub filing: Filing,
    /// When the customer must have an answer.
    pub answer_by: Timestamp,
}

/// Files a complaint of a year, with the entry by which it is judged, unless its reference is known.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn file(
    tx: &mut dyn Transaction,
    complaint: Complaint,
    (year, remind_at): (i16, Option<Timestamp>),
    entry: impl FnOnce(&Complaint) -> Entry,
) -> Result<Filed, StoreError> {
    if let Some(known) = by_reference(tx, &complaint.reference)? {
        let same = known.fingerprint == complaint.fingerprint;
        let filing = if same { Filing::Known(known.number) } else { Filing::Conflict };
        return Ok(Filed { filing, answer_by: known.life.answer_by });
    }
    let complaint = Complaint { number: next_number(tx, year)?, ..complaint };
    insert(tx, &complaint, remind_at)?;
    let event = ComplaintEvent {
        at: complaint.filed_at,
        kind: ComplaintEventKind::Filed,
        state: complaint.life.state,
        by: None,
        to: Some(complaint.life.owner.clone()),
        note: None,
    };
    add_event(tx, &complaint.number, &event)?;
    entries::insert(tx, &entry(&complaint))?;
    let answer_by = complaint.life.answer_by;
    Ok(Filed { filing: Filing::New(complaint.number), answer_by })
}

/// A complaint by its number.
///
/// # Errors
/// As [`Transaction::query`].
pub fn find(tx: &mut dyn Transaction, number: &str) -> Result<Option<Complaint>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM complaint WHERE number = ?1");
    tx.query(&sql, params![number])?.first().map(read).transpose()
}

/// A complaint by its sender's name for it.
///
/// # Errors
/// As [`Transaction::query`].
pub fn by_reference(
    tx: &mut dyn Transaction,
    reference: &str,
) -> Result<Option<Complaint>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM complaint WHERE reference = ?1");
    tx.query(&sql, params![reference])?.first().map(read).transpose()
}

/// The complaint that an entry is judged for.
///
/// # Errors
/// As [`Transaction::query`].
pub fn of_entry(tx: &mut dyn Transaction, entry: EntryId) -> Result<Option<Complaint>, StoreError> {
    let sql = format!("SELECT {COLUMNS} FROM complaint WHERE entry_id = ?1");
    tx.query(&sql, params![entry])?.first().map(read).transpose()
}

/// How many complaints there are.
///
/// # Errors
/// As [`Transaction::query`].
pub fn count(tx: &mut dyn Transaction) -> Result<u32, StoreError> {
    tx.query("SELECT COUNT(*) FROM complaint", &[])?.first().map_or(Ok(0), |row| row.get(0))
}

/// Complaints of a kind, those first that are due first, at most `limit`.
///
/// # Errors
/// As [`Transaction::query`].
pub fn list(
    tx: &mut dyn Transaction,
    filter: &Filter,
    limit: u32,
) -> Result<Vec<Complaint>, StoreError> {
    let mut values: Vec<Value<'_>> = vec![limit.into()];
    let mut conditions = Vec::new();
    match filter.state {
        Some(state) => {
            values.push(state.name().into());
            conditions.push("state = ?2".to_owned());
        }
        None => conditions.push("state <> 'closed'".to_owned()),
    }
    let equal =
        [("owner", &filter.owner), ("branch", &filter.branch), ("product", &filter.product)];
    for (column, wanted) in equal {
        if let Some(wanted) = wanted {
            values.push(wanted.into());
            conditions.push(format!("{column} = ?{}", values.len()));
        }
    }
    if let Some(late_at) = filter.late_at {
        values.push(late_at.into());
        let place = values.len();
        conditions.push(format!(
            "((state = 'open' AND acknowledge_by < ?{place}) \
             OR (state IN ('open', 'acknowledged') AND answer_by < ?{place}))"
        ));
    }
    let sql = format!(
        "SELECT {COLUMNS} FROM complaint WHERE {} \
         ORDER BY CASE state WHEN 'open' THEN 0 WHEN 'acknowledged' THEN 1 ELSE 2 END, answer_by, number LIMIT ?1",
        conditions.join(" AND ")
    );
    tx.query(&sql, &values)?.iter().map(read).collect()
}

/// Writes where a complaint is in its life, with when somebody is to be reminded of it next.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn save(
    tx: &mut dyn Transaction,
    number: &str,
    life: &ComplaintLife,
    remind_at: Option<Timestamp>,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE complaint SET state = ?2, since = ?3, owner = ?4, offered_to = ?5, began_at = ?6, acknowledge_by = ?7, \
         answer_by = ?8, reminded_at = ?9, remind_at = ?10, reopened = ?11, satisfaction = ?12 WHERE number = ?1",
        params![
            number, life.state.name(), life.since, &life.owner, life.offered_to.as_ref(), life.began_at,
            life.acknowledge_by, life.answer_by, life.reminded_at, remind_at, life.reopened,
            life.satisfaction.map(u32::from)
        ],
    )?;
    Ok(())
}

/// Complaints of which somebody is to be reminded by `now`, those first that have waited longest.
///
/// # Errors
/// As [`Transaction::query`].
pub fn to_remind(
    tx: &mut dyn Transaction,
    now: Timestamp,
    limit: u32,
) -> Result<Vec<Complaint>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM complaint WHERE remind_at IS NOT NULL AND remind_at <= ?1 \
         ORDER BY remind_at, number LIMIT ?2"
    );
    tx.query(&sql, params![now, limit])?.iter().map(read).collect()
}

/// Complaints in a state since before `before`, at most `limit`.
///
/// # Errors
/// As [`Transaction::query`].
pub fn resting(
    tx: &mut dyn Transaction,
    state: ComplaintState,
    before: Timestamp,
    limit: u32,
) -> Result<Vec<Complaint>, StoreError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM complaint WHERE state = ?1 AND since < ?2 AND emptied_at IS NULL \
         ORDER BY since, number LIMIT ?3"
    );
    tx.query(&sql, params![state.name(), before, limit])?.iter().map(read).collect()
}

/// Records into which story a complaint was put.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn put_into(tx: &mut dyn Transaction, number: &str, story: StoryId) -> Result<(), StoreError> {
    let sql = "UPDATE complaint SET story_id = ?2 WHERE number = ?1";
    tx.execute(sql, params![number, story])?;
    Ok(())
}

/// Removes the text of a complaint and all that is personal, here and in the archive; what is counted stays.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn empty(
    tx: &mut dyn Transaction,
    complaint: &Complaint,
    now: Timestamp,
) -> Result<(), StoreError> {
    tx.execute(
        "UPDATE complaint SET text = '', name = NULL, email = NULL, phone = NULL, masked = '', emptied_at = ?2 \
         WHERE number = ?1",
        params![&complaint.number, now],
    )?;
    let entry = complaint.entry_id;
    tx.execute(
        "UPDATE complaint_event SET note = NULL WHERE number = ?1",
        params![&complaint.number],
    )?;
    let articles = tx.query("SELECT id FROM article WHERE entry_id = ?1", params![entry])?;
    for row in &articles {
        let id: String = row.get(0)?;
        super::search::forget(tx, &id)?;
        tx.execute(
            "UPDATE story SET headline = ?2 WHERE lead_article = ?1",
            params![&id, &complaint.number],
        )?;
    }
    tx.execute(
        "UPDATE article SET title = ?2, body = '', analysis = '{\"language\":null,\"topics\":[],\"categories\":[]}' \
         WHERE entry_id = ?1",
        params![entry, &complaint.number],
    )?;
    tx.execute("UPDATE entry SET title = '', text = '' WHERE id = ?1", params![entry])?;
    Ok(())
}

/// Adds an event to what happened to a complaint.
///
/// # Errors
/// As [`Transaction::execute`].
pub fn add_event(
    tx: &mut dyn Transaction,
    number: &str,
    event: &ComplaintEvent,
) -> Result<(), StoreError> {
    tx.execute(
        "INSERT INTO complaint_event (number, seq, at, kind, state, done_by, done_to, note) \
         VALUES (?1, (SELECT COUNT(*) + 1 FROM complaint_event WHERE number = ?1), ?2, ?3, ?4, ?5, ?6, ?7)",
        params![
            number, event.at, event.kind.name(), event.state.name(), event.by.as_ref(), event.to.as_ref(),
            event.note.as_ref()
        ],
    )?;
    Ok(())
}

/// What happened to a complaint, oldest first.
///
/// # Errors
/// As [`Transaction::query`].
pub fn events(tx: &mut dyn Transaction, number: &str) -> Result<Vec<ComplaintEvent>, StoreError> {
    use ComplaintEventKind as Kind;
    let rows = tx.query(
        "SELECT at, kind, state, done_by, done_to, note FROM complaint_event WHERE number = ?1 ORDER BY seq LIMIT 1000",
        params![number],
    )?;
    let event = |row: &Row| {
        Ok(ComplaintEvent {
            at: row.get(0)?,
            kind: row.name(1, &Kind::ALL, Kind::name)?,
            state: row.name(2, &ComplaintState::ALL, ComplaintState::name)?,
            by: row.get(3)?,
            to: row.get(4)?,
            note: row.get(5)?,
        })
    };
    rows.iter().map(event).collect()
}

fn read(row: &Row) -> Result<Complaint, StoreError> {
    let story: Option<String> = row.get(28)?;
    let satisfaction: Option<u32> = row.get(26)?;
    Ok(Complaint {
        number: row.get(0)?,
        reference: row.get(1)?,
        fingerprint: row.get(2)?,
        channel: row.get(3)?,
        received_at: row.get(4)?,
        filed_at: row.get(5)?,
        language: row.get(6)?,
        product: row.get(7)?,
        branch: row.get(8)?,
        severity: row.get(9)?,
        customer: row.get(10)?,
        personal: Personal {
            text: row.get(11)?,
            name: row.get(12)?,
            email: row.get(13)?,
            phone: row.get(14)?,
        },
        masked: row.get(15)?,
        emptied_at: row.get(16)?,
        life: ComplaintLife {
            state: row.name(17, &ComplaintState::ALL, ComplaintState::name)?,
            since: row.get(18)?,
            owner: row.get(19)?,
            offered_to: row.get(20)?,
            began_at: row.get(21)?,
            acknowledge_by: row.get(22)?,
            answer_by: row.get(23)?,
            reminded_at: row.get(24)?,
            reopened: row.get(25)?,
            satisfaction: satisfaction.and_then(|it| it.try_into().ok()),
        },
        entry_id: row.parse(27)?,
        story_id: story.map(|_| row.parse(28)).transpose()?,
    })
}

//! Customers' complaints as people see and answer them from the command line, beside the running daemon.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::Serialize;

use super::{AppError, answer_key, location, reading, writing};
use crate::complaint::{self, Act, Refusal, Row};
use crate::config::Config;
use crate::model::{Complaint, ComplaintEvent, ComplaintEventKind, ComplaintState, RatingLink};
use crate::pipeline;
pub use crate::store::complaints::Filter;
use crate::store::complaints::{self, Filing};
use crate::store::{Store, StoreError, Transaction};

/// Complaints that a list shows.
const MOST: u32 = 500;
/// Rows of a table that are filed in one transaction.
const AT_ONCE: usize = 100;
/// Rows that could not be filed and are told of.
const MOST_FAULTS: usize = 100;

/// The shape of `atalaya complaint list --json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ComplaintsReport {
    /// Those first that are due first, at most 500.
    pub complaints: Vec<ComplaintRow>,
}

/// A complaint in a list; nothing personal.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ComplaintRow {
    /// `C-2026-000123`.
    pub number: String,
    /// Where it is in its life.
    pub state: ComplaintState,
    /// Since when, RFC 3339.
    pub since: String,
    /// Severity, by id.
    pub severity: String,
    /// Who answers for it, by id.
    pub owner: String,
    /// Whom it is offered to, by id; null if to nobody.
    pub offered_to: Option<String>,
    /// Its present deadline, RFC 3339; null once the customer has an answer.
    pub due_at: Option<String>,
    /// Whether that is over.
    pub late: bool,
    /// Product or business line.
    pub product: Option<String>,
    /// Branch.
    pub branch: Option<String>,
    /// How it came.
    pub channel: String,
    /// When the customer complained, RFC 3339.
    pub received_at: String,
    /// The text without what is personal; null once it was removed.
    pub text: Option<String>,
    /// 1 to 5; null while the customer has said nothing.
    pub satisfaction: Option<u8>,
    /// Times it was reopened.
    pub reopened: u32,
    /// The story it was put into, by id.
    pub story: Option<String>,
}

/// The shape of `atalaya complaint show NUMBER --json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ComplaintReport {
    /// The complaint.
    #[serde(flatten)]
    pub complaint: ComplaintRow,
    /// The sender's own name for it; with `--full` alone.
    pub reference: Option<String>,
    /// The customer's language.
    pub language: Option<String>,
    /// When its owner must have taken it up, RFC 3339.
    pub acknowledge_by: String,
    /// When the customer must have an answer, RFC 3339.
    pub answer_by: String,
    /// What is personal; with `--full` alone.
    pub personal: Option<PersonalReport>,
    /// What happened to it, oldest first.
    pub events: Vec<EventRow>,
}

/// What is personal of a complaint.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PersonalReport {
    /// Name.
    pub name: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
    /// The text in full.
    pub text: Option<String>,
}

/// Something that happened to a complaint.
#[derive(Debug, Serialize, JsonSchema)]
pub struct EventRow {
    /// When, RFC 3339.
    pub at: String,
    /// What.
    pub what: ComplaintEventKind,
    /// Where the complaint was after it.
    pub state: ComplaintState,
    /// Who did it, by id; null for the program itself.
    pub by: Option<String>,
    /// Whom it concerns, by id.
    pub to: Option<String>,
    /// What else there is to say; masked.
    pub note: Option<String>,
}

/// The shape of `atalaya complaint import FILE --json`.
#[derive(Debug, Default, Serialize, JsonSchema)]
pub struct ImportReport {
    /// Rows of the table.
    pub rows: usize,
    /// Rows that were filed now, or would be.
    pub filed: usize,
    /// Rows that were filed before.
    pub known: usize,
    /// Rows that were not filed.
    pub refused: usize,
    /// Why; the first hundred.
    pub faults: Vec<FaultRow>,
}

/// A row that was not filed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct FaultRow {
    /// Line that it begins on.
    pub line: usize,
    /// Why; quotes nothing.
    pub fault: String,
}

/// Complaints of a kind.
///
/// # Errors
/// If the store cannot be read.
pub async fn list(config: &Config, filter: Filter) -> Result<ComplaintsReport, AppError> {
    let now = Timestamp::now();
    reading(config, move |tx| {
        let found = complaints::list(tx, &filter, MOST)?;
        Ok(ComplaintsReport { complaints: found.iter().map(|it| row(it, now)).collect() })
    })
    .await
}

/// All that is known of a complaint but what is personal.
///
/// # Errors
/// If the store cannot be read.
pub async fn masked(config: &Config, number: String) -> Result<Option<ComplaintReport>, AppError> {
    Ok(found(config, number).await?.map(|(complaint, events)| report(&complaint, &events)))
}

/// All that is known of a complaint.
///
/// # Errors
/// If the store cannot be read.
pub async fn full(config: &Config, number: String) -> Result<Option<ComplaintReport>, AppError> {
    let found = found(config, number).await?;
    Ok(found.map(|(complaint, events)| {
        let personal = &complaint.personal;
        let text = Some(personal.text.clone()).filter(|text| !text.is_empty());
        let shown = PersonalReport {
            name: personal.name.clone(),
            email: personal.email.clone(),
            phone: personal.phone.clone(),
            text,
        };
        let reference = Some(complaint.reference.clone());
        ComplaintReport { personal: Some(shown), reference, ..report(&complaint, &events) }
    }))
}

async fn found(
    config: &Config,
    number: String,
) -> Result<Option<(Complaint, Vec<ComplaintEvent>)>, AppError> {
    reading(config, move |tx| {
        let Some(complaint) = complaints::find(tx, &number)? else { return Ok(None) };
        let events = complaints::events(tx, &number)?;
        Ok(Some((complaint, events)))
    })
    .await
}

fn row(complaint: &Complaint, now: Timestamp) -> ComplaintRow {
    let life = &complaint.life;
    let due_at = complaint::deadline(life);
    ComplaintRow {
        number: complaint.number.clone(),
        state: life.state,
        since: life.since.to_string(),
        severity: complaint.severity.clone(),
        owner: life.owner.clone(),
        offered_to: life.offered_to.clone(),
        due_at: due_at.map(|at| at.to_string()),
        late: due_at.is_some_and(|at| at < now),
        product: complaint.product.clone(),
        branch: complaint.branch.clone(),
        channel: complaint.channel.clone(),
        received_at: complaint.received_at.to_string(),
        text: Some(complaint.masked.clone()).filter(|text| !text.is_empty()),
        satisfaction: life.satisfaction,
        reopened: life.reopened,
        story: complaint.story_id.map(|id| id.to_string()),
    }
}

fn report(complaint: &Complaint, events: &[ComplaintEvent]) -> ComplaintReport {
    let event = |event: &ComplaintEvent| EventRow {
        at: event.at.to_string(),
        what: event.kind,
        state: event.state,
        by: event.by.clone(),
        to: event.to.clone(),
        note: event.note.clone(),
    };
    ComplaintReport {
        complaint: row(complaint, Timestamp::now()),
        reference: None,
        language: complaint.language.clone(),
        acknowledge_by: complaint.life.acknowledge_by.to_string(),
        answer_by: complaint.life.answer_by.to_string(),
        personal: None,
        events: events.iter().map(event).collect(),
    }
}

/// Why an act was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Denied {
    /// No such complaint.
    #[error("there is no such complaint")]
    Unknown,
    /// Complaints are not configured.
    #[error("there is no `[complaints]` in the configuration")]
    Unconfigured,
    /// It does not fit.
    #[error(transparent)]
    Refused(#[from] Refusal),
}

/// Does something to a complaint and records it with a note, which is masked first, in one transaction.
///
/// # Errors
/// If the store cannot be written.
pub async fn act(
    config: &Config,
    number: &str,
    act: Act,
    note: Option<String>,
) -> Result<Result<ComplaintState, Denied>, AppError> {
    let Some(rules) = config.complaints.clone() else { return Ok(Err(Denied::Unconfigured)) };
    let (number, now) = (number.to_owned(), Timestamp::now());
    let ours = config.clone();
    writing(config, move |tx| {
        if let Act::Rate(rating) = act {
            return Ok(match pipeline::rate_complaint(tx, &ours, &number, rating, now)? {
                None => Err(Denied::Unknown),
                Some(rated) => rated.map(|()| ComplaintState::Closed).map_err(Denied::Refused),
            });
        }
        let Some(complaint) = complaints::find(tx, &number)? else {
            return Ok(Err(Denied::Unknown));
        };
        let Some(severity) = rules.severity_or_usual(&complaint.severity) else {
            return Ok(Err(Denied::Unconfigured));
        };
        let (life, event) = match complaint::after(&complaint.life, &act, (severity, &rules), now) {
            Ok(done) => done,
            Err(refusal) => return Ok(Err(Denied::Refused(refusal))),
        };
        let next = complaint::next_reminder(&life, &rules.remind);
        complaints::save(tx, &number, &life, next)?;
        let note = note.as_ref().map(|note| complaint::mask(note, &names(&complaint)));
        complaints::add_event(tx, &number, &ComplaintEvent { note, ..event })?;
        Ok(Ok(life.state))
    })
    .await
}

/// How long a customer can say how content they are.
const RATED_WITHIN: SignedDuration = SignedDuration::from_hours(90 * 24);

/// The address at which the customer of a complaint says how content they are, for staff to hand on, and until when it is
/// good; none where the page is not served to others. File I/O.
///
/// # Errors
/// If the key that seals it cannot be kept.
pub fn rating_link(config: &Config, number: &str) -> Result<Option<(String, Timestamp)>, AppError> {
    let Some(web) = &config.web else { return Ok(None) };
    let Some(page) = &web.public_url else { return Ok(None) };
    let until = Timestamp::now().checked_add(RATED_WITHIN).unwrap_or(Timestamp::MAX);
    let link = RatingLink { number: number.to_owned(), until: until.as_second() };
    let base = page.as_str().trim_end_matches('/');
    let end = link.sealed(&answer_key::key(&web.answers)?);
    Ok(Some((format!("{base}/complaint/{end}"), until)))
}

fn names(complaint: &Complaint) -> Vec<&str> {
    let personal = &complaint.personal;
    let all = [&personal.name, &personal.email, &personal.phone];
    all.into_iter().filter_map(|name| name.as_deref()).collect()
}

/// What to do with the rows of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Import {
    /// File them.
    File,
    /// Only say what would come of it.
    Try,
}

/// Files the rows of a table, a hundred in a transaction; one that cannot be filed holds up no other, and a
/// table that is filed again files nothing twice.
///
/// # Errors
/// If the store cannot be written.
pub async fn import(
    config: &Config,
    rows: Vec<Row>,
    how: Import,
) -> Result<ImportReport, AppError> {
    let store = Store::open_as_guest(&location(config))?;
    let mut report = ImportReport { rows: rows.len(), ..ImportReport::default() };
    for some in rows.chunks(AT_ONCE) {
        let (config, some) = (config.clone(), some.to_vec());
        let filed = match how {
            Import::File => store.write(move |tx| file_all(tx, &some, &config)).await,
            Import::Try => store.read(move |tx| try_all(tx, &some, &config)).await,
        };
        let filed = match filed {
            Ok(filed) => filed,
            Err(error) => {
                store.close();
                return Err(error.into());
            }
        };
        for (line, outcome) in filed {
            match outcome {
                Ok(Filing::New(_)) => report.filed += 1,
                Ok(Filing::Known(_)) => report.known += 1,
                Ok(Filing::Conflict) => {
                    refuse(&mut report, line, "another complaint has this reference");
                }
                Err(fault) => refuse(&mut report, line, &fault),
            }
        }
    }
    store.close();
    Ok(report)
}

fn refuse(report: &mut ImportReport, line: usize, fault: &str) {
    report.refused += 1;
    if report.faults.len() < MOST_FAULTS {
        report.faults.push(FaultRow { line, fault: fault.to_owned() });
    }
}

type Outcome = (usize, Result<Filing, String>);

fn file_all(
    tx: &mut dyn Transaction,
    rows: &[Row],
    config: &Config,
) -> Result<Vec<Outcome>, StoreError> {
    let now = Timestamp::now();
    let file = |row: &Row| {
        let filed = pipeline::file_complaint(tx, &row.record, config, now)?;
        Ok((row.line, filed.map(|filed| filed.filing).map_err(|fault| fault.to_string())))
    };
    rows.iter().map(file).collect()
}

fn try_all(
    tx: &mut dyn Transaction,
    rows: &[Row],
    config: &Config,
) -> Result<Vec<Outcome>, StoreError> {
    let Some(rules) = &config.complaints else { return Ok(Vec::new()) };
    let people = config.people.keys().cloned().collect();
    let mut outcomes = Vec::with_capacity(rows.len());
    for Row { line, record } in rows {
        let outcome = match complaint::take_in(record, rules, &people, (0, Timestamp::now())) {
            Err(fault) => Err(fault.to_string()),
            Ok(complaint) => Ok(match complaints::by_reference(tx, &complaint.reference)? {
                None => Filing::New(String::new()),
                Some(known) if known.fingerprint == complaint.fingerprint => {
                    Filing::Known(known.number)
                }
                Some(_) => Filing::Conflict,
            }),
        };
        outcomes.push((*line, outcome));
    }
    Ok(outcomes)
}

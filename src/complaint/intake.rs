//! From what a sender says to a complaint: checked, masked, with an owner and deadlines.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{life, mask};
use crate::config::ComplaintRules;
use crate::model::{Complaint, Entry, EntryId, EntryMarks, Personal, Source};

/// Characters of a text; longer ones are letters that belong into an annex.
pub(super) const MAX_TEXT: usize = 20_000;
/// Characters of any other field.
pub(super) const MAX_FIELD: usize = 200;
/// Characters of the sentence that stands as a headline.
const HEADLINE: usize = 140;
/// Clocks differ by so much; what lies further ahead is no date.
const AHEAD: SignedDuration = SignedDuration::from_hours(24);

/// A complaint as its sender tells it: the body of a request, a row of a table.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The sender's own name for it; the same one is never filed twice.
    pub reference: String,
    /// How it came: `web`, `phone`, `branch`, `mail`, … Default: `other`.
    #[serde(default)]
    pub channel: Option<String>,
    /// When the customer complained, RFC 3339. Default: now.
    #[serde(default)]
    pub received_at: Option<String>,
    /// The customer's language, BCP-47.
    #[serde(default)]
    pub language: Option<String>,
    /// Product or business line.
    #[serde(default)]
    pub product: Option<String>,
    /// Branch.
    #[serde(default)]
    pub branch: Option<String>,
    /// One of the severities of the configuration. Default: the first.
    #[serde(default)]
    pub severity: Option<String>,
    /// The first person asked, by id. Default: the branch's, else the desk's in turn.
    #[serde(default)]
    pub asked: Option<String>,
    /// What the customer says.
    pub text: String,
    /// Who the customer is.
    #[serde(default)]
    pub customer: CustomerRecord,
}

/// Who a customer is, as far as the sender says.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CustomerRecord {
    /// The sender's own name for the customer: the same for all of their complaints.
    #[serde(default)]
    pub id: Option<String>,
    /// Name.
    #[serde(default)]
    pub name: Option<String>,
    /// Mail address.
    #[serde(default)]
    pub email: Option<String>,
    /// Phone number.
    #[serde(default)]
    pub phone: Option<String>,
}

impl std::fmt::Debug for Record {
    /// Says no more than which it is: the rest must not come into a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Record({:?})", self.reference)
    }
}

/// What is wrong with a record; never quotes it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A field that must be there is empty.
    #[error("`{0}` is empty")]
    Empty(&'static str),
    /// A field is too long.
    #[error("`{field}` is longer than {most} characters")]
    TooLong {
        /// Which.
        field: &'static str,
        /// Characters that it may have.
        most: usize,
    },
    /// No time.
    #[error("`received_at` is no time as RFC 3339 writes it: 2026-11-29T08:30:00Z")]
    NoTime,
    /// A time that is not yet.
    #[error("`received_at` lies in the future")]
    Future,
    /// A severity that is not configured.
    #[error("there is no such severity; there are: {0}")]
    NoSeverity(String),
    /// A person who cannot be asked.
    #[error("`asked` names nobody of the people file with a mail address")]
    Nobody,
}

/// Checks a record and makes a complaint of it, still without a number; `nth` is how many were filed
/// before, so that the desk is asked in turn; `people` are those who can be asked.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn take_in(
    record: &Record,
    rules: &ComplaintRules,
    people: &BTreeSet<String>,
    (nth, now): (u64, Timestamp),
) -> Result<Complaint, Fault> {
    let reference =
        field("reference", Some(&record.reference))?.ok_or(Fault::Empty("reference"))?;
    let channel = field("channel", record.channel.as_ref())?;
    let text = record.text.trim();
    if text.is_empty() {
        return Err(Fault::Empty("text"));
    }
    if text.chars().count() > MAX_TEXT {
        return Err(Fault::TooLong { field: "text", most: MAX_TEXT });
    }
    let received_at = match field("received_at", record.received_at.as_ref())? {
        None => now,
        Some(at) => at.parse::<Timestamp>().map_err(|_| Fault::NoTime)?,
    };
    if received_at.duration_since(now) > AHEAD {
        return Err(Fault::Future);
    }
    let severity = match field("severity", record.severity.as_ref())? {
        None => rules.severities.first(),
        Some(id) => rules.severity(&id),
    };
    let known = || rules.severities.iter().map(|it| it.id.as_str()).collect::<Vec<_>>().join(", ");
    let severity = severity.ok_or_else(|| Fault::NoSeverity(known()))?;
    let branch = field("branch", record.branch.as_ref())?;
    let asked = field("asked", record.asked.as_ref())?;
    if asked.as_ref().is_some_and(|asked| !people.contains(asked)) {
        return Err(Fault::Nobody);
    }
    let owner = asked.unwrap_or_else(|| first_asked(rules, branch.as_deref(), nth));
    let customer = &record.customer;
    let personal = Personal {
        text: text.to_owned(),
        name: field("customer.name", customer.name.as_ref())?,
        email: field("customer.email", customer.email.as_ref())?,
        phone: field("customer.phone", customer.phone.as_ref())?,
    };
    let id = field("customer.id", customer.id.as_ref())?;
    let names: Vec<&str> = [&personal.name, &personal.email, &personal.phone, &id]
        .into_iter()
        .filter_map(|name| name.as_deref())
        .collect();
    let masked = mask(text, &names);
    let said_by = id.as_ref().or(personal.email.as_ref()).or(personal.phone.as_ref());
    let said_by = said_by.or(personal.name.as_ref()).unwrap_or(&reference);
    Ok(Complaint {
        number: String::new(),
        fingerprint: fingerprint(record),
        channel: channel.unwrap_or_else(|| "other".to_owned()),
        received_at: received_at.min(now),
        filed_at: now,
        language: field("language", record.language.as_ref())?,
        product: field("product", record.product.as_ref())?,
        branch,
        severity: severity.id.clone(),
        customer: pseudonym(said_by),
        personal,
        masked,
        emptied_at: None,
        life: life::begin(owner, severity, rules, now),
        entry_id: EntryId::new(),
        story_id: None,
        reference,
    })
}

/// A field in one line; none if it is missing or empty.
fn field(name: &'static str, value: Option<&String>) -> Result<Option<String>, Fault> {
    let Some(value) = value else { return Ok(None) };
    if value.chars().count() > MAX_FIELD {
        return Err(Fault::TooLong { field: name, most: MAX_FIELD });
    }
    let line: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let line = line.split_whitespace().collect::<Vec<_>>().join(" ");
    Ok((!line.is_empty()).then_some(line))
}

/// Who is asked first where the sender does not say who was.
fn first_asked(rules: &ComplaintRules, branch: Option<&str>, nth: u64) -> String {
    let head = branch.and_then(|branch| rules.branches.get(branch));
    let turn = usize::try_from(nth % rules.desk.len().max(1) as u64).unwrap_or_default();
    head.or_else(|| rules.desk.get(turn)).unwrap_or(&rules.manager).clone()
}

/// The same for all complaints of one customer, and no way back to them but by trying.
fn pseudonym(customer: &str) -> String {
    let hash = blake3::hash(customer.to_lowercase().as_bytes()).to_hex();
    hash.as_str().chars().take(16).collect()
}

/// What tells two records of one reference apart.
fn fingerprint(record: &Record) -> String {
    let text = serde_json::to_string(record).unwrap_or_default();
    blake3::hash(text.as_bytes()).to_hex().as_str().chars().take(32).collect()
}

/// The entry by which a numbered complaint is judged: masked, and history if it is older than `max_age`.
#[must_use]
pub fn entry(complaint: &Complaint, max_age: SignedDuration) -> Entry {
    let url = format!("complaint:{}", complaint.number);
    Entry {
        id: complaint.entry_id,
        source_id: Source::COMPLAINTS.to_owned(),
        key: url.clone(),
        url,
        title: headline(&complaint.masked),
        text: complaint.masked.clone(),
        authors: Vec::new(),
        published_at: Some(complaint.received_at),
        discovered_at: complaint.filed_at,
        history: complaint.filed_at.duration_since(complaint.received_at) > max_age,
        marks: EntryMarks::default(),
    }
}

/// The first sentence, or as much of it as a line holds.
fn headline(text: &str) -> String {
    let line = text.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let is_end = |&(at, c): &(usize, char)| {
        let behind = line.get(at + c.len_utf8()..).unwrap_or_default();
        matches!(c, '。' | '！' | '？')
            || (matches!(c, '.' | '!' | '?') && (behind.is_empty() || behind.starts_with(' ')))
    };
    let end = line.char_indices().find(is_end).map_or(line.len(), |(at, _)| at);
    let sentence = line.get(..end).unwrap_or(line);
    match sentence.char_indices().nth(HEADLINE) {
        Some((cut, _)) => format!("{}…", sentence.get(..cut).unwrap_or_default().trim_end()),
        None => sentence.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use jiff::{SignedDuration, Timestamp};

    use super::{CustomerRecord, Fault, Record, entry, take_in};
    use crate::complaint::sample::rules;

    fn record() -> Record {
        Record {
            reference: "web-7".to_owned(),
            text: "Me cobraron dos veces la comisión. Soy María Gil, 612345678.\nExijo respuesta."
                .to_owned(),
            branch: Some(" Gran  Vía ".to_owned()),
            customer: CustomerRecord {
                name: Some("María Gil".to_owned()),
                ..CustomerRecord::default()
            },
            ..Record::default()
        }
    }

    fn now() -> Timestamp {
        "2026-12-04T09:30:00Z".parse().expect("a time")
    }

    fn people() -> BTreeSet<String> {
        ["ana", "luis", "rosa"].map(str::to_owned).into()
    }

    #[test]
    fn a_record_becomes_a_masked_complaint_with_an_owner_and_deadlines() {
        let taken = take_in(&record(), &rules(), &people(), (0, now())).expect("good");
        assert_eq!(taken.branch.as_deref(), Some("Gran Vía"));
        assert_eq!((taken.life.owner.as_str(), taken.severity.as_str()), ("rosa", "normal"));
        assert_eq!(taken.life.acknowledge_by, now() + SignedDuration::from_hours(4));
        let judged = entry(&taken, SignedDuration::from_hours(24));
        assert_eq!(judged.title, "Me cobraron dos veces la comisión");
        assert!(!judged.text.contains("María") && !judged.text.contains("612"), "{}", judged.text);
        assert!(taken.personal.text.contains("María Gil") && !judged.history);
        let shown = format!("{taken:?} {:?}", record());
        assert!(!shown.contains("María"), "{shown}");
    }

    #[test]
    fn the_first_asked_is_who_the_sender_names_else_the_branch_else_the_desk_in_turn() {
        let owner = |record: &Record, nth| {
            take_in(record, &rules(), &people(), (nth, now())).expect("good").life.owner
        };
        assert_eq!(owner(&Record { asked: Some("luis".to_owned()), ..record() }, 0), "luis");
        let elsewhere = Record { branch: Some("Sol".to_owned()), ..record() };
        assert_eq!(
            [0, 1, 2].map(|nth| owner(&elsewhere, nth)),
            ["ana", "luis", "ana"].map(str::to_owned)
        );
    }

    #[test]
    fn what_is_wrong_is_said_without_quoting_it() {
        let long = "x".repeat(20_001);
        let later = "2026-12-06T09:30:00Z".to_owned();
        for (broken, expected) in [
            (Record { reference: " ".to_owned(), ..record() }, "`reference` is empty"),
            (Record { text: "\n".to_owned(), ..record() }, "`text` is empty"),
            (Record { text: long, ..record() }, "`text` is longer than 20000 characters"),
            (
                Record { branch: Some("x".repeat(201)), ..record() },
                "`branch` is longer than 200 characters",
            ),
            (
                Record { received_at: Some("ayer".to_owned()), ..record() },
                "`received_at` is no time as RFC 3339 writes it: 2026-11-29T08:30:00Z",
            ),
            (Record { received_at: Some(later), ..record() }, "`received_at` lies in the future"),
            (
                Record { severity: Some("x".to_owned()), ..record() },
                "there is no such severity; there are: normal, grave",
            ),
            (
                Record { asked: Some("eva".to_owned()), ..record() },
                "`asked` names nobody of the people file with a mail address",
            ),
        ] {
            let found = take_in(&broken, &rules(), &people(), (0, now()));
            assert_eq!(found.map_err(|fault: Fault| fault.to_string()), Err(expected.to_owned()));
        }
    }

    #[test]
    fn one_customer_has_one_pseudonym_and_another_text_another_fingerprint() {
        let take =
            |record: &Record| take_in(record, &rules(), &people(), (0, now())).expect("good");
        let first = take(&record());
        let second =
            take(&Record { reference: "web-8".to_owned(), text: "Otra".to_owned(), ..record() });
        assert_eq!(first.customer, second.customer);
        assert_ne!(first.fingerprint, second.fingerprint);
        assert_eq!(first.fingerprint, take(&record()).fingerprint);
    }
}

//! A customer's complaint: what was said, of what, and where it is in its life.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{EntryId, StoryId};

/// Where a complaint is in its life.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum ComplaintState {
    /// Nobody has taken it up yet.
    Open,
    /// Its owner has taken it up.
    Acknowledged,
    /// The customer has an answer.
    Answered,
    /// What was wrong is put right, or cannot be.
    Resolved,
    /// Over.
    Closed,
}

impl ComplaintState {
    /// All, in the order of a life.
    pub const ALL: [Self; 5] =
        [Self::Open, Self::Acknowledged, Self::Answered, Self::Resolved, Self::Closed];

    /// The name in the store, on the command line and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Acknowledged => "acknowledged",
            Self::Answered => "answered",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
        }
    }

    /// Whether nothing more is owed to the customer.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Resolved | Self::Closed)
    }
}

impl std::str::FromStr for ComplaintState {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|state| state.name() == s).ok_or_else(|| {
            format!("`{s}` is not one of open, acknowledged, answered, resolved, closed")
        })
    }
}

/// What changes in the course of a complaint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComplaintLife {
    /// Where it is.
    pub state: ComplaintState,
    /// Since when; never falls, whatever the clock does.
    pub since: Timestamp,
    /// Who answers for it, by id: the first person asked, until a hand-over is accepted.
    pub owner: String,
    /// Whom the owner has offered it to, by id; the owner stays until they take it.
    pub offered_to: Option<String>,
    /// When its clocks began: when it was filed, or reopened.
    pub began_at: Timestamp,
    /// When its owner must have taken it up.
    pub acknowledge_by: Timestamp,
    /// When the customer must have an answer.
    pub answer_by: Timestamp,
    /// Up to when its reminders are told.
    pub reminded_at: Option<Timestamp>,
    /// Times it was reopened.
    pub reopened: u32,
    /// What the customer thought of it in the end, 1 to 5.
    pub satisfaction: Option<u8>,
}

/// What happened to a complaint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ComplaintEventKind {
    /// It came in; its owner was named.
    Filed,
    /// Its owner took it up.
    Taken,
    /// Its owner offered it to somebody.
    Offered,
    /// They accepted.
    HandedOver,
    /// The customer was answered.
    Answered,
    /// It was resolved.
    Resolved,
    /// It was closed.
    Closed,
    /// It was opened again.
    Reopened,
    /// The customer said how content they are.
    Rated,
    /// The customer wrote about it again.
    Wrote,
    /// Somebody was reminded of it.
    Reminded,
    /// Its text and all that is personal were removed.
    Emptied,
}

impl ComplaintEventKind {
    /// All.
    pub const ALL: [Self; 12] = [
        Self::Filed,
        Self::Taken,
        Self::Offered,
        Self::HandedOver,
        Self::Answered,
        Self::Resolved,
        Self::Closed,
        Self::Reopened,
        Self::Rated,
        Self::Wrote,
        Self::Reminded,
        Self::Emptied,
    ];

    /// The name in the store and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Filed => "filed",
            Self::Taken => "taken",
            Self::Offered => "offered",
            Self::HandedOver => "handed_over",
            Self::Answered => "answered",
            Self::Resolved => "resolved",
            Self::Closed => "closed",
            Self::Reopened => "reopened",
            Self::Rated => "rated",
            Self::Wrote => "wrote",
            Self::Reminded => "reminded",
            Self::Emptied => "emptied",
        }
    }
}

/// Something that happened to a complaint; never changed afterwards.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComplaintEvent {
    /// When.
    pub at: Timestamp,
    /// What.
    pub kind: ComplaintEventKind,
    /// Where the complaint is after it.
    pub state: ComplaintState,
    /// Who did it, by id; none for the program itself.
    pub by: Option<String>,
    /// Whom it concerns, by id.
    pub to: Option<String>,
    /// Why, or what else there is to say. Masked.
    pub note: Option<String>,
}

/// What is known of a customer, as it was sent; shown on demand alone, removed after a time.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Personal {
    /// The text in full.
    pub text: String,
    /// The customer's name.
    pub name: Option<String>,
    /// Mail address.
    pub email: Option<String>,
    /// Phone number.
    pub phone: Option<String>,
}

impl std::fmt::Debug for Personal {
    /// Says nothing: this must not come into a log.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Personal(…)")
    }
}

/// A complaint.
#[derive(Debug, Clone, PartialEq)]
pub struct Complaint {
    /// `C-2026-000123`; empty until it is filed.
    pub number: String,
    /// The sender's own name for it; unique.
    pub reference: String,
    /// Hash of all that was sent: the same reference with another one is another complaint.
    pub fingerprint: String,
    /// How it came: `web`, `phone`, `branch`, …
    pub channel: String,
    /// When the customer complained; never later than `filed_at`.
    pub received_at: Timestamp,
    /// When it was filed here.
    pub filed_at: Timestamp,
    /// The customer's language, BCP-47.
    pub language: Option<String>,
    /// Product or business line.
    pub product: Option<String>,
    /// Branch.
    pub branch: Option<String>,
    /// Severity, by id.
    pub severity: String,
    /// A pseudonym that is the same for all complaints of one customer.
    pub customer: String,
    /// What is personal.
    pub personal: Personal,
    /// The text without what is personal.
    pub masked: String,
    /// When its text was removed.
    pub emptied_at: Option<Timestamp>,
    /// Where it is.
    pub life: ComplaintLife,
    /// The entry by which it is judged.
    pub entry_id: EntryId,
    /// The story that it was put into.
    pub story_id: Option<StoryId>,
}

/// Why somebody hears of a complaint, gravest last.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Reminder {
    /// The customer wrote again.
    Wrote,
    /// The customer is not content with how it was served.
    Displeased,
    /// It is new, and theirs.
    Asked,
    /// Its time is running.
    Due,
    /// Its time is over: the owner's deputy hears of it too.
    Late,
    /// It still is: the manager hears of it too.
    Escalated,
}

impl Reminder {
    /// All, gravest first: the order in which they are told.
    pub const ALL: [Self; 6] =
        [Self::Escalated, Self::Late, Self::Due, Self::Asked, Self::Displeased, Self::Wrote];

    /// The name in the store and in JSON.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Wrote => "wrote",
            Self::Displeased => "displeased",
            Self::Asked => "asked",
            Self::Due => "due",
            Self::Late => "late",
            Self::Escalated => "escalated",
        }
    }
}

/// What a message to one person tells of complaints.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComplaintsNotice {
    /// Gravest first, at most [`ComplaintsNotice::SHOWN`].
    pub complaints: Vec<ComplaintItem>,
    /// Complaints beyond these.
    pub more: u32,
    /// How many there are for each reason, those beyond included.
    pub counts: BTreeMap<Reminder, u32>,
}

impl ComplaintsNotice {
    /// Complaints that one message lists.
    pub const SHOWN: usize = 20;
}

/// A complaint, as messages tell it: nothing personal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ComplaintItem {
    /// `C-2026-000123`.
    pub number: String,
    /// Why it is told.
    pub reminder: Reminder,
    /// Severity, by id.
    pub severity: String,
    /// Product or business line.
    pub product: Option<String>,
    /// Branch.
    pub branch: Option<String>,
    /// Name of its owner.
    pub owner: String,
    /// When the customer complained.
    pub received_at: Timestamp,
    /// Its present deadline.
    pub due_at: Option<Timestamp>,
    /// The beginning of its masked text, at most 200 characters.
    pub excerpt: String,
}

/// What a wave of complaints is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WaveAbout {
    /// A branch.
    Branch,
    /// A product or business line.
    Product,
}

impl WaveAbout {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Branch, Self::Product];

    /// The name in the store and in JSON; also of the column that it counts by.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Branch => "branch",
            Self::Product => "product",
        }
    }
}

/// More complaints about one branch or product than is usual.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Wave {
    /// Of which kind.
    pub about: WaveAbout,
    /// The branch or product.
    pub name: String,
    /// Customers who complained so far.
    pub customers: u32,
    /// Hours in which they did.
    pub hours: u32,
    /// Customers who usually do so in such a time; null while the record is too young to say.
    pub usual: Option<f64>,
}

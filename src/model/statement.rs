//! Texts that an incident's people prepare for others, and who has approved which text.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Mark;

/// What a field of a prepared text stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextField {
    /// Number of the incident.
    Incident,
    /// Its level.
    Level,
    /// The time of the text.
    Time,
    /// What is known.
    Facts,
    /// What is done.
    Actions,
    /// When there will be more.
    Next,
    /// Whom to ask.
    Contact,
}

impl TextField {
    /// All names, in the three languages of plans.
    pub const NAMES: [(&str, Self); 21] = [
        ("incidente", Self::Incident),
        ("nivel", Self::Level),
        ("hora", Self::Time),
        ("hechos", Self::Facts),
        ("acciones", Self::Actions),
        ("proximo", Self::Next),
        ("contacto", Self::Contact),
        ("incident", Self::Incident),
        ("level", Self::Level),
        ("time", Self::Time),
        ("facts", Self::Facts),
        ("actions", Self::Actions),
        ("next", Self::Next),
        ("contact", Self::Contact),
        ("事件", Self::Incident),
        ("级别", Self::Level),
        ("时间", Self::Time),
        ("事实", Self::Facts),
        ("措施", Self::Actions),
        ("下次", Self::Next),
        ("联系人", Self::Contact),
    ];

    /// The field of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(other, _)| *other == name).map(|(_, field)| *field)
    }
}

/// A text as it would go out, and who approved exactly this text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The plan's message that it was made of.
    pub key: String,
    /// The text.
    pub text: String,
    /// BLAKE3 of the text, hex.
    pub hash: String,
    /// The program made it: the plan's own words, with what the log knows in their fields.
    pub prepared: bool,
    /// Who drafted it, and when.
    pub drafted: Mark,
    /// Who approved it, as holder of which role.
    pub approvals: Vec<Approval>,
    /// When those who have not approved it are asked again; none if nobody is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_at: Option<Timestamp>,
    /// Times that they were asked again.
    #[serde(default)]
    pub times: u32,
}

/// Somebody approved a text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Approval {
    /// Role, by key.
    pub role: String,
    /// Who, and when.
    pub mark: Mark,
}

impl Statement {
    /// A text that a person wrote and nobody has approved.
    #[must_use]
    pub fn drafted(key: &str, text: &str, mark: Mark) -> Self {
        Self {
            key: key.to_owned(),
            text: text.to_owned(),
            hash: blake3::hash(text.as_bytes()).to_hex().to_string(),
            prepared: false,
            drafted: mark,
            approvals: Vec::new(),
            next_at: None,
            times: 0,
        }
    }

    /// The hash as people compare it.
    #[must_use]
    pub fn short_hash(&self) -> &str {
        short_hash(&self.hash)
    }
}

/// The first twelve digits of a hash: enough to tell the drafts of one incident apart.
#[must_use]
pub fn short_hash(hash: &str) -> &str {
    hash.get(..12).unwrap_or(hash)
}

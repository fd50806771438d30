//! A plan file as it is written, before anything is checked: each name knows its place.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use crate::model::{ActivationMode, Level, Locale, RoleKind, Skipping};

/// A text with its place.
pub type Text = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawPlan {
    pub schema: Spanned<u32>,
    pub plan: Head,
    pub activation: RawActivation,
    /// Rows may stand before the first table, or inside `[activation]`.
    #[serde(default)]
    pub trigger: Vec<Spanned<RawTrigger>>,
    #[serde(default)]
    pub role: BTreeMap<String, Spanned<RawRole>>,
    #[serde(default)]
    pub escalation: RawEscalation,
    #[serde(default, alias = "task")]
    pub step: Vec<RawStep>,
    #[serde(default)]
    pub deadline: Vec<RawDeadline>,
    pub sitrep: Option<RawSitrep>,
    #[serde(default)]
    pub message: BTreeMap<String, Spanned<RawMessage>>,
    #[serde(default)]
    pub contact: Vec<RawContact>,
    pub stand_down: Option<RawStandDown>,
    pub review: Option<RawReview>,
    pub drill: Option<RawDrill>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    pub id: Text,
    pub title: String,
    pub owner: Text,
    pub version: String,
    pub reviewed_on: Option<Spanned<Datetime>>,
    pub review_every: Option<Text>,
    pub drill_every: Option<Text>,
    pub drilled_on: Option<Spanned<Datetime>>,
    pub timezone: Text,
    pub calendar: Option<Text>,
    pub language: Locale,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawActivation {
    pub mode: ActivationMode,
    pub confirm_within: Text,
    #[serde(default)]
    pub red_without_confirm: bool,
    pub hold_before_lowering: Option<Text>,
    pub ack_valid: Option<Text>,
    #[serde(default)]
    pub trigger: Vec<Spanned<RawTrigger>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawTrigger {
    pub level: Level,
    pub category: Option<Text>,
    pub min_score: Option<f64>,
    pub min_sources: Option<u32>,
    pub min_tier1: Option<u32>,
    pub growth_1h: Option<f64>,
    pub complaint_category: Option<Text>,
    pub min_complaints_1h: Option<u32>,
    pub query: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawRole {
    pub title: String,
    pub kind: RoleKind,
    pub primary: Text,
    pub backup: Option<Text>,
    pub calendar: Option<Text>,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawEscalation {
    #[serde(default)]
    pub steps: Vec<Spanned<RawEscalationStep>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawEscalationStep {
    pub from_level: Level,
    pub wait: Text,
    pub notify: Vec<Text>,
    pub via: Vec<Text>,
    #[serde(default)]
    pub ack: Ack,
    pub repeat_every: Option<Text>,
    pub repeat_max: Option<u32>,
}

#[derive(Default, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Ack {
    All,
    #[default]
    Any,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawStep {
    pub key: Text,
    pub title: String,
    pub help: Option<String>,
    pub role: Text,
    pub accountable: Option<Text>,
    #[serde(default)]
    pub consult: Vec<Text>,
    #[serde(default)]
    pub inform: Vec<Text>,
    pub from_level: Level,
    pub due: Text,
    pub ack_within: Option<Text>,
    #[serde(default)]
    pub after: Vec<Text>,
    pub evidence: Option<Text>,
    pub message: Option<Text>,
    pub sets: Option<Text>,
    pub skip: Option<Spanned<Skipping>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawDeadline {
    pub key: Text,
    pub title: String,
    pub role: Text,
    pub from_level: Level,
    pub anchor: Text,
    pub due: Text,
    pub not_after: Option<RawNotAfter>,
    #[serde(default)]
    pub warn: Vec<Text>,
    pub message: Option<Text>,
    #[serde(default)]
    pub skip: Skipping,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawNotAfter {
    pub anchor: Text,
    pub due: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawSitrep {
    pub every: BTreeMap<Level, Text>,
    pub to: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawMessage {
    pub audience: Text,
    #[serde(default)]
    pub approvals: Vec<Text>,
    pub approved_on: Option<Spanned<Datetime>>,
    pub language: Option<Locale>,
    pub body: Text,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawContact {
    pub outlet: Text,
    pub name: Option<String>,
    pub phone: Option<String>,
    pub email: Option<Text>,
    pub language: Option<Locale>,
    pub note: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawStandDown {
    pub requires: Vec<String>,
    pub monitor_after: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawReview {
    pub due: BTreeMap<Level, Text>,
    #[serde(default)]
    pub questions: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawDrill {
    pub prefix: String,
    pub allow_recipients: Spanned<Vec<String>>,
    #[serde(default)]
    pub allow_channels: Vec<Text>,
    #[serde(default)]
    pub targets: BTreeMap<String, Text>,
    pub every: Option<Text>,
    pub hours: Option<Text>,
    pub days: Option<Vec<RawDay>>,
    #[serde(default)]
    pub told: Vec<Text>,
    pub told_before: Option<Text>,
    pub scenario: Option<Text>,
}

/// A day of the week.
#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub enum RawDay {
    Mon = 1,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl RawPlan {
    /// The rows that start the plan, wherever they stand.
    pub fn triggers(&self) -> impl Iterator<Item = &Spanned<RawTrigger>> {
        self.trigger.iter().chain(&self.activation.trigger)
    }
}

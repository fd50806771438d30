//! How complaints were served: what periodic reports count.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What a report is broken down by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ServiceBy {
    /// Branch.
    Branch,
    /// Product or business line.
    Product,
    /// Who answers for them.
    Owner,
    /// Severity.
    Severity,
    /// How they came.
    Channel,
}

/// A complaint as a report counts it; nothing personal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Served {
    /// What it falls under; none if that is not known.
    pub group: Option<String>,
    /// When it was filed.
    pub filed_at: Timestamp,
    /// When its customer first had an answer.
    pub answered_at: Option<Timestamp>,
    /// When they must have one.
    pub answer_by: Timestamp,
    /// Whether somebody was told that it is late.
    pub told_late: bool,
    /// Whether nothing is to be done any more.
    pub over: bool,
    /// Times that it was reopened.
    pub reopened: u32,
    /// How content the customer is, 1 to 5.
    pub satisfaction: Option<u8>,
}

/// Complaints of a kind in figures.
#[derive(Debug, Clone, Default, PartialEq, Serialize, JsonSchema)]
pub struct Service {
    /// Filed in the time of the report.
    pub filed: u32,
    /// Of these, those whose customer has an answer.
    pub answered: u32,
    /// Of these, those that were or are late.
    pub late: u32,
    /// Of these, those that still wait for something.
    pub open: u32,
    /// Of these, those that were reopened.
    pub reopened: u32,
    /// Median hours from filing to the first answer; null if none was given.
    pub hours_to_answer: Option<f64>,
    /// Customers who said how content they are.
    pub rated: u32,
    /// How content on average, 1 to 5; null if nobody said.
    pub satisfaction: Option<f64>,
}

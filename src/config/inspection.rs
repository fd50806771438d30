//! `[inspection]`: when the daemon inspects the crisis plans.

use jiff::civil::{Time, Weekday, time};
use serde::Deserialize;
use toml::Spanned;

use super::gathering;
use super::value::Check;

/// People are at their desks.
const AT: Time = time(8, 0, 0, 0);

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct RawInspection {
    at: Option<Spanned<String>>,
    days: Option<Vec<Spanned<String>>>,
}

/// When the plans are inspected, and who keeps them is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InspectionTime {
    /// By the clock of the organisation.
    pub at: Time,
    /// None: never.
    pub days: Vec<Weekday>,
}

pub(super) fn inspection(check: &mut Check<'_>, raw: &RawInspection) -> InspectionTime {
    let at = raw.at.as_ref().and_then(|at| gathering::time(check, at));
    InspectionTime { at: at.unwrap_or(AT), days: gathering::days(check, raw.days.as_deref()) }
}

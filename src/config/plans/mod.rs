//! Crisis plans and the people in them: TOML files that a press officer edits → `model::Plan`.
//!
//! Everything that is wrong is told at once, each with its place, under the ids of the plan lint
//! (L01–L11, L15, L16, L21). What needs a clock, an archive or the history of deliveries
//! (review overdue, bounced contacts) is the inspection's (L12–L14, L17–L20, L22, L23), which no
//! start depends on. Nothing is repaired.

mod build;
mod drill;
mod inspect;
mod lint;
mod people;
mod raw;
mod report;

pub use self::lint::Known as PlanNames;
pub use inspect::{Inspection, LocatedTrouble, Owed, Rehearsed, inspect_plan, uncovered};
pub use people::load_people;

use self::raw::RawPlan;
use self::report::Report;
use super::{Finding, TomlFile};
use crate::model::Plan;

/// Reads a plan and holds it against the names that the rest of the configuration knows.
/// With it come the warnings.
///
/// # Errors
/// All findings, warnings among them, if at least one is an error; or the first place where the
/// file is not TOML of this shape.
pub fn load_plan(
    file: &TomlFile,
    known: &PlanNames<'_>,
) -> Result<(Plan, Vec<Finding>), Vec<Finding>> {
    let raw: RawPlan = file.parse().map_err(|finding| vec![finding])?;
    let mut report = Report::new(file);
    let hash = blake3::hash(file.text().as_bytes()).to_hex().to_string();
    let plan = build::build(&raw, hash, &mut report);
    lint::lint(&raw, known, &mut report);
    report.finish(plan)
}

#[cfg(test)]
mod tests;

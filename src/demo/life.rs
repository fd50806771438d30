//! The life of an incident of the day, as it ended: what the demo tells of it, and whether it went as
//! scripted.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

use super::cast::Cast;
use crate::app::AppError;
use crate::app::incidents::{self, Dossier, IncidentReport, LogRow, TaskRow};
use crate::config::Config;
use crate::model::{IncidentState, Level};

/// A crisis plan in action.
#[derive(Debug, Serialize, JsonSchema)]
pub struct IncidentRow {
    /// As people call it.
    pub number: String,
    /// The plan.
    pub plan: String,
    /// Headline of the story that set it off.
    pub title: String,
    /// Risk category that set it off.
    pub category: String,
    /// Level.
    pub level: Level,
    /// Where it is in its life: `reviewed` at the end of a day that went as scripted.
    pub state: &'static str,
    /// What is to be done.
    pub steps: Vec<StepRow>,
    /// What is owed to others.
    pub deadlines: Vec<TaskRow>,
    /// What happened to it, oldest first.
    pub events: Vec<LogRow>,
    /// Who was asked and never answered; people, by id.
    pub never_answered: Vec<String>,
    /// Its after-action review, as documents; null if they could not be written.
    pub review: Option<ReviewFiles>,
}

/// An after-action review, written.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ReviewFiles {
    /// As a page.
    pub html: PathBuf,
    /// As Markdown.
    pub markdown: PathBuf,
}

/// A step of a running plan.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StepRow {
    /// Unique in the incident.
    pub key: String,
    /// What.
    pub title: String,
    /// Role.
    pub role: String,
    /// Person who holds it.
    pub person: String,
    /// Person who stands in.
    pub backup: String,
    /// RFC 3339; null until the plan starts.
    pub due_at: Option<String>,
    /// `waiting`, `due`, `acknowledged`, `done`, `skipped` or `withdrawn`.
    pub state: &'static str,
}

/// All that is known of an incident of the day.
#[derive(Debug)]
pub struct Life {
    /// As `atalaya incident show` tells it.
    pub report: IncidentReport,
    /// As its review is written from.
    pub dossier: Dossier,
}

impl Life {
    /// All incidents, the oldest first.
    pub(super) async fn all(config: &Config) -> Result<Vec<Self>, AppError> {
        let mut lives = Vec::new();
        for row in incidents::list(config, true).await?.incidents {
            let report = incidents::one(config, row.number.clone()).await?;
            let dossier = incidents::dossier(config, row.number).await?;
            lives.extend(report.zip(dossier).map(|(report, dossier)| Self { report, dossier }));
        }
        lives.reverse();
        Ok(lives)
    }

    /// Who was asked and never answered; people, by id.
    #[must_use]
    pub fn never_answered(&self) -> Vec<String> {
        let called = self.dossier.called.iter().filter(|called| called.never_answered);
        called.map(|called| called.person.clone()).collect()
    }

    /// What did not go as scripted.
    pub(super) fn unlike_scripted(&self, cast: &Cast) -> Vec<String> {
        let incident = &self.dossier.incident;
        let mut problems = Vec::new();
        if incident.steps.is_empty() {
            problems.push("an incident without steps".to_owned());
        }
        if incident.state != IncidentState::Reviewed {
            let state = incident.state.name();
            problems.push(format!("{} is {state} and not reviewed", incident.number));
        }
        let silent = self.never_answered();
        if silent != cast.silent {
            problems.push(format!("{silent:?} never answered, instead of {:?}", cast.silent));
        }
        problems
    }

    /// As the outcome tells it.
    pub(super) fn row(&self) -> IncidentRow {
        let incident = &self.dossier.incident;
        IncidentRow {
            number: incident.number.clone(),
            plan: incident.plan_id.clone(),
            title: incident.title.clone(),
            category: incident.category.clone(),
            level: incident.level,
            state: incident.state.name(),
            steps: incident
                .steps
                .iter()
                .map(|step| StepRow {
                    key: step.key.clone(),
                    title: step.title.clone(),
                    role: step.role.clone(),
                    person: step.person.clone(),
                    backup: step.backup.clone(),
                    due_at: step.due_at.map(|at| at.to_string()),
                    state: step.state.name(),
                })
                .collect(),
            deadlines: self.report.deadlines.clone(),
            events: self.report.events.clone(),
            never_answered: self.never_answered(),
            review: None,
        }
    }
}

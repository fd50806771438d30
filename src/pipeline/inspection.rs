//! The inspection of the crisis plans, daily: what would fail the people who work by them is told to who keeps them, once
//! when it begins and every week while it lasts.

mod past;
mod rehearsed;
mod tell;

use std::sync::Arc;
use std::time::Duration;

use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};

pub use self::past::Past;
pub use self::tell::tell_keepers;
use super::Pipeline;
use crate::config::{self, Config, Finding, Inspection, LocatedTrouble, TomlFile, inspect_plan};
use crate::decide;
use crate::model::PlanTrouble;
use crate::store::StoreError;

/// How often it looks whether it is time.
const LOOK: Duration = Duration::from_secs(10);
/// What was to happen so long before the daemon started is made up for; after half a day people are at home.
const MISSED: SignedDuration = SignedDuration::from_hours(12);

/// Inspects every day until the workers are to stop.
pub(super) async fn run(pipeline: Pipeline) {
    let mut last = Timestamp::now().checked_sub(MISSED).unwrap_or(Timestamp::MIN);
    loop {
        let (live, now) = (pipeline.snapshot(), Timestamp::now());
        let (when, zone) = (&live.config.inspection, &live.config.organisation.time_zone);
        let due = decide::last_occasion(when.at, &when.days, zone, now);
        if due.is_some_and(|due| due > last) {
            match inspect_and_tell(&pipeline, now).await {
                Ok(messages) => {
                    last = now;
                    if messages > 0 {
                        tracing::info!(messages, "the plans have findings");
                        pipeline.wake.deliveries.notify_one();
                    }
                }
                Err(error) => tracing::error!(%error, "the plans could not be inspected yet"),
            }
        }
        tokio::select! {
            () = pipeline.stop.cancelled() => return,
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

async fn inspect_and_tell(pipeline: &Pipeline, now: Timestamp) -> Result<usize, StoreError> {
    let live = pipeline.snapshot();
    let today = now.to_zoned_datetime(past::zone(&live.config)).date();
    if live.config.plans.is_empty() {
        return Ok(0);
    }
    let past = Past::read(&pipeline.store, &live.config, (today, now)).await?;
    let config = Arc::clone(&live.config);
    let main = TomlFile::new("", "");
    let inspecting =
        tokio::task::spawn_blocking(move || inspect(&config, &past, today, &main)).await;
    let (found, unread) = match inspecting {
        Ok(inspected) => inspected,
        Err(error) => {
            tracing::error!(%error, "the inspection of the plans was cut off");
            return Ok(0);
        }
    };
    for finding in &unread {
        tracing::warn!(%finding, "a plan could not be inspected");
    }
    pipeline.store.write(move |tx| tell_keepers(tx, &live.config, &found, now)).await
}

/// What was found at a plan, and where.
#[derive(Debug, Clone, PartialEq)]
pub struct Inspected {
    /// The plan, by id; none for what no plan covers.
    pub plan: Option<String>,
    /// What.
    pub trouble: PlanTrouble,
    /// The same as `check` tells it, with its place.
    pub finding: Finding,
}

/// Inspects the plans as they stand in their files on a day; `main` is the file that a category without a plan is told
/// at. Beside it what cannot be read. Reads files, so it blocks.
#[must_use]
pub fn inspect(
    config: &Config,
    past: &Past,
    today: Date,
    main: &TomlFile,
) -> (Vec<Inspected>, Vec<Finding>) {
    let known = Inspection {
        today,
        people: &config.people,
        holidays: &config.holidays,
        bounced: &past.bounced,
        drilled: &past.drilled,
        owed: &past.owed,
        rehearsed: &past.rehearsed,
    };
    let (mut all, mut unread) = (Vec::new(), Vec::new());
    for (path, plan) in config.plan_files.iter().zip(&config.plans) {
        match TomlFile::read(path) {
            Err(finding) => unread.push(finding),
            Ok(file) => all.extend(inspect_plan(&file, &known).into_iter().map(|found| {
                let finding = found.finding(&file);
                Inspected { plan: Some(plan.id.clone()), trouble: found.trouble, finding }
            })),
        }
    }
    let uncovered = config::uncovered(&config.keywords.categories, &config.plans);
    all.extend(uncovered.into_iter().map(|category| {
        let trouble = PlanTrouble::Uncovered { category: category.id.clone() };
        let found = LocatedTrouble { trouble, at: 0..0 };
        Inspected { plan: None, finding: found.finding(main), trouble: found.trouble }
    }));
    (all, unread)
}

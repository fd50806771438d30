//! The inspection of the plans as people ask for it, beside the running daemon.

use jiff::Timestamp;
use jiff::civil::Date;

use super::{AppError, open_archive};
use crate::config::Config;
use crate::pipeline::Past;

/// What the archive knows against the plans, as on a day.
///
/// # Errors
/// If the archive cannot be read.
pub async fn past(config: &Config, today: Date) -> Result<Past, AppError> {
    let store = open_archive(config)?;
    let past = Past::read(&store, config, (today, Timestamp::now())).await;
    store.close();
    Ok(past?)
}

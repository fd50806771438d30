//! Going over to a new configuration while work goes on.

use std::path::Path;
use std::sync::Arc;

use tokio::sync::watch;

use super::AppError;
use crate::config::{Config, Database, Finding, FindingSeverity};
use crate::pipeline::Live;

/// Builds the new configuration whole, then swaps it in.
pub(super) async fn reload(
    path: &Path,
    live: &watch::Sender<Arc<Live>>,
) -> Result<Vec<Finding>, AppError> {
    let (mut new, mut warnings) = super::prepare(path).await?;
    super::answer_key::provide(&mut new)?;
    let old = Arc::clone(&live.borrow());
    if asks_alike(&old.config, &new.config) {
        // It knows which hosts rest, and what their robots.txt say.
        new.client = Arc::clone(&old.client);
    }
    warnings.extend(needs_restart(path, &old.config, &new.config));
    live.send_replace(Arc::new(new));
    Ok(warnings)
}

/// Whether a client made for one configuration does for the other.
fn asks_alike(old: &Config, new: &Config) -> bool {
    let (old, new) = (&old.collect, &new.collect);
    old.contact == new.contact && old.host_gap == new.host_gap && old.ports == new.ports
}

/// What a reload cannot change.
fn needs_restart(path: &Path, old: &Config, new: &Config) -> Vec<Finding> {
    let mut changed = Vec::new();
    let place = |database: &Database| match database {
        Database::Sqlite(path) => path.display().to_string(),
        Database::Postgres { url, .. } => url.clone(),
    };
    if place(&old.database) != place(&new.database) {
        changed.push("[store]");
    }
    let listen = |config: &Config| config.web.as_ref().map(|web| web.listen);
    if listen(old) != listen(new) {
        changed.push("[web] listen");
    }
    let finding = |what: &str| Finding {
        file: path.display().to_string(),
        line: 1,
        column: 1,
        severity: FindingSeverity::Warning,
        what: format!("`{what}` has changed"),
        remedy: "restart the daemon for it to take effect".to_owned(),
        span: 0..0,
        source: "".into(),
    };
    changed.into_iter().map(finding).collect()
}

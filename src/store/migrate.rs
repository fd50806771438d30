//! The schema's history. Migrations are only ever added: expand first, contract in a later release.

use super::transaction::params;
use super::{StoreError, Transaction};

/// Every migration in order; the version of the schema is how many have run.
const MIGRATIONS: [&str; 3] = [
    include_str!("migrations/0001_first_light.sql"),
    include_str!("migrations/0002_collection.sql"),
    include_str!("migrations/0005_stories.sql"),
];

/// Brings the schema up to date.
pub(super) fn migrate(tx: &mut dyn Transaction) -> Result<(), StoreError> {
    tx.execute("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)", &[])?;
    let rows = tx.query("SELECT MAX(version) FROM schema_version", &[])?;
    let found = rows.first().map_or(Ok(None), |row| row.get::<Option<i64>>(0))?.unwrap_or(0);
    let known = (1..).zip(MIGRATIONS);
    let latest = known.clone().last().map_or(0, |(version, _)| version);
    if found > latest {
        return Err(StoreError::Newer { found, known: latest });
    }
    for (version, text) in known.filter(|&(version, _)| version > found) {
        for statement in statements(text) {
            tx.execute(&statement, &[])?;
        }
        tx.execute("INSERT INTO schema_version (version) VALUES (?1)", params![version])?;
    }
    Ok(())
}

/// The statements of a migration; `--` begins a comment line, `;` ends a statement at a line's end.
fn statements(text: &str) -> Vec<String> {
    let code: Vec<&str> =
        text.lines().filter(|line| !line.trim_start().starts_with("--")).collect();
    code.join("\n")
        .split(";\n")
        .map(|statement| statement.trim().trim_end_matches(';').to_owned())
        .filter(|statement| !statement.is_empty())
        .collect()
}

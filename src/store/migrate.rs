//! The schema's history. Migrations are only ever added: expand first, contract in a later release.

use super::transaction::params;
use super::{Dialect, StoreError, Transaction};

/// One step of the schema: what both databases read, then what only one does.
struct Migration {
    both: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
}

/// Every migration in order; the version of the schema is how many have run.
const MIGRATIONS: [Migration; 17] = [
    alike(include_str!("migrations/0001_first_light.sql")),
    alike(include_str!("migrations/0002_collection.sql")),
    Migration {
        both: include_str!("migrations/0003_search.sql"),
        sqlite: include_str!("migrations/0003_search.sqlite.sql"),
        postgres: include_str!("migrations/0003_search.postgres.sql"),
    },
    alike(include_str!("migrations/0004_verdicts.sql")),
    alike(include_str!("migrations/0005_stories.sql")),
    alike(include_str!("migrations/0006_answers.sql")),
    alike(include_str!("migrations/0007_routing.sql")),
    alike(include_str!("migrations/0008_originals_and_quiet_topics.sql")),
    alike(include_str!("migrations/0009_delivering.sql")),
    alike(include_str!("migrations/0010_complaints.sql")),
    Migration {
        both: include_str!("migrations/0011_incident_log.sql"),
        sqlite: include_str!("migrations/0011_incident_log.sqlite.sql"),
        postgres: include_str!("migrations/0011_incident_log.postgres.sql"),
    },
    alike(include_str!("migrations/0012_training.sql")),
    alike(include_str!("migrations/0013_disabled_channels.sql")),
    alike(include_str!("migrations/0014_drills.sql")),
    alike(include_str!("migrations/0015_mailboxes.sql")),
    alike(include_str!("migrations/0016_patience.sql")),
    alike(include_str!("migrations/0017_plan_findings.sql")),
];

const fn alike(both: &'static str) -> Migration {
    Migration { both, sqlite: "", postgres: "" }
}

/// Brings the schema up to date.
pub(super) fn migrate(tx: &mut dyn Transaction) -> Result<(), StoreError> {
    tx.execute("CREATE TABLE IF NOT EXISTS schema_version (version BIGINT NOT NULL)", &[])?;
    let rows = tx.query("SELECT MAX(version) FROM schema_version", &[])?;
    let found = rows.first().map_or(Ok(None), |row| row.get::<Option<i64>>(0))?.unwrap_or(0);
    let known = (1..).zip(&MIGRATIONS);
    let latest = known.clone().last().map_or(0, |(version, _)| version);
    if found > latest {
        return Err(StoreError::Newer { found, known: latest });
    }
    for (version, migration) in known.filter(|&(version, _)| version > found) {
        let own = match tx.dialect() {
            Dialect::Sqlite => migration.sqlite,
            Dialect::Postgres => migration.postgres,
        };
        for statement in [migration.both, own].into_iter().flat_map(statements) {
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

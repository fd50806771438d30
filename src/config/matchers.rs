//! Queries about alerts, as routes, inhibitions, silences and digests have them: labels and no words.

use std::collections::BTreeSet;

use toml::Spanned;

use super::Config;
use super::explain::did_you_mean;
use super::load::Names;
use super::toml_file::within_string;
use super::value::Check;
use crate::model::query::{MetaField, Query};
use crate::query::{Lists, QueryError, Reading, Subject, parse};

/// Reads a query about alerts that is asked while the daemon runs: a silence.
///
/// # Errors
/// What is wrong, where, and what to write instead.
pub fn alert_query(lists: &Lists, text: &str) -> Result<Query, QueryError> {
    parse(text, &reading(Some(lists))).map(|parsed| parsed.query)
}

/// Reads a query about alerts that stands in a plan. Of a good one the names, among topics and categories, that do not
/// exist: what is wrong, and what to write.
///
/// # Errors
/// What is wrong, where, and what to write instead.
pub(super) fn read_alert_query(
    text: &str,
    lists: Option<&Lists>,
    names: Option<(&BTreeSet<String>, &BTreeSet<String>)>,
) -> Result<Vec<(String, String)>, QueryError> {
    let query = parse(text, &reading(lists))?.query;
    let Some((topics, categories)) = names else { return Ok(Vec::new()) };
    let topics: Vec<&str> = topics.iter().map(String::as_str).collect();
    let categories: Vec<&str> = categories.iter().map(String::as_str).collect();
    Ok(unknown(&query, &topics, &categories))
}

/// The first topic or category of a query that does not exist: what is wrong, and what to write.
#[must_use]
pub fn unknown_label(config: &Config, query: &Query) -> Option<(String, String)> {
    let topics: Vec<&str> = config.keywords.topics.iter().map(|it| it.id.as_str()).collect();
    let categories = config.keywords.categories.iter();
    let categories: Vec<&str> = categories.map(|it| it.id.as_str()).collect();
    unknown(query, &topics, &categories).into_iter().next()
}

/// A query about alerts in a file; none if there is none, or after a finding.
pub(super) fn matcher(
    check: &mut Check<'_>,
    written: Option<&Spanned<String>>,
    names: &Names<'_>,
) -> Option<Query> {
    let written = written?;
    let place = |check: &Check<'_>, span| within_string(check.file.text(), written, span);
    match parse(written.as_ref(), &reading(names.lists)) {
        Ok(parsed) => {
            for doubt in parsed.doubts {
                let at = place(check, doubt.span);
                check.findings.push(check.file.warning(at, doubt.message, doubt.remedy));
            }
            if let (Some(topics), Some(categories)) = (&names.topics, &names.categories) {
                let topics: Vec<&str> = topics.iter().map(String::as_str).collect();
                let categories: Vec<&str> = categories.iter().map(String::as_str).collect();
                for (what, remedy) in unknown(&parsed.query, &topics, &categories) {
                    check.error(written, what, remedy);
                }
            }
            Some(parsed.query)
        }
        Err(error) => {
            let at = place(check, error.span);
            check.findings.push(check.file.error(at, error.message, error.remedy));
            None
        }
    }
}

fn reading(lists: Option<&Lists>) -> Reading<'_> {
    Reading { subject: Subject::Alert, lists, may_only_deny: true, ..Reading::default() }
}

/// Topics and categories that do not exist: a query that names one would never hold. What is wrong
/// and what to write instead.
fn unknown(query: &Query, topics: &[&str], categories: &[&str]) -> Vec<(String, String)> {
    match query {
        Query::Meta { field, value } => {
            let (kind, known) = match field {
                MetaField::Topic => ("topic", topics),
                MetaField::Category => ("category", categories),
                _ => return Vec::new(),
            };
            if value.contains(['*', '?']) || known.contains(&value.as_str()) {
                return Vec::new();
            }
            let remedy = if known.is_empty() {
                format!("configure a {kind} first")
            } else {
                did_you_mean(value, known)
            };
            vec![(format!("there is no {kind} `{value}`"), remedy)]
        }
        Query::Any(parts) | Query::All(parts) | Query::AtLeast { of: parts, .. } => {
            parts.iter().flat_map(|part| unknown(part, topics, categories)).collect()
        }
        Query::Not(part) => unknown(part, topics, categories),
        _ => Vec::new(),
    }
}

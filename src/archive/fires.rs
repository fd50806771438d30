//! How often each rule and each category holds in the archive.

use jiff::Timestamp;

use super::past::{Past, Pasts};
use super::{ArchiveError, in_parallel};
use crate::analyse::matching::{Rules, Scratch};
use crate::config::Config;
use crate::model::query::Query;

/// How often one rule, or one category's words of one language, held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fires {
    /// ``topic `banco`, rule `names` ``, or ``category `fraud` in es``.
    pub what: String,
    /// Where it begins, as `file:line`, if one of its examples says so.
    pub place: Option<String>,
    /// Articles.
    pub articles: u64,
    /// Whether it is a rule of a topic.
    pub is_rule: bool,
}

/// Counts, over the articles found from `since` to `until`, in how many each rule holds. Answers the
/// counts in the order of the keyword files, and how many articles there were.
///
/// # Errors
/// If the archive cannot be read or the rules not be compiled.
pub async fn fires(
    config: &Config,
    pasts: &mut Pasts,
    since: Timestamp,
    until: Timestamp,
    progress: impl Fn(u64),
) -> Result<(Vec<Fires>, u64), ArchiveError> {
    let (mut fires, queries) = rules(config);
    let compiled = Rules::compile(queries)?;
    let mut articles = 0;
    loop {
        let page = pasts.next(config, since, until).await?;
        if page.is_empty() {
            return Ok((fires, articles));
        }
        articles += page.len() as u64;
        for held in in_parallel(&page, |share| holding(&compiled, share)) {
            for query in held {
                if let Some(one) = fires.get_mut(query as usize) {
                    one.articles += 1;
                }
            }
        }
        progress(articles);
    }
}

/// For each article the queries that hold.
fn holding(rules: &Rules, pasts: &[Past]) -> Vec<Vec<u32>> {
    let mut scratch = Scratch::default();
    let mut holding = Vec::with_capacity(pasts.len());
    for past in pasts {
        let document = past.article.document(&past.source);
        holding.push(rules.matches(&document, &mut scratch).queries.to_vec());
    }
    holding
}

/// Every rule and category, with its query.
fn rules(config: &Config) -> (Vec<Fires>, Vec<(&Query, Option<&Query>)>) {
    let mut fires = Vec::new();
    let mut queries = Vec::new();
    for topic in &config.keywords.topics {
        for rule in &topic.rules {
            let place = rule.examples.first().map(|example| example.place.clone());
            let what = format!("topic `{}`, rule `{}`", topic.id, rule.id);
            fires.push(Fires { what, place, articles: 0, is_rule: true });
            queries.push((&rule.names, rule.context.as_ref()));
        }
    }
    for category in &config.keywords.categories {
        for words in &category.terms {
            let place = words.examples.first().map(|example| example.place.clone());
            let what = format!("category `{}` in {}", category.id, words.locale);
            fires.push(Fires { what, place, articles: 0, is_rule: false });
            queries.push((&words.terms, None));
        }
    }
    (fires, queries)
}

//! The sitemaps of an index: those that owe something are asked, and the index is told.

use std::borrow::Cow;

use jiff::Timestamp;

use super::Failure;
use super::ask::{Answer, Known, Round};
use crate::collect::Announcement;
use crate::collect::document::{Announced, Document, ReadError};
use crate::collect::entries::entry;
use crate::collect::sitemap::{Index, Owed};
use crate::model::Entry;

/// What the sitemaps of an index brought.
#[derive(Debug, Default)]
pub(super) struct Found {
    pub entries: Vec<Entry>,
    pub warnings: Vec<String>,
    /// Why the first one failed, if all that were asked did.
    pub all_failed: Option<(Failure, String)>,
}

/// Asks the sitemaps that the index names next. `news` says whether what they bring is news.
pub(super) async fn read_children<R, F>(
    round: &Round<'_, R>,
    index: &mut Index,
    news: bool,
    now: Timestamp,
) -> Found
where
    R: Fn(Document) -> F + Sync,
    F: Future<Output = Result<Announced, ReadError>> + Send,
{
    let mut found = Found::default();
    let mut answered = 0;
    for owed in index.owed() {
        let validators = Cow::Borrowed(&owed.validators);
        let known = Known { validators, ..Known::at(Cow::Borrowed(&owed.url)) };
        let asked = round.ask(&known).await;
        match asked.answer {
            Answer::Failed { failure, error, .. } => {
                index.failed(&owed.url);
                found.warnings.push(format!("the sitemap {}: {error}", owed.url));
                found.all_failed.get_or_insert((failure, error));
                continue;
            }
            Answer::Same => {}
            Answer::Read(announced) => {
                if !announced.children.is_empty() {
                    let what = "is an index inside an index, which is not followed";
                    found.warnings.push(format!("the sitemap {} {what}", owed.url));
                }
                let of_child = |one: Announcement| {
                    let old = is_history(&owed, &one) && !round.source.alert_on_history;
                    let history = !news || old;
                    entry(one, round.source, history, now)
                };
                found.entries.extend(announced.entries.into_iter().map(of_child));
                found.warnings.extend(announced.warnings);
            }
        }
        answered += 1;
        index.answered(&owed.url, asked.validators);
    }
    index.close_round();
    if answered > 0 {
        found.all_failed = None;
    }
    found
}

/// What a sitemap that was there from the start held then is history, whenever it is read first.
fn is_history(owed: &Owed, one: &Announcement) -> bool {
    owed.baseline.is_some_and(|baseline| one.published_at.is_none_or(|at| at <= baseline))
}

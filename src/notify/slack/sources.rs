//! Changes of sources' health as sections of a Slack message.

use super::{bracketed, escape, labelled, packed, say};
use crate::notify::view::{SourceRow, SourcesView, View};
use crate::phrases;

/// Characters of all sources together, so that what to do about them stays in the message.
const ROWS_CHARS: usize = 6500;

/// What changed, and what to do about it.
pub(super) fn sources(view: &View, facts: &SourcesView) -> Vec<String> {
    let mut parts = Vec::new();
    let mut length = 0;
    for row in facts.rows.iter().map(|row| source(view, row)) {
        length += row.chars().count();
        if length > ROWS_CHARS {
            break;
        }
        parts.push(row);
    }
    let more = facts.beyond(parts.len());
    if more > 0 {
        parts.push(phrases::count("count.sources_more", view.locale, more));
    }
    let mut sections = packed(parts);
    let advice = facts.advice.iter().map(|line| format!("• {}", escape(line)));
    let title = format!("*{}*", escape(say(view, "sources.what_to_do")));
    sections.push([title].into_iter().chain(advice).collect::<Vec<_>>().join("\n"));
    sections
}

fn source(view: &View, row: &SourceRow) -> String {
    let colon = say(view, "format.colon");
    let name = escape(&format!("{}{}", row.name, bracketed(view, &row.id)));
    let was = phrases::fill("sources.before", view.locale, &[("health", row.was)]);
    let state = escape(&format!("{}{}", row.now, bracketed(view, &was)));
    let mut lines = vec![format!("• *{name}*{colon}{state}")];
    lines.push(labelled(view, say(view, "sources.since"), &row.since));
    if let Some(reason) = &row.reason {
        lines.push(labelled(view, say(view, "mail.reason"), reason));
    }
    if let Some(next) = &row.next {
        lines.push(labelled(view, say(view, "sources.next"), next));
    }
    lines.join("\n    ")
}

//! What became of channels, in its reader's language.

use serde::Serialize;

use crate::model::{ChannelChange, ChannelState, ChannelsNotice, Locale};
use crate::notify::clean::clean;
use crate::notify::clock::Clock;
use crate::phrases;

/// Channels that one message lists.
const SHOWN: usize = 20;

/// Changes of channels for one reader.
#[derive(Debug, Serialize)]
pub struct ChannelsView {
    pub colour: &'static str,
    pub rows: Vec<ChannelRow>,
    pub advice: Vec<&'static str>,
    pub url: Option<String>,
}

/// A channel that changed.
#[derive(Debug, Serialize)]
pub struct ChannelRow {
    pub id: String,
    pub now: &'static str,
    pub since: String,
    /// Each with its name: failures, what waits, what was given up, why, who stands in.
    pub facts: Vec<(&'static str, String)>,
}

impl ChannelsView {
    /// The changes as somebody with this language and clock reads them.
    pub fn new(notice: &ChannelsNotice, locale: Locale, clock: &Clock) -> Self {
        let has = |state| notice.changes.iter().any(|change| change.now == state);
        let mut advice = Vec::new();
        if has(ChannelState::Disabled) {
            advice.push(phrases::text("channels.do_disabled", locale));
        }
        if has(ChannelState::Failing) {
            advice.push(phrases::text("channels.do_failing", locale));
        }
        if has(ChannelState::Dropping) {
            advice.push(phrases::text("channels.do_dropping", locale));
        }
        // White on these has a contrast of 5 to 1 (WCAG 2.2 §1.4.3).
        let colour = if advice.is_empty() { "#15803d" } else { "#b91c1c" };
        advice.push(phrases::text("channels.see_all", locale));
        let rows = notice.changes.iter().take(SHOWN);
        let rows = rows.map(|change| row(change, locale, clock)).collect();
        Self { colour, rows, advice, url: None }
    }
}

/// The line that stands for the changes in an inbox.
pub fn subject(notice: &ChannelsNotice, locale: Locale) -> String {
    let said: Vec<String> = ChannelState::ALL
        .into_iter()
        .filter_map(|state| {
            let names: Vec<String> = notice
                .changes
                .iter()
                .filter(|change| change.now == state)
                .map(|change| clean(&change.id, 60))
                .collect();
            let separator = phrases::text("format.list_separator", locale);
            let names = names.join(separator);
            let key = match state {
                ChannelState::Disabled => "channels.disabled_are",
                ChannelState::Failing => "channels.failing_are",
                ChannelState::Dropping => "channels.dropping_are",
                ChannelState::Working => "channels.working_are",
            };
            (!names.is_empty()).then(|| phrases::fill(key, locale, &[("names", &names)]))
        })
        .collect();
    phrases::fill("subject.channels", locale, &[("changes", &said.join(" · "))])
}

fn row(change: &ChannelChange, locale: Locale, clock: &Clock) -> ChannelRow {
    let say = |key| phrases::text(key, locale);
    let now = match change.now {
        ChannelState::Disabled => "channels.disabled",
        ChannelState::Failing => "channels.failing",
        ChannelState::Dropping => "channels.dropping",
        ChannelState::Working => "channels.working",
    };
    let mut facts = Vec::new();
    for (key, count) in [
        ("channels.failures", change.failures),
        ("channels.waiting", change.waiting),
        ("channels.dead", change.dead),
    ] {
        if count > 0 {
            facts.push((say(key), count.to_string()));
        }
    }
    let why = change.reason.as_deref().map(|why| clean(why, 200)).filter(|why| !why.is_empty());
    facts.extend(why.map(|why| (say("mail.reason"), why)));
    if change.now != ChannelState::Working {
        let second = change.fallback.as_deref().map(|id| clean(id, 60));
        let second = second.unwrap_or_else(|| say("channels.no_fallback").to_owned());
        facts.push((say("channels.fallback"), second));
    }
    ChannelRow { id: clean(&change.id, 60), now: say(now), since: clock.show(change.since), facts }
}

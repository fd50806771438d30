//! The report that closes a watch, as Markdown and as HTML, in the reader's language.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::document::{self, Block};
use crate::app::watches::{QuestionRow, WatchReport, WatchState};
use crate::config::Organisation;
use crate::model::{Level, Locale};
use crate::phrases::{self, text};

/// As Markdown.
#[must_use]
pub fn markdown(report: &WatchReport, organisation: &Organisation, locale: Locale) -> String {
    document::markdown(&Writer { report, organisation, locale }.blocks())
}

/// As a whole HTML document that loads nothing from elsewhere.
#[must_use]
pub fn html(report: &WatchReport, organisation: &Organisation, locale: Locale) -> String {
    let writer = Writer { report, organisation, locale };
    document::html(&writer.title(), locale.code(), &writer.blocks())
}

/// The day of an instant by the clocks of a zone: `2026-12-01`.
#[must_use]
pub fn first_day(at: &str, zone: &str) -> String {
    shown(at, zone, SignedDuration::ZERO, "%Y-%m-%d")
}

/// The last day before an instant.
#[must_use]
pub fn last_day(at: &str, zone: &str) -> String {
    shown(at, zone, SignedDuration::from_secs(1), "%Y-%m-%d")
}

/// An instant less a while; as it is if it is none.
fn shown(at: &str, zone: &str, less: SignedDuration, format: &str) -> String {
    let Ok(instant) = at.parse::<Timestamp>() else { return at.to_owned() };
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let before = instant.checked_sub(less).unwrap_or(instant);
    before.to_zoned_datetime(zone).strftime(format).to_string()
}

struct Writer<'a> {
    report: &'a WatchReport,
    organisation: &'a Organisation,
    locale: Locale,
}

impl Writer<'_> {
    fn time(&self, at: &str) -> String {
        shown(at, &self.organisation.time_zone, SignedDuration::ZERO, "%Y-%m-%d %H:%M")
    }

    fn title(&self) -> String {
        let topic = self.report.shown.watch.topic_name.get(self.locale);
        format!("{}: {topic}", text("watch.report", self.locale))
    }

    fn blocks(&self) -> Vec<Block> {
        let Self { report, organisation, locale } = *self;
        let (watch, zone) = (&report.shown.watch, &organisation.time_zone);
        let state = match watch.state {
            WatchState::Planned => text("watch.planned", locale),
            WatchState::Running => text("watch.running", locale),
            WatchState::Over => text("watch.over", locale),
        };
        let days = format!("{} – {}", first_day(&watch.from, zone), last_day(&watch.until, zone));
        let written =
            format!("{} {}", text("watch.written", locale), self.time(&report.written_at));
        let mut blocks = vec![
            Block::Heading(1, self.title()),
            Block::Text(format!("{} · {days} · {}", organisation.name, watch.reason)),
            Block::Text(format!("{state} {written} ({zone})")),
        ];
        let titled = |title: &str, mut rest: Vec<Block>| {
            rest.insert(0, Block::Heading(2, title.to_owned()));
            rest
        };
        blocks.extend(titled(text("watch.seen", locale), vec![self.numbers()]));
        blocks.extend(titled(text("watch.alerts", locale), self.alerts()));
        blocks.extend(titled(text("watch.stories", locale), vec![self.stories()]));
        if !report.media.is_empty() {
            blocks.extend(titled(text("watch.media", locale), vec![self.media()]));
        }
        let none = text("watch.none_open", locale);
        let open = self.questions(false).unwrap_or_else(|| Block::Text(none.to_owned()));
        blocks.extend(titled(text("watch.open", locale), vec![open]));
        if let Some(settled) = self.questions(true) {
            blocks.extend(titled(text("watch.settled", locale), vec![settled]));
        }
        blocks
    }

    fn numbers(&self) -> Block {
        let (seen, before, locale) = (self.report.seen, self.report.before, self.locale);
        let head = ["", text("watch.in_its_time", locale), text("watch.before", locale)];
        let rows = [
            (text("watch.articles", locale), seen.articles, before.articles),
            (text("watch.negative", locale), seen.negative, before.negative),
            (text("watch.stories", locale), seen.stories, before.stories),
            (text("watch.owners", locale), seen.owners, before.owners),
        ];
        let rows = rows.map(|(name, seen, before)| {
            vec![name.to_owned(), seen.to_string(), before.to_string()]
        });
        Block::Table(head.map(str::to_owned).to_vec(), rows.to_vec())
    }

    fn alerts(&self) -> Vec<Block> {
        let (report, locale) = (self.report, self.locale);
        if report.alerts.is_empty() {
            return vec![Block::Text(text("watch.no_alerts", locale).to_owned())];
        }
        let levels = [Level::Red, Level::Orange, Level::Yellow, Level::Blue].into_iter();
        let levels = levels.filter_map(|level| {
            let n = report.levels.get(&level)?;
            Some(format!("{}: {n}", phrases::level(level, locale)))
        });
        let levels: Vec<String> = levels.collect();
        let head = [
            text("watch.level", locale),
            text("watch.raised", locale),
            text("watch.state", locale),
            text("watch.headline", locale),
        ];
        let rows = report.alerts.iter().map(|alert| {
            vec![
                phrases::level(alert.level, locale).to_owned(),
                self.time(&alert.opened_at),
                phrases::alert_state(alert.state, locale).to_owned(),
                alert.headline.clone(),
            ]
        });
        let table = Block::Table(head.map(str::to_owned).to_vec(), rows.collect());
        vec![Block::Text(levels.join(" · ")), table]
    }

    fn stories(&self) -> Block {
        let locale = self.locale;
        if self.report.stories.is_empty() {
            return Block::Text(text("watch.nothing_seen", locale).to_owned());
        }
        let head = [
            text("watch.headline", locale),
            text("watch.since", locale),
            text("watch.articles", locale),
            text("watch.negative", locale),
            text("watch.owners", locale),
        ];
        let rows = self.report.stories.iter().map(|story| {
            vec![
                story.headline.clone(),
                self.time(&story.first_at),
                story.articles.to_string(),
                story.negative.to_string(),
                story.owners.to_string(),
            ]
        });
        Block::Table(head.map(str::to_owned).to_vec(), rows.collect())
    }

    fn media(&self) -> Block {
        let locale = self.locale;
        let head = [
            text("watch.medium", locale),
            text("watch.tier", locale),
            text("watch.articles", locale),
            text("watch.negative", locale),
        ];
        let rows = self.report.media.iter().map(|medium| {
            let figures = [medium.tier, medium.articles, medium.negative];
            let figures = figures.iter().map(u32::to_string);
            std::iter::once(medium.name.clone()).chain(figures).collect()
        });
        Block::Table(head.map(str::to_owned).to_vec(), rows.collect())
    }

    /// Those that are settled, or those that are not; none where there are none.
    fn questions(&self, settled: bool) -> Option<Block> {
        let chosen = self.report.shown.checklist.iter().filter(|one| one.settled == settled);
        let items: Vec<String> = chosen.map(|question| self.question(question)).collect();
        (!items.is_empty()).then_some(Block::List(items))
    }

    fn question(&self, question: &QuestionRow) -> String {
        let who = match (&question.by, &question.at) {
            (Some(by), Some(at)) if question.settled => format!("{by}, {}", self.time(at)),
            _ => question.owner.clone(),
        };
        let note = question.note.as_ref().map_or_else(String::new, |note| format!(" ({note})"));
        format!("{}. {} — {who}{note}", question.number, question.text.get(self.locale))
    }
}

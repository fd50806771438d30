//! The report that closes a watch, as Markdown and as HTML, in the reader's language.

use std::sync::LazyLock;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use minijinja::syntax::SyntaxConfig;
use minijinja::value::Serde;
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, Value, context};

use crate::app::watches::{WatchReport, WatchState};
use crate::config::Organisation;
use crate::model::{Level, Locale};
use crate::phrases;

const HTML: &str = "watch_report.html.j2";
const MARKDOWN: &str = "watch_report.md.j2";

static TEMPLATES: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    let lines = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    templates.set_syntax(lines.unwrap_or_default());
    templates.set_auto_escape_callback(|name| {
        if name == HTML { AutoEscape::Html } else { AutoEscape::None }
    });
    templates.add_filter("md", |text: &str| escaped(text));
    templates
});

/// As Markdown.
///
/// # Errors
/// Only by a defect of the template.
pub fn markdown(
    report: &WatchReport,
    organisation: &Organisation,
    locale: Locale,
) -> Result<String, Error> {
    let template = include_str!("templates/watch_report.md.j2");
    TEMPLATES.render_named_str(MARKDOWN, template, values(report, organisation, locale))
}

/// As a whole HTML document that loads nothing from elsewhere.
///
/// # Errors
/// Only by a defect of the template.
pub fn html(
    report: &WatchReport,
    organisation: &Organisation,
    locale: Locale,
) -> Result<String, Error> {
    let template = include_str!("templates/watch_report.html.j2");
    TEMPLATES.render_named_str(HTML, template, values(report, organisation, locale))
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

/// Markdown that shows the text as it is, on one line.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '&' | '!')
        {
            escaped.push('\\');
        }
        escaped.push(if c.is_control() { ' ' } else { c });
    }
    escaped
}

fn values(report: &WatchReport, organisation: &Organisation, locale: Locale) -> Value {
    let zone = organisation.time_zone.as_str();
    let time = |at: &str| shown(at, zone, SignedDuration::ZERO, "%Y-%m-%d %H:%M");
    let watch = &report.shown.watch;
    let levels = [Level::Red, Level::Orange, Level::Yellow, Level::Blue].into_iter();
    let levels = levels.filter_map(|level| {
        let n = report.levels.get(&level)?;
        Some(context! { level => level.name(), name => phrases::level(level, locale), n })
    });
    let alerts = report.alerts.iter().map(|alert| {
        context! {
            level => alert.level.name(),
            level_name => phrases::level(alert.level, locale),
            state => phrases::alert_state(alert.state, locale),
            at => time(&alert.opened_at),
            headline => &alert.headline,
        }
    });
    let stories = report.stories.iter().map(|story| {
        context! {
            at => time(&story.first_at),
            headline => &story.headline,
            articles => story.articles,
            negative => story.negative,
            owners => story.owners,
        }
    });
    let questions = |settled: bool| {
        let chosen = report.shown.checklist.iter().filter(move |it| it.settled == settled);
        let rows = chosen.map(|question| {
            context! {
                number => question.number,
                text => question.text.get(locale),
                owner => &question.owner,
                by => &question.by,
                at => question.at.as_deref().map(time),
                note => &question.note,
            }
        });
        rows.collect::<Vec<_>>()
    };
    context! {
        t => Value::from_function(move |key: &str| phrases::text(key, locale).to_owned()),
        lang => locale.code(),
        organisation => &organisation.name,
        topic => watch.topic_name.get(locale),
        reason => &watch.reason,
        points => watch.points,
        from => first_day(&watch.from, zone),
        until => last_day(&watch.until, zone),
        written_at => time(&report.written_at),
        zone,
        state => match watch.state {
            WatchState::Planned => phrases::text("watch.planned", locale),
            WatchState::Running => phrases::text("watch.running", locale),
            WatchState::Over => phrases::text("watch.over", locale),
        },
        seen => Value::from(Serde(report.seen)),
        before => Value::from(Serde(report.before)),
        levels => levels.collect::<Vec<_>>(),
        alerts => alerts.collect::<Vec<_>>(),
        stories => stories.collect::<Vec<_>>(),
        media => Value::from(Serde(&report.media)),
        open => questions(false),
        settled => questions(true),
    }
}

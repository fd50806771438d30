//! The demo's day: who publishes what, and when.
//!
//! Holds no text itself (that is `script/*.toml`, read by `script_file`) and never publishes (that is the newsroom).

use std::fmt::Write;
use std::time::Duration;

use serde::Deserialize;
use url::Url;

use crate::config::Finding;
use crate::model::{Health, Level, Locale};

/// CSS selector of the articles' links on the newsroom's list pages.
pub const LIST_LINKS: &str = "main article h2 a";

/// Polls without anything new after which a medium that falls silent counts as stale.
const SILENT_POLLS: u32 = 10;

/// Why the embedded script cannot be played; each is a mistake of the build, not of the user.
#[derive(Debug, thiserror::Error)]
pub enum ScriptError {
    /// A file does not read.
    #[error("{0}")]
    Unreadable(Box<Finding>),
    /// The files contradict each other.
    #[error("demo script: {0}")]
    Contradiction(String),
}

/// A day of news.
#[derive(Debug, Clone, PartialEq)]
pub struct Script {
    /// Who publishes.
    pub media: Vec<Medium>,
    /// What is published, by time.
    pub articles: Vec<ScriptedArticle>,
    /// What should come of it; every article belongs to exactly one.
    pub expect: Vec<Expectation>,
}

/// An invented medium.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Medium {
    /// Path segment and source id; unique.
    pub id: String,
    /// As people call it.
    pub name: String,
    /// Media of one owner count as one voice.
    pub owner: String,
    /// Reach, 1 to 3.
    pub tier: u8,
    /// Language of its articles and pages.
    pub language: Locale,
    /// Where it is read (ISO 3166).
    pub region: String,
    /// How it announces articles.
    pub kind: MediumKind,
    /// What its article pages tell machines.
    pub metadata: Metadata,
    /// Whether its feed carries whole articles rather than teasers.
    #[serde(default)]
    pub full_text: bool,
    /// CSS colour of its pages.
    pub accent: String,
    /// What befalls its feed.
    pub trouble: Option<Trouble>,
}

/// What befalls a feed, for `atalaya sources`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Trouble {
    /// From when on, in seconds of script time.
    pub at: u32,
    /// What.
    pub kind: TroubleKind,
}

/// The kinds of trouble.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TroubleKind {
    /// Its server answers 503.
    Dies,
    /// It answers, and brings nothing new.
    FallsSilent,
    /// It has moved for good (301).
    Moves,
    /// It serves a document built to exhaust its reader.
    TurnsHostile,
}

impl TroubleKind {
    /// How the daemon should find the source at the end of the day.
    #[must_use]
    pub fn health(self) -> Health {
        match self {
            Self::Dies | Self::TurnsHostile => Health::Failing,
            Self::FallsSilent => Health::Stale,
            Self::Moves => Health::Healthy,
        }
    }
}

/// How a medium announces its articles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MediumKind {
    /// RSS 2.0.
    Rss,
    /// Atom (RFC 4287).
    Atom,
    /// An HTML page that lists them.
    Page,
}

/// What an article's page tells machines about itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Metadata {
    /// schema.org `NewsArticle` as JSON-LD, and Open Graph.
    JsonLd,
    /// Open Graph alone.
    OpenGraph,
    /// Nothing but the visible text, in anonymous `div`s.
    Bare,
}

/// An article with everything its page shows; copies are already made out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScriptedArticle {
    /// Unique; the page's file name.
    pub id: String,
    /// Who publishes it.
    pub medium: String,
    /// Script time of publication.
    pub at: Duration,
    /// Script time of a later change.
    pub updated: Option<Duration>,
    /// Headline.
    pub title: String,
    /// Teaser.
    pub summary: String,
    /// Byline.
    pub author: String,
    /// The text.
    pub paragraphs: Vec<String>,
    /// The article that it copies.
    pub copy_of: Option<String>,
}

/// The events that the script stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Event {
    /// Everyday news.
    Ordinary,
    /// Hearsay about withdrawn deposits.
    Rumour,
    /// The bank and its supervisor deny the rumour.
    Denial,
    /// Customers' data stolen, confirmed.
    Leak,
}

/// What should come of an event.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expectation {
    /// Which event.
    pub event: Event,
    /// The articles that tell it.
    pub articles: Vec<String>,
    /// No alert may open on these articles alone.
    #[serde(default)]
    pub quiet: bool,
    /// The highest level told must reach this.
    pub at_least: Option<Level>,
    /// The highest level told must not exceed this.
    pub at_most: Option<Level>,
    /// An incident must open.
    #[serde(default)]
    pub incident: bool,
}

impl Script {
    /// Script time of the last publication or change.
    #[must_use]
    pub fn length(&self) -> Duration {
        let times = self.articles.iter().flat_map(|article| [Some(article.at), article.updated]);
        times.flatten().max().unwrap_or_default()
    }

    /// A medium by its id.
    #[must_use]
    pub fn medium(&self, id: &str) -> Option<&Medium> {
        self.media.iter().find(|medium| medium.id == id)
    }

    /// An article by its id.
    #[must_use]
    pub fn article(&self, id: &str) -> Option<&ScriptedArticle> {
        self.articles.iter().find(|article| article.id == id)
    }

    /// The event that an article belongs to.
    #[must_use]
    pub fn event_of(&self, article: &str) -> Option<Event> {
        let told_by = |expected: &&Expectation| expected.articles.iter().any(|id| id == article);
        self.expect.iter().find(told_by).map(|expected| expected.event)
    }

    /// The media as `[[source]]` tables of the daemon's configuration, for a newsroom at `base`
    /// (`http://127.0.0.1:port/`), polled every `poll` (whole milliseconds).
    #[must_use]
    pub fn sources_toml(&self, base: &Url, poll: Duration) -> String {
        let mut out = String::new();
        for medium in &self.media {
            source_toml(&mut out, medium, base, poll);
        }
        out
    }
}

impl Expectation {
    /// Whether the highest level told (`None`: nobody was told) is as scripted.
    #[must_use]
    pub fn allows(&self, told: Option<Level>) -> bool {
        let high_enough = self.at_least.is_none_or(|least| told.is_some_and(|told| told >= least));
        let low_enough = self.at_most.is_none_or(|most| told.is_none_or(|told| told <= most));
        high_enough && low_enough && !(self.quiet && told.is_some())
    }
}

impl Medium {
    /// The path at which it is polled.
    #[must_use]
    pub fn poll_path(&self) -> String {
        format!("/m/{}/{}", self.id, self.feed_file())
    }

    /// The file name of what is polled.
    #[must_use]
    pub fn feed_file(&self) -> &'static str {
        match self.kind {
            MediumKind::Rss => "rss.xml",
            MediumKind::Atom => "atom.xml",
            MediumKind::Page => "",
        }
    }
}

impl ScriptedArticle {
    /// The path of its page.
    #[must_use]
    pub fn path(&self) -> String {
        format!("/m/{}/{}.html", self.medium, self.id)
    }
}

fn in_toml(duration: Duration) -> String {
    match duration.subsec_millis() {
        0 => format!("{}s", duration.as_secs()),
        _ => format!("{}ms", duration.as_millis()),
    }
}

fn source_toml(out: &mut String, medium: &Medium, base: &Url, poll: Duration) {
    let interval = in_toml(poll);
    let path = medium.poll_path();
    let url = format!("{}{path}", base.as_str().trim_end_matches('/'));
    let is_page = medium.kind == MediumKind::Page;
    let mut pairs = vec![
        ("id", medium.id.as_str().into()),
        ("name", medium.name.as_str().into()),
        ("kind", if is_page { "page" } else { "feed" }.into()),
        ("url", url.into()),
    ];
    if is_page {
        pairs.push(("links", LIST_LINKS.into()));
    }
    pairs.extend([
        ("language", medium.language.code().into()),
        ("region", medium.region.as_str().into()),
        ("tier", toml::Value::from(i64::from(medium.tier))),
        ("owner", medium.owner.as_str().into()),
        ("interval", interval.into()),
        ("allow_private", true.into()),
    ]);
    if medium.trouble.is_some_and(|trouble| trouble.kind == TroubleKind::FallsSilent) {
        pairs.push(("stale_after", in_toml(poll * SILENT_POLLS).into()));
    }
    out.push_str("[[source]]\n");
    for (key, value) in pairs {
        // Writing to a String cannot fail.
        writeln!(out, "{key} = {value}").unwrap_or_default();
    }
    out.push('\n');
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};
    use std::time::Duration;

    use url::Url;

    use super::{Event, MediumKind, Script, ScriptedArticle};
    use crate::model::{Level, Locale};
    use crate::text::{fold, tokens};

    fn script() -> Script {
        Script::load().expect("the embedded script reads")
    }

    /// The words of the text as a reader sees it; in Chinese its character pairs, since single
    /// characters are shared by any two texts.
    fn words(article: &ScriptedArticle, locale: Locale) -> BTreeSet<String> {
        let text = fold(&article.paragraphs.join("\n")).text;
        let words: Vec<String> = tokens(&text).map(|token| token.text.to_owned()).collect();
        match locale {
            Locale::Zh => words.windows(2).map(<[String]>::concat).collect(),
            _ => words.into_iter().collect(),
        }
    }

    /// Jaccard's coefficient of two sets of words.
    fn overlap(a: &BTreeSet<String>, b: &BTreeSet<String>) -> f64 {
        a.intersection(b).count() as f64 / a.union(b).count().max(1) as f64
    }

    #[test]
    fn every_language_has_news_and_the_day_ends_in_time() {
        let script = script();
        let mut by_language: BTreeMap<Locale, usize> = BTreeMap::new();
        for article in &script.articles {
            let medium = script.medium(&article.medium).expect("checked");
            *by_language.entry(medium.language).or_default() += 1;
        }
        for locale in Locale::ALL {
            assert!(by_language[&locale] >= 8, "{locale}: {by_language:?}");
        }
        assert!(script.length() <= Duration::from_secs(110), "{:?}", script.length());
    }

    #[test]
    fn every_medium_has_something_out_before_the_first_poll() {
        let script = script();
        for medium in &script.media {
            let seeded = |article: &ScriptedArticle| {
                article.medium == medium.id && article.at == Duration::ZERO
            };
            assert!(script.articles.iter().any(seeded), "{}", medium.id);
        }
    }

    #[test]
    fn copies_are_near_identical_and_nothing_else_is() {
        let script = script();
        let locale =
            |article: &ScriptedArticle| script.medium(&article.medium).expect("checked").language;
        let root = |article: &ScriptedArticle| {
            article.copy_of.clone().unwrap_or_else(|| article.id.clone())
        };
        for (index, a) in script.articles.iter().enumerate() {
            for b in &script.articles[index + 1..] {
                if locale(a) != locale(b) {
                    continue;
                }
                let shared = overlap(&words(a, locale(a)), &words(b, locale(b)));
                let (a_root, b_root) = (root(a), root(b));
                if a_root == b_root {
                    assert!(shared >= 0.7, "{} and {}: {shared:.2}", a.id, b.id);
                } else {
                    assert!(shared < 0.5, "{} and {}: {shared:.2}", a.id, b.id);
                }
            }
        }
    }

    #[test]
    fn the_story_line_is_there() {
        let script = script();
        let owners = |event: Event| -> Vec<&str> {
            let told = script.articles.iter().filter(|a| script.event_of(&a.id) == Some(event));
            told.map(|a| script.medium(&a.medium).expect("checked").owner.as_str()).collect()
        };
        for (event, at_least) in [(Event::Rumour, 8), (Event::Denial, 3), (Event::Leak, 10)] {
            assert!(owners(event).len() >= at_least, "{event:?}");
        }
        let rumour = owners(Event::Rumour);
        let voices: BTreeSet<_> = rumour.iter().collect();
        assert_eq!(voices.len() + 1, rumour.len(), "one owner tells the rumour twice");
        let first = |event| {
            let told = script.articles.iter().find(|a| script.event_of(&a.id) == Some(event));
            told.expect("told").medium.as_str()
        };
        assert_eq!(script.medium(first(Event::Rumour)).expect("medium").tier, 3);
        assert_eq!(script.medium(first(Event::Leak)).expect("medium").tier, 1);
    }

    #[test]
    fn articles_are_as_long_as_news_is() {
        let script = script();
        for article in &script.articles {
            let locale = script.medium(&article.medium).expect("checked").language;
            let text = article.paragraphs.join("\n");
            let length = tokens(&text).count();
            let fits = match locale {
                Locale::Zh => (180..=600).contains(&length),
                _ => (110..=350).contains(&length),
            };
            assert!(fits, "{}: {length}", article.id);
            assert!((4..=7).contains(&article.paragraphs.len()), "{}", article.id);
        }
    }

    #[test]
    fn expectations_judge_what_was_told() {
        let script = script();
        let check = |event: Event, told: Option<Level>, fine: bool| {
            let expected = script.expect.iter().find(|one| one.event == event).expect("scripted");
            assert_eq!(expected.allows(told), fine, "{event:?} told {told:?}");
        };
        check(Event::Ordinary, None, true);
        check(Event::Ordinary, Some(Level::Blue), false);
        check(Event::Rumour, None, true);
        check(Event::Rumour, Some(Level::Yellow), true);
        check(Event::Rumour, Some(Level::Orange), false);
        check(Event::Leak, None, false);
        check(Event::Leak, Some(Level::Yellow), false);
        check(Event::Leak, Some(Level::Red), true);
    }

    #[test]
    fn sources_are_tables_of_the_configuration() {
        let script = script();
        let base = Url::parse("http://127.0.0.1:4000/").expect("url");
        let rendered = script.sources_toml(&base, Duration::from_secs(2));
        let read: toml::Table = toml::from_str(&rendered).expect("TOML");
        let sources = read["source"].as_array().expect("an array of tables");
        assert_eq!(sources.len(), script.media.len());
        for (source, medium) in sources.iter().zip(&script.media) {
            assert_eq!(source["id"].as_str(), Some(medium.id.as_str()));
            assert_eq!(source["name"].as_str(), Some(medium.name.as_str()));
            assert_eq!(source["interval"].as_str(), Some("2s"));
            let url = source["url"].as_str().expect("url");
            assert_eq!(url, format!("http://127.0.0.1:4000{}", medium.poll_path()));
            let is_page = medium.kind == MediumKind::Page;
            assert_eq!(source["kind"].as_str(), Some(if is_page { "page" } else { "feed" }));
            assert_eq!(source.get("links").is_some(), is_page, "{}", medium.id);
        }
        let quick = script.sources_toml(&base, Duration::from_millis(1500));
        assert!(quick.contains("interval = \"1500ms\""));
    }
}

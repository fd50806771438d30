//! When an article appeared and when it was last changed: what JSON-LD, `meta`, microdata, address and
//! visible text say, the surest first.

use std::sync::LazyLock;

use jiff::Timestamp;
use jiff::tz::{Offset, TimeZone};
use regex::Regex;
use url::Url;

use crate::text::{self, DateContext, Written};

use super::dom::Dom;
use super::elements::{is_elsewhere, words};
use super::json_ld::Described;
use super::survey::{Meta, Survey};
use super::visible_date::{self, Expected, Seen, Trust};

/// The first year of news on the web; what is older is the date of something else.
const FIRST_YEAR: i16 = 1995;
/// The last year that is believed where nobody says what time it is.
const LAST_YEAR: i16 = 2100;

/// Names of `meta` elements for the day of publication, the surest first.
const PUBLISHED: [&str; 33] = [
    "article:published_time",
    "og:published_time",
    "og:article:published_time",
    "bt:pubdate",
    "datepublished",
    "date.published",
    "publication_date",
    "publication-date",
    "publishdate",
    "publish-date",
    "publish_date",
    "pubdate",
    "parsely-pub-date",
    "sailthru.date",
    "cxenseparse:recs:publishtime",
    "article:published",
    "article.published",
    "article_date_original",
    "published-date",
    "ptime",
    "dc.date.issued",
    "dcterms.issued",
    "dcterms.created",
    "dc.date.created",
    "dc.created",
    "dcsext.articlefirstpublished",
    "citation_publication_date",
    "citation_online_date",
    "originalpublicationdate",
    "rnews:datepublished",
    "datecreated",
    "article:created_time",
    "pub_date",
];

/// Names that may as well be the day on which the page was made or sent.
const PERHAPS_PUBLISHED: [&str; 4] = ["dcterms.date", "dc.date", "date", "release_date"];

const UPDATED: [&str; 12] = [
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "dc.date.modified",
    "dc.modified",
    "article:modified",
    "modified_date",
    "last-modified",
    "lastmod",
    "lastupdated",
    "revised",
];

/// Scripts that are searched for dates, and bytes of each.
const MAX_SCRIPTS: usize = 60;
const MAX_SCRIPT: usize = 1_000_000;

/// What is known of a page's dates beside the page.
#[derive(Debug, Default)]
pub(super) struct Known {
    /// The zone of times that are written without one.
    pub(super) zone: Option<TimeZone>,
    /// What is later than a day from now is no date of this page.
    pub(super) now: Option<Timestamp>,
}

/// When an article appeared and was changed, as written.
#[derive(Debug, Default)]
pub(super) struct Dates {
    pub(super) published: Option<String>,
    pub(super) updated: Option<String>,
    pub(super) warnings: Vec<String>,
}

/// Reads the dates of a page.
pub(super) fn read(
    dom: &Dom<'_>,
    survey: &Survey<'_>,
    described: &Described,
    url: Option<&Url>,
    known: &Known,
) -> Dates {
    let meta = &survey.meta;
    let day_first = writes_day_first(survey, url);
    let mut reader = Reader { known, day_first, refused: None };
    let in_url = url.and_then(url_date).and_then(|raw| reader.date(&raw));
    let mut warnings = Vec::new();
    let mut published = described
        .published
        .as_deref()
        .and_then(|raw| reader.date(raw))
        .or_else(|| reader.meta(meta, &PUBLISHED))
        .or_else(|| reader.unlisted(meta))
        .or_else(|| survey.published.iter().find_map(|nodes| reader.element(dom, nodes)))
        .or(in_url);
    let mut updated = described
        .updated
        .as_deref()
        .and_then(|raw| reader.date(raw))
        .or_else(|| reader.meta(meta, &UPDATED))
        .or_else(|| reader.element(dom, &survey.updated));
    if published.is_none() {
        published = reader.scripts(survey);
        warnings.extend(published.map(|_| "the date is read from a script of the page".to_owned()));
    }
    // The page's lines are only read where they can still say something.
    let may_be_elsewhere = |stamp: Written| is_utc(stamp) && in_url.is_none();
    let seen = if updated.is_none() || published.is_none_or(may_be_elsewhere) {
        visible_date::read(dom, Expected { day_first, month: url.and_then(url_month) })
    } else {
        Seen::default()
    };
    let shown = seen.published.filter(|date| reader.is_plausible(*date));
    if published.is_none() {
        let perhaps = reader.meta(meta, &PERHAPS_PUBLISHED);
        let is_trusted = seen.trust > Trust::None || perhaps.is_none() && updated.is_none();
        published = shown.filter(|_| is_trusted);
        warnings.extend(published.map(|_| "the date is read from the text of the page".to_owned()));
        published = published.or(perhaps);
    } else if let Some(stamp) = published {
        let shown = shown.filter(|_| seen.trust > Trust::None);
        let local = in_url.or(shown).and_then(|day| in_local_zone(stamp, day));
        if let Some(local) = local {
            published = Some(local);
            warnings.push("the zone is guessed from the day that the page shows".to_owned());
        }
    }
    updated = updated.or(seen.updated.filter(|date| reader.is_plausible(*date)));
    if published.is_none() && updated.is_some() {
        published = updated;
        warnings.push("only the date of the last change is known".to_owned());
    }
    if published.is_none() {
        let pictures = meta.values("og:image").filter_map(|link| Url::parse(link).ok());
        published = pictures.take(3).find_map(|link| reader.date(&url_date(&link)?));
        warnings.extend(published.map(|_| "the date is that of the picture's address".to_owned()));
    }
    if let Some(refused) = reader.refused {
        warnings.push(format!("an implausible date was refused: {refused}"));
    }
    if let (Some(first), Some(last)) = (published, updated)
        && last.date < first.date
    {
        warnings.push("the page says it was changed before it appeared".to_owned());
    }
    let written = |date: Written| zoned(date, known.zone.as_ref()).to_string();
    Dates { published: published.map(written), updated: updated.map(written), warnings }
}

/// Reads the one date that stands at a known place.
pub(super) fn read_one(
    raw: &str,
    survey: &Survey<'_>,
    url: Option<&Url>,
    known: &Known,
) -> Option<String> {
    let mut reader = Reader { known, day_first: writes_day_first(survey, url), refused: None };
    Some(zoned(reader.date(raw)?, known.zone.as_ref()).to_string())
}

struct Reader<'a> {
    known: &'a Known,
    /// How `03/04/2024` is meant.
    day_first: bool,
    /// The first date that was not believed.
    refused: Option<String>,
}

impl Reader<'_> {
    fn date(&mut self, raw: &str) -> Option<Written> {
        let context = DateContext { day_first: Some(self.day_first), ..DateContext::default() };
        let date = text::read_date_in(raw, context).filter(|_| visible_date::has_day(raw))?;
        if self.is_plausible(date) {
            return Some(date);
        }
        self.refused.get_or_insert_with(|| date.date.to_string());
        None
    }

    fn is_plausible(&self, date: Written) -> bool {
        let tomorrow = self
            .known
            .now
            .and_then(|now| now.checked_add(jiff::SignedDuration::from_hours(24)).ok());
        let is_past = tomorrow.is_none_or(|latest| date.timestamp().is_some_and(|at| at <= latest));
        (FIRST_YEAR..=LAST_YEAR).contains(&date.date.year()) && is_past
    }

    fn meta(&mut self, meta: &Meta<'_>, names: &[&str]) -> Option<Written> {
        let values = names.iter().flat_map(|name| meta.values(name));
        values.into_iter().find_map(|raw| self.date(raw))
    }

    /// A `meta` element that no list knows, whose name says that it is the day of publication.
    fn unlisted(&mut self, meta: &Meta<'_>) -> Option<Written> {
        let names = |name: &str| {
            name.contains("publi") || name.contains("pubdate") || name.contains("datecreated")
        };
        meta.all().filter(|(name, _)| names(name)).take(20).find_map(|(_, raw)| self.date(raw))
    }

    /// `"datePublished": "2024-05-01"` and the like in a script: data of pages that are built in the
    /// browser, and JSON-LD that is broken.
    fn scripts(&mut self, survey: &Survey<'_>) -> Option<Written> {
        static FIELD: LazyLock<Option<Regex>> = LazyLock::new(|| {
            Regex::new(r#"(?i)\\?["']?(?:datePublished|date_published|publishedAt|published_at|publishedDate|published_date|publishDate|publish_date|publicationDate|publication_date|firstPublished\w*|postDate|article_date)\\?["']?\s*[:=]\s*\\?["']([^"'\\]{8,40})\\?["']"#).ok()
        });
        let field = FIELD.as_ref()?;
        survey.scripts.iter().take(MAX_SCRIPTS).find_map(|(_, text)| {
            let text = &text[..text.floor_char_boundary(MAX_SCRIPT)];
            field.captures_iter(text).take(5).find_map(|found| self.date(&found[1]))
        })
    }

    /// The first date that one of several elements carries.
    fn element(&mut self, dom: &Dom<'_>, nodes: &[usize]) -> Option<Written> {
        nodes.iter().filter(|&&at| !is_elsewhere(dom, at)).find_map(|&at| {
            let values = ["datetime", "content", "title"];
            let value = values.iter().find_map(|name| self.date(dom.attr(at, name)?.trim()));
            value.or_else(|| self.date(&words(dom, at)?))
        })
    }
}

/// `/2018/07/` in the address.
fn url_month(url: &Url) -> Option<(i16, i8)> {
    static MONTH: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"/((?:19|20)\d\d)[/-]([01]\d)(?:[/-]|$)").ok());
    let found = MONTH.as_ref()?.captures(url.path())?;
    Some((found[1].parse().ok()?, found[2].parse().ok()?))
}

/// `/2024/05/01/`, `/2024-05-01`, `20240501` in the address.
fn url_date(url: &Url) -> Option<String> {
    static DAY: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?:^|[/_.=-])((?:19|20)\d\d)([/_.-]?)([01]?\d)([/_.-]?)([0-3]?\d)(?:[/_.-]|$)")
            .ok()
    });
    let found = DAY.as_ref()?.captures(url.path())?;
    let is_glued = found[2].is_empty() || found[4].is_empty();
    let has_all_digits = found[3].len() == 2 && found[5].len() == 2;
    (found[2] == found[4] && (!is_glued || has_all_digits))
        .then(|| format!("{}-{:0>2}-{:0>2}", &found[1], &found[3], &found[5]))
}

/// Whether `03/04/2024` is in April: everywhere but in the United States and the Philippines, told by
/// language and the end of the host.
fn writes_day_first(survey: &Survey<'_>, url: Option<&Url>) -> bool {
    let language = survey.language.unwrap_or_default();
    let language = language.to_ascii_lowercase().replace('_', "-");
    let host = url.and_then(Url::host_str).unwrap_or_default();
    let is_national = host.rsplit('.').next().is_some_and(|end| {
        end.len() == 2 && !matches!(end, "us" | "ph" | "io" | "co" | "tv" | "me")
    });
    let is_american = matches!(language.as_str(), "en-us" | "en-ph")
        || (language == "en" || language.is_empty()) && !is_national;
    !is_american
}

/// Whether a time was given, and in UTC.
fn is_utc(stamp: Written) -> bool {
    stamp.time.is_some() && stamp.offset.is_some_and(|offset| offset.seconds() == 0)
}

/// A time in UTC whose day is the one before or after the day that readers see: the same instant in
/// the nearest zone, of whole hours, where both agree.
fn in_local_zone(stamp: Written, day: Written) -> Option<Written> {
    let time = stamp.time.filter(|_| is_utc(stamp))?;
    let hour = i32::from(time.hour());
    let hours = if stamp.date.tomorrow().ok() == Some(day.date) {
        24 - hour
    } else if stamp.date.yesterday().ok() == Some(day.date) {
        -hour - 1
    } else {
        return None;
    };
    let offset =
        Offset::from_seconds(hours * 3_600).ok().filter(|_| (-11..=13).contains(&hours))?;
    let local = offset.to_datetime(stamp.timestamp()?);
    Some(Written {
        date: local.date(),
        time: Some(time.with().hour(local.hour()).build().ok()?),
        offset: Some(offset),
    })
}

/// A time without zone in that of the site.
fn zoned(date: Written, zone: Option<&TimeZone>) -> Written {
    let (Some(time), None, Some(zone)) = (date.time, date.offset, zone) else { return date };
    let offset = zone.to_ambiguous_zoned_datetime(date.date.to_datetime(time)).compatible().ok();
    Written { offset: offset.map(|at| at.offset()), ..date }
}

#[cfg(test)]
mod tests {
    use jiff::tz::TimeZone;
    use scraper::Html;

    use super::super::dom::Dom;
    use super::super::json_ld::Described;
    use super::super::survey::Survey;
    use super::{Dates, Known, read, url_date};

    fn dates(html: &str, url: &str, known: &Known) -> Dates {
        let page = Html::parse_document(html);
        let url = url.parse().ok();
        let dom = Dom::of(&page);
        let survey = Survey::of(&dom, url.as_ref());
        read(&dom, &survey, &Described::default(), url.as_ref(), known)
    }

    #[track_caller]
    fn check(html: &str, url: &str, published: Option<&str>) -> Dates {
        let found = dates(html, url, &Known::default());
        assert_eq!(found.published.as_deref(), published, "{html}");
        found
    }

    #[test]
    fn the_surest_place_wins() {
        let head = "<meta property='article:published_time' content='2024-05-01T10:00:00+02:00'>";
        let body = "<time datetime='2023-01-01'>x</time>";
        check(
            &format!("{head}{body}"),
            "https://example.org/2022/01/01/a",
            Some("2024-05-01T10:00:00+02:00"),
        );
        check(body, "https://example.org/2022/01/01/a", Some("2023-01-01"));
        check("", "https://example.org/2022/1/9/a", Some("2022-01-09"));
        check(
            "<div class=related><time datetime='2023-01-01'></time></div>",
            "https://example.org/",
            None,
        );
    }

    #[test]
    fn implausible_dates_are_refused() {
        let head = "<meta name=date content='1970-01-01'>";
        let found = check(head, "https://example.org/", None);
        assert_eq!(found.warnings, ["an implausible date was refused: 1970-01-01"]);
        let known = Known { now: "2024-05-01T00:00:00Z".parse().ok(), ..Known::default() };
        assert!(
            dates("<meta name=date content='2024-06-01'>", "https://example.org/", &known)
                .published
                .is_none()
        );
        check("<meta name=date content='2024'>", "https://example.org/", None);
    }

    #[test]
    fn a_time_without_zone_is_in_that_of_the_site() {
        let known = Known { zone: TimeZone::get("Europe/Madrid").ok(), ..Known::default() };
        let found =
            dates("<meta name=date content='2024-05-01 10:00'>", "https://example.org/", &known);
        assert_eq!(found.published.as_deref(), Some("2024-05-01T10:00:00+02:00"));
    }

    #[test]
    fn the_day_is_that_of_the_place() {
        let head = "<meta property='article:published_time' content='2024-05-01T02:25:54Z'>";
        check(head, "https://example.org/2024/04/30/a", Some("2024-04-30T23:25:54-03:00"));
        check(head, "https://example.org/2024/05/01/a", Some("2024-05-01T02:25:54Z"));
        check(head, "https://example.org/2024/03/30/a", Some("2024-05-01T02:25:54Z"));
        let shown = "<h1>T</h1><time>1. Mai 2024</time>";
        let head = "<meta property='article:published_time' content='2024-04-30T22:00:00Z'>";
        check(
            &format!("{head}{shown}"),
            "https://example.org/a",
            Some("2024-05-01T00:00:00+02:00"),
        );
    }

    #[test]
    fn days_in_addresses() {
        for (url, day) in [
            ("https://example.org/2024/05/01/a", Some("2024-05-01")),
            ("https://example.org/a-20240501.html", Some("2024-05-01")),
            ("https://example.org/2024/5/1/", Some("2024-05-01")),
            ("https://example.org/a-2024-rules", None),
            ("https://example.org/20241", None),
        ] {
            assert_eq!(url_date(&url.parse().unwrap()).as_deref(), day, "{url}");
        }
    }
}

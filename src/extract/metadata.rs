//! What a page says of itself: JSON-LD, Open Graph, `meta`, `link`, microdata, in this order.

use std::sync::LazyLock;

use regex::Regex;
use scraper::{ElementRef, Html, Selector};
use url::Url;

use crate::text;

use super::{json_ld, title};

/// What was found of an article beside its body.
#[derive(Debug, Default)]
pub(super) struct Metadata {
    pub(super) title: Option<String>,
    /// `articleBody` of JSON-LD.
    pub(super) body: Option<String>,
    pub(super) description: Option<String>,
    pub(super) authors: Vec<String>,
    pub(super) published: Option<String>,
    pub(super) updated: Option<String>,
    pub(super) language: Option<String>,
    pub(super) canonical_url: Option<String>,
    pub(super) site_name: Option<String>,
    pub(super) image: Option<String>,
}

/// Names of `meta` elements for the day of publication, the surest first.
const PUBLISHED: [&str; 21] = [
    "article:published_time",
    "og:published_time",
    "og:article:published_time",
    "datepublished",
    "date.published",
    "publication_date",
    "publishdate",
    "publish-date",
    "pubdate",
    "parsely-pub-date",
    "sailthru.date",
    "article.published",
    "published-date",
    "dc.date.issued",
    "dcterms.created",
    "dc.date.created",
    "dcterms.date",
    "dc.date",
    "citation_publication_date",
    "originalpublicationdate",
    "date",
];

const UPDATED: [&str; 7] = [
    "article:modified_time",
    "og:updated_time",
    "datemodified",
    "dcterms.modified",
    "dc.date.modified",
    "last-modified",
    "lastmod",
];

/// Elements that carry the day of publication in the page itself, the surest first.
const PUBLISHED_ELEMENTS: [&str; 4] = [
    "[itemprop~='datePublished']",
    "time[pubdate], abbr.published, .published[datetime], time.entry-date, time.published",
    "article header time[datetime], article time[datetime]",
    "main time[datetime], time[datetime]",
];

/// Reads the metadata of a parsed page.
pub(super) fn read_document(page: &Html, url: Option<&Url>) -> Metadata {
    let scripts: Vec<String> = all(page, "script[type='application/ld+json']")
        .map(|script| script.text().collect())
        .collect();
    let described = json_ld::read(scripts.iter().map(String::as_str)).unwrap_or_default();
    let meta = Meta::of(page);
    let absolute = |link: String| match url {
        Some(url) => url.join(&link).ok().map(String::from),
        None => Url::parse(&link).ok().map(String::from),
    };
    let canonical = all(page, "link[rel~='canonical']").find_map(|link| attr(link, "href"));
    let mut authors = described.authors;
    if authors.is_empty() {
        authors = named_authors(page, &meta);
    }
    let site_name = meta.first(&["og:site_name", "application-name"]).or(described.publisher);
    let title = described
        .title
        .or_else(|| meta.first(&["og:title", "twitter:title", "dc.title"]))
        .or_else(|| heading(page, "h1"))
        .or_else(|| heading(page, "title"));
    let host = url.and_then(Url::host_str);
    let names: Vec<&str> = site_name.as_deref().into_iter().chain(host).collect();
    Metadata {
        title: title.map(|title| title::without_site(&title, &names)),
        body: described.body,
        description: meta.first(&["og:description", "description", "twitter:description"]),
        authors,
        published: described
            .published
            .as_deref()
            .and_then(date)
            .or_else(|| meta.dates(&PUBLISHED))
            .or_else(|| element_date(page))
            .or_else(|| url.and_then(url_date)),
        updated: described.updated.as_deref().and_then(date).or_else(|| meta.dates(&UPDATED)),
        language: language(page, &meta).or(described.language),
        canonical_url: canonical.or_else(|| meta.first(&["og:url"])).and_then(absolute),
        site_name,
        image: meta.first(&["og:image", "twitter:image"]).or(described.image).and_then(absolute),
    }
}

/// The `meta` elements of a page: names in lower case.
struct Meta(Vec<(String, String)>);

impl Meta {
    fn of(page: &Html) -> Self {
        let named = |element: ElementRef<'_>| {
            let names = ["property", "name", "itemprop", "http-equiv"];
            let name = names.iter().find_map(|name| attr(element, name))?;
            Some((name.to_ascii_lowercase(), attr(element, "content")?))
        };
        Self(all(page, "meta[content]").filter_map(named).collect())
    }

    fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    fn first(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.values(name).next()).map(text::one_line)
    }

    fn dates(&self, names: &[&str]) -> Option<String> {
        names.iter().find_map(|name| self.values(name).find_map(date))
    }
}

fn named_authors(page: &Html, meta: &Meta) -> Vec<String> {
    let names = ["author", "article:author", "dc.creator", "parsely-author", "sailthru.author"];
    let found = names.iter().map(|name| meta.values(name).collect::<Vec<_>>());
    let found = found.map(|values| values.into_iter().filter_map(author).collect::<Vec<_>>());
    if let Some(names) = found.into_iter().find(|names| !names.is_empty()) {
        return names;
    }
    let bylines =
        all(page, "[itemprop='author'] [itemprop='name'], [itemprop='author'], a[rel='author']");
    let mut names: Vec<String> = Vec::new();
    for name in bylines.filter_map(|element| author(&element.text().collect::<String>())) {
        if names.len() < 10 && !names.iter().any(|known| name.contains(known)) {
            names.push(name);
        }
    }
    names
}

/// A name, and no address of a profile.
fn author(name: &str) -> Option<String> {
    let name = text::lines(name).replace('\n', " ");
    let is_name = !name.is_empty() && name.len() < 200 && !name.contains("://");
    is_name.then_some(name)
}

fn heading(page: &Html, selector: &str) -> Option<String> {
    all(page, selector).find_map(|element| {
        let text = text::lines(&element.text().collect::<Vec<_>>().join(" ")).replace('\n', " ");
        (!text.is_empty()).then_some(text)
    })
}

fn element_date(page: &Html) -> Option<String> {
    let read = |element: ElementRef<'_>| {
        let values = ["datetime", "content", "title"];
        let value = values.iter().find_map(|name| date(&attr(element, name)?));
        value.or_else(|| date(&element.text().collect::<String>()))
    };
    PUBLISHED_ELEMENTS.iter().find_map(|selector| all(page, selector).take(20).find_map(read))
}

/// `/2024/05/01/` or `/2024-05-01` in the address.
fn url_date(url: &Url) -> Option<String> {
    static DAY: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"[/_-]((?:19|20)\d\d)[/_-]?([01]\d)[/_-]?([0-3]\d)(?:[/_.-]|$)").ok()
    });
    let found = DAY.as_ref()?.captures(url.path())?;
    date(&format!("{}-{}-{}", &found[1], &found[2], &found[3]))
}

fn date(raw: &str) -> Option<String> {
    let read = text::read_date(raw)?;
    (1990..=2100).contains(&read.date.year()).then(|| read.to_string())
}

fn language(page: &Html, meta: &Meta) -> Option<String> {
    let own = all(page, "html").find_map(|html| attr(html, "lang").or(attr(html, "xml:lang")));
    let tag =
        own.or_else(|| meta.first(&["content-language", "inlanguage", "dc.language", "og:locale"]));
    let tag = tag?.replace('_', "-");
    let is_tag = tag.len() >= 2 && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
    is_tag.then_some(tag)
}

fn all<'a>(page: &'a Html, selector: &str) -> impl Iterator<Item = ElementRef<'a>> {
    let selector = Selector::parse(selector).ok();
    let found = selector.map(|selector| page.select(&selector).collect::<Vec<_>>());
    found.into_iter().flatten()
}

fn attr(element: ElementRef<'_>, name: &str) -> Option<String> {
    let value = element.attr(name)?.trim();
    (!value.is_empty()).then(|| value.to_owned())
}

//! Pages that list articles: their links by a CSS selector.

use std::collections::HashSet;

use scraper::{Html, Selector};
use url::Url;

use crate::model::{Feed, FeedEntry};
use crate::text::{self, DocumentKind};

use super::FeedError;

/// Whether a CSS selector can be used.
///
/// # Errors
/// What is wrong with it, in words.
pub fn check_selector(selector: &str) -> Result<(), String> {
    Selector::parse(selector).map(|_| ()).map_err(|error| error.to_string())
}

/// The links of a page, in its order, each page once; the link's text is the title.
///
/// # Errors
/// If the selector is not valid, the page is too heavy to parse, or nothing matches: a list that
/// went empty is a redesign that somebody has to look at.
pub(super) fn read_list(
    bytes: &[u8],
    content_type: Option<&str>,
    url: &Url,
    links: &str,
) -> Result<Feed, FeedError> {
    let selector =
        Selector::parse(links).map_err(|error| FeedError::Selector(error.to_string()))?;
    let decoded = text::decode(bytes, content_type, DocumentKind::Html);
    if !text::weigh(&decoded.text).is_bearable() {
        return Err(FeedError::Refused("too many or too deeply nested tags"));
    }
    let page = Html::parse_document(&decoded.text);
    let base = base_of(&page, url);
    let mut seen = HashSet::new();
    let mut entries: Vec<FeedEntry> = Vec::new();
    for element in page.select(&selector) {
        let Some(link) = element.attr("href").and_then(|href| base.join(href.trim()).ok()) else {
            continue;
        };
        let title = text::lines(&element.text().collect::<Vec<_>>().join(" ")).replace('\n', " ");
        let is_page = matches!(link.scheme(), "http" | "https");
        // A picture that links to the same article has no text: the headline's link comes later.
        if is_page && !title.is_empty() && seen.insert(super::canonical_key(&link)) {
            let (title, link) = (Some(title), Some(link.into()));
            entries.push(FeedEntry { title, link, ..FeedEntry::default() });
        }
    }
    if entries.is_empty() {
        return Err(FeedError::NoLinks);
    }
    Ok(Feed { encoding: Some(decoded.encoding), entries, ..Feed::default() })
}

fn base_of(page: &Html, url: &Url) -> Url {
    let base = Selector::parse("base[href]").ok();
    base.and_then(|base| page.select(&base).next()?.attr("href").map(str::to_owned))
        .and_then(|href| url.join(&href).ok())
        .unwrap_or_else(|| url.clone())
}

#[cfg(test)]
mod tests {
    use super::{check_selector, read_list};
    use crate::collect::FeedError;

    const PAGE: &str = "<html><body><nav><a href='/'>Home</a></nav>\
        <h2 class=t><a href='/a/1'><img></a></h2><h2 class=t><a href='/a/1#c'> The <b>first</b></a></h2>\
        <h2 class=t><a href='https://other.org/2?utm_source=x'>Second</a></h2>\
        <h2 class=t><a href='mailto:x@example.org'>Mail</a></h2></body></html>";

    #[test]
    fn links_become_entries() {
        let url = "https://example.org/news".parse().unwrap();
        let feed = read_list(PAGE.as_bytes(), None, &url, "h2.t a").unwrap();
        let found: Vec<_> = feed
            .entries
            .iter()
            .map(|e| (e.title.as_deref().unwrap(), e.link.as_deref().unwrap()))
            .collect();
        assert_eq!(
            found,
            [
                ("The first", "https://example.org/a/1#c"),
                ("Second", "https://other.org/2?utm_source=x")
            ]
        );
    }

    #[test]
    fn a_list_without_links_is_an_error() {
        let url = "https://example.org/news".parse().unwrap();
        let found = read_list(PAGE.as_bytes(), None, &url, "article a");
        assert!(matches!(found, Err(FeedError::NoLinks)));
    }

    #[test]
    fn selectors_are_checked() {
        assert!(check_selector("h2 > a[href*='/news/']").is_ok());
        assert!(check_selector("h2 >> [").is_err());
    }
}

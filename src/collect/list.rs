//! Pages that list articles: their links by a CSS selector.

use std::collections::HashSet;

use scraper::{Html, Selector};
use serde::{Deserialize, Serialize};
use url::Url;

use super::document::ReadError;
use crate::model::{Feed, FeedEntry};
use crate::text::{self, DocumentKind};

/// Whether a CSS selector can be used.
///
/// # Errors
/// What is wrong with it, in words.
pub fn check_selector(selector: &str) -> Result<(), String> {
    Selector::parse(selector).map(|_| ()).map_err(|error| error.to_string())
}

/// What is remembered of a page: that the selector worked.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Worked {
    selector: String,
    found: usize,
}

/// The links of a page, in its order, each page once; the link's text is the title. With them what is
/// to be given back next time.
///
/// # Errors
/// If the selector is not valid, the page is too heavy to parse, or nothing matches: a list that
/// went empty is a redesign that somebody has to look at.
pub(super) fn read(
    body: &[u8],
    content_type: Option<&str>,
    url: &Url,
    links: &str,
    memory: Option<&str>,
) -> Result<(Feed, String), ReadError> {
    let selector = Selector::parse(links)
        .map_err(|error| ReadError::Broken(format!("`{links}` is not a CSS selector: {error}")))?;
    let decoded = text::decode(body, content_type, DocumentKind::Html);
    let Some(page) = text::tree(&decoded.text) else {
        return Err(ReadError::Refused("too many or too deeply nested tags".to_owned()));
    };
    let entries = entries(&page, &selector, &base_of(&page, url));
    if entries.is_empty() {
        return Err(ReadError::Empty(nothing(links, memory)));
    }
    let worked = Worked { selector: links.to_owned(), found: entries.len() };
    let memory = serde_json::to_string(&worked).unwrap_or_default();
    Ok((Feed { encoding: Some(decoded.encoding), entries, ..Feed::default() }, memory))
}

fn entries(page: &Html, selector: &Selector, base: &Url) -> Vec<FeedEntry> {
    let mut seen = HashSet::new();
    let mut entries: Vec<FeedEntry> = Vec::new();
    for element in page.select(selector) {
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
    entries
}

fn nothing(links: &str, memory: Option<&str>) -> String {
    let before: Worked =
        memory.and_then(|memory| serde_json::from_str(memory).ok()).unwrap_or_default();
    if before.selector == links && before.found > 0 {
        format!(
            "the selector `{links}` found {} links before and finds none now: the page may have been \
             redesigned",
            before.found
        )
    } else {
        format!("the selector `{links}` finds no links on the page")
    }
}

/// The address that relative links of a page start from.
pub(super) fn base_of(page: &Html, url: &Url) -> Url {
    let base = Selector::parse("base[href]").ok();
    base.and_then(|base| page.select(&base).next()?.attr("href").map(str::to_owned))
        .and_then(|href| url.join(&href).ok())
        .unwrap_or_else(|| url.clone())
}

#[cfg(test)]
mod tests {
    use super::{check_selector, read};
    use crate::collect::ReadError;

    const PAGE: &str = "<html><body><nav><a href='/'>Home</a></nav>\
        <h2 class=t><a href='/a/1'><img></a></h2><h2 class=t><a href='/a/1#c'> The <b>first</b></a></h2>\
        <h2 class=t><a href='https://other.org/2?utm_source=x'>Second</a></h2>\
        <h2 class=t><a href='mailto:x@example.org'>Mail</a></h2></body></html>";

    #[test]
    fn links_become_entries() {
        let url = "https://example.org/news".parse().unwrap();
        let (feed, _) = read(PAGE.as_bytes(), None, &url, "h2.t a", None).unwrap();
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
        let error = |page: &str, links: &str, memory: Option<&str>| match read(
            page.as_bytes(),
            None,
            &url,
            links,
            memory,
        ) {
            Err(ReadError::Empty(why)) => why,
            other => panic!("{other:?}"),
        };
        assert!(error(PAGE, "article a", None).contains("finds no links"));
        let (_, memory) = read(PAGE.as_bytes(), None, &url, "h2.t a", None).unwrap();
        let redesigned = PAGE.replace("class=t", "class=u");
        assert!(error(&redesigned, "h2.t a", Some(&memory)).contains("found 2 links before"));
        assert!(error(&redesigned, "h3.t a", Some(&memory)).contains("finds no links"), "edited");
    }

    #[test]
    fn selectors_are_checked() {
        assert!(check_selector("h2 > a[href*='/news/']").is_ok());
        assert!(check_selector("h2 >> [").is_err());
    }
}

//! The address that a page calls its own: `link`, Open Graph or JSON-LD, without what says where the
//! reader came from, without AMP, and only within the site. What it names on another site is kept apart,
//! as a claim of whose text it is.

use url::Url;

use crate::text;

use super::json_ld::Described;
use super::survey::Survey;

/// Query parameters that ask for the AMP edition.
const AMP_PARAMETERS: [&str; 4] = ["amp", "outputtype=amp", "amp=1", "amp=true"];

/// Bytes of the longest address on another site that is kept.
const LONGEST: usize = 2_000;

/// The canonical address, and what was refused.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Canonical {
    pub(super) url: Option<String>,
    /// The article on another site that the page names instead.
    pub(super) elsewhere: Option<String>,
    pub(super) warning: Option<String>,
}

/// Reads it. Without `url`, where the page was found, the page's word is taken. An address on another
/// site is refused, since nobody can ask here whether that site agrees.
pub(super) fn read(survey: &Survey<'_>, described: &Described, url: Option<&Url>) -> Canonical {
    let links = survey.links.iter().filter(|link| link.is("canonical"));
    let named = links.map(|link| link.href).chain(survey.meta.values("og:url"));
    let named = named.chain(described.url.as_deref());
    let found_at = url.map(plain);
    let (mut warning, mut elsewhere) = (None, None);
    for link in named.take(10) {
        let Some(target) = survey.absolute(link).map(|target| plain(&target)) else {
            continue;
        };
        let Some(found_at) = &found_at else {
            return Canonical { url: Some(target.into()), elsewhere, warning };
        };
        if !text::same_site(&target, found_at) {
            let host = target.host_str().unwrap_or_default();
            warning.get_or_insert_with(|| {
                format!("a canonical address on another site was refused: {host}")
            });
            if !is_front(&target) && target.as_str().len() <= LONGEST {
                elsewhere.get_or_insert_with(|| target.into());
            }
        } else if is_front(&target) && !is_front(found_at) {
            warning.get_or_insert_with(|| {
                "the page calls the front page its canonical address".to_owned()
            });
        } else {
            return Canonical { url: Some(target.into()), elsewhere, warning };
        }
    }
    Canonical { url: None, elsewhere, warning }
}

/// Without tracking, and of an AMP edition the address of the article where it can be told from its
/// form: `…cdn.ampproject.org/c/s/host/path`, `google.com/amp/s/host/path`, `/amp/`, `?amp=1`, `.amp`.
fn plain(url: &Url) -> Url {
    let inner = amp_cache(url).unwrap_or_else(|| url.clone());
    let mut plain = text::without_tracking(&inner);
    let is_amp = |pair: &str| AMP_PARAMETERS.contains(&pair.to_ascii_lowercase().as_str());
    let query = plain
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !is_amp(pair))
        .collect::<Vec<_>>()
        .join("&");
    plain.set_query((!query.is_empty()).then_some(&query));
    let path = plain.path().to_owned();
    let shorter = ["/amp/", "/amp", ".amp"].iter().find_map(|end| path.strip_suffix(end));
    if let Some(shorter) = shorter.filter(|path| path.len() > 1) {
        let end = if path.ends_with("/amp/") { "/" } else { "" };
        plain.set_path(&format!("{shorter}{end}"));
    } else if let Some(rest) = path.strip_prefix("/amp/").filter(|rest| rest.len() > 1) {
        plain.set_path(&format!("/{rest}"));
    } else if let Some(start) = path.strip_suffix(".amp.html") {
        plain.set_path(&format!("{start}.html"));
    }
    plain
}

/// The address inside that of an AMP cache.
fn amp_cache(url: &Url) -> Option<Url> {
    let host = url.host_str()?;
    let path = url.path();
    let inner = if host.ends_with(".cdn.ampproject.org") {
        let (_, rest) = path.strip_prefix('/')?.split_once('/')?;
        rest
    } else if host.starts_with("www.google.") {
        path.strip_prefix("/amp/")?
    } else {
        return None;
    };
    let (scheme, inner) =
        inner.strip_prefix("s/").map_or(("http", inner), |inner| ("https", inner));
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    Url::parse(&format!("{scheme}://{inner}{query}"))
        .ok()
        .filter(|inner| inner.host_str().is_some_and(|host| host.contains('.')))
}

fn is_front(url: &Url) -> bool {
    url.path().trim_matches('/').is_empty() && url.query().is_none()
}

#[cfg(test)]
mod tests {
    use scraper::Html;

    use super::super::dom::Dom;
    use super::super::json_ld::Described;
    use super::super::survey::Survey;
    use super::{plain, read};

    #[test]
    fn the_page_names_its_address() {
        let check = |head: &str, url: &str, expected: Option<&str>, warned: bool| {
            let page = Html::parse_document(head);
            let url = url.parse().ok();
            let survey = Survey::of(&Dom::of(&page), url.as_ref());
            let read = read(&survey, &Described::default(), url.as_ref());
            assert_eq!((read.url.as_deref(), read.warning.is_some()), (expected, warned), "{head}");
        };
        let link = |href: &str| format!("<link rel=canonical href='{href}'>");
        let url = "https://www.example.org/a/1?x=1";
        check(
            &link("/a?utm_source=rss&id=2#top"),
            url,
            Some("https://www.example.org/a?id=2"),
            false,
        );
        check(&link("https://example.org/a"), url, Some("https://example.org/a"), false);
        check(&link("https://evil.example.com/a"), url, None, true);
        check(&link("https://www.example.org/"), url, None, true);
        let elsewhere = |head: &str| {
            let page = Html::parse_document(head);
            let url = url.parse().ok();
            let survey = Survey::of(&Dom::of(&page), url.as_ref());
            read(&survey, &Described::default(), url.as_ref()).elsewhere
        };
        assert_eq!(
            elsewhere(&link("https://wire.example.com/a?utm_source=x")).as_deref(),
            Some("https://wire.example.com/a")
        );
        assert_eq!(elsewhere(&link("https://wire.example.com/")), None);
        assert_eq!(elsewhere(&link("https://example.org/a")), None);
        check(&link("javascript:alert(1)"), url, None, false);
        check(
            "<meta property='og:url' content='https://example.org/b/amp/'>",
            url,
            Some("https://example.org/b/"),
            false,
        );
        check(
            &format!("<base href='/z/'>{}", link("b")),
            url,
            Some("https://www.example.org/z/b"),
            false,
        );
        check(&link("https://example.org/a"), "", Some("https://example.org/a"), false);
        check("", url, None, false);
    }

    #[test]
    fn amp_editions_lead_to_the_article() {
        for (amp, article) in [
            (
                "https://www-example-org.cdn.ampproject.org/c/s/www.example.org/a/1.html",
                "https://www.example.org/a/1.html",
            ),
            ("https://www.google.com/amp/s/example.org/a", "https://example.org/a"),
            ("https://example.org/a/amp", "https://example.org/a"),
            ("https://example.org/a/amp/?amp=1", "https://example.org/a/"),
            ("https://example.org/amp/a/b", "https://example.org/a/b"),
            ("https://example.org/a.amp.html", "https://example.org/a.html"),
            ("https://example.org/a?outputType=amp&b=1", "https://example.org/a?b=1"),
            ("https://example.org/ampere", "https://example.org/ampere"),
            ("https://example.org/amp", "https://example.org/amp"),
        ] {
            assert_eq!(plain(&amp.parse().unwrap()).as_str(), article);
        }
    }
}

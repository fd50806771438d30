//! Other editions of a page that may show the article where the page itself does not: AMP, print.

use serde::{Deserialize, Serialize};
use url::Url;

use crate::text;

use super::dom::{Dom, Tag};
use super::survey::Survey;

/// Hosts of AMP caches: they are never asked.
const CACHES: [&str; 2] = ["ampproject.org", "ampproject.net"];

/// Links that are looked at.
const MAX_LINKS: usize = 3_000;

/// How addresses name a print view, as a part of the path or the name of a parameter.
const PRINT: [&str; 12] = [
    "print",
    "printable",
    "printview",
    "print-view",
    "printversion",
    "print.html",
    "print.php",
    "imprimir",
    "imprimer",
    "drucken",
    "druckansicht",
    "stampa",
];

/// What an edition is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Form {
    /// Accelerated Mobile Pages: no scripts of the site's own.
    Amp,
    /// For paper.
    Print,
}

/// Another edition of a page, on the same site.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edition {
    /// What it is made for.
    pub form: Form,
    /// Where it stands.
    pub url: Url,
}

impl Edition {
    /// Whether an address may be that of another edition of a page: on the same site, and never in
    /// an AMP cache.
    #[must_use]
    pub fn may_stand_at(target: &Url, page: &Url) -> bool {
        let is_cache = target.host_str().is_some_and(|host| {
            CACHES.iter().any(|cache| host == *cache || host.ends_with(&format!(".{cache}")))
        });
        !is_cache && text::same_site(target, page)
    }

    /// The surest edition that a page found at `url` links to.
    pub(super) fn of(dom: &Dom<'_>, survey: &Survey<'_>, url: &Url) -> Option<Self> {
        let links = survey.links.iter();
        let amp = links.clone().filter(|link| link.is("amphtml")).map(|link| link.href);
        let is_paper = |media: &str| media.split(',').any(|it| it.trim() == "print");
        let print = links.filter(|link| link.is("alternate") && is_paper(link.media));
        let named = amp
            .map(|href| (Form::Amp, href))
            .chain(print.map(|link| (Form::Print, link.href)))
            .chain(print_views(dom).map(|href| (Form::Print, href)));
        let mut editions = named.filter_map(|(form, href)| {
            let mut target = survey.absolute(href)?;
            target.set_fragment(None);
            let is_other = target.path() != url.path() || target.query() != url.query();
            (is_other && Self::may_stand_at(&target, url)).then_some(Self { form, url: target })
        });
        editions.next()
    }
}

/// The addresses of links whose address says that they lead to a view for printing.
fn print_views<'a>(dom: &Dom<'a>) -> impl Iterator<Item = &'a str> {
    let anchors = (0..dom.nodes.len()).filter(|&at| dom.nodes[at].tag == Tag::Anchor);
    let links = anchors.take(MAX_LINKS).filter_map(|at| dom.attr(at, "href")).map(str::trim);
    links.filter(|href| {
        let href = href.split('#').next().unwrap_or_default().to_ascii_lowercase();
        let (path, query) = href.split_once('?').unwrap_or((&href, ""));
        let mut parts = path.split('/').chain(query.split(['&', '=']));
        parts.any(|part| PRINT.contains(&part))
    })
}

#[cfg(test)]
mod tests {
    use scraper::Html;

    use super::super::dom::Dom;
    use super::super::survey::Survey;
    use super::{Edition, Form};

    #[test]
    fn amp_and_print_on_the_same_site() {
        let url = "https://www.example.org/a/1?x=1".parse().unwrap();
        let check = |html: &str, expected: Option<(Form, &str)>| {
            let page = Html::parse_document(html);
            let dom = Dom::of(&page);
            let found = Edition::of(&dom, &Survey::of(&dom, Some(&url)), &url);
            let expected = expected.map(|(form, url)| Edition { form, url: url.parse().unwrap() });
            assert_eq!(found, expected, "{html}");
        };
        let amp = |href: &str| format!("<link rel=amphtml href='{href}'>");
        check(&amp("/a/1/amp"), Some((Form::Amp, "https://www.example.org/a/1/amp")));
        check(&amp("https://amp.example.org/a"), Some((Form::Amp, "https://amp.example.org/a")));
        check(&amp("https://www-example-org.cdn.ampproject.org/c/s/a"), None);
        check(&amp("https://other.example.com/a"), None);
        check(&amp("https://www.example.org/a/1?x=1#top"), None);
        let print = Some((Form::Print, "https://www.example.org/print/1"));
        check("<link rel=alternate media='print' href=/print/1>", print);
        check("<link rel=alternate media='screen' href=/print/1>", None);
        check("<a href=/print/1>Imprimir</a>", print);
        let query = Some((Form::Print, "https://www.example.org/a/1?print=1"));
        check("<a href='/a/1?print=1'>Drucken</a>", query);
        check("<a href='javascript:print()'>Drucken</a><a href='/a/2'>print</a>", None);
        check("<a href='/imprint'>Imprint</a>", None);
    }
}

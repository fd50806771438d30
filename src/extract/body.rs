//! The body of an article: trafilatura first (Barbaresi 2021, doi 10.18653/v1/2021.acl-demo.15), and
//! what the page says of itself where that finds nothing.

use std::panic::{AssertUnwindSafe, catch_unwind};

use trafilatura::{ExtractionFocus, Options};
use url::Url;

use crate::text;

use super::metadata::Metadata;

/// A body lighter than this is doubtful: a teaser, a paywall, a page built by scripts.
const THIN: usize = 250;

/// A body lighter than this is looked for a second time. This and [`MULTIPLE`] were measured on
/// four sets of pages: no loss where precision was right, most of the gain where it was not.
const SHORT: usize = 3_000;

/// How many times heavier the second finding must be.
const MULTIPLE: usize = 3;

/// What a Han character weighs against a letter: about the length of its translation.
const HAN_WEIGHT: usize = 3;

/// What the extractor found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The body; empty if none.
    pub(super) text: String,
}

/// The body that was chosen.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Body {
    pub(super) text: Option<String>,
    pub(super) method: Option<&'static str>,
    pub(super) warning: Option<&'static str>,
}

/// Runs the extractor for precision, and where that finds little, once more in balance: if this
/// finds a multiple, the first has taken most of the article for boilerplate.
pub(super) fn run(html: &str, url: Option<&Url>) -> Found {
    let precise = extract(html, url, ExtractionFocus::FavorPrecision);
    let weight = weigh(&precise.text);
    if weight >= SHORT {
        return precise;
    }
    let balanced = extract(html, url, ExtractionFocus::Balanced);
    if weigh(&balanced.text) > weight * MULTIPLE { balanced } else { precise }
}

/// One run of the extractor; its panics are caught.
fn extract(html: &str, url: Option<&Url>, focus: ExtractionFocus) -> Found {
    let mut options =
        Options::default().with_fallback(true).with_focus(focus).with_exclude_comments(true);
    if let Some(url) = url {
        options = options.with_url(url.clone());
    }
    let extracted = catch_unwind(AssertUnwindSafe(|| trafilatura::extract(html, &options)));
    let Ok(Ok(extracted)) = extracted else { return Found::default() };
    // Its plain text runs paragraphs together; its HTML keeps them apart.
    Found { text: text::plain_text(&extracted.content_html) }
}

/// The best body: what was extracted unless it is thin and the page holds a longer one.
pub(super) fn choose(found: &Found, metadata: &Metadata) -> Body {
    let weight = weigh(&found.text);
    // The extractor takes JSON-LD, too, in the end; the reader shall know.
    let is_described = metadata.body.as_deref().is_some_and(|body| same_words(body, &found.text));
    if weight >= THIN && !is_described {
        return Body { text: Some(found.text.clone()), method: Some("trafilatura"), warning: None };
    }
    if let Some(body) = metadata.body.as_deref().filter(|body| weigh(body) > weight || is_described)
    {
        let warning = Some("the body is the one in the page's JSON-LD");
        return Body { text: Some(body.to_owned()), method: Some("json-ld"), warning };
    }
    if weight > 0 {
        let warning = Some("the body is short: a teaser, a paywall or a page built by scripts?");
        return Body { text: Some(found.text.clone()), method: Some("trafilatura"), warning };
    }
    if let Some(description) = &metadata.description {
        let warning = Some("only the page's description was found");
        return Body { text: Some(description.clone()), method: Some("description"), warning };
    }
    Body { warning: Some("no body found"), ..Body::default() }
}

fn same_words(a: &str, b: &str) -> bool {
    a.split_whitespace().eq(b.split_whitespace())
}

fn weigh(text: &str) -> usize {
    text.chars().map(|c| if text::is_han(c) { HAN_WEIGHT } else { 1 }).sum()
}

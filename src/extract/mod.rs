//! Page bytes to text and metadata. CPU only: run it off the runtime's threads.
//!
//! Never fetches, never panics, never fails: what cannot be read is missing and named in `warnings`.

mod authors;
mod blocks;
mod body;
mod candidates;
mod canonical;
mod conversation;
mod dates;
mod described;
mod dom;
mod doubt;
mod edition;
mod elements;
mod filter;
mod json_ld;
mod lead;
mod metadata;
mod phrases;
mod prune;
mod rules;
mod selector;
mod survey;
mod template;
#[cfg(test)]
mod tests;
mod title;
mod visible_date;
mod vocabulary;

use std::panic::{AssertUnwindSafe, catch_unwind};

use jiff::Timestamp;
use jiff::tz::TimeZone;
use scraper::Html;
use url::Url;

use crate::model::Extracted;
use crate::text::{self, DocumentKind};

use dates::Known;
use dom::Dom;
use metadata::Metadata;
use survey::Survey;

pub use body::Proposal;
pub use edition::{Edition, Form};
pub use rules::{RuleError, SiteRules};
pub use template::{Sketch, Template};

/// Bytes of a page that are looked at; the rest is cut off.
const MAX_BYTES: usize = 16_000_000;

/// What is known of the site of a page; nothing by default.
#[derive(Debug, Clone, Copy, Default)]
pub struct Site<'a> {
    /// When the page was fetched: what is dated a day later is not believed.
    pub now: Option<Timestamp>,
    /// The zone of times that are written without one.
    pub zone: Option<&'a TimeZone>,
    /// What an operator wrote down.
    pub rules: Option<&'a SiteRules>,
    /// What other pages of the host taught.
    pub template: Option<&'a Template>,
    /// Whether to say what each way of looking for the body proposed.
    pub why: bool,
}

/// What was read, and why.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Explained {
    /// What [`page`] gives.
    pub extracted: Extracted,
    /// What each way of looking for the body proposed, if that was asked for.
    pub proposals: Vec<Proposal>,
    /// Why one of them won; empty if there was nothing to choose.
    pub reason: &'static str,
    /// What it teaches of its host.
    pub sketch: Sketch,
    /// Those of the warnings by which it may not be the article; empty if nothing speaks against it.
    pub doubts: Vec<String>,
    /// Where the page may be read better, if there are doubts.
    pub edition: Option<Edition>,
}

/// Reads a page. `content_type` is the HTTP header as received, `url` where the page was found,
/// `site` what is known of its site.
#[must_use]
pub fn page(
    bytes: &[u8],
    content_type: Option<&str>,
    url: Option<&Url>,
    site: &Site<'_>,
) -> Extracted {
    explain(bytes, content_type, url, site).extracted
}

/// Reads a page and says how.
#[must_use]
pub fn explain(
    bytes: &[u8],
    content_type: Option<&str>,
    url: Option<&Url>,
    site: &Site<'_>,
) -> Explained {
    let mut warnings = Vec::new();
    let cut = bytes.get(..MAX_BYTES);
    if cut.is_some() && bytes.len() > MAX_BYTES {
        warnings.push("the page is cut after 16 MB".to_owned());
    }
    let decoded = text::decode(cut.unwrap_or(bytes), content_type, DocumentKind::Html);
    if decoded.lossy {
        warnings.push("some bytes do not belong to the encoding".to_owned());
    }
    let html = decoded.text;
    let read = || text::tree(&html).map(|page| read(&page, url, site));
    let Ok(read) = catch_unwind(AssertUnwindSafe(read)) else {
        warnings.push("the page could not be read".to_owned());
        let extracted = Extracted { warnings, ..Extracted::default() };
        return Explained { extracted, ..Explained::default() };
    };
    match read {
        Some((body, metadata)) => assemble(body, metadata, warnings),
        None => Explained { extracted: stripped(&html, warnings), ..Explained::default() },
    }
}

/// Body and metadata, from the same tree.
fn read(page: &Html, url: Option<&Url>, site: &Site<'_>) -> (body::Body, Metadata) {
    let known = Known { zone: site.zone.cloned(), now: site.now };
    let dom = Dom::of(page);
    let survey = Survey::of(&dom, url);
    let mut metadata = metadata::read(&dom, &survey, url, &known);
    if let Some(rules) = site.rules {
        metadata.title = rules.title(page).or(metadata.title);
        let date = rules.date(page).and_then(|raw| dates::read_one(&raw, &survey, url, &known));
        metadata.published = date.or(metadata.published);
    }
    let mut body = body::find(page, &dom, &metadata, url, site);
    let edition = |url| Edition::of(&dom, &survey, url);
    body.edition = url.filter(|_| body.is_doubtful).and_then(edition);
    (body, metadata)
}

/// Too heavy for a tree: the text between the tags, menus and all.
fn stripped(html: &str, mut warnings: Vec<String>) -> Extracted {
    warnings.push("too many or too deeply nested tags: only stripped of them".to_owned());
    let body = text::plain_text(html);
    Extracted {
        body: (!body.is_empty()).then_some(body),
        method: Some("stripped".to_owned()),
        warnings,
        ..Extracted::default()
    }
}

fn assemble(body: body::Body, metadata: Metadata, mut warnings: Vec<String>) -> Explained {
    let said = body.warnings.iter().map(|&warning| warning.to_owned());
    let doubts = if body.is_doubtful { said.clone().collect() } else { Vec::new() };
    warnings.extend(said);
    if metadata.title.is_none() {
        warnings.push("no title found".to_owned());
    }
    warnings.extend(metadata.warnings);
    let extracted = Extracted {
        title: metadata.title,
        body: body.text,
        authors: metadata.authors,
        published: metadata.published,
        updated: metadata.updated,
        language: metadata.language,
        canonical_url: metadata.canonical_url,
        original_url: metadata.original_url,
        site_name: metadata.site_name,
        image: metadata.image,
        method: body.method.map(str::to_owned),
        warnings,
    };
    let body::Body { proposals, reason, sketch, edition, .. } = body;
    Explained { extracted, proposals, reason, sketch, doubts, edition }
}

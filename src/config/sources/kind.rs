//! The keys that belong to one kind of source.

use toml::Spanned;
use url::Url;

use super::raw::{RawJson, RawKind, RawSource, Text};
use crate::config::settings::http_url;
use crate::config::value::Check;
use crate::model::{JsonPaths, SourceKind};

/// What stands between the names of a topic in a search.
const JOIN: &str = " OR ";

/// What a source is.
pub(super) enum Kind {
    /// A document at its URL.
    Direct(SourceKind),
    /// A template of feeds, and what stands between the names that are searched for.
    Search(String),
}

/// None after a finding.
pub(super) fn kind(check: &mut Check<'_>, raw: &RawSource) -> Option<Kind> {
    refuse_foreign_keys(check, raw);
    match raw.kind {
        RawKind::Feed => Some(Kind::Direct(SourceKind::Feed)),
        RawKind::Sitemap => Some(Kind::Direct(SourceKind::Sitemap)),
        RawKind::Page => {
            let links = match &raw.links {
                Some(at) => Some(selector(check, at)?),
                None => None,
            };
            Some(Kind::Direct(SourceKind::Page { links }))
        }
        RawKind::Json => {
            let Some(json) = &raw.json else {
                let what = "a source of kind json needs `json`, which says where its items are";
                let remedy = "add e.g. `json = { items = \"/data\", title = \"/headline\", link = \"/url\" }`";
                check.error(&raw.id, what, remedy);
                return None;
            };
            Some(Kind::Direct(SourceKind::Json(Box::new(json_paths(check, json)?))))
        }
        RawKind::Search => {
            let join = raw.join.as_ref().map(|at| at.get_ref().clone());
            Some(Kind::Search(join.unwrap_or_else(|| JOIN.to_owned())))
        }
    }
}

/// The URL of a source that is no template.
pub(super) fn direct_url(check: &mut Check<'_>, at: &Text) -> Option<Url> {
    if at.get_ref().contains("{query}") {
        let what = "`{query}` stands for topics only in a source of kind search";
        check.error(at, what, "write `kind = \"search\"`, or the full address");
        return None;
    }
    http_url(check, at)
}

fn selector(check: &mut Check<'_>, at: &Text) -> Option<String> {
    if scraper::Selector::parse(at.get_ref()).is_err() {
        let what = format!("`{}` is not a CSS selector", at.get_ref());
        check.error(at, what, "write e.g. `h2 a` for the links in second headings");
        return None;
    }
    Some(at.get_ref().clone())
}

fn json_paths(check: &mut Check<'_>, json: &Spanned<RawJson>) -> Option<JsonPaths> {
    let raw = json.get_ref();
    let before = check.findings.len();
    let mut pointer = |at: Option<&Text>| at.map(|at| checked_pointer(check, at));
    let paths = JsonPaths {
        items: pointer(raw.items.as_ref()).unwrap_or_default(),
        title: pointer(Some(&raw.title)).unwrap_or_default(),
        link: pointer(raw.link.as_ref()),
        id: pointer(raw.id.as_ref()),
        published: pointer(raw.published.as_ref()),
        summary: pointer(raw.summary.as_ref()),
        content: pointer(raw.content.as_ref()),
        authors: pointer(raw.authors.as_ref()),
    };
    if raw.link.is_none() && raw.content.is_none() {
        let what = "neither `link` nor `content` is given: there would be nothing to read";
        check.error(json, what, "add e.g. `link = \"/url\"`");
    }
    (check.findings.len() == before).then_some(paths)
}

/// A JSON Pointer (RFC 6901): empty, or parts that begin with `/`, in which `~` is `~0` or `~1`.
fn checked_pointer(check: &mut Check<'_>, at: &Text) -> String {
    let pointer = at.get_ref();
    let escapes = pointer.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    if !(pointer.is_empty() || pointer.starts_with('/')) || !escapes {
        let what = format!("`{pointer}` is not a JSON Pointer");
        check.error(at, what, "write `/` before each name on the way: `/data/items`");
    }
    pointer.clone()
}

/// Keys that this kind of source does not read are mistakes, not extras.
fn refuse_foreign_keys(check: &mut Check<'_>, raw: &RawSource) {
    let keys = [
        ("links", "page", raw.links.as_ref().map(Spanned::span), RawKind::Page),
        ("json", "json", raw.json.as_ref().map(Spanned::span), RawKind::Json),
        ("topics", "search", raw.topics.as_ref().map(Spanned::span), RawKind::Search),
        ("join", "search", raw.join.as_ref().map(Spanned::span), RawKind::Search),
    ];
    for (key, kind, span, read) in keys {
        if let (Some(span), true) = (span, raw.kind != read) {
            let what = format!("`{key}` is for sources of kind {kind} only");
            let remedy = format!("remove it, or write `kind = \"{kind}\"`");
            let finding = check.file.error(span, what, remedy);
            check.findings.push(finding);
        }
    }
}

//! Reads pages: with what is known of their site and has been learned of their host, and where a page
//! does not show its article, another edition of it, AMP or print, that it links to.

use jiff::Timestamp;
use url::Url;

use super::parsing::{self, Read};
use super::{Live, Pipeline};
use crate::extract::{Edition, Form};
use crate::guard::{Get, Reply};
use crate::model::{Extracted, Source};
use crate::sandbox::Fault;

/// Has a fetched page read. At most one more page is fetched for it.
///
/// # Errors
/// What became of the page's reader; faults of another edition leave the page as it is.
pub(super) async fn read(
    pipeline: &Pipeline,
    live: &Live,
    source: &Source,
    reply: Reply,
) -> Result<Extracted, Fault> {
    let url = reply.final_url.clone();
    let page = parse(pipeline, live, reply).await?;
    let Some(edition) = &page.edition else { return Ok(page.extracted) };
    let form = edition.form;
    match fetch(pipeline, live, source, &url, edition).await {
        Ok(other) => Ok(better(page, other, form)),
        Err(error) => {
            tracing::debug!(page = %url, edition = %edition.url, error, "no other edition");
            Ok(page.extracted)
        }
    }
}

async fn parse(pipeline: &Pipeline, live: &Live, reply: Reply) -> Result<Read, Fault> {
    let Reply { body, content_type, final_url, .. } = reply;
    let known = parsing::Page {
        content_type,
        layout: live.config.site(&final_url).cloned(),
        template: pipeline.templates.of(&final_url).map(|template| (*template).clone()),
        url: Some(final_url.clone()),
        now: Some(Timestamp::now()),
    };
    let mut read = pipeline.parsers.page(&body, known).await?;
    pipeline.templates.learn(&final_url, std::mem::take(&mut read.sketch));
    Ok(read)
}

async fn fetch(
    pipeline: &Pipeline,
    live: &Live,
    source: &Source,
    page: &Url,
    edition: &Edition,
) -> Result<Read, String> {
    // The address comes from a process that may have been taken over by its page.
    if !Edition::may_stand_at(&edition.url, page) {
        return Err("it stands on another site".to_owned());
    }
    let reply = live.client.get(Get::of(source, &edition.url)).await;
    let reply = reply.map_err(|error| error.to_string())?;
    if !(200..300).contains(&reply.status) {
        return Err(format!("it answered {}", reply.status));
    }
    if !Edition::may_stand_at(&reply.final_url, page) || reply.final_url == *page {
        return Err("it leads elsewhere".to_owned());
    }
    parse(pipeline, live, reply).await.map_err(|fault| fault.to_string())
}

/// The page, with the body of another edition if that shows more of the article.
fn better(page: Read, other: Read, form: Form) -> Extracted {
    let length = |read: &Read| read.extracted.body.as_ref().map_or(0, |body| body.chars().count());
    if !other.doubts.is_empty() || length(&other) <= length(&page) {
        return page.extracted;
    }
    let (method, note) = match form {
        Form::Amp => ("amp", "the page does not show its article: read in its AMP edition"),
        Form::Print => ("print", "the page does not show its article: read in its print edition"),
    };
    let Read { extracted: mut kept, doubts, .. } = page;
    let other = other.extracted;
    kept.warnings.retain(|warning| !doubts.contains(warning));
    kept.warnings.push(note.to_owned());
    Extracted {
        title: kept.title.or(other.title),
        body: other.body,
        authors: if kept.authors.is_empty() { other.authors } else { kept.authors },
        published: kept.published.or(other.published),
        updated: kept.updated.or(other.updated),
        language: kept.language.or(other.language),
        // The page's own: the other edition is no page of its own.
        canonical_url: kept.canonical_url,
        original_url: kept.original_url,
        site_name: kept.site_name.or(other.site_name),
        image: kept.image.or(other.image),
        method: Some(method.to_owned()),
        warnings: kept.warnings,
    }
}

#[cfg(test)]
mod tests {
    use super::{Extracted, Form, Read, better};

    fn read(body: &str, doubts: &[&str]) -> Read {
        let doubts: Vec<String> = doubts.iter().map(|&doubt| doubt.to_owned()).collect();
        let warnings = doubts.iter().cloned().chain(["no title found".to_owned()]).collect();
        let body = Some(body.to_owned());
        let extracted = Extracted { body, warnings, ..Extracted::default() };
        Read { extracted, doubts, ..Read::default() }
    }

    #[test]
    fn another_edition_counts_if_it_shows_more_and_is_not_doubtful_itself() {
        let mut page = read("stub", &["paywall"]);
        page.extracted.canonical_url = Some("https://example.org/a".to_owned());
        page.extracted.title = Some("Title".to_owned());
        let mut whole = read("the whole article", &[]);
        whole.extracted.canonical_url = Some("https://example.org/a/amp".to_owned());
        whole.extracted.published = Some("2024-05-01".to_owned());
        let taken = better(page.clone(), whole, Form::Amp);
        assert_eq!(taken.body.as_deref(), Some("the whole article"));
        assert_eq!(taken.method.as_deref(), Some("amp"));
        assert_eq!(taken.title.as_deref(), Some("Title"));
        assert_eq!(taken.published.as_deref(), Some("2024-05-01"));
        assert_eq!(taken.canonical_url.as_deref(), Some("https://example.org/a"));
        assert!(!taken.warnings.contains(&"paywall".to_owned()), "{:?}", taken.warnings);
        assert!(taken.warnings.iter().any(|it| it.contains("AMP edition")));
        for other in [read("stu", &[]), read("a longer stub", &["paywall"])] {
            assert_eq!(better(page.clone(), other, Form::Print), page.extracted);
        }
    }
}

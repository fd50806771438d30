//! Page bytes to text and metadata. CPU only: run it off the runtime's threads.
//!
//! Never fetches, never panics, never fails: what cannot be read is missing and named in `warnings`.

mod authors;
mod body;
mod canonical;
mod dates;
mod elements;
mod json_ld;
mod metadata;
mod title;
mod visible_date;

use std::panic::{AssertUnwindSafe, catch_unwind};

use url::Url;

use crate::model::Extracted;
use crate::text::{self, DocumentKind};

use metadata::Metadata;

/// Bytes of a page that are looked at; the rest is cut off.
const MAX_BYTES: usize = 16_000_000;

/// Reads a page. `content_type` is the HTTP header as received, `url` where the page was found.
#[must_use]
pub fn page(bytes: &[u8], content_type: Option<&str>, url: Option<&Url>) -> Extracted {
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
    if !text::weigh(&html).is_bearable() {
        return stripped(&html, warnings);
    }
    let found = body::run(&html, url);
    let read = || metadata::read_document(&scraper::Html::parse_document(&html), url);
    let metadata = catch_unwind(AssertUnwindSafe(read)).unwrap_or_else(|_| {
        warnings.push("the metadata could not be read".to_owned());
        Metadata::default()
    });
    assemble(&found, metadata, warnings)
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

fn assemble(found: &body::Found, metadata: Metadata, mut warnings: Vec<String>) -> Extracted {
    let body = body::choose(found, &metadata);
    warnings.extend(body.warning.map(str::to_owned));
    if metadata.title.is_none() {
        warnings.push("no title found".to_owned());
    }
    warnings.extend(metadata.warnings);
    Extracted {
        title: metadata.title,
        body: body.text,
        authors: metadata.authors,
        published: metadata.published,
        updated: metadata.updated,
        language: metadata.language,
        canonical_url: metadata.canonical_url,
        site_name: metadata.site_name,
        image: metadata.image,
        method: body.method.map(str::to_owned),
        warnings,
    }
}

#[cfg(test)]
mod tests {
    use super::page;

    const ARTICLE: &str = r#"<!doctype html><html lang="es"><head><title>El banco crece | Diario</title>
        <meta property="og:title" content="El banco crece"><meta property="og:site_name" content="Diario">
        <link rel="canonical" href="/economia/1"><meta name="author" content="Ana Pérez">
        <script type="application/ld+json">{"@graph":[{"@type":"NewsArticle","headline":"El banco crece",
        "datePublished":"2024-05-01T10:00:00+02:00","image":{"url":"https://example.org/a.jpg"}}]}</script>
        </head><body><nav><a href="/">Portada</a> <a href="/d">Deportes</a></nav><article><h1>El banco crece</h1>
        <p>El banco central anunció ayer que la economía creció un tres por ciento en el último trimestre del año, más de lo que esperaban los analistas.</p>
        <p>El consejero delegado negó que la entidad estuviera siendo investigada por la fiscalía y aseguró que coopera con todas las autoridades.</p>
        </article><footer>Todos los derechos reservados</footer></body></html>"#;

    #[test]
    fn an_article_is_read() {
        let url = "https://example.org/economia/1?utm_source=x".parse().unwrap();
        let read = page(ARTICLE.as_bytes(), Some("text/html; charset=utf-8"), Some(&url));
        let body = read.body.unwrap();
        assert!(
            body.starts_with("El banco central") || body.contains("\nEl banco central"),
            "{body}"
        );
        assert!(
            body.contains(
                "trimestre del año, más de lo que esperaban los analistas.\nEl consejero"
            )
        );
        assert!(!body.contains("derechos reservados") && !body.contains("Deportes"));
        assert_eq!(read.title.as_deref(), Some("El banco crece"));
        assert_eq!(read.authors, ["Ana Pérez"]);
        assert_eq!(read.published.as_deref(), Some("2024-05-01T10:00:00+02:00"));
        assert_eq!(read.language.as_deref(), Some("es"));
        assert_eq!(read.canonical_url.as_deref(), Some("https://example.org/economia/1"));
        assert_eq!(read.site_name.as_deref(), Some("Diario"));
        assert_eq!(read.image.as_deref(), Some("https://example.org/a.jpg"));
    }

    #[test]
    fn a_body_only_in_metadata_is_found_and_said_so() {
        let text = "Los clientes retiraron sus depósitos. ".repeat(20);
        let html = format!(
            r#"<html><head><script type="application/ld+json">{{"@type":["NewsArticle"],"articleBody":"{text}"}}</script></head><body><div id="app"></div></body></html>"#
        );
        let read = page(html.as_bytes(), None, None);
        assert_eq!(
            (read.body.as_deref(), read.method.as_deref()),
            (Some(text.trim()), Some("json-ld"))
        );
        assert!(!read.warnings.is_empty());
    }

    #[test]
    fn heavy_pages_are_stripped_and_not_parsed() {
        for html in ["<div>".repeat(100_000) + "text", "<i>x</i>".repeat(300_000)] {
            let read = page(html.as_bytes(), None, None);
            assert_eq!(read.method.as_deref(), Some("stripped"));
            assert!(read.body.is_some());
        }
    }

    #[test]
    fn nesting_within_the_limit_is_survived_on_a_small_stack() {
        let deep = format!("{}<p>text</p>", "<div><span>".repeat(255));
        let thread = std::thread::Builder::new().stack_size(2 << 20);
        let read = thread.spawn(move || page(deep.as_bytes(), None, None)).unwrap().join();
        assert!(read.is_ok());
    }

    #[test]
    fn anything_can_be_read() {
        for bytes in [&b""[..], b"\xff\xfe", b"\x00\x00", b"<", b"<html", b"&#x;", b"plain text"] {
            assert!(page(bytes, None, None).title.is_none());
        }
    }
}

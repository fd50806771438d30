//! Sources to OPML 2.0.

use std::sync::Arc;

use quick_xml::escape::escape;

use crate::model::{Source, SourceKind};

/// The feeds among sources as an OPML document. What is no feed is left out: no reader could use it.
#[must_use]
pub fn write_opml(title: &str, sources: &[Arc<Source>]) -> String {
    let mut out =
        String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<opml version=\"2.0\">\n");
    let title = escape(plain(title)).into_owned();
    out.extend(["  <head><title>", &title, "</title></head>\n  <body>\n"]);
    for source in sources.iter().filter(|source| source.kind == SourceKind::Feed) {
        out.push_str("    <outline type=\"rss\"");
        attribute(&mut out, "text", &source.name);
        attribute(&mut out, "title", &source.name);
        attribute(&mut out, "xmlUrl", source.url.as_str());
        attribute(&mut out, "language", source.language.as_deref().unwrap_or_default());
        attribute(&mut out, "category", &source.tags.join(","));
        out.push_str("/>\n");
    }
    out.push_str("  </body>\n</opml>\n");
    out
}

fn attribute(out: &mut String, name: &str, value: &str) {
    if !value.is_empty() {
        out.extend([" ", name, "=\"", &escape(plain(value)), "\""]);
    }
}

/// Without the control characters that XML 1.0 cannot hold; line ends are spaces in an attribute.
fn plain(text: &str) -> String {
    text.chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .filter(|c| !matches!(c, '\u{fffe}' | '\u{ffff}'))
        .collect()
}

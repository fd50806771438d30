//! The mistakes of the field, set right on the text of the document before it is read again. Each
//! repair says in words what it did.

use std::sync::LazyLock;

use base64::Engine as _;
use regex::{Captures, Regex};

use super::markup;

type Pattern = LazyLock<Option<Regex>>;

/// The better text, where the document needs the repair.
type Repair = fn(&str) -> Option<String>;

fn pattern(source: &str) -> Option<Regex> {
    Regex::new(source).ok()
}

/// The document without its XML declaration: its text is decoded by now.
pub(super) fn without_declaration(document: &str) -> &str {
    match document.strip_prefix("<?xml") {
        Some(rest) if rest.starts_with(char::is_whitespace) => {
            rest.split_once("?>").map_or(document, |(_, rest)| rest)
        }
        _ => document,
    }
}

/// Applies every repair that the document needs.
pub(super) fn repair(document: &str) -> (String, Vec<String>) {
    let mut text = without_declaration(document).to_owned();
    let mut warnings = Vec::new();
    let repairs: [(Repair, &str); 9] = [
        (root_only, "dropped what stood before the root element"),
        (references, "repaired character references"),
        (rss_root, "read an RSS of unknown version as 2.0"),
        (rdf_items, "moved items out of the channel"),
        (atom_03, "read Atom 0.3 as 1.0"),
        (base64_text, "decoded text in base64"),
        (text_types, "repaired the types of text elements"),
        (|text| Some(markup::escape_naked(text)), "escaped markup in text elements"),
        (|text| Some(markup::balance(text)), "closed elements that were left open"),
    ];
    for (repair, warning) in repairs {
        if let Some(better) = repair(&text)
            && better != text
        {
            text = better;
            warnings.push(warning.to_owned());
        }
    }
    (text, warnings)
}

/// From the root element on.
fn root_only(document: &str) -> Option<String> {
    static ROOT: Pattern =
        Pattern::new(|| pattern(r"(?i)<(?:rss|feed|rdf:rdf|(?:\w+:)(?:feed|rss))[\s>]"));
    // Comments, processing instructions and a document type may stand there.
    static LAWFUL: Pattern =
        Pattern::new(|| pattern(r"(?s)^(?:\s|<!--.*?-->|<\?[^>]*\?>|<!DOCTYPE[^>]*>)*$"));
    let at = ROOT.as_ref()?.find(document)?.start();
    let before = document.get(..at)?;
    (!LAWFUL.as_ref()?.is_match(before)).then(|| document[at..].to_owned())
}

/// `<rss>` without a version or of one that the library does not know, in any case.
fn rss_root(document: &str) -> Option<String> {
    static ROOT: Pattern = Pattern::new(|| pattern(r"(?i)<(?:\w+:)?rss\b([^>]*)>"));
    static ATTRIBUTE: Pattern =
        Pattern::new(|| pattern(r#"(?i)\s(?:version|xmlns)\s*=\s*(?:"[^"]*"|'[^']*'|[^\s>]+)"#));
    static KNOWN: Pattern =
        Pattern::new(|| pattern(r#"^<rss\b[^>]*\sversion\s*=\s*["'](?:2\.0|0\.91|0\.92)?["']"#));
    static END: Pattern = Pattern::new(|| pattern(r"(?i)</(?:\w+:)?rss\s*>"));
    let found = ROOT.as_ref()?.captures(document)?;
    let root = found.get(0)?;
    let has_default_namespace = found[1].contains(" xmlns=");
    let has_channel = document.contains("<channel");
    if KNOWN.as_ref()?.is_match(root.as_str()) && !has_default_namespace && has_channel {
        return None;
    }
    let attributes = ATTRIBUTE.as_ref()?.replace_all(&found[1], "");
    let rest = END.as_ref()?.replace_all(document.get(root.end()..)?, "</rss>");
    if rest.contains("<channel") {
        return Some(format!("<rss version=\"2.0\"{attributes}>{rest}"));
    }
    let inside = rest.trim_end().trim_end_matches("</rss>");
    Some(format!("<rss version=\"2.0\"{attributes}><channel>{inside}</channel></rss>"))
}

/// RSS 1.0 whose items stand in the channel instead of beside it, and RSS 0.90.
fn rdf_items(document: &str) -> Option<String> {
    if !document.contains("<rdf:RDF") {
        return None;
    }
    let text =
        document.replace("http://my.netscape.com/rdf/simple/0.9/", "http://purl.org/rss/1.0/");
    let (Some(item), Some(end)) = (text.find("<item"), text.find("</channel>")) else {
        return Some(text);
    };
    // `<items>` is the list of references that belongs into the channel.
    let is_list = text[item..].starts_with("<items");
    let item = if is_list { text.find("<item ").or(text.find("<item>"))? } else { item };
    if item > end {
        return Some(text);
    }
    let (head, rest) = text.split_at(item);
    Some(format!("{head}</channel>{}", rest.replacen("</channel>", "", 1)))
}

/// Atom 0.3 (the Internet draft of 2003) in the words of RFC 4287.
fn atom_03(document: &str) -> Option<String> {
    static NAMESPACE: Pattern = Pattern::new(|| pattern(r"https?://purl\.org/atom/ns#?"));
    static NAMES: Pattern = Pattern::new(|| {
        pattern(r"<(/?)((?:\w+:)?)(issued|created|modified|tagline|copyright)([\s/>])")
    });
    static MODE: Pattern = Pattern::new(|| {
        pattern(r"<((?:\w+:)?)(title|tagline|summary|content|copyright)(\s[^>]*)>")
    });
    let namespace = NAMESPACE.as_ref()?;
    if !namespace.is_match(document) {
        return None;
    }
    let text = MODE.as_ref()?.replace_all(document, |found: &Captures<'_>| {
        let attributes = &found[3];
        let is = |what: &str| attributes.contains(what);
        let kind = match (is("escaped"), is("html")) {
            (true, _) => "html",
            (false, true) => "xhtml",
            (false, false) => "text",
        };
        if is("base64") || attributes.trim_end().ends_with('/') {
            return found[0].to_owned();
        }
        format!("<{}{}{} type=\"{kind}\">", &found[1], &found[2], without_type(attributes))
    });
    let has_issued = text.contains("issued>");
    let text = NAMES.as_ref()?.replace_all(&text, |found: &Captures<'_>| {
        let name = match &found[3] {
            "issued" => "published",
            "created" if !has_issued => "published",
            "modified" => "updated",
            "tagline" => "subtitle",
            "copyright" => "rights",
            other => other,
        };
        format!("<{}{}{name}{}", &found[1], &found[2], &found[4])
    });
    Some(namespace.replace_all(&text, "http://www.w3.org/2005/Atom").into_owned())
}

/// Text that is carried in base64: Atom 0.3 says so, RFC 4287 §4.1.3.3 means it for other media types.
fn base64_text(document: &str) -> Option<String> {
    static ELEMENT: Pattern = Pattern::new(|| {
        pattern(
            r"<(?:\w+:)?(?:title|subtitle|summary|content|rights)(\s[^>]*(?:base64|octet-stream)[^>]*)>([A-Za-z0-9+/\s]{4,}={0,2})\s*</",
        )
    });
    let decoded = ELEMENT.as_ref()?.replace_all(document, |found: &Captures<'_>| {
        let packed: String = found[2].split_whitespace().collect();
        let bytes = base64::engine::general_purpose::STANDARD.decode(packed).ok();
        let Some(text) = bytes.and_then(|bytes| String::from_utf8(bytes).ok()) else {
            return found[0].to_owned();
        };
        let start = found[0].split_inclusive('>').next().unwrap_or_default();
        let text = text.replace('&', "&amp;").replace('<', "&lt;");
        format!("{}{text}</", with_type(start, "html"))
    });
    Some(decoded.into_owned())
}

/// Media types where RFC 4287 §3.1.1 knows `text`, `html` and `xhtml`.
fn text_types(document: &str) -> Option<String> {
    static ELEMENT: Pattern = Pattern::new(|| {
        pattern(
            r#"<((?:\w+:)?(?:title|subtitle|summary|content|rights))(\s[^>]*?\btype\s*=\s*["']([^"']*)["'][^>]*)>"#,
        )
    });
    if !document.contains("http://www.w3.org/2005/Atom") {
        return None;
    }
    let repaired = ELEMENT.as_ref()?.replace_all(document, |found: &Captures<'_>| {
        let attributes = &found[2];
        let declared = found[3].to_ascii_lowercase();
        let kind = match declared.as_str() {
            "text" | "html" | "xhtml" => return found[0].to_owned(),
            _ if attributes.contains("src=") => return found[0].to_owned(),
            other if other.contains("xhtml") => "xhtml",
            other if other.contains("html") => "html",
            _ => "text",
        };
        let end = if attributes.trim_end().ends_with('/') { "/" } else { "" };
        let attributes = without_type(attributes.trim_end_matches('/'));
        format!("<{}{attributes} type=\"{kind}\"{end}>", &found[1])
    });
    Some(repaired.into_owned())
}

/// A start tag with another `type`.
pub(super) fn with_type(start: &str, kind: &str) -> String {
    format!("{} type=\"{kind}\">", without_type(start.trim_end_matches('>')))
}

fn without_type(attributes: &str) -> String {
    static TYPE: Pattern = Pattern::new(|| pattern(r#"\s(?:type|mode)\s*=\s*(?:"[^"]*"|'[^']*')"#));
    let Some(pattern) = TYPE.as_ref() else { return attributes.to_owned() };
    pattern.replace_all(attributes, "").into_owned()
}

/// `&` that begins no reference, references to characters that XML forbids, and such characters.
fn references(document: &str) -> Option<String> {
    static REFERENCE: Pattern = Pattern::new(|| {
        pattern(r"&(?:#[xX]([0-9a-fA-F]{1,8});|#([0-9]{1,8});|([A-Za-z][A-Za-z0-9]{1,31});)?")
    });
    let pattern = REFERENCE.as_ref()?;
    let fix = |found: &Captures<'_>| {
        let code = match (found.get(1), found.get(2)) {
            (Some(hex), _) => u32::from_str_radix(hex.as_str(), 16).ok(),
            (None, Some(decimal)) => decimal.as_str().parse().ok(),
            (None, None) if found.get(3).is_some() => return found[0].to_owned(),
            (None, None) => return "&amp;".to_owned(),
        };
        let allowed = code.and_then(char::from_u32).is_some_and(is_xml_char);
        if allowed { found[0].to_owned() } else { String::new() }
    };
    let mut out = String::with_capacity(document.len());
    let mut rest = document;
    while let Some((before, section)) = rest.split_once("<![CDATA[") {
        out.push_str(&pattern.replace_all(before, fix));
        let (inside, after) = section.split_once("]]>").unwrap_or((section, ""));
        out.push_str("<![CDATA[");
        out.push_str(inside);
        out.push_str("]]>");
        rest = after;
    }
    out.push_str(&pattern.replace_all(rest, fix));
    out.retain(is_xml_char);
    Some(out)
}

/// XML 1.0 §2.2.
fn is_xml_char(c: char) -> bool {
    matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

//! Who wrote an article: JSON-LD, `meta`, microdata, bylines; names only.

use std::sync::LazyLock;

use regex::Regex;
use scraper::Html;

use super::elements::{Meta, all, spaced, words};

/// Authors that are kept.
const MAX_AUTHORS: usize = 10;
/// Characters of the longest name.
const LONGEST: usize = 60;

/// Names of `meta` elements, the surest first.
const NAMED: [&str; 10] = [
    "author", "article:author", "article:author_name", "dc.creator", "dcterms.creator", "parsely-author", "sailthru.author",
    "citation_author", "byl", "cxenseparse:author",
];

/// Elements of a byline, the surest first.
const BYLINES: [&str; 4] = [
    "[itemprop~='author'] [itemprop~='name']",
    "[itemprop~='author'], a[rel~='author'], address.author",
    ".byline, .article-author, .author-name, .c-byline, .autor, .firma, .auteur, .post-author, .entry-author, .author.vcard",
    "[class*='byline'], [class*='author-name'], [class*='authorName']",
];

/// The names. `described` are those in JSON-LD, `site` is the medium's name.
pub(super) fn read(page: &Html, meta: &Meta, described: &[String], site: Option<&str>) -> Vec<String> {
    let found = names(described.iter().map(String::as_str), site);
    if !found.is_empty() {
        return found;
    }
    let found = NAMED.iter().map(|name| names(meta.values(name), site)).find(|names| !names.is_empty());
    if let Some(found) = found {
        return found;
    }
    let bylines = BYLINES.iter().map(|selector| {
        let found: Vec<String> = all(page, selector).into_iter().take(20).filter_map(words).collect();
        names(found.iter().map(String::as_str).filter(|text| text.chars().count() <= 3 * LONGEST), site)
    });
    bylines.into_iter().find(|names| !names.is_empty()).unwrap_or_default()
}

/// The names in several bylines, each once.
fn names<'a>(raw: impl Iterator<Item = &'a str>, site: Option<&str>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in raw.flat_map(of_byline) {
        let is_known = found.iter().any(|known| {
            let (a, b) = (known.to_lowercase(), name.to_lowercase());
            a == b || a.contains(&b)
        });
        // The medium's own name is no author where there is another one.
        if !is_known && found.len() < MAX_AUTHORS {
            found.push(name);
        }
    }
    let is_site = |name: &str| site.is_some_and(|site| site.eq_ignore_ascii_case(name));
    if found.iter().any(|name| !is_site(name)) {
        found.retain(|name| !is_site(name));
    }
    found
}

/// The names of one byline: "By Ana Pérez and Li Na, economics editor".
fn of_byline(raw: &str) -> Vec<String> {
    static OPENING: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)^(?:(?:written |posted |words |story |texte? |texto )?(?:by|por|par|von|di|door|per|av|af|od)\b[\s:]+|(?:authors?|autor(?:es|en|a|in)?|auteure?s?|autore|redaktion)\s*[:：]\s*|(?:本报|本刊|新华社|特约)?(?:记者|記者|作者|文|编辑|編輯|撰文)\s*[/／丨|:：]?\s*)").ok()
    });
    static BETWEEN: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)\s*[;|/•·、]\s*|\s*,\s+|\s+(?:and|und|et|e|y|i|en|och|og|with|mit|con|com)\s+|\s+&\s+").ok()
    });
    let plain = spaced(raw);
    let cut = plain.chars().count() > 4 * LONGEST;
    let (Some(opening), Some(between)) = (OPENING.as_ref(), BETWEEN.as_ref()) else { return Vec::new() };
    if cut || plain.contains("://") {
        return Vec::new();
    }
    let plain = opening.replace(&plain, "");
    between.split(&plain).filter_map(name).collect()
}

/// A name without address, brackets and what is no name.
fn name(raw: &str) -> Option<String> {
    static ADDRESS: LazyLock<Option<Regex>> =
        LazyLock::new(|| Regex::new(r"\S+@\S+|\([^)]*\)|\[[^\]]*\]|（[^）]*）").ok());
    static TITLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r"(?i)\b(editor(?:a|ial)?|correspondent|corresponsal|reporter|redakteur(?:in)?|korrespondent(?:in)?|journalist(?:in)?|periodista|redactora?|columnist|columnista|director|staff writer|writer|chief|head of|professor|m\.?d\.?|ph\.?d\.?|contributor|journaliste|rédact(?:eur|rice)|envoyée?|giornalista|updated?|published|min read|follow|minutes?|admin(?:istrator)?|unknown|null|undefined|contributors)\b|\d{2}").ok()
    });
    let name = ADDRESS.as_ref()?.replace_all(raw, " ");
    let name = spaced(&name);
    let name = name.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '\'' | '’')).trim();
    let length = name.chars().count();
    let is_name = (2..=LONGEST).contains(&length)
        && name.split(' ').count() <= 7
        && name.chars().any(char::is_alphabetic)
        && !TITLE.as_ref()?.is_match(name);
    is_name.then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use scraper::Html;

    use super::super::elements::Meta;
    use super::{of_byline, read};

    #[test]
    fn bylines_of_several_languages() {
        let check = |raw: &str, names: &[&str]| assert_eq!(of_byline(raw), names, "{raw}");
        check("Por Ana Pérez y Juan Ruiz", &["Ana Pérez", "Juan Ruiz"]);
        check("By Ann Lee and Bo Li, economics editor", &["Ann Lee", "Bo Li"]);
        check("Von Jörg Müller (dpa)", &["Jörg Müller"]);
        check("本报记者 王小明", &["王小明"]);
        check("记者：王小明、李华", &["王小明", "李华"]);
        check("Ana Pérez ana@example.org", &["Ana Pérez"]);
        check("https://example.org/ana", &[]);
        check("Reuters", &["Reuters"]);
        check("Byron Smith", &["Byron Smith"]);
        check("", &[]);
    }

    #[test]
    fn the_surest_place_wins_and_the_medium_is_no_author_beside_a_person() {
        let page = Html::parse_document(
            "<meta name=author content='El Diario'><meta name=author content='Ana Pérez'><span class=byline>By X Y</span>",
        );
        let meta = Meta::of(&page);
        assert_eq!(read(&page, &meta, &[], Some("El Diario")), ["Ana Pérez"]);
        assert_eq!(read(&page, &meta, &["Li Na".to_owned(), "li na".to_owned()], None), ["Li Na"]);
        let page = Html::parse_document("<p class=byline>By Ann Lee</p>");
        assert_eq!(read(&page, &Meta::of(&page), &[], None), ["Ann Lee"]);
    }
}

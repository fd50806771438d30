//! Who wrote an article: JSON-LD, `meta`, microdata, bylines; names only.

use std::sync::LazyLock;

use super::dom::Dom;
use super::elements::{is_elsewhere, spaced, words};
use super::survey::Survey;
use regex::Regex;

/// Authors that are kept.
const MAX_AUTHORS: usize = 10;
/// Characters of the longest name.
const LONGEST: usize = 60;

/// Names of `meta` elements, the surest first.
const NAMED: [&str; 10] = [
    "author",
    "article:author",
    "article:author_name",
    "dc.creator",
    "dcterms.creator",
    "parsely-author",
    "sailthru.author",
    "citation_author",
    "byl",
    "cxenseparse:author",
];

/// The names. `described` are those in JSON-LD, `media` the medium's name and host: it is the author
/// only where nobody else is.
pub(super) fn read(
    dom: &Dom<'_>,
    survey: &Survey<'_>,
    described: &[String],
    media: &[&str],
) -> Vec<String> {
    let mut medium = Vec::new();
    let mut persons = |found: Vec<String>| {
        let (own, persons): (Vec<_>, Vec<_>) =
            found.into_iter().partition(|name| is_medium(name, media));
        if medium.is_empty() {
            medium = own;
        }
        (!persons.is_empty()).then_some(persons)
    };
    if let Some(found) = persons(names(described.iter().map(String::as_str))) {
        return found;
    }
    if let Some(found) = NAMED.iter().find_map(|name| persons(names(survey.meta.values(name)))) {
        return found;
    }
    let bylines = survey.bylines.iter().find_map(|nodes| {
        let own = nodes.iter().filter(|&&byline| !is_elsewhere(dom, byline));
        let found: Vec<String> = own.filter_map(|&byline| words(dom, byline)).collect();
        persons(names(
            found.iter().map(String::as_str).filter(|text| text.chars().count() <= 3 * LONGEST),
        ))
    });
    bylines.unwrap_or(medium)
}

/// Whether a name is the medium's, with or without the end of its host.
fn is_medium(name: &str, media: &[&str]) -> bool {
    let key = |text: &str| {
        let text = text.to_lowercase();
        let text = text.strip_prefix("www.").unwrap_or(&text);
        text.chars().filter(|c| c.is_alphanumeric()).collect::<String>()
    };
    media.iter().any(|medium| key(medium) == key(name))
}

/// The names in several bylines, each once.
fn names<'a>(raw: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for name in raw.flat_map(of_byline) {
        let is_known = found.iter().any(|known| {
            let (a, b) = (known.to_lowercase(), name.to_lowercase());
            a == b || a.contains(&b)
        });
        if !is_known && found.len() < MAX_AUTHORS {
            found.push(name);
        }
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
    let (Some(opening), Some(between)) = (OPENING.as_ref(), BETWEEN.as_ref()) else {
        return Vec::new();
    };
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
    let name =
        name.trim_matches(|c: char| !c.is_alphanumeric() && !matches!(c, '.' | '\'' | '’')).trim();
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

    use super::super::dom::Dom;
    use super::super::survey::Survey;
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
        let check = |html: &str, described: &[&str], media: &[&str], author: &str| {
            let page = Html::parse_document(html);
            let dom = Dom::of(&page);
            let described: Vec<String> = described.iter().map(|&name| name.to_owned()).collect();
            assert_eq!(read(&dom, &Survey::of(&dom, None), &described, media), [author], "{html}");
        };
        let both = "<meta name=author content='El Diario'><meta name=author content='Ana Pérez'>\
             <span class=byline>By X Y</span>";
        check(both, &[], &["El Diario"], "Ana Pérez");
        check(both, &["Li Na", "li na"], &[], "Li Na");
        check(both, &["www.diario.example"], &["diario.example", "El Diario"], "Ana Pérez");
        check("<meta name=author content='El Diario'>", &[], &["El Diario"], "El Diario");
        check("<p class=byline>By Ann Lee</p>", &[], &[], "Ann Lee");
        check(
            "<div itemprop=author><b itemprop=name>Ann Lee</b><i>Editor</i></div>",
            &[],
            &[],
            "Ann Lee",
        );
    }
}

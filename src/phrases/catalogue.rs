//! The catalogue of phrases: look-up, filling in, singular and plural.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use crate::model::Locale;

const FILE: &str = include_str!("phrases.toml");

/// One phrase in all languages.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Phrase {
    es: String,
    en: String,
    zh: String,
}

/// By `section.key`. A test holds the file to its form, so it is empty never.
static PHRASES: LazyLock<BTreeMap<String, Phrase>> =
    LazyLock::new(|| read(FILE).unwrap_or_default());

/// The phrase `section.key` in a language; the key itself where there is none, so that a slip
/// shows on the screen instead of hiding a message.
#[must_use]
pub fn text(key: &str, locale: Locale) -> &str {
    PHRASES.get(key).map_or(key, |phrase| match locale {
        Locale::Es => &phrase.es,
        Locale::En => &phrase.en,
        Locale::Zh => &phrase.zh,
    })
}

/// The phrase with its `{name}` places filled in. What is filled in is not looked at again.
#[must_use]
pub fn fill(key: &str, locale: Locale, values: &[(&str, &str)]) -> String {
    let mut filled = String::new();
    let mut rest = text(key, locale);
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        let place = after.split_once('}').and_then(|(name, end)| {
            Some((values.iter().find(|(known, _)| *known == name)?.1, end))
        });
        if let Some((value, end)) = place {
            filled.push_str(value);
            rest = end;
        } else {
            filled.push('{');
            rest = after;
        }
    }
    filled.push_str(rest);
    filled
}

/// The phrase `key_one` or `key_many` for a number.
#[must_use]
pub fn count(key: &str, locale: Locale, n: u32) -> String {
    let form = if n == 1 { "one" } else { "many" };
    fill(&format!("{key}_{form}"), locale, &[("n", &n.to_string())])
}

fn read(file: &str) -> Result<BTreeMap<String, Phrase>, toml::de::Error> {
    let sections: BTreeMap<String, BTreeMap<String, Phrase>> = toml::from_str(file)?;
    let keyed = sections.into_iter().flat_map(|(section, phrases)| {
        phrases.into_iter().map(move |(key, phrase)| (format!("{section}.{key}"), phrase))
    });
    Ok(keyed.collect())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use regex::Regex;

    use super::{FILE, count, fill, read, text};
    use crate::model::Locale;

    /// Sections whose keys are put together, see `names.rs`.
    const BY_NAME: [&str; 5] = ["log", "month", "plan_news", "plan_subject", "review"];

    fn places(phrase: &str) -> BTreeSet<String> {
        let place = Regex::new(r"\{(\w+)\}").expect("pattern");
        place.captures_iter(phrase).map(|found| found[1].to_owned()).collect()
    }

    fn sources(directory: &Path, into: &mut String) {
        for entry in std::fs::read_dir(directory).expect("readable source tree") {
            let path = entry.expect("entry").path();
            if path.is_dir() {
                sources(&path, into);
            } else if path.extension().is_some_and(|kind| kind == "rs" || kind == "j2") {
                into.push_str(&std::fs::read_to_string(&path).expect("readable source"));
            }
        }
    }

    #[test]
    fn each_phrase_says_the_same_in_all_languages() {
        let phrases = read(FILE).expect("well-formed catalogue");
        assert!(!phrases.is_empty());
        for (key, phrase) in &phrases {
            for said in [&phrase.es, &phrase.en, &phrase.zh] {
                assert!(!said.trim().is_empty() || key == "format.list_separator", "{key}");
                if !key.ends_with("_one") {
                    assert_eq!(places(said), places(&phrase.en), "{key}: {said}");
                }
            }
            if let Some(stem) = key.strip_suffix("_one") {
                assert!(phrases.contains_key(&format!("{stem}_many")), "{key}");
            }
        }
    }

    #[test]
    fn what_is_said_exists_and_what_exists_is_said() {
        let mut code = String::new();
        sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut code);
        let phrases = read(FILE).expect("well-formed catalogue");

        let call = r#"\b(?:t|text|fill|count|say)\((?:view, )?\s*"([a-z_]+\.[a-z0-9_]+)""#;
        for call in Regex::new(call).expect("pattern").captures_iter(&code) {
            let key = &call[1];
            let known = phrases.contains_key(key) || phrases.contains_key(&format!("{key}_one"));
            assert!(known || key == "no.such_phrase", "`{key}` is said but does not exist");
        }
        for key in phrases.keys() {
            let section = key.split('.').next().unwrap_or_default();
            let stem = key.trim_end_matches("_one").trim_end_matches("_many");
            let said =
                code.contains(&format!("\"{key}\"")) || code.contains(&format!("\"{stem}\""));
            assert!(said || BY_NAME.contains(&section), "`{key}` exists but is never said");
        }
    }

    #[test]
    fn places_are_filled_once() {
        let values = [("text", "{text} {n}")];
        assert_eq!(fill("format.bracketed", Locale::Zh, &values), "（{text} {n}）");
        assert_eq!(fill("format.percent", Locale::Es, &[]), "{n} %");
        assert_eq!(text("no.such_phrase", Locale::Es), "no.such_phrase");
    }

    #[test]
    fn one_and_many() {
        assert_eq!(count("count.media", Locale::Es, 1), "1 medio");
        assert_eq!(count("count.media", Locale::En, 0), "0 outlets");
        assert_eq!(count("count.media", Locale::Zh, 6), "6 家媒体");
    }
}

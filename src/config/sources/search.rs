//! Sources of kind search: a template becomes one feed for each topic.

use std::collections::HashSet;

use url::Url;

use super::raw::{RawSource, Text};
use crate::config::explain::did_you_mean;
use crate::config::settings::http_url;
use crate::config::value::Check;
use crate::model::{Keywords, Source, SourceKind, Topic};
use crate::text::{self, fold};

/// Characters of a query: search services cut longer ones, or refuse them.
const MAX_QUERY_CHARS: usize = 256;

/// One source for each topic, with the id `<id>.<topic>`.
pub(super) fn expand(
    check: &mut Check<'_>,
    raw: &RawSource,
    join: &str,
    common: &Source,
    keywords: &Keywords,
) -> Vec<Source> {
    let template = raw.url.get_ref();
    if !template.contains("{query}") {
        let what = "the address of a search has no `{query}`, where the topic's names go";
        check.error(&raw.url, what, "write e.g. `https://news.example/rss?q={query}`");
        return Vec::new();
    }
    if template.contains("{language}") && common.language.is_none() {
        let what = "the address has `{language}`, and the source has none";
        check.error(&raw.url, what, "add e.g. `language = \"es\"`");
        return Vec::new();
    }
    if http_url(check, &raw.url).is_none() {
        return Vec::new();
    }
    let language = common.language.as_deref().unwrap_or_default();
    let mut sources = Vec::new();
    for topic in topics(check, raw, keywords) {
        let query = query(topic, language, join);
        let url = template
            .replace("{query}", &percent_encoded(&query))
            .replace("{language}", &percent_encoded(language));
        let Some(url) = Url::parse(&url).ok().filter(|_| !query.is_empty()) else {
            let what = format!("the topic `{}` has no name to search for", topic.id);
            check.error(&raw.url, what, "name other topics in `topics`");
            continue;
        };
        sources.push(Source {
            id: format!("{}.{}", common.id, topic.id),
            kind: SourceKind::Feed,
            url,
            business_line: common.business_line.clone().or_else(|| topic.business_line.clone()),
            ..common.clone()
        });
    }
    sources
}

/// Those that are named, or all that alert.
fn topics<'k>(check: &mut Check<'_>, raw: &RawSource, keywords: &'k Keywords) -> Vec<&'k Topic> {
    let Some(named) = &raw.topics else {
        let alerting: Vec<&Topic> = keywords.topics.iter().filter(|topic| topic.alerts).collect();
        if alerting.is_empty() {
            let what = "there is no topic that alerts, and none is named in `topics`";
            check.error(&raw.id, what, "add `topics = [\"…\"]`");
        }
        return alerting;
    };
    if named.get_ref().is_empty() {
        check.error(named, "`topics` is empty", "name at least one topic, or remove the key");
    }
    let find = |at: &Text| {
        let found = keywords.topics.iter().find(|topic| topic.id == *at.get_ref());
        if found.is_none() {
            let known: Vec<&str> = keywords.topics.iter().map(|topic| topic.id.as_str()).collect();
            let what = format!("there is no topic `{}`", at.get_ref());
            check.error(at, what, did_you_mean(at.get_ref(), &known));
        }
        found
    };
    named.get_ref().iter().filter_map(find).collect()
}

/// The names of a topic, the most telling first, as many as there is room for: those that need no
/// other word beside them before those that do, those in the script of the language before others,
/// each group as the topic lists them.
fn query(topic: &Topic, language: &str, join: &str) -> String {
    let is_chinese = language.eq_ignore_ascii_case("zh") || language.starts_with("zh-");
    let mut seen = HashSet::new();
    let mut names: Vec<(bool, bool, String)> = Vec::new();
    for rule in &topic.rules {
        // A term with `*` or `?` is a part of a word, which search services do not know.
        let terms = rule.names.terms().into_iter().map(|term| &term.text);
        for name in terms.filter(|name| !name.contains(['*', '?'])) {
            let name = name.replace('"', " ").split_whitespace().collect::<Vec<_>>().join(" ");
            if seen.insert(fold(&name).text) {
                let is_han = name.chars().any(text::is_han);
                let foreign = !language.is_empty() && is_han != is_chinese;
                names.push((rule.context.is_some(), foreign, name));
            }
        }
    }
    names.sort_by_key(|(vague, foreign, _)| (*vague, *foreign));
    // Vague names alone are better than nothing, and worse than nothing beside others.
    let is_vague = names.first().is_none_or(|(vague, _, _)| *vague);
    let mut query = String::new();
    for (_, _, name) in names.into_iter().filter(|(vague, _, _)| *vague == is_vague) {
        let quoted = if name.contains(' ') { format!("\"{name}\"") } else { name };
        let join = if query.is_empty() { "" } else { join };
        let length = query.chars().count() + join.chars().count() + quoted.chars().count();
        if length <= MAX_QUERY_CHARS {
            query.push_str(join);
            query.push_str(&quoted);
        }
    }
    query
}

/// For any place of a URL: what is not unreserved (RFC 3986 §2.3) becomes `%XX`.
fn percent_encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
}

#[cfg(test)]
mod tests {
    use super::{percent_encoded, query};
    use crate::model::{Rule, Topic};
    use crate::query::any_of;

    fn topic(rules: &[(&[&str], &[&str])]) -> Topic {
        let any = |list: &[&str]| {
            any_of(&list.iter().map(|&term| term.to_owned()).collect::<Vec<_>>(), &[])
        };
        let rule = |(names, context): &(&[&str], &[&str])| Rule {
            names: any(names),
            context: (!context.is_empty()).then(|| any(context)),
            ..Rule::default()
        };
        Topic { rules: rules.iter().map(rule).collect(), ..Topic::default() }
    }

    #[test]
    fn the_most_telling_names_come_first() {
        let topic = topic(&[
            (&["Almenara"], &["banco"]),
            (&["Banco Almenara", "ALMN", "阿尔梅纳拉银行", "banco  almenara", "Almenar*"], &[]),
        ]);
        assert_eq!(query(&topic, "es", " OR "), "\"Banco Almenara\" OR ALMN OR 阿尔梅纳拉银行");
        assert_eq!(query(&topic, "zh-Hans", "|"), "阿尔梅纳拉银行|\"Banco Almenara\"|ALMN");
    }

    #[test]
    fn a_vague_name_is_searched_for_only_where_there_is_no_other() {
        assert_eq!(query(&topic(&[(&["Almenara"], &["banco"])]), "", " OR "), "Almenara");
        assert_eq!(query(&topic(&[(&["Almenar*"], &[])]), "", " OR "), "");
    }

    #[test]
    fn a_query_is_bounded_and_whole() {
        let names: Vec<String> = (0..80).map(|n| format!("Banco Número {n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let query = query(&topic(&[(&names, &[])]), "es", " OR ");
        assert!(query.chars().count() <= 256 && query.ends_with('"'), "{query}");
        assert!(query.starts_with("\"Banco Número 0\" OR \"Banco Número 1\""));
    }

    #[test]
    fn encoding() {
        assert_eq!(percent_encoded("\"a b\" OR é&+"), "%22a%20b%22%20OR%20%C3%A9%26%2B");
    }
}

//! Subscriptions to a file of `[[source]]` tables.

use std::collections::BTreeSet;

use toml::Value;

use super::Subscription;
use crate::text::fold;

/// Characters of an id that is made of a name.
const MAX_ID: usize = 48;

/// The text of a source file that holds these feeds, under ids made of their names, different from
/// each other and from those in `taken`.
#[must_use]
pub fn source_file(feeds: &[Subscription], taken: &BTreeSet<String>) -> String {
    let mut taken = taken.clone();
    let mut out = String::new();
    for feed in feeds {
        let id = free_id(feed, &taken);
        let text = |text: &str| Value::String(text.to_owned());
        let tags = Value::Array(feed.tags.iter().map(|tag| text(tag)).collect());
        let pairs = [
            Some(("id", text(&id))),
            Some(("name", text(&feed.name))),
            Some(("url", text(feed.url.as_str()))),
            feed.language.as_ref().map(|language| ("language", text(language))),
            (!feed.tags.is_empty()).then_some(("tags", tags)),
        ];
        out.push_str(if out.is_empty() { "[[source]]\n" } else { "\n[[source]]\n" });
        for (key, value) in pairs.into_iter().flatten() {
            out.extend([key, " = ", &value.to_string(), "\n"]);
        }
        taken.insert(id);
    }
    out
}

fn free_id(feed: &Subscription, taken: &BTreeSet<String>) -> String {
    let by_name = slug(&feed.name);
    let slug =
        if by_name.is_empty() { slug(feed.url.host_str().unwrap_or_default()) } else { by_name };
    let slug = if slug.is_empty() { "source".to_owned() } else { slug };
    let numbered = (2_u64..).map(|n| format!("{slug}-{n}"));
    let free = std::iter::once(slug.clone()).chain(numbered).find(|id| !taken.contains(id));
    free.unwrap_or(slug)
}

/// Letters and digits, folded, with `-` between words.
fn slug(name: &str) -> String {
    let folded = fold(name).text;
    let words = folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let joined = words.collect::<Vec<_>>().join("-");
    joined.chars().take(MAX_ID).collect::<String>().trim_matches('-').to_owned()
}

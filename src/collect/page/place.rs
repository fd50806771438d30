//! Where a link stands on its page: the elements around it, and whether they are furniture.

use std::collections::HashMap;

use ego_tree::NodeId;
use scraper::ElementRef;

/// Words of classes and ids around what is on every page, or stands beside the page's own list.
const FURNITURE: [&str; 40] = [
    "ad",
    "ads",
    "advert",
    "banner",
    "breadcrumb",
    "breadcrumbs",
    "comments",
    "cookie",
    "cookies",
    "foot",
    "footer",
    "leidas",
    "leido",
    "login",
    "masleidas",
    "masleido",
    "menu",
    "menubar",
    "mostread",
    "nav",
    "navbar",
    "navigation",
    "navigator",
    "newsletter",
    "pager",
    "pagination",
    "paginacion",
    "popular",
    "promo",
    "ranking",
    "related",
    "share",
    "sharing",
    "sidebar",
    "social",
    "sponsored",
    "subscribe",
    "tags",
    "toolbar",
    "trending",
];

/// Classes that say how an element is just now.
const STATES: [&str; 12] = [
    "active", "clearfix", "current", "even", "first", "hidden", "last", "lazy", "loaded", "odd",
    "selected", "visible",
];

/// How sure it is that an element is furniture.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Furniture {
    /// It is not.
    No,
    /// Its name says so; a name may lie.
    Named,
    /// Its tag or role says so.
    Certain,
}

/// What an element is, as far as it tells the places of links apart.
pub(super) fn furniture(element: ElementRef<'_>) -> Furniture {
    let value = element.value();
    let role = value.attr("role").unwrap_or_default();
    match value.name() {
        "nav" | "footer" => return Furniture::Certain,
        "aside" => return Furniture::Named,
        "html" | "body" | "main" | "article" => return Furniture::No,
        _ if matches!(role, "navigation" | "contentinfo" | "menu") => return Furniture::Certain,
        _ => {}
    }
    let names = value.id().into_iter().chain(value.classes());
    let named = names.flat_map(words).any(|word| FURNITURE.contains(&word.as_str()));
    // "mas-leidas", "most-read": the second word says it in one language, both in the other.
    let most_read = value.classes().chain(value.id()).any(|name| {
        let name = name.to_ascii_lowercase().replace(['-', '_'], "");
        name.contains("mostread") || name.contains("masleid") || name.contains("mostviewed")
    });
    if named || most_read { Furniture::Named } else { Furniture::No }
}

/// The words of a class or id: `siteNav-main` is `site`, `nav`, `main`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for c in name.chars() {
        let starts = c.is_ascii_uppercase() && was_lower;
        was_lower = c.is_ascii_lowercase();
        if starts || !c.is_ascii_alphanumeric() {
            words.push(String::new());
        }
        if c.is_ascii_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.push(c.to_ascii_lowercase());
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// Classes that can stand in a selector and are likely to stand there tomorrow.
pub(super) fn lasting_classes(element: ElementRef<'_>) -> impl Iterator<Item = &str> {
    element.value().classes().filter(|name| is_lasting(name))
}

fn is_lasting(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let digits = name.chars().filter(char::is_ascii_digit).count();
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && name.len() <= 48
        && name.chars().all(plain)
        && digits < 3
        && !STATES.contains(&name)
        && !name.starts_with("is-")
}

/// How often each class stands on the elements around links.
pub(super) type ClassCounts<'a> = HashMap<&'a str, usize>;

/// Writes the place of a link as a CSS selector: the link, the three elements around it, each with
/// the class that it shares with most others; where none of them has a class, the nearest one that
/// has a class or an id before them.
pub(super) fn selector(link: ElementRef<'_>, counts: &ClassCounts<'_>) -> String {
    let mut chain = vec![step(link, counts)];
    let mut around = link.ancestors().filter_map(ElementRef::wrap);
    for element in around.by_ref().take(3) {
        if matches!(element.value().name(), "html" | "body") {
            break;
        }
        chain.push(step(element, counts));
    }
    let is_named = chain.iter().any(|step| step.contains('.'));
    chain.reverse();
    let chain = chain.join(" > ");
    let before =
        around.take_while(|element| element.value().name() != "body").find_map(|element| {
            let step = step(element, counts);
            let id = element.value().id().filter(|id| is_lasting(id));
            id.map(|id| format!("#{id}")).or_else(|| step.contains('.').then_some(step))
        });
    match before {
        Some(before) if !is_named => format!("{before} {chain}"),
        _ => chain,
    }
}

fn step(element: ElementRef<'_>, counts: &ClassCounts<'_>) -> String {
    let shared = lasting_classes(element)
        .map(|class| (counts.get(class).copied().unwrap_or(0), std::cmp::Reverse(class)))
        .max();
    let name = element.value().name();
    shared.map_or_else(|| name.to_owned(), |(_, class)| format!("{name}.{}", class.0))
}

/// Nodes that are furniture by name, and how many links to articles stand in each.
pub(super) type Named = HashMap<NodeId, usize>;

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn names_are_cut_into_words() {
        assert_eq!(words("siteNav-main__TOP"), ["site", "nav", "main", "top"]);
        assert_eq!(words("navajo"), ["navajo"]);
    }
}

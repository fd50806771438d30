//! The headline, without the name of the medium, sections and overlines that pages put around it: what
//! JSON-LD, Open Graph, `h1` and `title` say, checked against each other.

use url::Url;

use super::dom::Dom;
use super::elements::{spaced, words, words_but};
use super::survey::Survey;

/// What stands between a headline and a name.
const SEPARATORS: [&str; 11] =
    [" | ", " - ", " – ", " — ", " · ", " • ", " :: ", " » ", "_", "｜", "："];
/// Separators behind which everything is section and site, if the last part is the site.
const SECTIONS: [&str; 5] = [" | ", " :: ", " » ", "_", "｜"];
/// Letters and digits of a headline that can confirm another candidate.
const TELLING: usize = 6;

/// What a page offers as its headline.
#[derive(Debug, Default)]
pub(super) struct Candidates {
    pub(super) described: Option<String>,
    pub(super) shared: Option<String>,
    pub(super) headings: Vec<String>,
    pub(super) window: Option<String>,
}

impl Candidates {
    /// Collects them. `described` is the headline in JSON-LD.
    pub(super) fn of(dom: &Dom<'_>, survey: &Survey<'_>, described: Option<String>) -> Self {
        let headings = survey.headings.iter();
        let heading = |&at: &usize| words_but(dom, at, |inner| is_overline(dom, inner));
        Self {
            described,
            shared: survey.meta.first(&[
                "og:title",
                "twitter:title",
                "dc.title",
                "dcterms.title",
                "citation_title",
                "parsely-title",
            ]),
            headings: headings.filter_map(heading).collect(),
            window: survey.window.and_then(|at| words(dom, at)),
        }
    }
}

/// Whether an element in a heading is a line above the headline, or is not shown.
fn is_overline(dom: &Dom<'_>, at: usize) -> bool {
    const NAMES: [&str; 11] = [
        "kicker",
        "overline",
        "topline",
        "roofline",
        "dachzeile",
        "spitzmarke",
        "eyebrow",
        "supertitle",
        "antetitulo",
        "sr-only",
        "visually-hidden",
    ];
    let class = dom.attr(at, "class").unwrap_or_default().to_ascii_lowercase();
    NAMES.iter().any(|name| class.contains(name))
}

/// The headline. `site` is the medium's name, `url` the page's. The warning says that two sure places
/// disagree.
pub(super) fn choose(
    candidates: Candidates,
    site: Option<&str>,
    url: Option<&Url>,
) -> (Option<String>, Option<&'static str>) {
    let host = url.and_then(Url::host_str);
    let label = host.and_then(psl::domain_str).and_then(|domain| domain.split('.').next());
    let names: Vec<&str> = site.into_iter().chain(host).chain(label).collect();
    let is_site = |text: &str| names.iter().any(|name| key(name) == key(text));
    let headings: Vec<String> = candidates
        .headings
        .iter()
        .map(|text| without_site(text, &names))
        .filter(|text| !is_site(text))
        .collect();
    let clean = |text: Option<String>| {
        let text = without_site(&spaced(&text?), &names);
        let heading = headings.iter().find(|heading| is_its_beginning(heading, &text));
        Some(heading.cloned().unwrap_or(text)).filter(|text| !text.is_empty())
    };
    let described = clean(candidates.described).filter(|text| !is_site(text));
    let shared = clean(candidates.shared);
    let window = clean(candidates.window);
    let said = described.clone().or_else(|| shared.clone()).filter(|text| !is_site(text));
    let warning = match (&described, &shared, headings.first()) {
        (Some(a), Some(b), Some(c)) if key(a) != key(b) && key(c) != key(a) && key(c) != key(b) => {
            Some("three places of the page name three titles")
        }
        _ => None,
    };
    if said.is_some() {
        return (said, warning);
    }
    // A heading that the window's title knows is the headline; one that it does not know may be a logo.
    let confirmed = headings.iter().find(|heading| {
        let (heading, window) = (key(heading), key(window.as_deref().unwrap_or_default()));
        heading.chars().count() >= TELLING && window.contains(&heading)
    });
    let first = || {
        headings
            .first()
            .filter(|text| window.is_none() || text.split_whitespace().count() > 2)
            .cloned()
    };
    (
        confirmed
            .cloned()
            .or_else(first)
            .or(window)
            .or_else(|| headings.first().cloned())
            .or(shared),
        None,
    )
}

/// Whether a text is a heading, a separator, and something else.
fn is_its_beginning(heading: &str, text: &str) -> bool {
    if key(heading).chars().count() < TELLING {
        return false;
    }
    SEPARATORS.iter().any(|separator| {
        text.match_indices(separator).any(|(at, _)| {
            let tail = text[at..].chars().filter(|c| c.is_alphanumeric()).count();
            key(&text[..at]) == key(heading) && tail > 0
        })
    })
}

/// The headline without what names the site behind or before it: `names` are the medium's name, its
/// host and its domain's label.
pub(super) fn without_site(title: &str, names: &[&str]) -> String {
    let names: Vec<String> = names.iter().map(|name| key(name)).collect();
    let is_name = |part: &str| names.iter().any(|name| is_name(&key(part), name));
    let mut rest = title.trim();
    loop {
        let cuts = SEPARATORS.iter().filter_map(|mark| rest.rfind(mark).map(|at| (at, mark)));
        let Some((end, mark)) = cuts.max_by_key(|(at, _)| *at) else { break };
        let (head, tail) = (rest[..end].trim(), rest[end + mark.len()..].trim());
        if head.is_empty() || !is_name(tail) {
            break;
        }
        rest = head;
        if SECTIONS.contains(mark)
            && let Some((head, _)) = rest.split_once(mark)
            && !head.trim().is_empty()
            && !is_name(head)
        {
            rest = head.trim();
        }
    }
    let head = SEPARATORS
        .iter()
        .filter_map(|mark| rest.split_once(mark))
        .min_by_key(|(head, _)| head.len());
    match head {
        Some((head, tail)) if names.contains(&key(head)) && !tail.trim().is_empty() => {
            tail.trim().to_owned()
        }
        _ => rest.to_owned(),
    }
}

/// `Golem.de`, `BBC News`, `Börsen-Zeitung` against the site's name or host, both as keys.
fn is_name(tail: &str, name: &str) -> bool {
    let shorter = tail.chars().count().min(name.chars().count());
    shorter >= 2 && (tail == name || shorter >= 4 && (name.contains(tail) || tail.contains(name)))
}

fn key(text: &str) -> String {
    let folded = crate::text::fold(text).text;
    let plain = folded.strip_prefix("www.").unwrap_or(&folded);
    plain.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::{Candidates, choose, without_site};

    #[test]
    fn names_of_sites_go_and_other_tails_stay() {
        let check = |title: &str, names: &[&str], headline: &str| {
            assert_eq!(without_site(title, names), headline);
        };
        check("Sube el paro | El País", &["EL PAÍS"], "Sube el paro");
        check("Sube el paro - Economía - elpais.com", &["elpais.com"], "Sube el paro - Economía");
        check("Sube el paro | Economía | El País", &["El País"], "Sube el paro");
        check("El País - Sube el paro", &["El País"], "Sube el paro");
        check("Rates up - BBC News", &["BBC", "www.bbcnews.example"], "Rates up");
        check("央行降息_新华网", &["新华网"], "央行降息");
        check("Spain - Germany", &["The Daily"], "Spain - Germany");
        check("The Daily", &["The Daily"], "The Daily");
        check("Mid-term results", &["results.example"], "Mid-term results");
    }

    #[test]
    fn places_are_checked_against_each_other() {
        let check =
            |described: &str, shared: &str, headings: &[&str], window: &str, title: &str| {
                let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
                let candidates = Candidates {
                    described: given(described),
                    shared: given(shared),
                    headings: headings.iter().map(|text| (*text).to_owned()).collect(),
                    window: given(window),
                };
                let url = "https://www.example.org/a".parse().ok();
                assert_eq!(
                    choose(candidates, Some("Daily"), url.as_ref()).0.as_deref(),
                    given(title).as_deref()
                );
            };
        check("Rates rise", "Rates rise: all you need", &["Rates rise"], "", "Rates rise");
        check(
            "",
            "Rates rise again - Some Sister Paper",
            &["Rates rise again"],
            "",
            "Rates rise again",
        );
        check(
            "",
            "",
            &["Daily", "Rates rise again"],
            "Rates rise again | Daily",
            "Rates rise again",
        );
        check("", "", &["Logo"], "Rates rise again", "Rates rise again");
        check("", "", &["Rates rise again"], "", "Rates rise again");
        check("", "", &[], "", "");
    }
}

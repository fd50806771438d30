//! What a page says of itself: JSON-LD, Open Graph, `meta`, `link`, microdata, in this order.

use url::Url;

use super::dates::{self, Known};
use super::dom::Dom;
use super::survey::Survey;
use super::title::{self, Candidates};
use super::{authors, canonical, json_ld};

/// Letters of the longest name of a medium.
const LONGEST_SITE: usize = 100;

/// What was found of an article beside its body.
#[derive(Debug, Default)]
pub(super) struct Metadata {
    pub(super) title: Option<String>,
    /// `articleBody` of JSON-LD.
    pub(super) body: Option<String>,
    pub(super) description: Option<String>,
    pub(super) authors: Vec<String>,
    pub(super) published: Option<String>,
    pub(super) updated: Option<String>,
    pub(super) language: Option<String>,
    pub(super) canonical_url: Option<String>,
    /// What the page calls its original, on another site.
    pub(super) original_url: Option<String>,
    pub(super) site_name: Option<String>,
    pub(super) image: Option<String>,
    /// What is doubtful in the above.
    pub(super) warnings: Vec<String>,
}

/// Reads the metadata of a page that was found at `url`; `known` is of its dates.
pub(super) fn read(
    dom: &Dom<'_>,
    survey: &Survey<'_>,
    url: Option<&Url>,
    known: &Known,
) -> Metadata {
    let scripts = survey.scripts.iter().filter(|(kind, _)| kind.contains("ld+json"));
    let described = json_ld::read(scripts.map(|(_, text)| *text), url).unwrap_or_default();
    let meta = &survey.meta;
    let site_name = meta
        .first(&[
            "og:site_name",
            "application-name",
            "al:ios:app_name",
            "apple-mobile-web-app-title",
        ])
        .or(described.publisher.clone())
        .filter(|name| name.chars().count() <= LONGEST_SITE && !name.contains("://"));
    let candidates = Candidates::of(dom, survey, described.title.clone());
    let (title, doubt) = title::choose(candidates, site_name.as_deref(), url);
    let dates = dates::read(dom, survey, &described, url, known);
    let address = canonical::read(survey, &described, url);
    let host = url.and_then(Url::host_str);
    let label = host.and_then(psl::domain_str);
    let media: Vec<&str> = [site_name.as_deref(), described.publisher.as_deref(), host, label]
        .into_iter()
        .flatten()
        .collect();
    let mut warnings = dates.warnings;
    warnings.extend(address.warning);
    warnings.extend(doubt.map(str::to_owned));
    Metadata {
        title,
        authors: authors::read(dom, survey, &described.authors, &media),
        published: dates.published,
        updated: dates.updated,
        language: language(survey).or(described.language),
        canonical_url: address.url,
        original_url: address.elsewhere,
        image: image(survey, described.image.as_deref()),
        description: meta.first(&["og:description", "description", "twitter:description"]),
        body: described.body,
        site_name,
        warnings,
    }
}

/// The main picture as a web address.
fn image(survey: &Survey<'_>, described: Option<&str>) -> Option<String> {
    let names =
        ["og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src"];
    let named = names.iter().flat_map(|name| survey.meta.values(name));
    let mut links = named.chain(described);
    links.find_map(|link| survey.absolute(link).map(String::from))
}

/// The language that the page declares, as a BCP-47 tag.
fn language(survey: &Survey<'_>) -> Option<String> {
    let own = survey.language.map(str::to_owned);
    let names = [
        "content-language",
        "inlanguage",
        "dc.language",
        "dcterms.language",
        "og:locale",
        "language",
    ];
    let declared =
        own.into_iter().chain(names.iter().filter_map(|name| survey.meta.first(&[name])));
    declared.map(|tag| tag.replace('_', "-")).find(|tag| {
        (2..=35).contains(&tag.len())
            && tag.split('-').next().is_some_and(|primary| (2..=3).contains(&primary.len()))
            && tag.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use scraper::Html;

    use super::super::dates::Known;
    use super::super::dom::Dom;
    use super::super::survey::Survey;
    use super::read;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(200))]

        #[test]
        fn any_page_can_be_read(
            pieces in prop::collection::vec(
                prop_oneof![
                    Just("<h1>".to_owned()), Just("</h1>".to_owned()), Just("<aside><div class=sidebar>".to_owned()),
                    Just("<time datetime='2024-05-01'>".to_owned()), Just("<script type='application/ld+json'>".to_owned()),
                    Just("</script>".to_owned()), Just("<meta name=author content='".to_owned()), Just("'>".to_owned()),
                    Just("<link rel=canonical href='".to_owned()), Just("{\"@type\":\"Article\",\"headline\":".to_owned()),
                    Just("1.5.2024 2024年5月1日 31/12/24 | ".to_owned()), ".{0,40}",
                ],
                0..30,
            ),
            path in "[a-z0-9/.;?=-]{0,30}",
        ) {
            let page = Html::parse_document(&pieces.concat());
            let url = format!("https://example.org/{path}").parse().ok();
            let dom = Dom::of(&page);
            let survey = Survey::of(&dom, url.as_ref());
            let read = read(&dom, &survey, url.as_ref(), &Known::default());
            let absolute = |link: &Option<String>| link.as_ref().is_none_or(|link| link.starts_with("http"));
            prop_assert!(absolute(&read.canonical_url) && absolute(&read.image));
            prop_assert!(read.title.is_none_or(|title| !title.trim().is_empty()));
        }
    }
}

//! What opens an answered alert again: something that whoever answered it could not know.

use crate::model::Reason;

/// What was known of a story on a topic before an article.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// Gravest categories of its articles, by id.
    pub categories: Vec<String>,
    /// Regions of the media that carried it.
    pub regions: Vec<String>,
    /// Best (lowest) tier of these media.
    pub best_tier: Option<u8>,
}

/// What an article that speaks ill brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brings<'a> {
    /// Its gravest category, by id.
    pub category: Option<&'a str>,
    /// The region of its medium.
    pub region: Option<&'a str>,
    /// The tier of its medium.
    pub tier: u8,
}

/// Why an article matters to whoever has answered the alert already, gravest first; none if it tells
/// nothing material. A rise of the level is the business of [`super::decide`].
#[must_use]
pub fn material(known: &Known, brings: Brings<'_>) -> Option<Reason> {
    let is_new = |name: Option<&str>, known: &[String]| {
        name.is_some_and(|name| !name.is_empty() && !known.iter().any(|one| one == name))
    };
    if is_new(brings.category, &known.categories) {
        return Some(Reason::NewCategory);
    }
    if brings.tier == 1 && known.best_tier != Some(1) {
        return Some(Reason::Authoritative);
    }
    // Media without a region say nothing of where a story has not been.
    (is_new(brings.region, &known.regions) && !known.regions.is_empty())
        .then_some(Reason::NewRegion)
}

#[cfg(test)]
mod tests {
    use super::{Brings, Known, material};
    use crate::model::Reason;

    #[test]
    fn only_what_could_not_be_known_opens_an_answered_alert() {
        let known = Known {
            categories: vec!["fraud".to_owned(), String::new()],
            regions: vec!["ES".to_owned()],
            best_tier: Some(2),
        };
        let usual = Brings { category: Some("fraud"), region: Some("ES"), tier: 2 };
        let cases = [
            (usual, None),
            (Brings { category: None, region: None, tier: 3 }, None),
            (Brings { category: Some("solvency"), tier: 1, ..usual }, Some(Reason::NewCategory)),
            (Brings { tier: 1, region: Some("MX"), ..usual }, Some(Reason::Authoritative)),
            (Brings { region: Some("MX"), ..usual }, Some(Reason::NewRegion)),
        ];
        for (brings, expected) in cases {
            assert_eq!(material(&known, brings), expected, "{brings:?}");
        }
        let carried = Known { best_tier: Some(1), ..known.clone() };
        assert_eq!(material(&carried, Brings { tier: 1, ..usual }), None, "not the first");
        let nowhere = Known { regions: Vec::new(), ..known };
        assert_eq!(material(&nowhere, Brings { region: Some("MX"), ..usual }), None);
    }
}

//! Who owns which media, and which agencies they take their news from.

use std::collections::BTreeMap;

/// What is known of media beside their sources.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Media {
    /// By host; holds for the hosts below it, too.
    pub outlets: BTreeMap<String, Outlet>,
    /// In the order of the file.
    pub agencies: Vec<Agency>,
}

/// A medium's site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlet {
    /// Who owns it.
    pub owner: String,
    /// Reach, 1 to 3, where the source does not say.
    pub tier: Option<u8>,
}

/// A news agency: what it writes stands in many media and is one voice.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Agency {
    /// As people call it.
    pub name: String,
    /// How credit lines name it.
    pub credits: Vec<String>,
    /// Hosts of media that run its texts, with a credit line or without.
    pub clients: Vec<String>,
}

impl Media {
    /// What is known of a host's medium: of the host, else of the nearest domain above it.
    #[must_use]
    pub fn outlet(&self, host: &str) -> Option<&Outlet> {
        upward(host).find_map(|name| self.outlets.get(name))
    }
}

impl Agency {
    /// Whether the medium of a host is a client.
    #[must_use]
    pub fn serves(&self, host: &str) -> bool {
        upward(host).any(|name| self.clients.iter().any(|client| client == name))
    }
}

/// A host, and the domains above it.
fn upward(host: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(host), |name| name.split_once('.').map(|(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::{Agency, Media, Outlet};

    #[test]
    fn a_host_belongs_to_the_nearest_domain() {
        let outlet = |owner: &str| Outlet { owner: owner.to_owned(), tier: None };
        let outlets =
            ["example.org", "blog.example.org"].map(|host| (host.to_owned(), outlet(host))).into();
        let media = Media { outlets, agencies: Vec::new() };
        for (host, owner) in [
            ("example.org", Some("example.org")),
            ("www.example.org", Some("example.org")),
            ("a.blog.example.org", Some("blog.example.org")),
            ("badexample.org", None),
            ("org", None),
        ] {
            assert_eq!(media.outlet(host).map(|it| it.owner.as_str()), owner, "{host}");
        }
        let agency = Agency { clients: vec!["example.org".to_owned()], ..Agency::default() };
        assert!(agency.serves("news.example.org") && !agency.serves("example.com"));
    }
}

//! `[[source]]` and `[defaults]` as they are written.

use std::fmt;

use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{Error, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use crate::config::value::SecretRef;

/// A text and its place.
pub(super) type Text = Spanned<String>;

/// A source; which keys it needs depends on `kind`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct RawSource {
    pub(super) id: Text,
    pub(super) name: Option<String>,
    #[serde(default)]
    pub(super) kind: RawKind,
    pub(super) url: Text,
    // page
    pub(super) links: Option<Text>,
    // json
    pub(super) json: Option<Spanned<RawJson>>,
    // search
    pub(super) topics: Option<Spanned<Vec<Text>>>,
    pub(super) join: Option<Text>,
    // of all kinds, as in `[defaults]`
    pub(super) language: Option<Text>,
    pub(super) region: Option<Text>,
    pub(super) tier: Option<Spanned<i64>>,
    pub(super) owner: Option<String>,
    pub(super) tags: Option<Vec<String>>,
    pub(super) business_line: Option<String>,
    pub(super) interval: Option<Text>,
    pub(super) min_interval: Option<Text>,
    pub(super) max_interval: Option<Text>,
    pub(super) stale_after: Option<Text>,
    pub(super) history: Option<History>,
    pub(super) robots: Option<Robots>,
    pub(super) allow_private: Option<Spanned<RawPrivate>>,
    pub(super) proxy: Option<Spanned<RawProxy>>,
}

/// What the sources of a file have in common.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(in crate::config) struct RawDefaults {
    pub(super) language: Option<Text>,
    pub(super) region: Option<Text>,
    pub(super) tier: Option<Spanned<i64>>,
    pub(super) owner: Option<String>,
    pub(super) tags: Option<Vec<String>>,
    pub(super) business_line: Option<String>,
    pub(super) interval: Option<Text>,
    pub(super) min_interval: Option<Text>,
    pub(super) max_interval: Option<Text>,
    pub(super) stale_after: Option<Text>,
}

/// A file of sources.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawFile {
    #[serde(default)]
    pub(super) defaults: RawDefaults,
    #[serde(default)]
    pub(super) source: Vec<RawSource>,
}

#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum RawKind {
    #[default]
    Feed,
    Sitemap,
    Page,
    Json,
    Search,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawJson {
    #[serde(default)]
    pub(super) items: Option<Text>,
    pub(super) title: Text,
    pub(super) link: Option<Text>,
    pub(super) id: Option<Text>,
    pub(super) published: Option<Text>,
    pub(super) summary: Option<Text>,
    pub(super) content: Option<Text>,
    pub(super) authors: Option<Text>,
}

/// What the first poll finds: filed, or news.
#[derive(Deserialize, Default, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(in crate::config) enum History {
    #[default]
    Import,
    Alert,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub(super) enum Robots {
    Obey,
    Ignore,
}

/// `true`, `false`, or a list of networks.
#[derive(Debug, Clone)]
pub(super) enum RawPrivate {
    All(bool),
    Networks(Vec<Text>),
}

impl<'de> Deserialize<'de> for RawPrivate {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Of;
        impl<'de> Visitor<'de> for Of {
            type Value = RawPrivate;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`true`, `false` or a list of networks")
            }
            fn visit_bool<E: Error>(self, all: bool) -> Result<RawPrivate, E> {
                Ok(RawPrivate::All(all))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<RawPrivate, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(list)).map(RawPrivate::Networks)
            }
        }
        deserializer.deserialize_any(Of)
    }
}

/// The URL of a proxy, or where one with credentials lies.
#[derive(Debug, Clone)]
pub(super) enum RawProxy {
    Open(String),
    Secret(SecretRef),
}

impl<'de> Deserialize<'de> for RawProxy {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Of;
        impl<'de> Visitor<'de> for Of {
            type Value = RawProxy;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an address or a table")
            }
            fn visit_str<E: Error>(self, url: &str) -> Result<RawProxy, E> {
                Ok(RawProxy::Open(url.to_owned()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawProxy, A::Error> {
                SecretRef::deserialize(MapAccessDeserializer::new(map)).map(RawProxy::Secret)
            }
        }
        deserializer.deserialize_any(Of)
    }
}

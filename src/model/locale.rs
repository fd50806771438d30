//! The languages that people read: Spanish, English and Chinese, all first-class.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// A language that screens and messages speak. Articles may be in any language (BCP-47 text).
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Default,
    serde::Serialize,
    serde::Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "lowercase")]
pub enum Locale {
    /// Spanish.
    Es,
    /// English.
    #[default]
    En,
    /// Chinese, simplified.
    Zh,
}

impl Locale {
    /// All locales, in the order in which screens list them.
    pub const ALL: [Locale; 3] = [Locale::Es, Locale::En, Locale::Zh];

    /// The BCP-47 code: `es`, `en` or `zh`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Locale::Es => "es",
            Locale::En => "en",
            Locale::Zh => "zh",
        }
    }

    /// The locale of a BCP-47 tag, by its primary subtag (`zh-Hant` is `zh`).
    #[must_use]
    pub fn of_tag(tag: &str) -> Option<Self> {
        let primary = tag.split(['-', '_']).next().unwrap_or_default();
        primary.to_ascii_lowercase().parse().ok()
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl FromStr for Locale {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|locale| locale.code() == s)
            .ok_or_else(|| format!("`{s}` is not one of es, en, zh"))
    }
}

/// A name given in one or more languages; readers get theirs, or else the first that exists.
#[derive(
    Debug, Clone, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize, schemars::JsonSchema,
)]
#[serde(transparent)]
pub struct LocalText(pub BTreeMap<Locale, String>);

impl LocalText {
    /// The same text for every reader.
    #[must_use]
    pub fn same(text: &str) -> Self {
        Self(BTreeMap::from([(Locale::En, text.to_owned())]))
    }

    /// The text for a reader.
    #[must_use]
    pub fn get(&self, locale: Locale) -> &str {
        self.0
            .get(&locale)
            .or_else(|| self.0.get(&Locale::En))
            .or_else(|| self.0.values().next())
            .map_or("", String::as_str)
    }
}

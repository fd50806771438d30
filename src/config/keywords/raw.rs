//! The keyword files as they are written: one struct a table, unknown keys refused.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use crate::model::{Level, LocalText};

/// A list of terms, and each term, with their places.
pub(super) type Terms = Spanned<Vec<Spanned<String>>>;

/// `topics/*.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Topics {
    #[serde(default)]
    pub topic: Vec<Topic>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Topic {
    pub id: Spanned<String>,
    pub name: LocalText,
    pub business_line: Option<String>,
    #[serde(default = "alerts")]
    pub alerts: bool,
    pub entity: Option<Entity>,
    #[serde(default)]
    pub rule: Vec<Rule>,
}

/// What an organisation, product or person is called: a rule in the words of its trade.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Entity {
    pub names: Terms,
    pub misspellings: Option<Terms>,
    pub products: Option<Terms>,
    pub handles: Option<Terms>,
    pub aliases: Option<Terms>,
    pub tickers: Option<Terms>,
    pub people: Option<Terms>,
    pub require: Option<Terms>,
    pub forbid: Option<Terms>,
    pub exclude: Option<Terms>,
    #[serde(default)]
    pub example: Vec<Example>,
}

fn alerts() -> bool {
    true
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Rule {
    pub id: Spanned<String>,
    pub any: Option<Terms>,
    pub query: Option<Spanned<String>>,
    pub require: Option<Terms>,
    pub exclude: Option<Terms>,
    #[serde(default)]
    pub example: Vec<Example>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Example {
    pub text: Spanned<String>,
    pub expect: bool,
}

/// `categories/<id>.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Category {
    pub id: Spanned<String>,
    pub name: LocalText,
    pub weight: Spanned<f64>,
    pub floor: Option<Level>,
    #[serde(default)]
    pub modifier: bool,
    pub es: Option<LanguageTerms>,
    pub en: Option<LanguageTerms>,
    pub zh: Option<LanguageTerms>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LanguageTerms {
    pub terms: Option<Terms>,
    pub query: Option<Spanned<String>>,
    pub exclude: Option<Terms>,
    #[serde(default)]
    pub example: Vec<Example>,
}

/// `lists/<name>.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct List {
    pub terms: Terms,
    /// Whether disguises of its terms count (`fr@ude`).
    #[serde(default)]
    pub disguised: bool,
    /// The language in all of whose forms its terms count.
    pub inflect: Option<Spanned<String>>,
}

/// `lexicon/<lang>.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Lexicon {
    #[serde(default)]
    pub opinion: BTreeMap<Spanned<String>, Spanned<f64>>,
    #[serde(default)]
    pub event: BTreeMap<Spanned<String>, Spanned<f64>>,
    #[serde(default)]
    pub modifiers: Modifiers,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Modifiers {
    pub negation: Option<Terms>,
    pub never: Option<Terms>,
    pub not_negation: Option<Terms>,
    pub stronger: Option<Terms>,
    pub weaker: Option<Terms>,
    pub hedge: Option<Terms>,
    pub condition: Option<Terms>,
    pub contrast: Option<Terms>,
    pub adversative: Option<Terms>,
    pub concession: Option<Terms>,
    pub reversal: Option<Terms>,
    pub others: Option<Terms>,
    pub shield: Option<Terms>,
    pub denial: Option<Terms>,
    pub speech: Option<Terms>,
    pub rise: Option<Terms>,
    pub fall: Option<Terms>,
    pub welcome: Option<Terms>,
    pub unwelcome: Option<Terms>,
}

//! A case as it is written.

use serde::Deserialize;
use toml::Spanned;
use toml::value::Datetime;

use crate::model::Locale;

pub type Text = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawCase {
    pub id: Text,
    pub category: Text,
    pub title: Spanned<RawText>,
    #[serde(default)]
    pub happened: Vec<Spanned<RawHappened>>,
    #[serde(default)]
    pub done: Vec<Spanned<RawText>>,
    #[serde(default)]
    pub wrong: Vec<Spanned<RawText>>,
    #[serde(default)]
    pub lesson: Vec<Spanned<RawText>>,
    #[serde(default)]
    pub question: Vec<Spanned<RawQuestion>>,
    #[serde(default)]
    pub scenario: Vec<RawArticle>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawText {
    pub es: Option<Text>,
    pub en: Option<Text>,
    pub zh: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawHappened {
    pub at: Spanned<Datetime>,
    pub es: Option<Text>,
    pub en: Option<Text>,
    pub zh: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawQuestion {
    pub ask: Spanned<RawText>,
    pub why: Spanned<RawText>,
    #[serde(default)]
    pub option: Vec<Spanned<RawOption>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawOption {
    #[serde(default)]
    pub right: bool,
    pub es: Option<Text>,
    pub en: Option<Text>,
    pub zh: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RawArticle {
    pub minute: Spanned<u32>,
    pub source: Text,
    pub language: Locale,
    pub title: Text,
    pub text: Text,
}

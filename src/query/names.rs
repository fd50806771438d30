//! The words of the language: operators and fields, in English, Spanish and Chinese.

use super::parse::Subject;
use crate::model::query::{MetaField, RangeField, TextField, Unit};

/// An operator that is written as a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Operator {
    And,
    Or,
    Not,
    Except,
    Same(Unit),
}

/// Operators count only in these letters: `or` is a word. `E` and `U`, which Spanish also writes for `Y` and
/// `O`, stay words (hepatitis E).
pub(super) fn operator(word: &str) -> Option<Operator> {
    Some(match word {
        "AND" | "Y" | "与" | "與" => Operator::And,
        "OR" | "O" | "或" => Operator::Or,
        "NOT" | "NO" | "非" => Operator::Not,
        "EXCEPT" | "SALVO" => Operator::Except,
        "/s" | "SENTENCE" | "FRASE" | "同句" => Operator::Same(Unit::Sentence),
        "/p" | "PARAGRAPH" | "PÁRRAFO" | "PARRAFO" | "同段" => Operator::Same(Unit::Paragraph),
        _ => return None,
    })
}

/// Whether a word looks like an operator that was written in small letters.
pub(super) fn is_small_operator(word: &str) -> bool {
    matches!(word, "and" | "or" | "not" | "near" | "y" | "o" | "And" | "Or" | "Not")
}

/// `NEAR` and `ONEAR`: whether the order counts.
pub(super) fn near(word: &str) -> Option<bool> {
    match word {
        "NEAR" | "CERCA" | "近" => Some(false),
        "ONEAR" | "OCERCA" => Some(true),
        _ => None,
    }
}

/// The word between a number and a list: `2 OF (a, b, c)`.
pub(super) fn is_of(word: &str) -> bool {
    matches!(word, "OF" | "DE")
}

/// A field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FieldName {
    Text(TextField),
    Meta(MetaField),
    Range(RangeField),
}

/// Every field with its names, the first of which is printed.
pub(super) const FIELDS: [(FieldName, &[&str]); 18] = [
    (FieldName::Text(TextField::Title), &["title", "titulo", "título", "titular", "标题", "標題"]),
    (FieldName::Text(TextField::Lead), &["lead", "entradilla", "导语", "導語"]),
    (FieldName::Text(TextField::Body), &["body", "cuerpo", "正文"]),
    (FieldName::Meta(MetaField::Author), &["author", "autor", "作者"]),
    (FieldName::Meta(MetaField::Url), &["url"]),
    (FieldName::Meta(MetaField::Source), &["source", "fuente", "来源", "來源"]),
    (FieldName::Meta(MetaField::Site), &["site", "sitio", "网站", "網站"]),
    (FieldName::Meta(MetaField::Language), &["lang", "idioma", "语言", "語言"]),
    (FieldName::Meta(MetaField::Region), &["region", "región", "地区", "地區"]),
    (FieldName::Meta(MetaField::Tag), &["tag", "etiqueta", "标签", "標籤"]),
    (FieldName::Meta(MetaField::Topic), &["topic", "tema", "主题", "主題"]),
    (FieldName::Meta(MetaField::Category), &["category", "categoría", "categoria", "类别", "類別"]),
    (FieldName::Meta(MetaField::Level), &["level", "color", "颜色", "顏色"]),
    (FieldName::Meta(MetaField::Line), &["line", "línea", "linea", "业务线", "業務線"]),
    (FieldName::Range(RangeField::Date), &["date", "fecha", "日期"]),
    (FieldName::Range(RangeField::Tier), &["tier", "nivel", "级别", "級別"]),
    (FieldName::Range(RangeField::Severity), &["severity", "gravedad", "严重度", "嚴重度"]),
    (FieldName::Range(RangeField::Words), &["words", "palabras", "字数", "字數"]),
];

/// The field of a name.
pub(super) fn field(name: &str) -> Option<FieldName> {
    let name = name.to_lowercase();
    FIELDS.iter().find(|(_, names)| names.contains(&&*name)).map(|(field, _)| *field)
}

/// The fields that may be asked for.
pub(super) fn fields_of(subject: Subject) -> impl Iterator<Item = &'static [&'static str]> {
    FIELDS.iter().filter(move |(field, _)| has(subject, *field)).map(|(_, names)| *names)
}

/// Whether a field is known of what is asked for.
pub(super) fn has(subject: Subject, field: FieldName) -> bool {
    match (subject, field) {
        (Subject::Article, FieldName::Meta(meta)) => meta.is_of_articles(),
        (Subject::Article, _) => true,
        (Subject::Alert, FieldName::Meta(meta)) => meta.is_of_alerts(),
        (Subject::Alert, _) => false,
    }
}

/// The name of a field as it is printed.
pub(super) fn name_of(field: FieldName) -> &'static str {
    let found = FIELDS.iter().find(|(known, _)| *known == field);
    found.and_then(|(_, names)| names.first()).copied().unwrap_or_default()
}

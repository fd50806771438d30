//! Whether a query about alerts holds for one, told from its labels alone.

use crate::model::query::{MetaField, Query};
use crate::model::{Label, Labels, Level};
use crate::text::fold;
use crate::text::glob::{fits, marked};

/// Whether a query holds. Configuration and the command line refuse queries that ask for more than
/// labels; such a part holds for nothing.
#[must_use]
pub fn holds(query: &Query, labels: &Labels) -> bool {
    match query {
        Query::Meta { field, value } => has(labels, *field, value),
        Query::Any(parts) => parts.iter().any(|part| holds(part, labels)),
        Query::All(parts) => parts.iter().all(|part| holds(part, labels)),
        Query::Not(part) => !holds(part, labels),
        Query::AtLeast { count, of } => {
            let found = of.iter().filter(|part| holds(part, labels)).count();
            u32::try_from(found).is_ok_and(|found| found >= *count)
        }
        Query::Term(_)
        | Query::Matches(_)
        | Query::Near { .. }
        | Query::Same { .. }
        | Query::Except { .. }
        | Query::In { .. }
        | Query::Between { .. } => false,
    }
}

/// As [`holds`], but red alerts are held back only by a query that names their level: who writes
/// `topic:x` thinks of the noise, not of the crisis.
#[must_use]
pub fn may_hold_back(query: &Query, labels: &Labels) -> bool {
    (labels.level < Level::Red || names_red(query)) && holds(query, labels)
}

/// Whether a query asks for `level:red`, not by denying something else.
#[must_use]
pub fn names_red(query: &Query) -> bool {
    match query {
        Query::Meta { field: MetaField::Level, value } => value.eq_ignore_ascii_case("red"),
        Query::Any(parts) | Query::All(parts) | Query::AtLeast { of: parts, .. } => {
            parts.iter().any(names_red)
        }
        _ => false,
    }
}

fn has(labels: &Labels, field: MetaField, value: &str) -> bool {
    let pattern: Vec<char> = fold(&marked(value)).text.chars().collect();
    let is = |known: &str| fits(&pattern, &fold(known).text);
    match field {
        MetaField::Topic => is(&labels.topic),
        MetaField::Category => labels.categories.iter().any(|category| is(category)),
        MetaField::Level => is(labels.level.name()),
        MetaField::Language => labels.language.is_some() && is(&labels.value(Label::Language)),
        MetaField::Region => labels.region.as_deref().is_some_and(is),
        MetaField::Line => labels.line.as_deref().is_some_and(is),
        MetaField::Source => is(&labels.source),
        MetaField::Tag => labels.tags.iter().any(|tag| is(tag)),
        MetaField::Author | MetaField::Url | MetaField::Site => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{holds, may_hold_back};
    use crate::decide::samples::{labels, query};
    use crate::model::{Labels, Level};

    fn check(text: &str, of: &Labels, expected: bool) {
        assert_eq!(holds(&query(text), of), expected, "{text}");
    }

    #[test]
    fn a_query_asks_for_labels() {
        let mut alert = labels("almenara", Level::Orange);
        alert.categories = vec!["solvency".to_owned(), "fraud".to_owned()];
        alert.language = Some("zh-Hant".to_owned());
        alert.region = Some("México".to_owned());
        alert.line = Some("hipotecas".to_owned());
        alert.tags = vec!["economía".to_owned()];
        for (text, expected) in [
            ("topic:almenara", true),
            ("topic:alm*", true),
            ("topic:sector", false),
            ("tema:almenara Y color:orange", true),
            ("category:fraud level:orange", true),
            ("category:(fraud OR leak) AND NOT level:red", true),
            ("lang:zh region:mexico", true),
            ("line:hipotecas", true),
            ("tag:economia source:gaceta", false),
            ("2 OF (topic:almenara, level:red, tag:economia)", true),
            ("NOT topic:almenara", false),
        ] {
            check(text, &alert, expected);
        }
        alert.region = None;
        check("region:*", &alert, false);
    }

    #[test]
    fn red_is_held_back_only_where_it_is_named() {
        let (red, yellow) = (labels("almenara", Level::Red), labels("almenara", Level::Yellow));
        for (text, holds_red, holds_yellow) in [
            ("topic:almenara", false, true),
            ("NOT level:blue", false, true),
            ("level:red", true, false),
            ("topic:almenara level:(yellow OR red)", true, true),
            ("NOT level:red", false, true),
        ] {
            assert_eq!(may_hold_back(&query(text), &red), holds_red, "{text}");
            assert_eq!(may_hold_back(&query(text), &yellow), holds_yellow, "{text}");
        }
    }
}

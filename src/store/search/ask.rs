//! A condition on words as each database is asked for it.

use crate::model::condition::{Condition, TOO_MANY, WordRow};

/// For FTS5's MATCH: rows of words and distances are asked for as they are.
pub(super) fn fts5(condition: &Condition) -> String {
    format!("{} OR \"{TOO_MANY}\"", fts5_part(condition))
}

fn fts5_part(condition: &Condition) -> String {
    // Words are letters and digits, so that no quote needs care.
    let row = |row: &WordRow| {
        format!("\"{}\"{}", row.words.join(" "), if row.prefix { " *" } else { "" })
    };
    match condition {
        Condition::Phrase(one) => row(one),
        Condition::Near { gap, rows: [a, b] } => format!("NEAR({} {}, {gap})", row(a), row(b)),
        Condition::All(parts) => joined(parts, " AND ", fts5_part),
        Condition::Any(parts) => joined(parts, " OR ", fts5_part),
        Condition::In { title, part } => {
            format!("{{{}}} : ({})", if *title { "title" } else { "body" }, fts5_part(part))
        }
    }
}

/// As a `tsquery` in words: where in an article they stand, the index does not know.
pub(super) fn tsquery(condition: &Condition) -> String {
    format!("{} | '{TOO_MANY}'", tsquery_part(condition))
}

fn tsquery_part(condition: &Condition) -> String {
    let row = |row: &WordRow| {
        let last = row.words.len().saturating_sub(1);
        let word = |(at, word): (usize, &String)| {
            format!("'{word}'{}", if row.prefix && at == last { ":*" } else { "" })
        };
        format!("({})", row.words.iter().enumerate().map(word).collect::<Vec<_>>().join(" & "))
    };
    match condition {
        Condition::Phrase(one) => row(one),
        Condition::Near { rows: [a, b], .. } => format!("({} & {})", row(a), row(b)),
        Condition::All(parts) => joined(parts, " & ", tsquery_part),
        Condition::Any(parts) => joined(parts, " | ", tsquery_part),
        Condition::In { part, .. } => tsquery_part(part),
    }
}

fn joined(parts: &[Condition], by: &str, part: impl Fn(&Condition) -> String) -> String {
    format!("({})", parts.iter().map(part).collect::<Vec<_>>().join(by))
}

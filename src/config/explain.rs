//! What serde and the TOML parser say → what is wrong and what to write, in the words of whoever
//! edits the file. Knows no key by name.

use super::value::SECRET_IN_FILE;

/// Names that a remedy lists.
const MAX_LISTED: usize = 20;

/// What is wrong and what to write instead; unknown keys get the nearest known one. `of_file` says
/// that the file as a whole is meant and no place in it.
pub(super) fn explain(message: &str, of_file: bool) -> (String, String) {
    if let Some((kind, unknown, known)) = unknown_name(message) {
        return (format!("unknown {kind} `{unknown}`"), one_of(&unknown, &known));
    }
    if let Some((found, expected)) = mismatch(message) {
        let (expected, remedy) = wanted(expected);
        return (format!("{} stands where {expected} belongs", plain(found)), remedy.to_owned());
    }
    if let Some(field) = message.strip_prefix("missing field ") {
        let key = field.trim_matches('`');
        let section = if of_file { format!(", or a section `[{key}]`") } else { String::new() };
        return (format!("{field} is missing"), format!("add `{key} = …`{section}"));
    }
    let (what, remedy) = if message == SECRET_IN_FILE {
        (
            message,
            "put it into a file that only atalaya can read, and here write \
             `{ file = \"path\" }`, or `{ env = \"NAME\" }`",
        )
    } else if message == "wanted string or table" {
        ("this is not one of the words that are known here", "write one of them in double quotes")
    } else if message.starts_with("duplicate key") {
        ("this key is given twice", "keep one of the two")
    } else if message.starts_with("string values must be quoted") {
        ("text must stand in quotes", "write `\"…\"` around it")
    } else if message.contains("basic string") {
        ("this text is not closed, or holds a stray `\\`", "end it with `\"` on the same line")
    } else if message.starts_with("unclosed array table") || message.starts_with("unclosed table") {
        (
            "this section header is not closed",
            "write TOML: `[section]`, or `[[section]]` for a list",
        )
    } else if message.starts_with("unclosed array") {
        ("this list is not closed", "end it with `]`, with commas between its values")
    } else {
        (message, "write TOML: `key = \"text\"`, `key = 5`, `key = [\"…\"]` or `[section]`")
    };
    (what.replace('\n', ", "), remedy.to_owned())
}

/// Reads "unknown field `x`, expected one of `a`, `b`" as serde writes it.
fn unknown_name(message: &str) -> Option<(&'static str, String, Vec<String>)> {
    let field = message.strip_prefix("unknown field ").map(|rest| ("key", rest));
    let variant = || message.strip_prefix("unknown variant ").map(|rest| ("value", rest));
    let (kind, rest) = field.or_else(variant)?;
    let mut quoted = rest.split('`').skip(1).step_by(2).map(str::to_owned);
    let unknown = quoted.next()?;
    Some((kind, unknown, quoted.collect()))
}

fn one_of(unknown: &str, known: &[String]) -> String {
    if known.is_empty() { "remove it".to_owned() } else { did_you_mean(unknown, known) }
}

/// Offers the known name that is a slip of the pen away, else names all that are known.
pub(super) fn did_you_mean<S: AsRef<str>>(unknown: &str, known: &[S]) -> String {
    if known.is_empty() {
        return "none is configured yet".to_owned();
    }
    let names = || known.iter().map(AsRef::as_ref);
    let nearest = names()
        .map(|name| (strsim::damerau_levenshtein(unknown, name), name))
        .filter(|(distance, name)| *distance <= 1.max(name.chars().count() / 3))
        .min();
    if let Some((_, name)) = nearest {
        return format!("did you mean `{name}`?");
    }
    let listed: Vec<&str> = names().take(MAX_LISTED).collect();
    let more = if known.len() > MAX_LISTED { ", …" } else { "" };
    format!("known here: {}{more}", listed.join(", "))
}

/// Reads "invalid type: string "x", expected u8" as serde writes it: found and expected.
fn mismatch(message: &str) -> Option<(&str, &str)> {
    let rest = message.strip_prefix("invalid type: ").or(message.strip_prefix("invalid value: "))?;
    rest.rsplit_once(", expected ")
}

/// serde's name of a value without the words of a programmer.
fn plain(found: &str) -> String {
    let kinds = [
        ("string ", "the text "),
        ("integer ", "the number "),
        ("floating point ", "the number "),
        ("boolean ", ""),
        ("sequence", "a list"),
        ("map", "a table"),
    ];
    let known = kinds.iter().find_map(|(name, plain)| Some((found.strip_prefix(name)?, plain)));
    known.map_or_else(|| found.to_owned(), |(rest, plain)| format!("{plain}{rest}"))
}

/// What serde expected, and how it is written in TOML.
fn wanted(expected: &str) -> (&str, &'static str) {
    match expected {
        "a string" | "path string" => ("text", "put it in double quotes: `\"…\"`"),
        "a sequence" => ("a list", "write `[\"…\", \"…\"]`"),
        "a boolean" => ("`true` or `false`", "write one of the two, without quotes"),
        "a map" | "a table" => ("a table", "write `{ key = \"…\" }`, or a section `[…]`"),
        "u8" => ("a whole number from 0 to 255", "write one, without quotes"),
        "u16" => ("a whole number from 0 to 65535", "write one, without quotes"),
        "u32" | "u64" | "usize" => ("a whole number of 0 or more", "write one, without quotes"),
        "f64" => ("a number", "write one, without quotes, such as `0.5`"),
        "`true`, `false` or a list of networks" => {
            (expected, "write e.g. `true`, or `[\"10.20.0.0/16\"]`")
        }
        "an address or a table" => {
            (expected, "write e.g. `\"http://proxy.example.org:3128\"`, or `{ file = \"path\" }`")
        }
        _ if expected.starts_with("struct ") => {
            ("a table", "write it as a section `[…]` with keys of its own")
        }
        _ => (expected, "write a value of that kind"),
    }
}

#[cfg(test)]
mod tests {
    use super::explain;

    #[test]
    fn messages_are_in_plain_words() {
        let cases = [
            (
                "unknown field `ulr`, expected one of `id`, `url`",
                "unknown key `ulr`",
                "did you mean `url`?",
            ),
            ("unknown field `x`, expected `topic`", "unknown key `x`", "known here: topic"),
            ("unknown field `x`, there are no fields", "unknown key `x`", "remove it"),
            (
                "unknown variant `sms`, expected one of `email`, `slack`",
                "unknown value `sms`",
                "known here: email, slack",
            ),
            (
                "invalid type: integer `300`, expected a string",
                "the number `300` stands where text belongs",
                "put it in double quotes: `\"…\"`",
            ),
            (
                "invalid type: string \"a, expected b\", expected a sequence",
                "the text \"a, expected b\" stands where a list belongs",
                "write `[\"…\", \"…\"]`",
            ),
            ("missing field `url`", "`url` is missing", "add `url = …`"),
        ];
        for (message, what, remedy) in cases {
            assert_eq!(explain(message, false), (what.to_owned(), remedy.to_owned()));
        }
    }
}

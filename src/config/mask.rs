//! Blots out what may be a secret before a line of configuration is shown. A secret belongs in a
//! file or in the environment; the finding about one that does not must not spread it further.

/// Section headers under which `url` is an address and not a credential.
const OPEN_URLS: [&str; 3] = ["[[source]]", "[store]", READER];
/// Where a `key` is a credential; elsewhere it names a thing.
const READER: &str = "[second_opinion]";

/// The text with every value of a key like `password`, every webhook URL and every password in a
/// URL replaced by asterisks, byte for byte: places stay what they are.
pub(super) fn masked(text: &str) -> String {
    let mut shown = text.to_owned().into_bytes();
    let mut blot = |from: usize, to: usize| {
        if let Some(bytes) = shown.get_mut(from..to) {
            bytes.iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b'*');
        }
    };
    let mut header = "";
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with('[') {
            header = line.split('#').next().unwrap_or_default().trim();
        }
        for (equals, _) in line.match_indices('=') {
            let before = line.get(..equals).unwrap_or_default();
            if secret_key(last_word(before), header) {
                let (from, to) = value(text, at + equals + 1);
                blot(from, to);
            }
        }
        for (scheme, _) in line.match_indices("://") {
            if let Some((from, to)) = password(line, scheme + 3) {
                blot(at + from, at + to);
            }
        }
        at += line.len();
    }
    String::from_utf8(shown).unwrap_or_default()
}

fn last_word(before: &str) -> &str {
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
    let key = before.trim_end().trim_end_matches(['"', '\'']);
    key.rsplit(|c| !plain(c)).next().unwrap_or_default()
}

/// Whether a key names a secret, or is a slip of the pen for one that does.
fn secret_key(key: &str, header: &str) -> bool {
    let key = key.to_lowercase();
    let near = |name: &str, slips: usize| strsim::damerau_levenshtein(&key, name) <= slips;
    ["pass", "secret", "token", "pwd"].iter().any(|part| key.contains(part))
        || near("password", 2)
        || near("secret", 2)
        || (header == READER && key.contains("key"))
        || (near("url", 1) && !OPEN_URLS.contains(&header))
}

/// From the opening quote of a value to its end; nothing for a table such as `{ file = "…" }`.
fn value(text: &str, from: usize) -> (usize, usize) {
    let rest = text.get(from..).unwrap_or_default();
    let start = from + rest.len() - rest.trim_start_matches([' ', '\t']).len();
    let value = text.get(start..).unwrap_or_default();
    let line = value.find('\n').unwrap_or(value.len());
    for quotes in ["\"\"\"", "'''"] {
        if let Some(inside) = value.strip_prefix(quotes) {
            return (start + 3, start + 3 + inside.find(quotes).unwrap_or(inside.len()));
        }
    }
    match value.chars().next() {
        Some('{') => (start, start),
        Some(quote @ ('"' | '\'')) => {
            let mut escaped = false;
            let inside = value.get(1..line).unwrap_or_default();
            let end = inside.find(|c| {
                let closes = c == quote && !escaped;
                escaped = c == '\\' && quote == '"' && !escaped;
                closes
            });
            (start + 1, start + 1 + end.unwrap_or(inside.len()))
        }
        _ => (start, start + line),
    }
}

/// The password of `scheme://user:password@host`.
fn password(line: &str, from: usize) -> Option<(usize, usize)> {
    let rest = line.get(from..)?;
    let word = rest.split(|c: char| c.is_whitespace() || matches!(c, '"' | '\'')).next()?;
    let (user, host) = (word.find(':')?, word.rfind('@')?);
    (user < host).then_some((from + user + 1, from + host))
}

#[cfg(test)]
mod tests {
    use super::masked;

    #[test]
    fn secrets_are_blotted_and_nothing_else() {
        let cases = [
            ("password = \"abc\" # a note", "password = \"***\" # a note"),
            ("pasword='abc'", "pasword='***'"),
            ("password = \"a\\\"bc\"", "password = \"*****\""),
            ("password = abc\nfrom = \"x\"", "password = ***\nfrom = \"x\""),
            ("password = \"abc\nfrom = \"x\"", "password = \"***\nfrom = \"x\""),
            ("secret = \"\"\"a\nbc\"\"\"", "secret = \"\"\"*\n**\"\"\""),
            (
                "a = { username = \"u\", password = \"密\" }",
                "a = { username = \"u\", password = \"***\" }",
            ),
            ("password = { file = \"secrets/smtp\" }", "password = { file = \"secrets/smtp\" }"),
            ("url = \"https://u:abc@h/\"", "url = \"****************\""),
            ("[store]\nurl = \"postgres://u:a/c@h/d\"", "[store]\nurl = \"postgres://u:***@h/d\""),
            ("[[source]]\nurl = \"https://h/?a=b\"", "[[source]]\nurl = \"https://h/?a=b\""),
            (
                "[[channel]] # chat\nurl = \"https://h/\"",
                "[[channel]] # chat\nurl = \"**********\"",
            ),
            ("[[step]]\nkey = \"verify\"", "[[step]]\nkey = \"verify\""),
            (
                "[second_opinion]\nurl = \"https://h/\"\napi_key = \"sk\"",
                "[second_opinion]\nurl = \"https://h/\"\napi_key = \"**\"",
            ),
        ];
        for (text, shown) in cases {
            assert_eq!(masked(text), shown);
        }
    }
}

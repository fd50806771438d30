//! Holds `src/` to the floor plan of ARCHITECTURE.md: who imports whom, how long files and
//! functions are, and what never stands in production code. Reads text, builds nothing.

#![allow(clippy::unwrap_used, reason = "a test that cannot read src/ has failed")]

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::ops::Range;
use std::path::{Path, PathBuf};

/// Longest file and longest function, in lines.
const MAX_FILE: usize = 500;
const MAX_FUNCTION: usize = 80;

/// Floor, room, and the rooms it may import. A row knows only rows above it, and stages (floor 2)
/// never each other.
const FLOORS: [(u8, &str, &[&str]); 27] = [
    (0, "model", &[]),
    (1, "text", &["model"]),
    (1, "phrases", &["model"]),
    (1, "sandbox", &[]),
    (1, "store", &["model"]),
    (1, "query", &["model", "text"]),
    (1, "config", &["model", "text", "query", "phrases"]),
    (1, "guard", &["model", "config"]),
    (1, "telemetry", &["model", "config"]),
    (2, "collect", &["model", "config", "text", "guard"]),
    (2, "extract", &["model", "config", "text"]),
    (2, "analyse", &["model", "config", "text", "query"]),
    (2, "story", &["model", "config", "text"]),
    (2, "score", &["model", "config"]),
    (2, "second_opinion", &["model", "config", "guard"]),
    (2, "decide", &["model", "config", "text"]),
    (2, "plan", &["model", "config"]),
    (2, "complaint", &["model", "config", "text"]),
    (2, "mailbox", &["model", "config"]),
    (2, "notify", &["model", "config", "phrases", "guard"]),
    (
        3,
        "pipeline",
        &[
            "model",
            "text",
            "query",
            "phrases",
            "sandbox",
            "store",
            "config",
            "guard",
            "telemetry",
            "collect",
            "extract",
            "analyse",
            "story",
            "score",
            "second_opinion",
            "decide",
            "plan",
            "complaint",
            "mailbox",
            "notify",
        ],
    ),
    (
        3,
        "web",
        &["model", "config", "phrases", "store", "telemetry", "plan", "complaint", "notify"],
    ),
    (
        4,
        "app",
        &[
            "model",
            "config",
            "store",
            "guard",
            "telemetry",
            "complaint",
            "mailbox",
            "notify",
            "pipeline",
            "web",
        ],
    ),
    (
        5,
        "demo",
        &["model", "config", "text", "phrases", "store", "guard", "notify", "pipeline", "app"],
    ),
    (5, "archive", &["model", "query", "store", "config", "analyse", "story", "pipeline", "app"]),
    (
        6,
        "cli",
        &[
            "model",
            "text",
            "query",
            "phrases",
            "sandbox",
            "store",
            "config",
            "guard",
            "telemetry",
            "collect",
            "extract",
            "analyse",
            "story",
            "score",
            "second_opinion",
            "decide",
            "plan",
            "complaint",
            "mailbox",
            "notify",
            "pipeline",
            "web",
            "app",
            "archive",
            "demo",
        ],
    ),
    (7, "main", &["cli"]),
];

/// A file of `src/`.
struct Source {
    /// Relative to the package, with `/`.
    path: String,
    text: String,
    /// The text with comments and literals blanked: the same bytes and lines.
    code: String,
    /// Bytes that belong to tests.
    tests: Vec<Range<usize>>,
}

impl Source {
    fn new(path: &str, text: &str) -> Self {
        let code = blanked(text);
        let tests = items_after(&code, "#[cfg(test)]");
        Self { path: path.to_owned(), text: text.to_owned(), code, tests }
    }

    fn room(&self) -> &str {
        let inside = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        inside.split('/').next().unwrap_or(inside)
    }

    /// How many modules lie between the crate's root and this file's code.
    fn depth(&self) -> usize {
        let inside = self.path.trim_start_matches("src/").trim_end_matches(".rs");
        inside.split('/').filter(|part| !matches!(*part, "mod" | "lib" | "main")).count()
    }

    /// The files of `#[cfg(test)] mod x;`, without `.rs`.
    fn test_modules(&self) -> Vec<String> {
        let (folder, stem) = self.path.rsplit_once('/').unwrap_or(("", &self.path));
        let folder = match stem {
            "mod.rs" | "lib.rs" | "main.rs" => folder.to_owned(),
            _ => self.path.trim_end_matches(".rs").to_owned(),
        };
        let items = self.tests.iter().filter_map(|range| self.code.get(range.clone()));
        let names = items.filter_map(|item| item.strip_suffix(';')?.split_once("mod "));
        names.map(|(_, name)| format!("{folder}/{name}")).collect()
    }

    fn place(&self, at: usize) -> String {
        let before = self.code.get(..at).unwrap_or(&self.code);
        format!("{}:{}", self.path, before.matches('\n').count() + 1)
    }

    fn in_tests(&self, at: usize) -> bool {
        self.tests.iter().any(|range| range.contains(&at))
    }
}

fn sources() -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    let mut folders = vec![root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path: PathBuf = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).unwrap().display().to_string();
                let text = std::fs::read_to_string(&path).unwrap();
                found.push(Source::new(&name.replace('\\', "/"), &text));
            }
        }
    }
    let of_tests: Vec<String> = found.iter().flat_map(Source::test_modules).collect();
    for source in &mut found {
        let path = source.path.trim_end_matches(".rs");
        if of_tests.iter().any(|module| path == module) {
            source.tests = std::iter::once(0..source.code.len()).collect();
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(found.len() > 100, "only {} files found", found.len());
    found
}

/// Fails with all that `rule` finds in `src/`.
fn hold(rule: impl Fn(&Source) -> Vec<String>) {
    let broken: Vec<String> = sources().iter().flat_map(rule).collect();
    let mut list = String::new();
    for line in &broken {
        writeln!(list, "  {line}").unwrap();
    }
    assert!(broken.is_empty(), "{} places break the rule:\n{list}", broken.len());
}

#[test]
fn the_table_points_down_and_names_every_room() {
    let mut floors = BTreeMap::new();
    for (floor, room, known) in FLOORS {
        for below in known {
            let at: &u8 = floors.get(below).unwrap_or_else(|| panic!("{room} knows {below} early"));
            assert!(*at < floor || floor == 1, "{room} (floor {floor}) may not know {below}");
        }
        floors.insert(room, floor);
    }
    for source in sources().iter().filter(|source| source.path != "src/lib.rs") {
        assert!(floors.contains_key(source.room()), "{}: room without a floor", source.path);
    }
}

#[test]
fn rooms_import_only_what_their_floor_allows() {
    hold(foreign_imports);
}

#[test]
fn files_are_short_and_say_what_they_do() {
    hold(|source| {
        let mut broken = Vec::new();
        let lines = source.text.lines().count();
        if lines > MAX_FILE {
            broken.push(format!("{}:{lines}: {lines} lines, {MAX_FILE} allowed", source.path));
        }
        if !source.text.starts_with("//!") {
            broken.push(format!("{}:1: does not open with `//!`", source.path));
        }
        broken
    });
}

#[test]
fn functions_are_short() {
    hold(long_functions);
}

#[test]
fn queues_are_bounded() {
    hold(|source| found(source, &["unbounded_channel", "mpsc::unbounded"], |_| true));
}

/// Where a socket goes is checked in one room. (Mail and databases have their own libraries; that of IMAP takes a socket
/// that is open. Their servers are named by the operator alone.)
#[test]
fn sockets_are_opened_by_the_guard() {
    let ways = ["Stream::connect", "TcpSocket", "UdpSocket", "lookup_host", "to_socket_addrs"];
    let may =
        |source: &Source| source.room() == "guard" || source.path == "src/mailbox/connection.rs";
    hold(|source| found(source, &ways, |at| !may(source) && !source.in_tests(at)));
}

#[test]
fn production_code_does_not_unwrap() {
    hold(unwraps);
}

/// Each rule finds the fault that it is for, at its line, and nothing in the code beside it.
#[test]
fn the_rules_can_fail() {
    let imports: [(&str, &str, &[&str]); 9] = [
        ("src/story/a.rs", "//! x\nuse crate::store::Row;", &["src/story/a.rs:2"]),
        ("src/story/a.rs", "use crate::{\n    model::Id, analyse::Engine};", &["src/story/a.rs:1"]),
        ("src/score/a.rs", "fn f() -> crate::plan::Plan { x() }", &["src/score/a.rs:1"]),
        ("src/score/a/b.rs", "use super::super::super::plan::Plan;", &["src/score/a/b.rs:1"]),
        ("src/score/a/b.rs", "use super::super::plan::Plan;", &[]),
        ("src/score/mod.rs", "mod tests {\n use super::plan; }", &["src/score/mod.rs:2"]),
        ("src/score/mod.rs", "//! x\n#[cfg(test)]\nmod tests {\n    use super::plan;\n}", &[]),
        (
            "src/score/a.rs",
            "// crate::plan\nconst A: &str = \"crate::plan\"; use crate::score;",
            &[],
        ),
        ("src/web/a.rs", "use crate::pipeline::Live;", &["src/web/a.rs:1"]),
    ];
    for (path, text, places) in imports {
        check(foreign_imports, path, text, places);
    }
    let body = "\n".repeat(MAX_FUNCTION);
    check(long_functions, "src/a.rs", &format!("//! x\nfn f() {{{body}}}"), &["src/a.rs:2"]);
    check(long_functions, "src/a.rs", &format!("fn f() {{{}}}", "\n".repeat(79)), &[]);
    let excused = "#[expect(clippy::unwrap_used, reason = \"r\")]\nfn f() { x.unwrap() }";
    let unwrapped: [(&str, &[&str]); 6] = [
        ("fn f() {\n x.unwrap() }", &["src/a.rs:2"]),
        ("fn f() { x.expect(\"why\") }", &["src/a.rs:1"]),
        (
            "fn f() { x.unwrap_or(1); \".unwrap()\"; r#\".unwrap()\"#; '\"'; y.unwrap() }",
            &["src/a.rs:1"],
        ),
        (
            "#[cfg(test)]\nmod tests { fn f<'a>() { x.unwrap() } }\nfn g() { y.unwrap() }",
            &["src/a.rs:3"],
        ),
        ("#[allow(clippy::unwrap_used)]\nfn f() { x.unwrap() }", &["src/a.rs:2"]),
        (excused, &[]),
    ];
    for (text, places) in unwrapped {
        check(unwraps, "src/a.rs", text, places);
    }
}

#[track_caller]
fn check(rule: impl Fn(&Source) -> Vec<String>, path: &str, text: &str, places: &[&str]) {
    let found = rule(&Source::new(path, text));
    let found: Vec<&str> = found.iter().map(|line| line.split(": ").next().unwrap()).collect();
    assert_eq!(found, places, "{text}");
}

fn foreign_imports(source: &Source) -> Vec<String> {
    let room = source.room();
    if source.path == "src/lib.rs" || source.path == "src/main.rs" {
        return Vec::new();
    }
    let known = FLOORS.iter().find(|(_, name, _)| *name == room).map(|(_, _, known)| *known);
    let known = known.unwrap_or_default();
    let mut broken = Vec::new();
    for (at, named) in rooms_named(source) {
        let is_room = FLOORS.iter().any(|(_, name, _)| *name == named);
        if is_room && named != room && !known.contains(&named.as_str()) {
            let known = known.join(", ");
            broken.push(format!("{}: {room} imports {named} (may: {known})", source.place(at)));
        }
    }
    broken
}

/// What stands right under the crate's root in paths: `crate::X`, `crate::{X, Y}`, and `X` behind
/// as many `super::` as lead there.
fn rooms_named(source: &Source) -> Vec<(usize, String)> {
    let mut named = Vec::new();
    for (at, _) in source.code.match_indices("crate::") {
        let rest = &source.code[at + "crate::".len()..];
        let group = rest.strip_prefix('{').map(group_heads);
        named.extend(group.unwrap_or_else(|| vec![word(rest)]).into_iter().map(|name| (at, name)));
    }
    let mut end = 0;
    for (at, _) in source.code.match_indices("super::") {
        if at < end {
            continue;
        }
        let rest = &source.code[at..];
        let supers = rest.split("super::").take_while(|between| between.is_empty()).count();
        end = at + supers * "super::".len();
        let inline = usize::from(source.in_tests(at) && !source.in_tests(0));
        if supers > 0 && supers >= source.depth() + inline {
            named.push((at, word(&source.code[end..])));
        }
    }
    named
}

/// The first names of a `{a::b, c::{d, e}}`, behind its opening brace.
fn group_heads(group: &str) -> Vec<String> {
    let (mut depth, mut start, mut heads) = (0_usize, 0, Vec::new());
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            ',' | '}' if depth == 0 => {
                heads.push(word(group[start..at].trim_start()));
                start = at + 1;
                if c == '}' {
                    break;
                }
            }
            '}' => depth -= 1,
            _ => {}
        }
    }
    heads
}

fn long_functions(source: &Source) -> Vec<String> {
    let mut broken = Vec::new();
    for (at, _) in source.code.match_indices("fn ") {
        let before = source.code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_') {
            continue;
        }
        let end = item_end(&source.code, at);
        let lines = source.code[at..end].matches('\n').count() + 1;
        if lines > MAX_FUNCTION {
            let name = word(&source.code[at + 3..]);
            broken.push(format!("{}: `{name}` has {lines} lines", source.place(at)));
        }
    }
    broken
}

fn unwraps(source: &Source) -> Vec<String> {
    let excused: Vec<Range<usize>> = ["unwrap_used", "expect_used"]
        .iter()
        .flat_map(|lint| items_after(&source.code, &format!("#[expect(clippy::{lint}, reason")))
        .collect();
    found(source, &[".unwrap()", ".expect("], |at| {
        !source.in_tests(at) && !excused.iter().any(|range| range.contains(&at))
    })
}

fn found(source: &Source, needles: &[&str], counts: impl Fn(usize) -> bool) -> Vec<String> {
    let hits = needles.iter().flat_map(|needle| source.code.match_indices(needle));
    hits.filter(|(at, _)| counts(*at))
        .map(|(at, needle)| format!("{}: `{needle}`", source.place(at)))
        .collect()
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// The items that an attribute stands before.
fn items_after(code: &str, attribute: &str) -> Vec<Range<usize>> {
    code.match_indices(attribute).map(|(at, _)| at..item_end(code, at)).collect()
}

/// The end of the item that begins at `at`: its closing brace, or its `;` if it has no body.
fn item_end(code: &str, at: usize) -> usize {
    let (mut round, mut curly) = (0_i32, 0_i32);
    for (offset, c) in code[at..].char_indices() {
        match c {
            '(' | '[' => round += 1,
            ')' | ']' => round -= 1,
            '{' => curly += 1,
            '}' => {
                curly -= 1;
                if curly <= 0 && round <= 0 {
                    return at + offset + 1;
                }
            }
            ';' if round == 0 && curly == 0 => return at + offset + 1,
            _ => {}
        }
    }
    code.len()
}

/// Comments, strings and characters replaced by spaces, byte for byte; lines stay.
fn blanked(text: &str) -> String {
    let bytes = text.as_bytes();
    let mut out = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        let end = literal_end(text, at);
        if end > at {
            out[at..end].iter_mut().filter(|byte| **byte != b'\n').for_each(|byte| *byte = b' ');
        }
        at = end.max(at + 1);
    }
    String::from_utf8(out.iter().map(|byte| if byte.is_ascii() { *byte } else { b' ' }).collect())
        .unwrap()
}

/// Where the comment or literal that begins at `at` ends; `at` itself if none does.
fn literal_end(text: &str, at: usize) -> usize {
    let bytes = text.as_bytes();
    let rest = &bytes[at..];
    let until = |needle: &[u8], from: usize| {
        let tail = &bytes[from..];
        let found = tail.windows(needle.len()).position(|window| window == needle);
        found.map_or(bytes.len(), |found| from + found + needle.len())
    };
    if rest.starts_with(b"//") {
        return until(b"\n", at) - 1;
    }
    if rest.starts_with(b"/*") {
        return until(b"*/", at + 2);
    }
    let in_word = at > 0 && (bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
    let hashes = rest.iter().skip(1).take_while(|byte| **byte == b'#').count();
    if rest[0] == b'r' && !in_word && rest.get(1 + hashes) == Some(&b'"') {
        let close = format!("\"{}", "#".repeat(hashes));
        return until(close.as_bytes(), at + 2 + hashes);
    }
    match rest[0] {
        b'"' => quoted_end(bytes, at, b'"'),
        // A character, not a lifetime: `'\…'` or one character and a quote.
        b'\'' if rest.get(1) == Some(&b'\\') => quoted_end(bytes, at, b'\''),
        b'\'' => {
            let one = text[at + 1..].chars().next();
            let end = at + 1 + one.map_or(0, char::len_utf8);
            if bytes.get(end) == Some(&b'\'') { end + 1 } else { at }
        }
        _ => at,
    }
}

fn quoted_end(bytes: &[u8], at: usize, quote: u8) -> usize {
    let mut end = at + 1;
    while end < bytes.len() && bytes[end] != quote {
        end += if bytes[end] == b'\\' { 2 } else { 1 };
    }
    (end + 1).min(bytes.len())
}

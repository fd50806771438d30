//! What each family of rules brings: every family is left out in turn, and all sets are judged again.
//!
//! `ATALAYA_OPINION=DIR[:DIR] cargo test --lib ablation -- --ignored --nocapture` prints the table of
//! docs/evaluation.md. A DIR holds rows of `{"text", "target" or "from" and "to", "lang", "label"}` in
//! `items.jsonl`, or in several `*.jsonl`, each a set; the challenges of `tests/fixtures` come last.

use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::analyse::opinion::{Layout, judge};
use crate::analyse::{Engine, occurrences_of};
use crate::config::embedded_keywords;
use crate::model::{Keywords, Lexicon, Locale, Modifiers, PolarityLabel};

/// One family: its name, and how it is left out.
struct Family {
    name: &'static str,
    words: fn(&mut Keywords),
    shape: fn(&mut Layout),
}

fn cues(keywords: &mut Keywords, clear: fn(&mut Modifiers)) {
    for lexicon in &mut keywords.lexicons {
        clear(&mut lexicon.modifiers);
    }
}

fn entries(keywords: &mut Keywords, keep: fn(&Lexicon, usize) -> bool) {
    for lexicon in &mut keywords.lexicons {
        let kept: Vec<bool> = (0..lexicon.entries.len()).map(|at| keep(lexicon, at)).collect();
        let mut kept = kept.into_iter();
        lexicon.entries.retain(|_| kept.next().unwrap_or(true));
    }
}

/// The cues of the language files stand for the rules that they set off; the rest is the words' places.
fn families() -> Vec<Family> {
    let words = |name, words| Family { name, words, shape: |_| () };
    let shape = |name, shape| Family { name, words: |_| (), shape };
    vec![
        words("nothing: all rules", |_| ()),
        words("event terms", |keywords| {
            keywords.categories.clear();
            entries(keywords, |lexicon, at| lexicon.entries.get(at).is_none_or(|one| !one.event));
        }),
        words("general opinion words", |keywords| {
            entries(keywords, |lexicon, at| lexicon.entries.get(at).is_none_or(|one| one.event));
        }),
        words("rise and fall of what is (un)welcome", |keywords| {
            cues(keywords, |it| {
                for words in [&mut it.rise, &mut it.fall, &mut it.welcome, &mut it.unwelcome] {
                    words.clear();
                }
            });
        }),
        words("negation", |keywords| cues(keywords, |it| it.negation.clear())),
        words("denials", |keywords| cues(keywords, |it| it.denial.clear())),
        words("who acts: shields and attacks", |keywords| cues(keywords, |it| it.shield.clear())),
        words("intensifiers", |keywords| {
            cues(keywords, |it| {
                it.stronger.clear();
                it.weaker.clear();
            });
        }),
        words("hedges", |keywords| cues(keywords, |it| it.hedge.clear())),
        words("conditions", |keywords| cues(keywords, |it| it.condition.clear())),
        words("contrast", |keywords| cues(keywords, |it| it.contrast.clear())),
        words("quotation and speech", |keywords| cues(keywords, |it| it.speech.clear())),
        shape("distance", |layout| layout.is_flat = true),
        shape("clauses", |layout| {
            for place in &mut layout.places {
                place.clause = place.sentence;
            }
        }),
        shape("other names in between", |layout| {
            for place in &mut layout.places {
                place.capital = false;
            }
        }),
    ]
}

#[derive(Deserialize)]
struct Row {
    text: String,
    target: Option<String>,
    from: Option<usize>,
    to: Option<usize>,
    #[serde(alias = "lang")]
    language: String,
    label: Label,
}

#[derive(Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Label {
    #[serde(alias = "neg")]
    Negative,
    #[serde(alias = "neu")]
    Neutral,
    #[serde(alias = "pos")]
    Positive,
}

struct Set {
    name: String,
    rows: Vec<Row>,
}

fn read(path: &Path, name: String) -> Vec<Set> {
    let text = std::fs::read_to_string(path).expect("a set");
    let rows = text.lines().filter(|line| !line.trim().is_empty());
    let rows: Vec<Row> = rows.map(|line| serde_json::from_str(line).expect("a row")).collect();
    vec![Set { name, rows }]
}

/// The sets that the environment names, then the challenges by language.
fn sets() -> Vec<Set> {
    let mut sets = Vec::new();
    let named = std::env::var("ATALAYA_OPINION").unwrap_or_default();
    for folder in named.split(':').filter(|folder| !folder.is_empty()).map(PathBuf::from) {
        let items = folder.join("items.jsonl");
        let stem =
            |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        if items.is_file() {
            sets.extend(read(&items, stem(&folder)));
            continue;
        }
        let files =
            std::fs::read_dir(&folder).expect("a folder").map(|it| it.expect("a file").path());
        let mut files: Vec<_> =
            files.filter(|it| it.extension().is_some_and(|it| it == "jsonl")).collect();
        files.sort();
        sets.extend(files.iter().flat_map(|file| read(file, format!("own {}", stem(file)))));
    }
    let challenges =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/opinion/challenge.jsonl");
    for language in ["en", "es", "zh"] {
        for mut set in read(&challenges, format!("challenges {language}")) {
            set.rows.retain(|row| row.language == language);
            sets.push(set);
        }
    }
    sets
}

fn told(engine: &Engine, family: &Family, row: &Row) -> Label {
    let target: Vec<Range<usize>> = match (row.from, row.to, &row.target) {
        (Some(from), Some(to), _) => std::iter::once(from..to).collect(),
        (_, _, Some(name)) => occurrences_of(&row.text, name),
        _ => Vec::new(),
    };
    let locale = Locale::of_tag(&row.language);
    let label =
        engine.read_shaped(&row.text, &target, locale, family.shape, |text, layout, marks, at| {
            judge(text, layout, marks, at).polarity.label
        });
    match label {
        PolarityLabel::Negative => Label::Negative,
        PolarityLabel::Neutral => Label::Neutral,
        PolarityLabel::Positive => Label::Positive,
    }
}

/// Macro-F1 over the labels that occur, and F1 of the negative.
fn figures(engine: &Engine, family: &Family, set: &Set) -> (f64, f64) {
    let half = set.rows.len().div_ceil(2);
    let pairs: Vec<(Label, Label)> = std::thread::scope(|scope| {
        let judged = |rows: &[Row]| -> Vec<_> {
            rows.iter().map(|row| (row.label, told(engine, family, row))).collect()
        };
        let other = scope.spawn(move || judged(&set.rows[half..]));
        let mut pairs = judged(&set.rows[..half]);
        pairs.extend(other.join().expect("judged"));
        pairs
    });
    let f1 = |label: Label| {
        let count =
            |of: fn(&(Label, Label)) -> Label| pairs.iter().filter(|it| of(it) == label).count();
        let both = pairs.iter().filter(|(gold, told)| *gold == label && *told == label).count();
        let (gold, told) = (count(|it| it.0), count(|it| it.1));
        (gold > 0).then(|| 2.0 * both as f64 / (gold + told) as f64)
    };
    let all: Vec<f64> =
        [Label::Negative, Label::Neutral, Label::Positive].into_iter().filter_map(f1).collect();
    (all.iter().sum::<f64>() / all.len() as f64, f1(Label::Negative).unwrap_or(0.0))
}

#[test]
#[ignore = "reads sets that lie elsewhere and prints a table"]
fn table() {
    let sets = sets();
    let names: Vec<_> =
        sets.iter().map(|set| format!("{} ({})", set.name, set.rows.len())).collect();
    println!("| Left out | {} |\n|---|{}", names.join(" | "), "---|".repeat(names.len()));
    let mut whole: Vec<(f64, f64)> = Vec::new();
    for family in families() {
        let (mut keywords, _) = embedded_keywords().expect("keywords");
        keywords.models.clear();
        (family.words)(&mut keywords);
        let engine = Engine::compile(&keywords).expect("compiled");
        let told: Vec<_> = sets.iter().map(|set| figures(&engine, &family, set)).collect();
        let cells: Vec<_> = told
            .iter()
            .enumerate()
            .map(|(at, (all, negative))| match whole.get(at) {
                None => format!("{all:.3} ({negative:.3})"),
                Some(base) => {
                    format!("{:+.1} ({:+.1})", (all - base.0) * 100.0, (negative - base.1) * 100.0)
                }
            })
            .collect();
        println!("| {} | {} |", family.name, cells.join(" | "));
        if whole.is_empty() {
            whole = told;
        }
    }
}

//! `atalaya train`: a linear opinion model from labelled texts or the staff's verdicts, written
//! only where it beats what is there on held-back texts.

use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use serde::Deserialize;

use super::inspect::{compile, keywords};
use super::output::refuse;
use super::report;
use crate::analyse::{Lesson, OpinionModel, Trained, occurrences_of, train};
use crate::model::{Locale, PolarityLabel};

/// JSON Lines of `{"text" or "title" and "body", "target" or "from" and "to" or "mentions",
/// "language"?, "label"}`; labels: negative, neutral, positive; confirmed, dismissed, wrong target.
#[derive(Args)]
pub struct Train {
    /// Labelled texts; the file's name is the name of the data set
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Language of the texts; rows of other languages are left out
    #[arg(long, default_value = "en")]
    language: String,
    /// Where the model goes, such as keywords/model/en.model; without it, figures only
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Labelled texts that are never learned from, and on which the model may not do worse
    #[arg(long, value_name = "FILE")]
    test: Vec<PathBuf>,
    /// Compare with the rules alone, not with the model that the keywords hold
    #[arg(long)]
    afresh: bool,
    /// Data and licence for the model's head, one for each source
    #[arg(long, value_name = "TEXT")]
    data: Vec<String>,
    /// Directory with categories/, lexicon/ and model/, instead of those inside the program
    #[arg(long, value_name = "DIR")]
    keywords: Option<PathBuf>,
    /// Seed of the shuffling
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

#[derive(Deserialize)]
struct Row {
    text: Option<String>,
    #[serde(default)]
    title: String,
    #[serde(default)]
    body: String,
    target: Option<String>,
    from: Option<usize>,
    to: Option<usize>,
    #[serde(default)]
    mentions: Vec<Mention>,
    #[serde(alias = "lang")]
    language: Option<String>,
    label: Label,
}

/// A place of the target, as `atalaya verdict --export` writes it.
#[derive(Deserialize)]
struct Mention {
    from: usize,
    to: usize,
}

/// A polarity, or what staff said of an alert: an alert that was right spoke ill of the target, a
/// dismissed one or one about somebody else did not.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Label {
    #[serde(alias = "neg", alias = "confirmed")]
    Negative,
    #[serde(
        alias = "neu",
        alias = "dismissed",
        alias = "wrong target",
        alias = "wrong_target",
        alias = "wrong-target"
    )]
    Neutral,
    #[serde(alias = "pos")]
    Positive,
}

impl Train {
    /// Trains, shows the figures, and writes the model if it is better.
    pub fn run(&self) -> ExitCode {
        self.trained().unwrap_or_else(|code| code)
    }

    fn trained(&self) -> Result<ExitCode, ExitCode> {
        let bad = ExitCode::from(report::BAD_INPUT);
        let Some(language) = Locale::of_tag(&self.language) else {
            return Err(refuse(&format!("no lexicon for `{}`", self.language), bad));
        };
        let mut words = keywords(self.keywords.as_deref())?;
        words.topics.clear();
        if self.afresh {
            words.models.clear();
        }
        let engine = compile(&words)?;
        let lessons = lessons(&self.files, language).map_err(|what| refuse(&what, bad))?;
        let tests = lessons_or_none(&self.test, language).map_err(|what| refuse(&what, bad))?;
        let Trained { model, reliability, tests } =
            train(&engine, &lessons, &tests, language, self.data.clone(), self.seed)
                .map_err(|why| refuse(&format!("no new model: {why}"), ExitCode::from(1)))?;
        show(&model, &reliability);
        for figures in &tests {
            print_figures("not learned from ", figures);
        }
        if let Some(out) = &self.out {
            write(out, &model).map_err(|what| refuse(&what, bad))?;
            println!("wrote {}", out.display());
        }
        Ok(ExitCode::SUCCESS)
    }
}

fn lessons_or_none(files: &[PathBuf], language: Locale) -> Result<Vec<Lesson>, String> {
    if files.is_empty() { Ok(Vec::new()) } else { lessons(files, language) }
}

/// The rows of the files in one language, with their targets' places.
fn lessons(files: &[PathBuf], language: Locale) -> Result<Vec<Lesson>, String> {
    let mut lessons = Vec::new();
    for file in files {
        let named = |what: String| format!("{}: {what}", file.display());
        let text = fs::read_to_string(file).map_err(|error| named(error.to_string()))?;
        for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
            let row: Row = serde_json::from_str(line)
                .map_err(|error| named(format!("line {}: {error}", at + 1)))?;
            let tag = row.language.as_deref();
            if tag.is_none_or(|tag| Locale::of_tag(tag) == Some(language)) {
                lessons.push(lesson(row, &set_name(file)));
            }
        }
    }
    Ok(lessons)
}

fn lesson(row: Row, set: &str) -> Lesson {
    let text = row.text.unwrap_or_else(|| format!("{}\n{}", row.title, row.body));
    let places = row.mentions.iter().map(|one| one.from..one.to).filter(|place| !place.is_empty());
    let mut target: Vec<Range<usize>> = places.collect();
    if target.is_empty() {
        target = match (row.from, row.to, &row.target) {
            (Some(from), Some(to), _) if from < to => std::iter::once(from..to).collect(),
            (_, _, Some(name)) => occurrences_of(&text, name),
            _ => Vec::new(),
        };
    }
    let label = match row.label {
        Label::Negative => PolarityLabel::Negative,
        Label::Neutral => PolarityLabel::Neutral,
        Label::Positive => PolarityLabel::Positive,
    };
    Lesson { set: set.to_owned(), text, target, label }
}

/// `items.jsonl` says nothing, so its folder's name goes before it.
fn set_name(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    match file.parent().and_then(Path::file_name) {
        Some(folder) if stem == "items" => folder.to_string_lossy().into_owned(),
        _ => stem.into_owned(),
    }
}

fn show(model: &OpinionModel, reliability: &[(usize, f64, f64)]) {
    let head = &model.head;
    for figures in &head.sets {
        print_figures("held back ", figures);
    }
    println!(
        "held back, all {} rows: macro-F1 before {:.3}, after {:.3}",
        head.rows, head.before, head.after
    );
    println!("calibration error of p(negative): {:.3}", head.ece);
    for (rows, told, seen) in reliability {
        println!("  p {told:.2}  negative {seen:.2}  rows {rows}");
    }
}

fn print_figures(kind: &str, one: &crate::analyse::SetFigures) {
    let ([bp, br], [ap, ar]) = (one.negative_before, one.negative_after);
    println!(
        "{kind}{}: {} rows, macro-F1 {:.3} -> {:.3}, negative precision {bp:.3} -> {ap:.3}, \
         recall {br:.3} -> {ar:.3}",
        one.set, one.rows, one.before, one.after
    );
}

/// Beside the place first, so that no half file is ever there.
fn write(out: &Path, model: &OpinionModel) -> Result<(), String> {
    let named = |error: &dyn std::fmt::Display| format!("{}: {error}", out.display());
    let bytes = model.to_bytes().map_err(|error| named(&error))?;
    if let Some(folder) = out.parent() {
        fs::create_dir_all(folder).map_err(|error| named(&error))?;
    }
    let beside = out.with_extension("model.new");
    fs::write(&beside, bytes).map_err(|error| named(&error))?;
    fs::rename(&beside, out).map_err(|error| named(&error))
}

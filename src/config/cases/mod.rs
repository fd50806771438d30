//! `cases = "…"`: the library of cases, every `*.toml` of a directory. Each text stands there in all
//! languages, so that nobody is left out of a training.

mod raw;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use jiff::civil::DateTime;
use toml::Spanned;
use toml::value::Datetime;

use self::raw::{RawArticle, RawCase, RawQuestion, RawText, Text};
use super::TomlFile;
use super::explain::did_you_mean;
use super::load::toml_files;
use super::value::Check;
use crate::model::{Case, CaseEntry, CaseQuestion, LocalText, Locale, ScenarioArticle};

/// More than this are a mistake.
const MAX_FILES: usize = 500;
const MAX_QUESTIONS: usize = 20;
const MAX_ARTICLES: usize = 500;
/// Characters of a text.
const MAX_TEXT: usize = 10_000;
/// The last minute of a scenario: three days.
const LAST_MINUTE: u32 = 3 * 24 * 60;

/// The cases of all files of a directory, in the order of their names. `categories` are none while their
/// files are broken.
pub(super) fn cases(
    check: &mut Check<'_>,
    directory: Option<&Spanned<PathBuf>>,
    categories: Option<&BTreeSet<String>>,
) -> Vec<Case> {
    let mut cases = Vec::new();
    let Some(at) = directory else { return cases };
    let directory = check.path(at.get_ref());
    let remedy = "name the directory of the cases, seen from this file";
    if !directory.is_dir() {
        check.error(at, format!("there is no directory {}", directory.display()), remedy);
        return cases;
    }
    let paths = match toml_files(&directory) {
        Ok(paths) if paths.len() > MAX_FILES => {
            let what = format!("the directory holds more than {MAX_FILES} files");
            check.error(at, what, remedy);
            return cases;
        }
        Ok(paths) => paths,
        Err(error) => {
            let what = format!("{} cannot be read: {error}", directory.display());
            check.error(at, what, remedy);
            return cases;
        }
    };
    let mut met: BTreeMap<String, String> = BTreeMap::new();
    for path in paths {
        match TomlFile::read(&path).and_then(|file| Ok((file.parse::<RawCase>()?, file))) {
            Ok((raw, file)) => {
                let mut inside = Check { file: &file, base: Path::new(""), findings: Vec::new() };
                cases.push(case(&mut inside, &raw, categories));
                let id = raw.id.get_ref();
                if let Some(other) = met.insert(id.clone(), file.name().to_owned()) {
                    let what = format!("`{id}` is the id of {other} too");
                    inside.error(&raw.id, what, "give each case its own id");
                }
                inside.findings.sort_by_key(|finding| finding.span.start);
                check.findings.append(&mut inside.findings);
            }
            Err(finding) => check.findings.push(finding),
        }
    }
    cases
}

fn case(check: &mut Check<'_>, raw: &RawCase, categories: Option<&BTreeSet<String>>) -> Case {
    let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if raw.id.get_ref().is_empty() || !raw.id.get_ref().chars().all(is_name) {
        let what = format!("`{}` is not an id of a case", raw.id.get_ref());
        check.error(&raw.id, what, "write small letters a to z, digits and `-`");
    }
    if let Some(known) = categories.filter(|known| !known.contains(raw.category.get_ref())) {
        let known: Vec<&String> = known.iter().collect();
        let what = format!("there is no risk category `{}`", raw.category.get_ref());
        check.error(&raw.category, what, did_you_mean(raw.category.get_ref(), &known));
    }
    if raw.happened.is_empty() {
        let remedy = "add `[[happened]]` with `at` and the texts es, en, zh";
        check.error(&raw.id, "the case does not tell what happened", remedy);
    }
    if let Some(beyond) = raw.question.get(MAX_QUESTIONS) {
        let what = format!("more than {MAX_QUESTIONS} questions");
        check.error(beyond, what, "a quiz is short: make two cases of it");
    }
    let texts = |check: &mut Check<'_>, list: &[Spanned<RawText>]| {
        list.iter().map(|text| written(check, text)).collect::<Vec<_>>()
    };
    Case {
        id: raw.id.get_ref().clone(),
        title: written(check, &raw.title),
        category: raw.category.get_ref().clone(),
        happened: happened(check, raw),
        done: texts(check, &raw.done),
        wrong: texts(check, &raw.wrong),
        lessons: texts(check, &raw.lesson),
        questions: raw.question.iter().filter_map(|raw| question(check, raw)).collect(),
        scenario: scenario(check, &raw.scenario),
    }
}

fn written(check: &mut Check<'_>, text: &Spanned<RawText>) -> LocalText {
    let RawText { es, en, zh } = text.get_ref();
    local(check, &text.span(), [es.as_ref(), en.as_ref(), zh.as_ref()])
}

/// The text in all languages, in the order es, en, zh; what is missing is missed at `place`.
fn local(check: &mut Check<'_>, place: &Range<usize>, texts: [Option<&Text>; 3]) -> LocalText {
    let mut local = BTreeMap::new();
    let mut missing = Vec::new();
    for (locale, text) in [Locale::Es, Locale::En, Locale::Zh].into_iter().zip(texts) {
        match text {
            Some(text) if !text.get_ref().trim().is_empty() => {
                bounded(check, text);
                local.insert(locale, text.get_ref().trim().to_owned());
            }
            _ => missing.push(locale.code()),
        }
    }
    if !missing.is_empty() {
        let missing = missing.join(" and ");
        let what = format!("there is no text in {missing}");
        let remedy = format!("add {missing}: people learn in their own language");
        check.findings.push(check.file.error(place.clone(), what, remedy));
    }
    LocalText(local)
}

fn bounded(check: &mut Check<'_>, text: &Text) {
    if text.get_ref().chars().count() > MAX_TEXT {
        let what = format!("the text is longer than {MAX_TEXT} characters");
        check.error(text, what, "make it shorter");
    }
}

fn happened(check: &mut Check<'_>, raw: &RawCase) -> Vec<CaseEntry> {
    let mut entries: Vec<CaseEntry> = Vec::new();
    for spanned in &raw.happened {
        let entry = spanned.get_ref();
        let texts = [entry.es.as_ref(), entry.en.as_ref(), entry.zh.as_ref()];
        let what = local(check, &spanned.span(), texts);
        let Some(at) = moment(check, &entry.at) else { continue };
        if entries.last().is_some_and(|before| before.at > at) {
            let remedy = "put them into the order in which they happened";
            check.error(&entry.at, "this happened before the entry above", remedy);
        }
        entries.push(CaseEntry { at, what });
    }
    entries
}

fn moment(check: &mut Check<'_>, at: &Spanned<Datetime>) -> Option<DateTime> {
    let Datetime { date, time, offset } = at.get_ref();
    let whole = date.is_some() && time.is_some() && offset.is_none();
    let written = at.get_ref().to_string();
    let read = written.parse::<DateTime>().ok().filter(|_| whole);
    let read = read.ok_or_else(|| format!("`{written}` is not a day with a time"));
    check.take(at, read, "write it by the clocks of the place: 2025-03-14T18:40:00")
}

fn question(check: &mut Check<'_>, spanned: &Spanned<RawQuestion>) -> Option<CaseQuestion> {
    let raw = spanned.get_ref();
    let most = CaseQuestion::LETTERS.len();
    if !(2..=most).contains(&raw.option.len()) {
        let what = format!("the question offers {} answers", raw.option.len());
        check.error(spanned, what, format!("write 2 to {most} of `[[question.option]]`"));
    }
    let mut rights = raw.option.iter().enumerate().filter(|(_, option)| option.get_ref().right);
    let right = rights.next().map(|(index, _)| index);
    if right.is_none() && !raw.option.is_empty() {
        let remedy = "write `right = true` at the one that is";
        check.error(spanned, "no answer of this question is right", remedy);
    }
    if let Some((_, second)) = rights.next() {
        check.error(second, "a second answer is right", "let exactly one be right");
    }
    let options = raw.option.iter().map(|spanned| {
        let option = spanned.get_ref();
        let texts = [option.es.as_ref(), option.en.as_ref(), option.zh.as_ref()];
        local(check, &spanned.span(), texts)
    });
    let options = options.collect();
    let (ask, why) = (written(check, &raw.ask), written(check, &raw.why));
    Some(CaseQuestion { ask, options, right: right?, why })
}

fn scenario(check: &mut Check<'_>, raw: &[RawArticle]) -> Vec<ScenarioArticle> {
    if let Some(beyond) = raw.get(MAX_ARTICLES) {
        let what = format!("more than {MAX_ARTICLES} articles");
        check.error(&beyond.minute, what, "a drill needs fewer");
        return Vec::new();
    }
    let mut before = 0;
    let mut articles = Vec::with_capacity(raw.len());
    for article in raw {
        let minute = *article.minute.get_ref();
        if minute > LAST_MINUTE {
            let what = format!("minute {minute} is after the third day");
            check.error(&article.minute, what, format!("write at most {LAST_MINUTE}"));
        }
        if minute < before {
            let what = "this article appears before the one above";
            check.error(&article.minute, what, "put them into the order of their minutes");
        }
        before = minute;
        for (text, name) in
            [(&article.source, "source"), (&article.title, "title"), (&article.text, "text")]
        {
            if text.get_ref().trim().is_empty() {
                check.error(text, format!("the article has no {name}"), "write one");
            }
            bounded(check, text);
        }
        articles.push(ScenarioArticle {
            minute,
            source: article.source.get_ref().clone(),
            language: article.language,
            title: article.title.get_ref().clone(),
            text: article.text.get_ref().clone(),
        });
    }
    articles
}

//! Raw keyword files → the words of the model, file by file, with every finding kept.

use std::collections::{BTreeMap, HashMap};

use toml::Spanned;

use super::super::{Finding, TomlFile};
use super::terms::{Check, in_two_scripts};
use super::{lists, raw, rules};
use crate::model::{
    Category, Keywords, LanguageTerms, Lexicon, LexiconEntry, Locale, Modifiers, Topic,
};
use crate::query::{Entry, Lists};
use crate::text::fold;

/// What has been read so far.
#[derive(Default)]
pub(super) struct Assembly {
    pub keywords: Keywords,
    pub findings: Vec<Finding>,
    pub lists: Lists,
    /// Where each list's name and each term of a list was met first.
    listed: HashMap<String, String>,
    topic_ids: HashMap<String, String>,
    category_ids: HashMap<String, String>,
}

impl Assembly {
    /// Adds the topics of one file.
    pub fn topics(&mut self, file: &TomlFile) {
        let Some(raw) = self.parse::<raw::Topics>(file) else { return };
        for topic in &raw.topic {
            let mut check = Check { file, lists: &self.lists, findings: &mut self.findings };
            check.id(&topic.id, "topic", &mut self.topic_ids);
            check_name(&mut check, &topic.id, topic.name.0.values());
            if topic.rule.is_empty() && topic.entity.is_none() {
                let what = format!("the topic `{}` has no rule", topic.id.as_ref());
                let remedy = "add a [[topic.rule]] with `any` or `query`, or a [topic.entity]";
                check.error(&topic.id, what, remedy.to_owned());
            }
            self.keywords.topics.push(Topic {
                rules: rules::rules(&mut check, topic),
                id: topic.id.as_ref().clone(),
                name: topic.name.clone(),
                business_line: topic.business_line.clone(),
                alerts: topic.alerts,
            });
        }
    }

    /// Adds the category of one file.
    pub fn category(&mut self, file: &TomlFile) {
        let Some(raw) = self.parse::<raw::Category>(file) else { return };
        let mut check = Check { file, lists: &self.lists, findings: &mut self.findings };
        check.id(&raw.id, "category", &mut self.category_ids);
        check_name(&mut check, &raw.id, raw.name.0.values());
        check.number(&raw.weight, "the weight", 0.0..=1.0);
        let mut terms = Vec::with_capacity(Locale::ALL.len());
        for locale in Locale::ALL {
            let table = match locale {
                Locale::Es => &raw.es,
                Locale::En => &raw.en,
                Locale::Zh => &raw.zh,
            };
            if let Some(table) = table {
                terms.push(LanguageTerms {
                    locale,
                    terms: rules::category_terms(&mut check, &raw.id, table, locale),
                    examples: check.examples(&table.example),
                });
            } else {
                let what = format!("the category has no words in `{locale}`");
                check.warning(&raw.id, what, &format!("add a [{locale}] table with `terms`"));
            }
        }
        self.keywords.categories.push(Category {
            id: raw.id.into_inner(),
            name: raw.name,
            weight: raw.weight.into_inner(),
            floor: raw.floor,
            modifier: raw.modifier,
            terms,
        });
    }

    /// Adds a list, by the name of its file, as TOML or one term a line.
    pub fn list(&mut self, file: &TomlFile, name: &str, is_toml: bool) {
        let entries = if is_toml {
            let Some(raw) = self.parse::<raw::List>(file) else { return };
            let none = Lists::default();
            let mut check = Check { file, lists: &none, findings: &mut self.findings };
            lists::of_toml(&mut check, &raw)
        } else {
            lists::of_lines(file, &mut self.findings)
        };
        let mut check = Check { file, lists: &self.lists, findings: &mut self.findings };
        lists::check(&mut check, name, &entries, &mut self.listed);
        self.lists
            .insert(name, entries.into_iter().map(|(entry, _)| entry).collect::<Vec<Entry>>());
    }

    /// Adds the lexicon of the language that the file is named after.
    pub fn lexicon(&mut self, file: &TomlFile, stem: &str) {
        let Ok(locale) = stem.parse::<Locale>() else {
            let what = format!("`{stem}` is not a language with a lexicon");
            self.findings.push(file.error(0..0, what, "name the file es.toml, en.toml or zh.toml"));
            return;
        };
        let Some(raw) = self.parse::<raw::Lexicon>(file) else { return };
        let mut check = Check { file, lists: &self.lists, findings: &mut self.findings };
        let mut seen = HashMap::new();
        let mut entries = read_entries(&mut check, &raw.opinion, false, &mut seen);
        entries.extend(read_entries(&mut check, &raw.event, true, &mut seen));
        let modifiers = read_modifiers(&mut check, &raw.modifiers);
        self.keywords.lexicons.push(Lexicon { locale, entries, modifiers });
    }

    fn parse<T: serde::de::DeserializeOwned>(&mut self, file: &TomlFile) -> Option<T> {
        file.parse().map_err(|finding| self.findings.push(finding)).ok()
    }
}

fn check_name<'a>(
    check: &mut Check,
    id: &Spanned<String>,
    mut names: impl Iterator<Item = &'a String>,
) {
    if !names.any(|name| !name.trim().is_empty()) {
        let what = format!("`{}` has no name", id.as_ref());
        check.error(id, what, "write name = { es = \"…\", en = \"…\", zh = \"…\" }".to_owned());
    }
}

fn read_entries(
    check: &mut Check,
    raw: &BTreeMap<Spanned<String>, Spanned<f64>>,
    event: bool,
    seen: &mut HashMap<String, String>,
) -> Vec<LexiconEntry> {
    let mut entries = Vec::with_capacity(raw.len());
    for (term, weight) in raw {
        if !check.term(term) || !check.number(weight, "the weight", -3.0..=3.0) {
            continue;
        }
        let written = term.as_ref();
        if let Some(first) = seen.insert(fold(written).text, written.clone())
            && !in_two_scripts(&first, written)
        {
            let what = format!("`{written}` has two weights (also as `{first}`)");
            check.error(term, what, "keep one of the two".to_owned());
            continue;
        }
        let entry = LexiconEntry { term: written.clone(), weight: *weight.as_ref(), event };
        entries.push(entry);
    }
    entries
}

fn read_modifiers(check: &mut Check, raw: &raw::Modifiers) -> Modifiers {
    Modifiers {
        negation: check.cues(raw.negation.as_ref()),
        never: check.cues(raw.never.as_ref()),
        not_negation: check.cues(raw.not_negation.as_ref()),
        stronger: check.cues(raw.stronger.as_ref()),
        weaker: check.cues(raw.weaker.as_ref()),
        hedge: check.cues(raw.hedge.as_ref()),
        condition: check.cues(raw.condition.as_ref()),
        contrast: check.cues(raw.contrast.as_ref()),
        adversative: check.cues(raw.adversative.as_ref()),
        concession: check.cues(raw.concession.as_ref()),
        reversal: check.cues(raw.reversal.as_ref()),
        others: check.cues(raw.others.as_ref()),
        shield: check.cues(raw.shield.as_ref()),
        denial: check.cues(raw.denial.as_ref()),
        speech: check.cues(raw.speech.as_ref()),
        rise: check.cues(raw.rise.as_ref()),
        fall: check.cues(raw.fall.as_ref()),
        welcome: check.cues(raw.welcome.as_ref()),
        unwelcome: check.cues(raw.unwelcome.as_ref()),
    }
}

//! Rules, entities and categories as they are written → queries, and what of them is hardly meant.

use std::collections::HashMap;

use toml::Spanned;

use super::super::{Finding, FindingSeverity};
use super::raw;
use super::terms::Check;
use crate::model::query::{Form, Inflection, Query, Term};
use crate::model::{Locale, Rule};
use crate::query::{any_but, implies, never_holds};

/// The rule that a topic's entity becomes.
const ENTITY: &str = "entity";
/// Rules of one topic that are compared with one another.
const MAX_COMPARED: usize = 200;

/// All rules of a topic.
pub(super) fn rules(check: &mut Check, topic: &raw::Topic) -> Vec<Rule> {
    let before = check.findings.len();
    let mut seen = HashMap::new();
    let mut rules = Vec::new();
    let mut places = Vec::new();
    if let Some(entity) = &topic.entity {
        seen.insert(ENTITY.to_owned(), "[topic.entity]".to_owned());
        rules.push(read_entity(check, entity));
        places.push(&topic.id);
    }
    for rule in &topic.rule {
        if let Some(read) = read_rule(check, rule, &mut seen) {
            rules.push(read);
            places.push(&rule.id);
        }
    }
    // What could not be read makes rules look idle.
    let is_error = |finding: &Finding| finding.severity == FindingSeverity::Error;
    if !check.findings.iter().skip(before).any(is_error) {
        lint(check, &rules, &places);
    }
    rules
}

fn read_rule(
    check: &mut Check,
    rule: &raw::Rule,
    seen: &mut HashMap<String, String>,
) -> Option<Rule> {
    check.id(&rule.id, "rule", seen);
    let any = rule.any.as_ref().map(|any| check.required_terms(any, "any"));
    let require = check.optional_terms(rule.require.as_ref());
    let exclude = check.optional_terms(rule.exclude.as_ref());
    let query = check.query(rule.query.as_ref(), None, any.is_some());
    let required = (!require.is_empty()).then(|| any_but(require, Vec::new()));
    let (names, context) = match (any, query) {
        (Some(any), query) => (any_but(any, exclude), all([required, query])),
        (None, Some(query)) => {
            if let Some(exclude) = &rule.exclude {
                let what = "`exclude` goes with `any`".to_owned();
                check.error(exclude, what, "write EXCEPT in the query".to_owned());
            }
            (query, required)
        }
        (None, None) => {
            if rule.query.is_none() {
                let what = format!("the rule `{}` says nothing to look for", rule.id.as_ref());
                check.error(&rule.id, what, "add `any` or `query`".to_owned());
            }
            return None;
        }
    };
    let examples = check.examples(&rule.example);
    Some(Rule { id: rule.id.as_ref().clone(), names, context, examples })
}

/// One rule for all that an entity is called: it holds where a name that nobody else has occurs, or a shared one in
/// the right company. Its places are all of them.
fn read_entity(check: &mut Check, entity: &raw::Entity) -> Rule {
    let mut own = check.required_terms(&entity.names, "names");
    own.extend(check.optional_terms(entity.misspellings.as_ref()));
    own.extend(check.optional_terms(entity.products.as_ref()));
    own.extend(literal(check, entity.handles.as_ref(), Form::Folded(Inflection::None)));
    let mut aliases = check.optional_terms(entity.aliases.as_ref());
    aliases.extend(literal(check, entity.tickers.as_ref(), Form::Exact));
    let people = check.optional_terms(entity.people.as_ref());
    let require = check.optional_terms(entity.require.as_ref());
    let forbid = check.optional_terms(entity.forbid.as_ref());
    let exclude = check.optional_terms(entity.exclude.as_ref());

    let but = |terms: &[Term]| any_but(terms.to_vec(), exclude.clone());
    let forbidden = (!forbid.is_empty()).then(|| Query::Not(Box::new(any_but(forbid, Vec::new()))));
    let required = (!require.is_empty()).then(|| any_but(require.clone(), Vec::new()));
    // People share names: they count beside any name of the entity, too.
    let company: Vec<Term> = [&require[..], &aliases[..]].concat();
    let beside = (!company.is_empty()).then(|| but(&company));
    let shared = [(&aliases, required), (&people, beside)].into_iter();
    let shared = shared.filter(|(terms, _)| !terms.is_empty());
    let shared: Vec<_> = shared
        .filter_map(|(terms, company)| all([Some(but(terms)), company, forbidden.clone()]))
        .collect();
    let context = (!shared.is_empty())
        .then(|| Query::Any(std::iter::once(but(&own)).chain(shared).collect()));
    let every = [own.clone(), aliases.clone(), people.clone()].concat();
    let examples = check.examples(&entity.example);
    Rule { id: ENTITY.to_owned(), names: but(&every), context, examples }
}

/// Terms whose signs are letters: `@almenara` names no list here.
fn literal(check: &mut Check, list: Option<&raw::Terms>, form: Form) -> Vec<Term> {
    let Some(list) = list else { return Vec::new() };
    let terms = list.as_ref().iter().filter_map(|written| {
        let term = check.listed(written)?;
        Some(Term { form, ..term })
    });
    terms.collect()
}

/// What a language table of a category looks for.
pub(super) fn category_terms(
    check: &mut Check,
    id: &Spanned<String>,
    table: &raw::LanguageTerms,
    locale: Locale,
) -> Query {
    let stem = match locale {
        Locale::Es => Some(Inflection::Spanish),
        Locale::En => Some(Inflection::English),
        Locale::Zh => None,
    };
    let terms = table.terms.as_ref().map(|terms| check.required_terms(terms, "terms"));
    let exclude = check.optional_terms(table.exclude.as_ref());
    let query = check.query(table.query.as_ref(), stem, false);
    if terms.is_none() && table.query.is_none() {
        let what = format!("the table [{locale}] says nothing to look for");
        check.error(id, what, "add `terms` or `query` to it".to_owned());
    }
    match (terms, query) {
        (Some(terms), None) => any_but(terms, exclude),
        (Some(terms), Some(query)) => Query::Any(vec![any_but(terms, exclude), query]),
        (None, query) => query.unwrap_or_default(),
    }
}

fn all<const N: usize>(parts: [Option<Query>; N]) -> Option<Query> {
    let mut parts: Vec<_> = parts.into_iter().flatten().collect();
    match parts.len() {
        0 | 1 => parts.pop(),
        _ => Some(Query::All(parts)),
    }
}

/// Warns of rules that never hold, hold for too much, or add nothing to another.
fn lint(check: &mut Check, rules: &[Rule], places: &[&Spanned<String>]) {
    let whole =
        |rule: &Rule| all([Some(rule.names.clone()), rule.context.clone()]).unwrap_or_default();
    let wholes: Vec<Query> = rules.iter().map(whole).collect();
    for (at, (rule, place)) in rules.iter().zip(places).enumerate() {
        let id = &rule.id;
        if never_holds(&wholes[at]) {
            let what = format!("the rule `{id}` can never hold: it asks for what it excludes");
            check.warning(place, what, "take one of the two out");
        } else if !looks_for_words(&rule.names) {
            let what =
                format!("the rule `{id}` has no words: it holds for every article of its fields");
            check.warning(place, what, "add what must occur");
        }
        let others = wholes.iter().enumerate().take(MAX_COMPARED).filter(|(other, _)| *other != at);
        // Of two that say the same, the later one is idle.
        let wider = others.filter(|(other, wide)| {
            implies(&wholes[at], wide) && (*other < at || !implies(wide, &wholes[at]))
        });
        if let Some((other, _)) = wider.take(1).next() {
            let what = format!(
                "the rule `{id}` adds nothing: `{}` holds wherever it does",
                rules[other].id
            );
            check.warning(place, what, "remove it, or narrow the other");
        }
    }
}

fn looks_for_words(query: &Query) -> bool {
    match query {
        Query::Term(_)
        | Query::Matches(_)
        | Query::Near { .. }
        | Query::Same { .. }
        | Query::Except { .. } => true,
        Query::Any(parts) => parts.iter().all(looks_for_words),
        Query::All(parts) | Query::AtLeast { of: parts, .. } => parts.iter().any(looks_for_words),
        Query::In { query, .. } => looks_for_words(query),
        _ => false,
    }
}

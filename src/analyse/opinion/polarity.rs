//! Opinion toward a target, by rules: word weights, turned by negation, degree and shields, faded
//! by distance from the target's mentions.
//!
//! The sum is additive: the evidence values of a text add up to the score before squashing, so that
//! each word's share can be read aloud. Hedges and contrast change nothing by themselves.

use std::collections::BTreeMap;
use std::ops::Range;

use super::cues::{Cue, Marks, Scored};
use super::features::{Feature, features, share};
use super::layout::Layout;
use super::model::OpinionModel;
use super::rivals::clauses_of_others;
use super::scope::Scope;
use crate::analyse::joined::Joined;
use crate::analyse::vocabulary::Role;
use crate::model::{Evidence, EvidenceKind, Polarity, PolarityLabel};

/// Words between a negator and what it negates.
const NEGATION_REACH: usize = 3;
const NEGATION_REACH_HAN: usize = 2;
/// "Not bad" is fairly good, and so is what never happened; "no fraud found" is no news.
const NEGATED_BAD: f64 = -0.5;
const NEGATED_EVENT: f64 = -0.1;
const NEGATED_GOOD: f64 = -0.7;
/// Words between a verb that undoes ("acquits the bank of fraud") and what it undoes.
const REVERSAL_REACH: usize = 8;
const REVERSAL_REACH_HAN: usize = 12;
const REVERSED_BAD: f64 = -0.5;
const REVERSED_GOOD: f64 = -0.8;
const DEGREE_REACH: usize = 2;
const STRONGER: f64 = 1.3;
const WEAKER: f64 = 0.6;
/// Words between a shield ("warns of") and the harm that the target fights.
const SHIELD_REACH: usize = 4;
const SHIELD_REACH_HAN: usize = 8;
/// Words between the target and its shield.
const SHIELD_SUBJECT_REACH: usize = 8;
const SHIELD_SUBJECT_REACH_HAN: usize = 20;
/// The same where the target is the verb's plain subject ("the bank has warned its customers of a
/// wave of fraud"): then all that follows in the clause is what it fights.
const SHIELD_PLAIN_REACH: usize = 16;
const SHIELD_PLAIN_REACH_HAN: usize = 24;
const SHIELD_PLAIN_SUBJECT_REACH: usize = 2;
/// Words between the target and the verb by which it attacks.
const ATTACKER_REACH: usize = 1;
const SHIELDED: f64 = -0.1;
/// Words between "if" and the harm that nobody says has come.
const CONDITION_REACH: usize = 10;
const CONDITIONAL: f64 = 0.1;
/// Where the headline is the target's denial, the text tells the claim again: it counts half.
const DENIED: f64 = 0.5;
/// Words between negative evidence and a hedge that makes it hearsay, within the sentence.
const HEDGE_REACH: usize = 20;

/// Weights of mentions in headline, lead and the rest (opinion.md 6.4).
const ZONES: [f64; 3] = [1.0, 0.8, 0.6];
/// Paragraphs behind the headline that make the lead.
const LEAD_PARAGRAPHS: u32 = 2;
/// Share of the mean of the other mentions beside the strongest.
const OTHERS: f64 = 0.25;
/// Sum at which the score is tanh(1).
pub(super) const SQUASH: f64 = 4.0;

/// Sums at or below are negative, at or above positive.
const NEGATIVE_FROM: f64 = -0.4;
const POSITIVE_FROM: f64 = 0.4;
/// p = 1 / (1 + e^-(A + B sum)). Fitted by maximum likelihood (Newton's method) of "negative"
/// against all else on the sum, over the development halves of three public English sets
/// (`NewsMTSC` train, `SEntFiN`, `FinEntity`), each set weighing the same. The thresholds above and the
/// constants of `scope` are rounded values near the best on the same rows.
const LOGISTIC_A: f64 = -1.42;
const LOGISTIC_B: f64 = -1.30;

/// Words that a model's judgement names, beside the target.
const MODEL_WORDS: usize = 8;
/// Nearest to 1 that a model's score comes.
const MOST_SURE: f64 = 0.999;

/// Evidence that is listed and counted, the heaviest first: far more than a person reads.
const MOST_EVIDENCE: usize = 400;

/// An opinion and whether its bad part is hearsay.
pub(in crate::analyse) struct Judgement {
    pub polarity: Polarity,
    pub hedged: bool,
    /// The evidence's sum, before squashing.
    pub sum: f64,
}

/// What one mention's sentence gathers.
#[derive(Default)]
struct Unit {
    sum: f64,
    zone: f64,
    parts: Vec<Part>,
}

/// Evidence, still in bytes of the folded text.
struct Part {
    bytes: Range<usize>,
    kind: EvidenceKind,
    value: f64,
}

/// Judges what is said of the mentions, or of the whole text if there are none.
pub(in crate::analyse) fn judge(
    text: &Joined,
    layout: &Layout,
    marks: &Marks,
    mentions: &[Range<usize>],
) -> Judgement {
    let words = marks.scored.iter().map(|word| word.words.start);
    let others = clauses_of_others(text, layout, marks, mentions, words);
    let scope = Scope { layout, marks, mentions, others: &others };
    let denial = denial_in_title(text, &scope);
    let mut units: BTreeMap<u32, Unit> = BTreeMap::new();
    let mut hedges: Vec<&Cue> = Vec::new();
    for word in &marks.scored {
        let mention = scope.nearest(&word.words).and_then(|at| mentions.get(at));
        let reach = match mention {
            Some(mention) => scope.reach(&word.words, mention),
            None => scope.weighed_by_but(&word.words, None),
        };
        if reach == 0.0 {
            continue;
        }
        let reach = if denial.is_some() && word.weight < 0.0 { reach * DENIED } else { reach };
        let sentence = mention.map_or(0, |mention| scope.sentence(mention));
        let unit = units.entry(sentence).or_default();
        unit.zone = mention.map_or(1.0, |mention| zone(text, layout, mention));
        let value = weigh(word, reach, &scope, mention, unit);
        unit.sum += value;
        if value < 0.0 {
            hedges.extend(hedges_near(word, &scope));
        }
    }
    if mentions.is_empty() {
        spread_over_sentences(&mut units, layout.sentences());
    }
    let mut parts = total(units.into_values().collect());
    hedges.sort_by_key(|cue| (cue.bytes.start, cue.bytes.end));
    hedges.dedup();
    parts.retain(|part| part.value != 0.0);
    let place = |part: &Part| part.bytes.start;
    parts.sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs()).then(place(a).cmp(&place(b))));
    parts.truncate(MOST_EVIDENCE);
    // What is not listed does not count: the score is what can be read aloud.
    let sum = parts.iter().map(|part| part.value).sum();
    let listed = parts.iter().map(|part| evidence(&part.bytes, part.kind, part.value, text));
    let mut evidence: Vec<Evidence> = listed.collect();
    evidence.extend(denial.map(|cue| cue_evidence(cue, EvidenceKind::Negation, 0.0, text)));
    evidence.extend(hedges.iter().map(|cue| cue_evidence(cue, EvidenceKind::Hedge, 0.0, text)));
    Judgement { polarity: conclude(sum, evidence), hedged: !hedges.is_empty(), sum }
}

fn conclude(sum: f64, evidence: Vec<Evidence>) -> Polarity {
    let label = if sum <= NEGATIVE_FROM {
        PolarityLabel::Negative
    } else if sum >= POSITIVE_FROM {
        PolarityLabel::Positive
    } else {
        PolarityLabel::Neutral
    };
    let p_negative = 1.0 / (1.0 + (-(LOGISTIC_A + LOGISTIC_B * sum)).exp());
    Polarity { label, score: (sum / SQUASH).tanh(), p_negative, evidence }
}

/// A trained model's judgement: what it adds to the rules' sum is told word by word, and what no
/// single word accounts for stands at the target.
pub(in crate::analyse) fn learned(
    judged: Judgement,
    model: &OpinionModel,
    text: &Joined,
    layout: &Layout,
    marks: &Marks,
    mentions: &[Range<usize>],
) -> Polarity {
    let Judgement { polarity: rules, sum, .. } = judged;
    let seen = features(text, layout, marks, mentions, sum);
    let verdict = model.judge(&seen);
    let [negative, neutral, positive] = verdict.classes;
    let label = if negative >= neutral.max(positive) {
        PolarityLabel::Negative
    } else if neutral >= positive {
        PolarityLabel::Neutral
    } else {
        PolarityLabel::Positive
    };
    let score = (positive - negative).clamp(-MOST_SURE, MOST_SURE);
    let mut rest = score.atanh() * SQUASH - sum;
    let mut evidence = rules.evidence;
    for (words, value) in heaviest_words(model, &seen) {
        rest -= value;
        evidence.extend(told(layout, &words, value, text));
    }
    evidence.extend(mentions.first().and_then(|words| told(layout, words, rest, text)));
    evidence.sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs()).then(a.from.cmp(&b.from)));
    Polarity { label, score, p_negative: verdict.p_negative, evidence }
}

/// The stretches of words that lean the most, with how far.
fn heaviest_words(model: &OpinionModel, seen: &[Feature]) -> Vec<(Range<usize>, f64)> {
    let mut leanings: BTreeMap<(usize, usize), f64> = BTreeMap::new();
    let share = share(seen.len());
    for one in seen.iter().filter(|one| one.words.len() == 1) {
        let leaning = model.leaning(one.bucket) * share;
        *leanings.entry((one.words.start, one.words.end)).or_default() += leaning;
    }
    let mut heaviest: Vec<_> = leanings.into_iter().map(|((a, b), value)| (a..b, value)).collect();
    heaviest.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    heaviest.truncate(MODEL_WORDS);
    heaviest
}

fn told(layout: &Layout, words: &Range<usize>, value: f64, text: &Joined) -> Option<Evidence> {
    let bytes = layout.bytes(words)?;
    Some(evidence(&bytes, EvidenceKind::Model, value, text))
}

/// The word's contribution; each thing that changed it is evidence with the change as its value.
fn weigh(
    word: &Scored,
    reach: f64,
    scope: &Scope,
    mention: Option<&Range<usize>>,
    unit: &mut Unit,
) -> f64 {
    let kind = if word.event { EvidenceKind::Event } else { EvidenceKind::Lexicon };
    let mut value = word.weight * reach;
    unit.parts.push(Part { bytes: word.bytes.clone(), kind, value });
    let mut turn = |cue: Option<&Cue>, kind, factor: f64| {
        if let Some(cue) = cue {
            let change = value * (factor - 1.0);
            unit.parts.push(Part { bytes: cue.bytes.clone(), kind, value: change });
            value *= factor;
        }
    };
    let han = scope.layout.is_han(&word.words);
    let same_clause =
        |cue: &&Cue| scope_clause(scope, &cue.words) == scope_clause(scope, &word.words);
    let before = |roles: &'static [Role], reach: usize| {
        let fits = move |cue: &&Cue| roles.contains(&cue.role);
        scope.marks.before(word.words.start, reach).filter(fits).find(same_clause)
    };
    let degree = before(&[Role::Stronger, Role::Weaker], DEGREE_REACH);
    let factor = degree.map_or(1.0, |cue| if cue.role == Role::Weaker { WEAKER } else { STRONGER });
    turn(degree, EvidenceKind::Intensifier, factor);
    let (near, subject) = if han {
        (SHIELD_REACH_HAN, SHIELD_SUBJECT_REACH_HAN)
    } else {
        (SHIELD_REACH, SHIELD_SUBJECT_REACH)
    };
    let plain = if han { SHIELD_PLAIN_REACH_HAN } else { SHIELD_PLAIN_REACH };
    let shield = [(near, subject), (plain, SHIELD_PLAIN_SUBJECT_REACH)]
        .into_iter()
        .filter(|_| word.weight < 0.0)
        .find_map(|(reach, subject)| {
            before(&[Role::Shield, Role::Denial], reach)
                .filter(|cue| is_subject(scope, mention, cue, subject))
        });
    let shield = shield.or_else(|| own_attack(word, scope, mention, han));
    turn(shield, EvidenceKind::Role, SHIELDED);
    let condition = before(&[Role::Condition], CONDITION_REACH).filter(|_| word.weight < 0.0);
    turn(condition, EvidenceKind::Hedge, CONDITIONAL);
    let negation = before(
        &[Role::Negation, Role::Never, Role::Denial],
        if han { NEGATION_REACH_HAN } else { NEGATION_REACH },
    );
    // A denial that shields already must not turn the claim a second time.
    let negation = negation.filter(|cue| shield.is_none_or(|shield| shield.words != cue.words));
    let factor = negation.map_or(1.0, |cue| negated(word, cue.role));
    turn(negation, EvidenceKind::Negation, factor);
    let reversal = before(&[Role::Reversal], if han { REVERSAL_REACH_HAN } else { REVERSAL_REACH });
    let factor = if word.weight < 0.0 { REVERSED_BAD } else { REVERSED_GOOD };
    turn(reversal, EvidenceKind::Negation, factor);
    value
}

/// What negation makes of a word's value.
fn negated(word: &Scored, negation: Role) -> f64 {
    match negation {
        _ if word.weight >= 0.0 => NEGATED_GOOD,
        Role::Never => NEGATED_BAD,
        _ if word.event => NEGATED_EVENT,
        _ => NEGATED_BAD,
    }
}

/// The verb of attack that the word itself is, if the target is the one who attacks: "the bank sues".
fn own_attack<'a>(
    word: &Scored,
    scope: &Scope<'a>,
    mention: Option<&Range<usize>>,
    han: bool,
) -> Option<&'a Cue> {
    // In Chinese the next character may be 被, which turns it round.
    let reach = if han { 0 } else { ATTACKER_REACH };
    let start = scope.marks.cues.partition_point(|cue| cue.words.start + 8 < word.words.start);
    let near = scope.marks.cues.get(start..)?.iter();
    near.take_while(|cue| cue.words.start < word.words.end)
        .filter(|cue| word.weight < 0.0 && cue.role == Role::Shield)
        .filter(|cue| cue.words.end > word.words.start)
        .find(|cue| is_subject(scope, mention, cue, reach))
}

fn scope_clause(scope: &Scope, words: &Range<usize>) -> Option<u32> {
    scope.layout.places.get(words.start).map(|place| place.clause)
}

/// Whether the target does what the verb says: it stands at most `reach` words before it in the
/// same sentence.
fn is_subject(scope: &Scope, mention: Option<&Range<usize>>, verb: &Cue, reach: usize) -> bool {
    mention.is_some_and(|mention| {
        mention.end <= verb.words.start
            && verb.words.start - mention.end <= reach
            && scope.sentence(mention) == scope.sentence(&verb.words)
    })
}

/// The denial that the headline reports, if the target denies it.
fn denial_in_title<'a>(text: &Joined, scope: &Scope<'a>) -> Option<&'a Cue> {
    scope.marks.cues.iter().find(|cue| {
        let said = |at: usize| scope.mentions.get(at);
        cue.role == Role::Denial
            && text.has_title()
            && text.is_title(&cue.bytes)
            && scope
                .nearest(&cue.words)
                .is_some_and(|at| is_subject(scope, said(at), cue, SHIELD_SUBJECT_REACH_HAN))
    })
}

fn hedges_near<'a>(word: &'a Scored, scope: &'a Scope) -> impl Iterator<Item = &'a Cue> {
    let sentence = scope.sentence(&word.words);
    let from = word.words.start.saturating_sub(HEDGE_REACH);
    let start = scope.marks.cues.partition_point(|cue| cue.words.start < from);
    scope.marks.cues[start..]
        .iter()
        .take_while(|cue| cue.words.start <= word.words.end + HEDGE_REACH)
        .filter(move |cue| cue.role == Role::Hedge && scope.sentence(&cue.words) == sentence)
}

fn zone(text: &Joined, layout: &Layout, mention: &Range<usize>) -> f64 {
    let [title, lead, rest] = ZONES;
    match layout.places.get(mention.start) {
        _ if !text.has_title() => title,
        Some(place) if text.is_title(&place.bytes) => title,
        Some(place) if place.paragraph <= LEAD_PARAGRAPHS => lead,
        _ => rest,
    }
}

/// A text without a target: its sentences are as many opinions, so the sum grows like their root.
fn spread_over_sentences(units: &mut BTreeMap<u32, Unit>, sentences: usize) {
    for unit in units.values_mut() {
        unit.zone = 1.0 / (sentences.max(1) as f64).sqrt();
    }
}

/// The worst mention, else the best, and a quarter of the mean of the others.
fn total(units: Vec<Unit>) -> Vec<Part> {
    let weighted = |unit: &Unit| unit.sum * unit.zone;
    let worst = units.iter().map(weighted).fold(0.0, f64::min);
    let best = units.iter().map(weighted).fold(0.0, f64::max);
    let chosen = if worst < 0.0 { worst } else { best };
    let strongest = units.iter().position(|unit| weighted(unit).total_cmp(&chosen).is_eq());
    let others = units.len().saturating_sub(1).max(1) as f64;
    let mut all = Vec::new();
    for (at, unit) in units.into_iter().enumerate() {
        let share = if Some(at) == strongest { unit.zone } else { unit.zone * OTHERS / others };
        all.extend(unit.parts.into_iter().map(|part| Part { value: part.value * share, ..part }));
    }
    all
}

fn cue_evidence(cue: &Cue, kind: EvidenceKind, value: f64, text: &Joined) -> Evidence {
    evidence(&cue.bytes, kind, value, text)
}

fn evidence(bytes: &Range<usize>, kind: EvidenceKind, value: f64, text: &Joined) -> Evidence {
    let chars = text.chars(bytes);
    let slice = text.slice(bytes).to_owned();
    Evidence { from: chars.start, to: chars.end, text: slice, kind, value }
}

#[cfg(test)]
mod tests;

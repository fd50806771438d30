//! Named cases of the sum.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::{ProptestConfig, any, prop, prop_assert, proptest};

use super::{Case, severity};
use crate::config::{SeverityRules, Watch};
use crate::model::{
    Adjustment, Category, CategoryMatch, Field, Level, LocalText, PartName, Polarity,
    PolarityLabel, SecondOpinion, Severity, Span, StoryFacts, TopicMatch, TopicOpinion,
    VerdictLabel,
};

fn rules() -> SeverityRules {
    SeverityRules::shipped().unwrap()
}

fn categories() -> Vec<Category> {
    let category = |id: &str, weight, floor, modifier| Category {
        id: id.to_owned(),
        name: LocalText::same(id),
        weight,
        floor,
        modifier,
        terms: Vec::new(),
    };
    vec![
        category("solvency", 0.95, Some(Level::Orange), false),
        category("service", 0.35, None, false),
        category("rumour", 0.99, None, true),
    ]
}

fn opinion(p_negative: f64, ids: &[&str], field: Field) -> TopicOpinion {
    let span = |id: &str| Span { field, from: 0, to: 1, text: id.to_owned(), term: id.to_owned() };
    let found = ids.iter().map(|&id| CategoryMatch {
        id: id.to_owned(),
        weight: categories().iter().find(|category| category.id == id).unwrap().weight,
        spans: vec![span(id)],
    });
    TopicOpinion {
        topic: TopicMatch {
            id: "bank".to_owned(),
            rule: "names".to_owned(),
            spans: vec![span("bank")],
        },
        polarity: Polarity {
            label: PolarityLabel::Negative,
            score: -0.5,
            p_negative,
            evidence: Vec::new(),
        },
        categories: found.collect(),
        prominence: 1.0,
        hearsay: false,
        second: None,
    }
}

fn judge(opinion: &TopicOpinion, owners: u32, age_hours: i64) -> Severity {
    let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
    let facts = StoryFacts {
        owners,
        negative_owners: owners,
        best_tier: Some(1),
        negative_last_hour: owners,
        ..StoryFacts::default()
    };
    let appeared_at = now - SignedDuration::from_hours(age_hours);
    severity(Case { opinion, facts: &facts, appeared_at, now }, &categories(), &rules())
}

#[test]
fn a_grave_headline_in_a_wide_medium_is_orange_and_red_needs_three_owners() {
    let grave = opinion(0.95, &["solvency"], Field::Title);
    assert_eq!(judge(&grave, 1, 0).level, Some(Level::Orange));
    assert_eq!(judge(&grave, 6, 0).level, Some(Level::Red));
    let two = judge(&grave, 2, 0);
    assert!(two.level <= Some(Level::Orange), "{two:?}");
}

#[test]
fn the_floor_lifts_an_old_headline_but_not_hearsay_nor_a_mention_in_the_text() {
    let mut plain = opinion(0.65, &["solvency"], Field::Title);
    plain.prominence = 0.25;
    let lifted = judge(&plain, 1, 48);
    assert_eq!(lifted.level, Some(Level::Orange));
    assert_eq!(
        lifted.adjustments,
        [Adjustment::Floor { level: Level::Orange, category: "solvency".to_owned() }]
    );
    let hearsay = TopicOpinion { hearsay: true, ..plain.clone() };
    assert!(judge(&hearsay, 1, 48).level < Some(Level::Orange));
    assert!(judge(&opinion(0.65, &["solvency"], Field::Body), 1, 48).level < Some(Level::Orange));
}

#[test]
fn hearsay_stays_yellow_until_many_owners_carry_it() {
    let rumour =
        TopicOpinion { hearsay: true, ..opinion(0.95, &["solvency", "rumour"], Field::Title) };
    assert_eq!(judge(&rumour, 5, 0).level, Some(Level::Yellow));
    assert!(judge(&rumour, 6, 0).level > Some(Level::Yellow));
}

#[test]
fn good_news_scores_nothing_however_wide() {
    let good = judge(&opinion(0.34, &["solvency"], Field::Title), 20, 0);
    assert_eq!((good.score, good.level), (0.0, None));
}

/// All that a score depends on.
#[derive(Debug, Clone)]
struct Known {
    opinion: TopicOpinion,
    facts: StoryFacts,
    age_hours: i64,
    days_since_such: Option<i64>,
    watched: f64,
}

impl Known {
    fn severity(&self) -> Severity {
        let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
        let hours = SignedDuration::from_hours;
        let last_such_at = self.days_since_such.map(|days| now - hours(days * 24));
        let facts = StoryFacts { last_such_at, ..self.facts.clone() };
        let appeared_at = now - hours(self.age_hours);
        let watch = Watch {
            id: "launch".to_owned(),
            topic: "bank".to_owned(),
            from: now,
            until: now + hours(24),
            points: self.watched,
            reason: "launch".to_owned(),
            questions: Vec::new(),
        };
        let case = Case { opinion: &self.opinion, facts: &facts, appeared_at, now };
        severity(case, &categories(), &SeverityRules { watches: vec![watch], ..rules() })
    }
}

/// The same with one fact made graver.
fn graver(known: &Known, which: usize) -> Known {
    let mut known = known.clone();
    match which {
        0 => known.opinion.polarity.p_negative = (known.opinion.polarity.p_negative + 0.1).min(1.0),
        1 => known.opinion.categories.iter_mut().for_each(|found| found.weight = 1.0),
        2 => known.facts.owners += 1,
        3 => known.facts.best_tier = known.facts.best_tier.map(|tier| (tier - 1).max(1)),
        4 => known.facts.negative_last_hour += 1,
        5 => known.facts.negative_per_hour /= 2.0,
        6 => known.opinion.prominence = 1.0,
        7 => known.opinion.topic.spans.extend(known.opinion.topic.spans.clone()),
        8 => known.age_hours /= 2,
        9 => known.days_since_such = known.days_since_such.map(|days| days + 3),
        10 => known.watched += 5.0,
        11 => known.opinion.hearsay = false,
        _ => {
            known.facts.verdict = match known.facts.verdict {
                Some(VerdictLabel::Dismissed | VerdictLabel::WrongTarget) => None,
                _ => Some(VerdictLabel::Confirmed),
            }
        }
    }
    known
}

#[test]
fn a_second_opinion_is_a_part_of_its_own_and_can_take_all_away() {
    let with = |p: f64, p_before: f64| {
        let label = if p > p_before { PolarityLabel::Negative } else { PolarityLabel::Neutral };
        let second = Some(SecondOpinion { label, quote: "no fine".to_owned(), p_before });
        judge(&TopicOpinion { second, ..opinion(p, &["solvency"], Field::Title) }, 3, 0)
    };
    let part = |severity: &Severity| {
        let found = severity.parts.iter().find(|part| part.name == PartName::SecondOpinion);
        found.map(|part| part.points)
    };
    let cleared = with(0.1, 0.5);
    assert_eq!((cleared.score, cleared.level, part(&cleared)), (0.0, None, Some(-8.8)));
    let confirmed = with(0.9, 0.5);
    assert_eq!(part(&confirmed), Some(23.3));
    let plain = judge(&opinion(0.9, &["solvency"], Field::Title), 3, 0);
    assert!((confirmed.score - plain.score).abs() < 0.11 && part(&plain).is_none());
}

#[test]
fn a_dismissed_story_loses_points_and_a_confirmed_one_gains_them() {
    let opinion = opinion(0.9, &["solvency"], Field::Body);
    let facts = StoryFacts { owners: 2, best_tier: Some(2), ..StoryFacts::default() };
    let known = Known { opinion, facts, age_hours: 1, days_since_such: None, watched: 0.0 };
    let with = |verdict| {
        let facts = StoryFacts { verdict, ..known.facts.clone() };
        Known { facts, ..known.clone() }.severity().score
    };
    let plain = with(None);
    assert!((with(Some(VerdictLabel::Confirmed)) - plain - 10.0).abs() < 1e-9);
    for label in [VerdictLabel::Dismissed, VerdictLabel::WrongTarget] {
        assert!((with(Some(label)) - plain + 30.0).abs() < 1e-9);
    }
}

#[test]
fn a_watch_counts_only_while_it_lasts_and_for_its_topic() {
    let now: Timestamp = "2026-11-23T10:00:00Z".parse().unwrap();
    let day = SignedDuration::from_hours(24);
    let opinion = opinion(0.9, &[], Field::Title);
    let points = |topic: &str, from, until| {
        let watch = Watch {
            id: "launch".to_owned(),
            topic: topic.to_owned(),
            from,
            until,
            points: 6.0,
            reason: "launch".to_owned(),
            questions: Vec::new(),
        };
        let facts = StoryFacts::default();
        let case = Case { opinion: &opinion, facts: &facts, appeared_at: now, now };
        let severity = severity(case, &[], &SeverityRules { watches: vec![watch], ..rules() });
        severity
            .parts
            .iter()
            .filter(|part| part.name == PartName::Watch)
            .map(|part| part.points)
            .sum()
    };
    let cases: [(f64, &str, _, _); 4] = [
        (6.0, "bank", now, now + day),
        (0.0, "other", now, now + day),
        (0.0, "bank", now - day, now),
        (0.0, "bank", now + day, now + day),
    ];
    for (expected, topic, from, until) in cases {
        let found: f64 = points(topic, from, until);
        assert!((found - expected).abs() < 1e-9, "{topic} {from}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]
    #[test]
    fn the_parts_add_up_and_no_graver_fact_lowers_the_score(
        p in 0.0..1.0f64, owners in 1u32..30, tier in 1u8..=3, age in 0i64..100, grave in any::<bool>(),
        hearsay in any::<bool>(), place in prop::sample::select(vec![1.0, 0.6, 0.25]), last_hour in 0u32..20,
        usual in 0.0..5.0f64, such in prop::option::of(0i64..40), watched in 0.0..30.0f64,
        verdict in prop::option::of(prop::sample::select(VerdictLabel::ALL.to_vec())), which in 0usize..13,
        p_before in prop::option::of(0.0..1.0f64),
    ) {
        let ids: &[&str] = if grave { &["solvency"] } else { &["service"] };
        let second = p_before.map(|p_before| {
            SecondOpinion { label: PolarityLabel::Negative, quote: "a".to_owned(), p_before }
        });
        let opinion =
            TopicOpinion { hearsay, prominence: place, second, ..opinion(p, ids, Field::Title) };
        let facts = StoryFacts {
            owners, negative_owners: owners, best_tier: Some(tier), negative_last_hour: last_hour,
            negative_per_hour: usual, verdict, ..StoryFacts::default()
        };
        let known = Known { opinion, facts, age_hours: age, days_since_such: such, watched };
        let (severity, more) = (known.severity(), graver(&known, which).severity());
        let sum: f64 = severity.parts.iter().map(|part| part.points).sum();
        prop_assert!((severity.score - sum).abs() < 1e-6 && (0.0..=100.0).contains(&severity.score));
        prop_assert!(severity.parts.iter().all(|part| part.points.abs() <= part.max.abs()));
        prop_assert!(more.score >= severity.score - 1e-9, "{which}: {severity:?} {more:?}");
    }
}

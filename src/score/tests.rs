//! Named cases of the sum.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::{ProptestConfig, any, prop_assert, proptest};

use super::{Case, severity};
use crate::config::Thresholds;
use crate::model::{
    Adjustment, Category, CategoryMatch, Field, Level, LocalText, Polarity, PolarityLabel,
    Severity, Span, StoryFacts, TopicMatch, TopicOpinion,
};

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
    severity(
        Case { opinion, facts: &facts, appeared_at, now },
        &categories(),
        &Thresholds::default(),
    )
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

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]
    #[test]
    fn the_parts_add_up_and_more_owners_never_lower_the_level(
        p in 0.0..1.0f64, owners in 1u32..30, age in 0i64..100, grave in any::<bool>(), hearsay in any::<bool>(),
    ) {
        let opinion = TopicOpinion { hearsay, ..opinion(p, if grave { &["solvency"] } else { &["service"] }, Field::Title) };
        let (few, many) = (judge(&opinion, owners, age), judge(&opinion, owners + 1, age));
        let sum: f64 = few.parts.iter().map(|part| part.points).sum();
        prop_assert!((few.score - sum).abs() < 0.06 && (0.0..=100.0).contains(&few.score));
        prop_assert!(few.parts.iter().all(|part| part.points <= part.max));
        prop_assert!(many.level >= few.level);
    }
}

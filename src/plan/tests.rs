//! What an officer would notice: which plan starts at which level.

use std::collections::BTreeSet;

use super::{Facts, choose, triggered};
use crate::config::{PlanNames, TomlFile, load_people, load_plan};
use crate::model::{Level, Locale, Plan, StoryFacts};

pub(super) fn plans() -> Vec<Plan> {
    let people = include_str!("../../config/people.toml");
    let people = load_people(&TomlFile::new("people.toml", people), Locale::Es, "UTC");
    let people = people.expect("people");
    let texts = [
        include_str!("../../config/plans/rumor-solvencia.toml"),
        include_str!("../../config/plans/fuga-datos.toml"),
        include_str!("../../config/plans/venta-inadecuada.toml"),
    ];
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let categories: BTreeSet<String> = names(&["solvency", "data_breach", "mis_selling"]);
    let channels: BTreeSet<String> = names(&["email", "chat"]);
    let known = PlanNames {
        people: Some(&people),
        calendars: None,
        category_ids: Some(&categories),
        channel_ids: &channels,
        topic_ids: None,
        lists: None,
    };
    let load = |text: &str| load_plan(&TomlFile::new("plan.toml", text), &known).expect("plan").0;
    texts.into_iter().map(load).collect()
}

pub(super) fn plan_of(id: &str) -> Plan {
    plans().into_iter().find(|plan| plan.id == id).expect("a plan that ships")
}

fn story(owners: u32, tier1: u32, hours: (u32, u32)) -> StoryFacts {
    StoryFacts {
        owners,
        tier1,
        articles_last_hour: hours.0,
        articles_previous_hour: hours.1,
        ..StoryFacts::default()
    }
}

#[test]
fn a_story_starts_the_plan_of_its_kind() {
    let plans = plans();
    let check = |name: &str, categories: &[&str], score, story, expected: Option<(&str, Level)>| {
        let categories: Vec<String> = categories.iter().map(|&id| id.to_owned()).collect();
        let facts = Facts {
            categories: &categories,
            level: Level::Orange,
            score,
            facts: &story,
            queries: &BTreeSet::new(),
        };
        let chosen = choose(&plans, &facts).map(|(plan, level, _)| (plan.id.as_str(), level));
        assert_eq!(chosen, expected, "{name}");
    };
    let (rumour, leak) = ("rumor-solvencia", "fuga-datos");
    check("one source", &["solvency"], 90.0, story(1, 0, (1, 0)), Some((rumour, Level::Blue)));
    check("growing", &["solvency"], 70.0, story(4, 0, (6, 2)), Some((rumour, Level::Orange)));
    check("not growing", &["solvency"], 70.0, story(4, 0, (6, 3)), Some((rumour, Level::Yellow)));
    check("wide", &["solvency"], 85.0, story(8, 1, (9, 9)), Some((rumour, Level::Red)));
    check(
        "leak by score alone",
        &["data_breach"],
        60.0,
        story(1, 0, (1, 0)),
        Some((leak, Level::Orange)),
    );
    check("too low", &["data_breach"], 44.9, story(9, 9, (9, 0)), None);
    check("another kind", &["labour"], 99.0, story(9, 9, (9, 0)), None);
    check("no kind", &[], 99.0, story(9, 9, (9, 0)), None);
    let both = ["data_breach", "solvency"];
    check("higher level wins", &both, 60.0, story(2, 0, (1, 0)), Some((leak, Level::Orange)));
    check("graver kind wins", &both, 90.0, story(8, 1, (9, 1)), Some((leak, Level::Red)));
    let both = ["solvency", "data_breach"];
    check("graver kind wins", &both, 90.0, story(8, 1, (9, 1)), Some((rumour, Level::Red)));
}

#[test]
fn a_score_alone_never_gives_red() {
    let mut plan = plans().swap_remove(1);
    for row in plan.triggers.iter_mut().filter(|row| row.level == Level::Red) {
        (row.min_sources, row.min_tier1) = (None, None);
    }
    let categories = ["data_breach".to_owned()];
    let story = story(1, 0, (1, 0));
    let queries = BTreeSet::new();
    let facts = Facts {
        categories: &categories,
        level: Level::Orange,
        score: 99.0,
        facts: &story,
        queries: &queries,
    };
    let level = |facts| triggered(&plan, facts).map(|(level, _)| level);
    assert_eq!(level(&facts), Some(Level::Orange));
    assert_eq!(level(&Facts { level: Level::Red, ..facts }), Some(Level::Red));
}

#[test]
fn a_row_with_a_query_holds_for_alerts_that_it_holds_for() {
    let mut plan = plans().swap_remove(1);
    let query = "region:galicia".to_owned();
    plan.triggers.retain(|row| row.level == Level::Orange);
    for row in &mut plan.triggers {
        row.query = Some(query.clone());
    }
    let (categories, story) = (["data_breach".to_owned()], story(3, 1, (1, 0)));
    let level = |queries: &BTreeSet<String>| {
        let facts = Facts {
            categories: &categories,
            level: Level::Orange,
            score: 99.0,
            facts: &story,
            queries,
        };
        triggered(&plan, &facts).map(|(level, _)| level)
    };
    assert_eq!(level(&BTreeSet::new()), None);
    assert_eq!(level(&BTreeSet::from([query.clone()])), Some(Level::Orange));
}

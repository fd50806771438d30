//! How often chance alone is told, and whether what was planted is.

use super::{History, bursts, lower, probabilities, silence, surface_terms, upper};

#[path = "../../../tests/dice/mod.rs"]
mod dice;

use dice::Dice;

/// A Poisson number after Knuth.
fn poisson(dice: &mut Dice, mean: f64) -> u32 {
    let (end, mut product, mut count) = ((-mean).exp(), dice.share(), 0);
    while product > end {
        product *= dice.share();
        count += 1;
    }
    count
}

/// It is four in the afternoon.
const HOURS: usize = 28 * 24 - 8;
const RECENT: usize = 3;
const TERMS: usize = 1500;

/// Days are livelier than nights, Sundays quiet.
fn season(hour: usize) -> f64 {
    let day = if (8..20).contains(&(hour % 24)) { 1.7 } else { 0.3 };
    if (hour / 24) % 7 == 6 { day * 0.4 } else { day }
}

/// Terms of very different frequency; the last `planted` come six times as often in the present.
fn world(dice: &mut Dice, planted: usize) -> (Vec<u32>, Vec<Vec<u32>>) {
    let mut terms = Vec::new();
    for term in 0..TERMS {
        let rate = 2.0 / (1.0 + term as f64 / 10.0);
        let lift = |hour: usize| if hour >= HOURS - RECENT && term < planted { 6.0 } else { 1.0 };
        terms
            .push((0..HOURS).map(|hour| poisson(dice, rate * season(hour) * lift(hour))).collect());
    }
    let totals = (0..HOURS).map(|hour| terms.iter().map(|it: &Vec<u32>| it[hour]).sum()).collect();
    (totals, terms)
}

fn found(totals: &[u32], terms: &[Vec<u32>]) -> Vec<usize> {
    let names: Vec<String> = (0..terms.len()).map(|at| at.to_string()).collect();
    let histories: Vec<History<'_>> =
        names.iter().zip(terms).map(|(name, hours)| History { name, hours }).collect();
    let told = bursts(totals, &histories, RECENT, 0.05, 0);
    told.iter().map(|burst| burst.name.parse().expect("a number")).collect()
}

#[test]
fn of_a_thousand_and_a_half_terms_chance_is_seldom_told() {
    let mut dice = Dice(7);
    let rounds = 40;
    let false_alarms = (0..rounds)
        .filter(|_| {
            let (totals, terms) = world(&mut dice, 0);
            !found(&totals, &terms).is_empty()
        })
        .count();
    // With nothing planted each telling is false: in the long run 5 % of the rounds at most.
    assert!(false_alarms <= 5, "{false_alarms} of {rounds} rounds told something");
}

#[test]
fn what_was_planted_is_told_and_little_else() {
    let mut dice = Dice(11);
    let (mut told, mut wrong) = (0, 0);
    for _ in 0..10 {
        let (totals, terms) = world(&mut dice, 20);
        let found = found(&totals, &terms);
        told += found.iter().filter(|&&term| term < 20).count();
        wrong += found.iter().filter(|&&term| term >= 20).count();
    }
    assert!(told >= 150, "{told} of 200 planted bursts told");
    assert!(
        wrong as f64 <= 0.10 * (told + wrong) as f64,
        "{wrong} of {} were chance",
        told + wrong
    );
}

#[test]
fn a_quiet_topic_is_told_and_a_quiet_sunday_is_not() {
    let mut dice = Dice(3);
    let hours: Vec<u32> = (0..HOURS).map(|hour| poisson(&mut dice, 4.0 * season(hour))).collect();
    let mut dead = hours.clone();
    dead[HOURS - 24..].fill(0);
    let totals: Vec<u32> = hours.iter().map(|count| count * 3).collect();
    let list = [History { name: "well", hours: &hours }, History { name: "dead", hours: &dead }];
    let told: Vec<String> =
        silence(&totals, &list, 24, 0.01).into_iter().map(|it| it.name).collect();
    assert_eq!(told, ["dead"]);
}

#[test]
fn odds_add_up() {
    for (mean, size) in [(0.01, 0.5), (3.0, 2.0), (40.0, 1000.0)] {
        let sum: f64 = probabilities(mean, size).take(5000).sum();
        assert!((sum - 1.0).abs() < 1e-9, "{mean} {size}: {sum}");
        let both = upper(4, mean, size) + lower(3, mean, size);
        assert!((both - 1.0).abs() < 1e-9, "{both}");
    }
    let far = upper(60, 0.5, 5.0);
    assert!(far > 0.0 && far < 1e-12, "{far}");
}

#[test]
fn terms_are_counted_once_and_shown_as_written() {
    let read = |text: &str, language| {
        surface_terms(text, Some(language)).into_iter().map(|it| it.1).collect::<Vec<_>>()
    };
    assert_eq!(read("Fuga de Datos: la fuga", "es"), ["Fuga", "Datos"]);
    assert_eq!(read("Greyfin forum", "en"), ["Greyfin", "Greyfin forum", "forum"]);
    assert_eq!(read("数据泄露", "zh"), ["数据", "数据泄露", "据泄", "泄露"]);
}

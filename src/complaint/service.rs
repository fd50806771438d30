//! How complaints were served, in figures.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::{Served, Service};

const HOUR: f64 = 3600.0;

/// All complaints in figures, and those of each group; groups with most complaints first.
#[must_use]
pub fn served(all: &[Served], now: Timestamp) -> (Service, Vec<(Option<String>, Service)>) {
    let mut groups: BTreeMap<Option<&str>, Vec<&Served>> = BTreeMap::new();
    for one in all {
        groups.entry(one.group.as_deref()).or_default().push(one);
    }
    let counted =
        |(group, some): (Option<&str>, Vec<&Served>)| (group.map(str::to_owned), count(&some, now));
    let mut groups: Vec<(Option<String>, Service)> = groups.into_iter().map(counted).collect();
    groups.sort_by(|a, b| b.1.filed.cmp(&a.1.filed).then_with(|| a.0.cmp(&b.0)));
    (count(&all.iter().collect::<Vec<_>>(), now), groups)
}

fn count(all: &[&Served], now: Timestamp) -> Service {
    let number = |holds: &dyn Fn(&Served) -> bool| {
        u32::try_from(all.iter().filter(|one| holds(one)).count()).unwrap_or(u32::MAX)
    };
    let mut hours: Vec<f64> = all.iter().filter_map(|one| hours(one)).collect();
    hours.sort_unstable_by(f64::total_cmp);
    let ratings: Vec<f64> = all.iter().filter_map(|one| one.satisfaction).map(f64::from).collect();
    Service {
        filed: number(&|_| true),
        answered: number(&|one| one.answered_at.is_some()),
        late: number(&|one| is_late(one, now)),
        open: number(&|one| !one.over),
        reopened: number(&|one| one.reopened > 0),
        hours_to_answer: median(&hours),
        rated: u32::try_from(ratings.len()).unwrap_or(u32::MAX),
        satisfaction: (!ratings.is_empty())
            .then(|| ratings.iter().sum::<f64>() / ratings.len() as f64),
    }
}

/// A reopened one has a new deadline: of the first nothing is left but that somebody was told.
fn is_late(one: &Served, now: Timestamp) -> bool {
    let passed = match one.answered_at {
        Some(answered) => one.reopened == 0 && answered > one.answer_by,
        None => now > one.answer_by,
    };
    one.told_late || passed
}

fn hours(one: &Served) -> Option<f64> {
    one.answered_at.map(|at| at.duration_since(one.filed_at).as_secs_f64().max(0.0) / HOUR)
}

fn median(rising: &[f64]) -> Option<f64> {
    let middle = rising.len() / 2;
    let upper = rising.get(middle)?;
    let lower =
        if rising.len().is_multiple_of(2) { rising.get(middle.checked_sub(1)?)? } else { upper };
    Some(f64::midpoint(*lower, *upper))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::served;
    use crate::model::Served;

    fn at(hour: u32) -> Timestamp {
        format!("2026-11-02T{hour:02}:00:00Z").parse().expect("a time")
    }

    /// Filed at eight, to be answered by noon.
    fn one(group: &str, answered: Option<u32>, satisfaction: Option<u8>) -> Served {
        Served {
            group: Some(group.to_owned()),
            filed_at: at(8),
            answered_at: answered.map(at),
            answer_by: at(12),
            told_late: false,
            over: satisfaction.is_some(),
            reopened: 0,
            satisfaction,
        }
    }

    #[test]
    fn what_a_report_says_of_branches() {
        let all = [
            one("Vigo", Some(10), Some(5)),
            one("Vigo", Some(13), Some(2)),
            one("Vigo", None, None),
            one("Sol", Some(9), None),
            Served { group: None, ..one("", None, None) },
        ];
        let (total, groups) = served(&all, at(11));
        let names: Vec<_> = groups.iter().map(|(name, _)| name.as_deref()).collect();
        assert_eq!(names, [Some("Vigo"), None, Some("Sol")]);
        let vigo = &groups[0].1;
        assert_eq!((vigo.filed, vigo.answered, vigo.late, vigo.open), (3, 2, 1, 1));
        assert_eq!(
            (vigo.hours_to_answer, vigo.satisfaction, vigo.rated),
            (Some(3.5), Some(3.5), 2)
        );
        assert_eq!((total.filed, total.hours_to_answer), (5, Some(2.0)));
        assert_eq!(served(&all, at(12 + 1)).0.late, 3, "nobody has answered two of them in time");
        assert_eq!(served(&[], at(9)).0.satisfaction, None);
    }

    #[test]
    fn a_reopened_one_was_late_only_if_somebody_was_told() {
        let again = Served { reopened: 1, ..one("Vigo", Some(13), None) };
        assert_eq!(served(std::slice::from_ref(&again), at(20)).0.late, 0);
        assert_eq!(served(&[Served { told_late: true, ..again }], at(20)).0.late, 1);
    }
}

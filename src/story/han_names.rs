//! Names in Chinese texts, which mark none by capitals: titles between 《》, and organisations by how
//! their names end, as long as the texts of a story agree on where they begin.

use std::collections::{BTreeMap, HashSet};

use crate::text::is_han;

/// Ends of names of organisations.
const ENDS: [&str; 16] = [
    "银行",
    "集团",
    "公司",
    "证监会",
    "监管局",
    "监管总局",
    "委员会",
    "法院",
    "检察院",
    "交易所",
    "协会",
    "大学",
    "医院",
    "央行",
    "保险",
    "基金",
];
/// Characters before the end of a name.
const LEAST: usize = 2;
const MOST: usize = 8;
/// Characters that stand before names and begin none.
const GRAMMAR: &str =
    "的对在与和是被向为由从据称已将该本此其及或至于把让给就也都并但而则又家名个位了";
/// Texts that hold a name whose beginning is believed.
const AGREE: usize = 2;
/// A longer name wins if it stands in this share of the texts that hold the shorter one.
const LONGER: f64 = 0.6;
const LONGEST_TITLE: usize = 20;

/// Names by how many texts hold them.
pub fn han_names(texts: &[String]) -> BTreeMap<String, usize> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut titles: BTreeMap<String, usize> = BTreeMap::new();
    for text in texts {
        for name in ending_names(text) {
            *counts.entry(name).or_default() += 1;
        }
        for title in titled(text) {
            *titles.entry(title).or_default() += 1;
        }
    }
    counts.retain(|_, count| *count >= AGREE);
    let all: Vec<(String, usize)> = counts.iter().map(|(name, &n)| (name.clone(), n)).collect();
    counts.retain(|name, count| {
        let share = |other: usize, of: usize| other as f64 >= LONGER * of as f64;
        // A part goes where the whole is as good, a whole where it is only the part with more before it.
        !all.iter().any(|(other, n)| {
            (other.len() > name.len() && other.ends_with(name.as_str()) && share(*n, *count))
                || (other.len() < name.len()
                    && name.ends_with(other.as_str())
                    && !share(*count, *n))
        })
    });
    counts.extend(titles);
    counts
}

/// Each run of characters that may be a name with such an end, once.
fn ending_names(text: &str) -> HashSet<String> {
    let mut found = HashSet::new();
    for run in text.split(|c: char| !is_han(c)) {
        for (at, end) in ENDS.iter().flat_map(|end| run.match_indices(end)) {
            let before: Vec<(usize, char)> = run[..at].char_indices().rev().take(MOST).collect();
            for &(from, first) in before.iter().skip(LEAST - 1) {
                if GRAMMAR.contains(first) {
                    break;
                }
                found.insert(run[from..at + end.len()].to_owned());
            }
        }
    }
    found
}

fn titled(text: &str) -> HashSet<String> {
    let inside = text.split('《').skip(1).filter_map(|rest| rest.split_once('》'));
    let short = inside.map(|(title, _)| title).filter(|it| it.chars().count() <= LONGEST_TITLE);
    short.filter(|it| !it.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::han_names;

    #[test]
    fn names_that_texts_agree_on() {
        let texts = [
            "阿尔梅纳拉银行被罚。西班牙证监会周五对阿尔梅纳拉银行开出罚单。",
            "据《东海财经》报道，西班牙证监会处罚了阿尔梅纳拉银行。",
            "阿尔梅纳拉银行将上诉，某某公司未回应。",
        ]
        .map(str::to_owned);
        let names: Vec<String> = han_names(&texts).into_keys().collect();
        assert_eq!(names, ["东海财经", "西班牙证监会", "阿尔梅纳拉银行"]);
        assert!(han_names(&["No names here".to_owned()]).is_empty());
    }
}

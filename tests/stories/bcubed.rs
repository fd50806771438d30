//! B-cubed precision, recall and F1 (Bagga and Baldwin 1998), means over the items.

use std::collections::HashMap;

/// Of `found` against `gold`, item by item.
pub fn bcubed(gold: &[String], found: &[String]) -> (f64, f64, f64) {
    let (mut of_gold, mut of_found, mut both) = (HashMap::new(), HashMap::new(), HashMap::new());
    for pair in gold.iter().zip(found) {
        *of_gold.entry(pair.0).or_insert(0.0) += 1.0;
        *of_found.entry(pair.1).or_insert(0.0) += 1.0;
        *both.entry(pair).or_insert(0.0) += 1.0;
    }
    let sum = |of: &dyn Fn(&(&String, &String)) -> f64| -> f64 {
        both.iter().map(|(pair, count): (_, &f64)| count * count / of(pair)).sum()
    };
    let items = gold.len() as f64;
    let precision = sum(&|pair| of_found[pair.1]) / items;
    let recall = sum(&|pair| of_gold[pair.0]) / items;
    (precision, recall, 2.0 * precision * recall / (precision + recall))
}

#[test]
fn by_hand() {
    let list = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let (precision, recall, _) = bcubed(&list("a a b b"), &list("x x x y"));
    assert!((precision - (4.0 / 3.0 + 1.0 / 3.0 + 1.0) / 4.0).abs() < 1e-9, "{precision}");
    assert!((recall - 0.75).abs() < 1e-9, "{recall}");
}

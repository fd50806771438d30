//! A second reader's opinion weighed in: it moves the rules' sum by a fixed amount and stands in the
//! evidence like any word, so that the evidence still adds up to the score.

use std::ops::Range;

use super::polarity::SQUASH;
use crate::model::{Evidence, EvidenceKind, PolarityLabel, SecondOpinion, TopicOpinion};

/// What a second reader is worth, in log-odds of speaking ill: as much as a witness who is right nine
/// times of ten. A design, not a measurement; what it says of an unsure text outweighs the rules,
/// what it says of a sure one would not.
const WORTH: f64 = 2.197;
/// The same in the rules' sum: where they are unsure, so much moves their probability as far.
const SHIFT: f64 = 1.6;
/// Nearest to certainty that a probability comes.
const MOST_SURE: f64 = 1e-6;

/// The opinion with a second reader's answer in it. `quote` are characters of `text`, which is
/// headline, line break and body; an opinion that has a second one already stays as it is.
#[must_use]
pub fn weigh_in(
    opinion: &TopicOpinion,
    label: PolarityLabel,
    quote: Range<usize>,
    text: &str,
) -> TopicOpinion {
    let mut opinion = opinion.clone();
    if opinion.second.is_some() || quote.is_empty() {
        return opinion;
    }
    let words: String = text.chars().skip(quote.start).take(quote.len()).collect();
    let towards = if label == PolarityLabel::Negative { 1.0 } else { -1.0 };
    let polarity = &mut opinion.polarity;
    let p_before = polarity.p_negative;
    let p = p_before.clamp(MOST_SURE, 1.0 - MOST_SURE);
    let odds = (p / (1.0 - p)).ln() + towards * WORTH;
    polarity.p_negative = 1.0 / (1.0 + (-odds).exp());
    let sum: f64 = polarity.evidence.iter().map(|one| one.value).sum();
    let value = -towards * SHIFT;
    polarity.score = ((sum + value) / SQUASH).tanh();
    polarity.label = label;
    polarity.evidence.push(Evidence {
        from: quote.start,
        to: quote.end,
        text: words.clone(),
        kind: EvidenceKind::SecondOpinion,
        value,
    });
    polarity
        .evidence
        .sort_by(|a, b| b.value.abs().total_cmp(&a.value.abs()).then(a.from.cmp(&b.from)));
    opinion.second = Some(SecondOpinion { label, quote: words, p_before });
    opinion
}

#[cfg(test)]
mod tests {
    use super::weigh_in;
    use crate::model::{Evidence, EvidenceKind, Polarity, PolarityLabel, TopicMatch, TopicOpinion};
    use PolarityLabel::{Negative, Neutral, Positive};

    const TEXT: &str = "El banco y la multa\nNo está claro quién paga.";

    fn unsure(p_negative: f64, sum: f64) -> TopicOpinion {
        let evidence = Evidence {
            from: 14,
            to: 19,
            text: "multa".to_owned(),
            kind: EvidenceKind::Event,
            value: sum,
        };
        let polarity = Polarity {
            label: Neutral,
            score: (sum / 4.0).tanh(),
            p_negative,
            evidence: vec![evidence],
        };
        let topic =
            TopicMatch { id: "bank".to_owned(), rule: "names".to_owned(), spans: Vec::new() };
        TopicOpinion {
            topic,
            polarity,
            categories: Vec::new(),
            prominence: 1.0,
            hearsay: false,
            second: None,
        }
    }

    #[test]
    fn an_unsure_opinion_is_decided_and_a_sure_one_is_not_turned() {
        let told = weigh_in(&unsure(0.5, -0.9), Negative, 0..19, TEXT).polarity;
        assert!((told.p_negative - 0.9).abs() < 0.001 && told.label == Negative, "{told:?}");
        for label in [Neutral, Positive] {
            let told = weigh_in(&unsure(0.5, -0.9), label, 0..19, TEXT).polarity;
            assert!((told.p_negative - 0.1).abs() < 0.001 && told.label == label, "{told:?}");
        }
        assert!(weigh_in(&unsure(0.97, -3.5), Neutral, 0..19, TEXT).polarity.p_negative > 0.7);
    }

    #[test]
    fn it_is_said_once_with_its_words_and_what_was_before() {
        let once = weigh_in(&unsure(0.5, -0.9), Negative, 9..19, TEXT);
        let second = once.second.as_ref().expect("it counts");
        assert_eq!((second.quote.as_str(), second.p_before), ("y la multa", 0.5));
        assert_eq!(weigh_in(&once, Positive, 0..5, TEXT), once);
        assert_eq!(weigh_in(&unsure(0.5, 0.0), Negative, 3..3, TEXT), unsure(0.5, 0.0));
    }

    proptest::proptest! {
        #[test]
        fn the_evidence_still_adds_up(sum in -8.0..8.0_f64, p in 0.0..=1.0_f64, from in 0..10_usize) {
            for label in [Negative, Neutral, Positive] {
                let before = unsure(p, sum);
                let told = weigh_in(&before, label, from..from + 5, TEXT).polarity;
                let total: f64 = told.evidence.iter().map(|one| one.value).sum();
                assert!((told.score - (total / 4.0).tanh()).abs() < 1e-9);
                let change = told.p_negative - before.polarity.p_negative;
                let towards = if label == Negative { change } else { -change };
                assert!((0.0..=1.0).contains(&told.p_negative) && towards > -1e-5);
                for one in told.evidence {
                    let slice: String = TEXT.chars().skip(one.from).take(one.to - one.from).collect();
                    assert_eq!(slice, one.text);
                }
            }
        }
    }
}

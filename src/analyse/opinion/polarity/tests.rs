//! Opinions that staff would agree on, in three languages, and how they are explained.

use std::sync::LazyLock;

use crate::analyse::{Engine, occurrences_of};
use crate::config::embedded_keywords;
use crate::model::{EvidenceKind, Polarity, PolarityLabel};
use PolarityLabel::{Negative, Neutral, Positive};

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let (keywords, _) = embedded_keywords().expect("no errors");
    Engine::compile(&keywords).expect("compiled")
});

/// Without the trained model.
static RULES: LazyLock<Engine> = LazyLock::new(|| {
    let (mut keywords, _) = embedded_keywords().expect("no errors");
    keywords.models.clear();
    Engine::compile(&keywords).expect("compiled")
});

fn judge(text: &str, target: &str) -> Polarity {
    ENGINE.opinion(text, &occurrences_of(text, target), None)
}

#[track_caller]
fn check(text: &str, target: &str, label: PolarityLabel) {
    let polarity = judge(text, target);
    assert_eq!(polarity.label, label, "{text}: {polarity:#?}");
}

/// As articles are judged, whatever a model says of single texts.
#[track_caller]
fn check_rules(text: &str, target: &str, label: PolarityLabel) {
    let polarity = RULES.opinion(text, &occurrences_of(text, target), None);
    assert_eq!(polarity.label, label, "{text}: {polarity:#?}");
}

#[test]
fn spanish() {
    let bank = "Banco Almenara";
    check("Detienen al director de Banco Almenara por fraude", bank, Negative);
    check("El regulador multa a Banco Almenara por cláusulas abusivas", bank, Negative);
    check("Según rumores, Banco Almenara estaría al borde de la insolvencia", bank, Negative);
    check("La morosidad de Banco Almenara sube al 5%", bank, Negative);
    check("La morosidad de Banco Almenara baja al 2,1%", bank, Positive);
    check("Banco Almenara gana un 12% más y eleva el dividendo", bank, Positive);
    check("Banco Almenara celebra su junta de accionistas el martes", bank, Neutral);
}

#[test]
fn english() {
    let bank = "Almenara Bank";
    check("Regulator fines Almenara Bank over money laundering", bank, Negative);
    check("Customers of Almenara Bank are furious about hidden charges", bank, Negative);
    check_rules("Almenara Bank losses narrow as bad loans fall", bank, Positive);
    check("Almenara Bank is not a fraud", bank, Neutral);
    check("Almenara Bank holds annual meeting on Tuesday", bank, Neutral);
}

#[test]
fn chinese() {
    let bank = "阿尔梅纳拉银行";
    check("储户在阿尔梅纳拉银行门口排队取款，疑似出现挤兑", bank, Negative);
    check("阿尔梅纳拉银行因违规被罚500万元", bank, Negative);
    check("阿尔梅纳拉银行不良率下降，净利润增长10%", bank, Positive);
    check("阿尔梅纳拉银行召开股东大会", bank, Neutral);
    check("阿尔梅纳拉银行没有违约", bank, Neutral);
}

#[test]
fn who_warns_of_harm_does_not_suffer_it() {
    check("Banco Almenara alerta de una estafa que suplanta su web", "Banco Almenara", Neutral);
    check("Almenara Bank warns of fraud", "Almenara Bank", Neutral);
    check("阿尔梅纳拉银行提醒客户谨防电信诈骗", "阿尔梅纳拉银行", Neutral);
    check("阿尔梅纳拉银行开展防范电信网络诈骗宣传活动", "阿尔梅纳拉银行", Neutral);
    check("Almenara Bank opens a fraud detection centre", "Almenara Bank", Neutral);
    check("Police warn of fraud at Almenara Bank", "Almenara Bank", Negative);
}

#[test]
fn each_of_two_targets_has_its_opinion() {
    let text = "Gray shares soar on record profit; Acme plunges after profit warning";
    check(text, "Gray", Positive);
    check(text, "Acme", Negative);
}

#[test]
fn what_was_looked_for_and_not_found_is_no_bad_news() {
    check_rules(
        "No evidence of fraud at Almenara Bank, inquiry concludes",
        "Almenara Bank",
        Neutral,
    );
    check_rules("No hay indicios de fraude en Banco Almenara", "Banco Almenara", Neutral);
    check_rules("海湾银行未发现欺诈行为", "海湾银行", Neutral);
    check_rules("Almenara Bank has never been fined", "Almenara Bank", Positive);
}

#[test]
fn bad_news_of_a_rival_is_not_ours() {
    let text = "Banco Lirio gana cuota mientras Banco Corvo pierde clientes";
    check_rules(text, "Banco Lirio", Positive);
    check_rules(text, "Banco Corvo", Negative);
    check_rules("Almenara Bank wins deposits while rival Corvera falls", "Almenara Bank", Positive);
    check_rules("东山银行被罚五百万元，海湾银行新开网点", "海湾银行", Neutral);
}

#[test]
fn what_is_granted_counts_less_than_what_is_said() {
    check_rules("Despite the crisis, Almenara Bank posts record profit", "Almenara Bank", Positive);
    check_rules("Court overturns acquittal of Almenara Bank", "Almenara Bank", Negative);
    check_rules("Court acquits Almenara Bank of money laundering", "Almenara Bank", Positive);
    check_rules("The hotel is pretty but the food is awful and the staff rude", "hotel", Negative);
}

#[test]
fn a_source_is_not_what_it_speaks_of() {
    check_rules("Shares of Acme to fall further: Gray Securities", "Gray Securities", Neutral);
    check_rules("Shares of Acme to fall further: Gray Securities", "Acme", Negative);
}

#[test]
fn the_words_of_a_name_say_nothing() {
    check("Fraud Watch opens an office", "Fraud Watch", Neutral);
}

#[test]
fn a_name_that_does_not_occur_asks_about_the_whole_text() {
    check("A bank collapsed in fraud.", "Nobody", Negative);
}

#[test]
fn evidence_adds_up_to_the_score() {
    let polarity = judge("Almenara Bank is very bad, but not a fraud", "Almenara Bank");
    let sum: f64 = polarity.evidence.iter().map(|one| one.value).sum();
    assert!(((sum / super::SQUASH).tanh() - polarity.score).abs() < 0.01, "{polarity:#?}");
    let kinds: Vec<_> = polarity.evidence.iter().map(|one| one.kind).collect();
    for kind in [
        EvidenceKind::Lexicon,
        EvidenceKind::Event,
        EvidenceKind::Intensifier,
        EvidenceKind::Negation,
    ] {
        assert!(kinds.contains(&kind), "{kind:?} in {polarity:#?}");
    }
}

#[test]
fn worse_texts_are_likelier_negative() {
    let bad = judge("Almenara Bank fined", "Almenara Bank");
    let worse = judge("Almenara Bank fined for massive fraud", "Almenara Bank");
    assert!(worse.p_negative > bad.p_negative && worse.score < bad.score);
    assert!((0.0..=1.0).contains(&worse.p_negative) && (-1.0..=1.0).contains(&worse.score));
}

#[derive(serde::Deserialize)]
struct Case {
    language: String,
    reason: String,
    text: String,
    target: String,
    label: PolarityLabel,
    solved: bool,
}

/// By the rules, which is how articles are judged.
#[test]
fn solved_challenges_stay_solved() {
    let cases = include_str!("../../../../tests/fixtures/opinion/challenge.jsonl");
    let mut broken = Vec::new();
    for line in cases.lines() {
        let case: Case = serde_json::from_str(line).expect("a case");
        let target = occurrences_of(&case.text, &case.target);
        let told = RULES.opinion(&case.text, &target, Some(&case.language)).label;
        if case.solved && told != case.label {
            broken.push(format!("{} ({}): {told:?}", case.text, case.reason));
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

#[derive(serde::Deserialize)]
struct Row {
    text: String,
    from: Option<usize>,
    to: Option<usize>,
    label: String,
}

/// Macro-F1 of the rules on texts of our own.
fn macro_f1(rows: &str, language: &str) -> f64 {
    let mut told = Vec::new();
    for line in rows.lines() {
        let row: Row = serde_json::from_str(line).expect("a row");
        let target: Vec<_> = row.from.zip(row.to).map(|(from, to)| from..to).into_iter().collect();
        let label = match RULES.opinion(&row.text, &target, Some(language)).label {
            Negative => "neg",
            Neutral => "neu",
            Positive => "pos",
        };
        told.push((row.label, label));
    }
    let labels = ["neg", "neu", "pos"];
    let f1 = |label: &&str| {
        let both = told.iter().filter(|(gold, told)| gold == label && told == label).count();
        let either = told.iter().map(|(g, t)| usize::from(g == label) + usize::from(t == label));
        2.0 * both as f64 / either.sum::<usize>().max(1) as f64
    };
    labels.iter().map(f1).sum::<f64>() / 3.0
}

/// The words were chosen by those who wrote the texts: a floor against losing them, no measure of
/// how well other texts are judged.
#[test]
fn our_own_headlines_and_reviews_are_judged_as_before() {
    let sets = [
        ("es", include_str!("../../../../tests/fixtures/opinion/sets/es.jsonl"), 0.90),
        ("en", include_str!("../../../../tests/fixtures/opinion/sets/en.jsonl"), 0.80),
        ("zh", include_str!("../../../../tests/fixtures/opinion/sets/zh.jsonl"), 0.90),
    ];
    for (language, rows, least) in sets {
        let reached = macro_f1(rows, language);
        assert!(reached >= least, "{language}: {reached:.3}");
    }
}

const PIECES: [&str; 24] = [
    "Almenara Bank",
    "fined",
    "fraud",
    "not",
    "very",
    "denies",
    "profit",
    "falls",
    "but",
    "said",
    "\"",
    ". ",
    ", ",
    "banco",
    "multado",
    "sin",
    "estafa",
    "muy",
    "pero",
    "被罚",
    "不",
    "银行",
    "é\u{301}",
    "\n",
];

proptest::proptest! {
    #[test]
    fn evidence_lies_in_the_text_and_adds_up(
        picks in proptest::collection::vec(0..PIECES.len(), 0..40)
    ) {
        let text = picks.iter().map(|&at| PIECES[at]).collect::<Vec<_>>().join(" ");
        let told = judge(&text, "Almenara Bank");
        let mut sum = 0.0;
        for one in &told.evidence {
            let slice: String = text.chars().skip(one.from).take(one.to - one.from).collect();
            assert_eq!(slice, one.text);
            sum += one.value;
        }
        assert!((told.score - (sum / super::SQUASH).tanh()).abs() < 1e-9, "{told:#?}");
    }
}

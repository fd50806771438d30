//! Whole articles: which risks are said of which topic, how prominently, how surely.

use std::sync::LazyLock;

use super::{Article, Engine};
use crate::analyse::engine::group;
use crate::analyse::joined::Joined;
use crate::analyse::opinion::Layout;
use crate::analyse::weigh_in;
use crate::model::query::Document;
use crate::model::{
    Analysis, Category, Keywords, LanguageTerms, LocalText, Locale, PolarityLabel, Rule, Topic,
    TopicOpinion,
};
use crate::query::any_of;

fn category(id: &str, weight: f64, modifier: bool, terms: [&str; 3]) -> Category {
    let words = |(locale, term): (Locale, &str)| LanguageTerms {
        locale,
        terms: any_of(&[term.to_owned()], &[]),
        examples: Vec::new(),
    };
    Category {
        id: id.to_owned(),
        name: LocalText::same(id),
        weight,
        floor: None,
        modifier,
        terms: Locale::ALL.into_iter().zip(terms).map(words).collect(),
    }
}

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let names = ["Banco Almenara", "Almenara Bank", "阿尔梅纳拉银行"];
    let names = any_of(&names.map(str::to_owned), &[]);
    let rule = Rule { id: "names".to_owned(), names, ..Rule::default() };
    let topic = Topic { id: "almenara".to_owned(), rules: vec![rule], ..Topic::default() };
    let (mut keywords, _) = crate::config::embedded_keywords().expect("no errors");
    keywords = Keywords { topics: vec![topic], categories: Vec::new(), ..keywords };
    keywords.categories = vec![
        category("outage", 0.5, false, ["caída del sistema", "outage", "瘫痪"]),
        category("solvency", 0.95, false, ["insolvencia", "insolvency", "挤兑"]),
        category("rumour", 0.3, true, ["bulo", "rumour", "谣言"]),
    ];
    Engine::compile(&keywords).expect("compiled")
});

fn analyse(title: &str, body: &str) -> Analysis {
    ENGINE.analyse(&Document { title, body, ..Document::default() })
}

/// Language; of the topic: categories, prominence, whether negative, whether hearsay.
#[track_caller]
fn check(title: &str, body: &str, told: (&str, &[&str], f64, bool, bool)) {
    let analysis = analyse(title, body);
    let topic = analysis.topics.first().expect("a topic");
    let categories: Vec<_> = topic.categories.iter().map(|found| found.id.as_str()).collect();
    let seen = (
        analysis.language.as_deref().unwrap_or_default(),
        categories.as_slice(),
        topic.prominence,
        topic.polarity.label == PolarityLabel::Negative,
        topic.hearsay,
    );
    assert_eq!(seen, told, "{topic:#?}");
}

#[test]
fn risks_near_the_entity_gravest_first() {
    check(
        "Banco Almenara sufre una caída del sistema",
        "Los clientes temen la insolvencia de la entidad.",
        ("es", &["solvency", "outage"], 1.0, true, false),
    );
    check(
        "储户在阿尔梅纳拉银行排队取款",
        "据传该行出现挤兑，官方称系谣言。",
        ("zh-Hans", &["solvency"], 1.0, true, false),
    );
}

#[test]
fn a_headline_counts_for_an_entity_of_the_first_paragraph() {
    check(
        "Insolvency fears grip the sector",
        "Shares of the Almenara Bank fell on Monday, traders said.",
        ("en", &["solvency"], 0.6, true, false),
    );
}

#[test]
fn risks_far_away_are_somebody_elses() {
    let far = "The insolvency of a builder was on the front pages all week.\n";
    let filler = "Nothing else of note was reported in the town on that quiet day. ".repeat(5);
    let body = format!("{far}{filler}\n{filler}\nAlmenara Bank opened a branch.");
    check("News of the week in town", &body, ("en", &[], 0.25, false, false));
    let everywhere = analyse("News of the week in town", &body).categories;
    assert_eq!(everywhere[0].id, "solvency");
}

#[test]
fn hearsay_is_told() {
    check(
        "Banco Almenara, al borde de la insolvencia según rumores",
        "",
        ("es", &["solvency"], 1.0, true, true),
    );
    check("Rumour of insolvency at Almenara Bank", "", ("en", &["solvency"], 1.0, true, true));
    check(
        "Qué pasa en Banco Almenara",
        "Según rumores, la insolvencia de Banco Almenara es cuestión de días.",
        ("es", &["solvency"], 1.0, true, true),
    );
}

#[test]
fn what_the_headline_states_is_no_hearsay_whatever_is_doubted_further_down() {
    check(
        "La insolvencia de Banco Almenara deja sin ahorros a miles de clientes",
        "Según rumores, Banco Almenara ya negocia otra quiebra.",
        ("es", &["solvency"], 1.0, true, false),
    );
}

#[test]
fn an_article_about_nobody_has_no_opinion() {
    let analysis = analyse("El tiempo", "Mañana lloverá en casi todo el norte de la península.");
    assert_eq!((analysis.language.as_deref(), analysis.topics.len()), (Some("es"), 0));
}

#[test]
fn evidence_counts_in_headline_and_text_together() {
    let (title, body) = ("Banco Almenara", "Una ¡estafa! de Banco Almenara");
    let analysis = analyse(title, body);
    let joined = format!("{title}\n{body}");
    for one in &analysis.topics[0].polarity.evidence {
        let text: String = joined.chars().skip(one.from).take(one.to - one.from).collect();
        assert_eq!(text, one.text);
    }
    assert_eq!(analysis.topics[0].polarity.evidence[0].text, "estafa");
}

/// What is said of the topics, read near their mentions and in the whole text.
fn near_and_whole(title: &str, body: &str) -> [Vec<TopicOpinion>; 2] {
    let document = Document { title, body, ..Document::default() };
    let text = Joined::article(title, body);
    let found = group(&ENGINE.vocabulary.subjects(&document, &text), |_| true);
    let article = Article { engine: &ENGINE, document: &document, text, found, locale: None };
    let whole = 0..article.text.folded.text.len();
    let layout = Layout::of_sentences(&article.text, whole.end);
    [article.topics(), article.opinions(layout, std::slice::from_ref(&whole))]
}

const PIECES: [&str; 18] = [
    "Banco Almenara",
    "Almenara Bank",
    "阿尔梅纳拉银行",
    "fraude",
    "no",
    "muy grave",
    "outage",
    "insolvency",
    "挤兑",
    "没有",
    "denies",
    "record profit",
    "pero",
    ". ",
    ",",
    "\n",
    "e\u{301}ﬁ",
    "said \"",
];

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]
    #[test]
    fn evidence_lies_in_the_article_and_adds_up_with_a_second_opinion_too(
        title in proptest::collection::vec(0..PIECES.len(), 0..6),
        body in proptest::collection::vec(0..PIECES.len(), 0..60),
        cut in 0..30_usize,
    ) {
        let join = |picks: &[usize]| picks.iter().map(|&at| PIECES[at]).collect::<Vec<_>>().join(" ");
        let (title, body) = (join(&title).replace('\n', " "), join(&body));
        let text = format!("{title}\n{body}");
        for opinion in analyse(&title, &body).topics {
            let quote = cut.min(text.chars().count() - 1)..(cut + 9).min(text.chars().count());
            let second = weigh_in(&opinion, PolarityLabel::Negative, quote, &text);
            for polarity in [&opinion.polarity, &second.polarity] {
                let mut sum = 0.0;
                for one in &polarity.evidence {
                    let slice: String = text.chars().skip(one.from).take(one.to - one.from).collect();
                    assert_eq!(slice, one.text);
                    sum += one.value;
                }
                assert!((polarity.score - (sum / 4.0_f64).tanh()).abs() < 1e-9, "{polarity:#?}");
            }
        }
    }

    #[test]
    fn what_stands_far_from_every_mention_changes_nothing(
        title in proptest::collection::vec(0..PIECES.len(), 0..4),
        body in proptest::collection::vec(
            (proptest::collection::vec(0..PIECES.len(), 0..9), proptest::prop_oneof![0..9_usize, 150..230_usize]),
            0..9,
        ),
        han in proptest::bool::ANY,
    ) {
        let join = |picks: &[usize]| picks.iter().map(|&at| PIECES[at]).collect::<Vec<_>>().join(" ");
        let filler = if han { "而" } else { "word " };
        let body = body.iter().map(|(picks, far)| join(picks) + " " + &filler.repeat(*far));
        let [near, whole] = near_and_whole(&join(&title).replace('\n', " "), &body.collect::<String>());
        assert_eq!(near, whole);
    }
}

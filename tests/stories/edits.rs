//! What becomes of a wire text on its way: copies made by documented edits, in one stream with the
//! articles of other stories on the same sites, which carry the same boilerplate.

use std::collections::{BTreeMap, HashMap, HashSet};

use atalaya::model::ArticleId;
use atalaya::story::{Clusterer, Settings};
use jiff::SignedDuration;

use crate::corpus;
use crate::dice::Dice;
use crate::stream::{Text, play};

/// What is done to a text.
const EDITS: [&str; 9] =
    ["none", "headline", "byline", "cut", "reorder", "ad", "boilerplate", "words", "all"];

/// Shortest text: words, or characters in Chinese.
const SHORTEST: usize = 40;

const BYLINES: [&str; 5] = [
    "MADRID, 20 Nov. (Agencia Levante) -",
    "Por Redacción / Agencias",
    "By our correspondent in London (Wire)",
    "LONDON (Wire) —",
    "据东海社11月20日电（记者 林致远）",
];
const ADS: [&str; 5] = [
    "PUBLICIDAD. Hazte socio por un euro al mes y lee sin límites en todos tus dispositivos.",
    "Te puede interesar: los diez mejores restaurantes junto al mar, según nuestros lectores.",
    "ADVERTISEMENT. Subscribe today and get our evening newsletter with the stories that matter.",
    "Read more: seven charming villages for a weekend away, picked by our travel desk.",
    "广告：下载客户端，随时随地阅读最新财经资讯，首月免费体验会员服务。",
];
/// What sites put under each of their articles.
const SITES: [&str; 4] = [
    "Este medio forma parte del proyecto de transparencia. Si has encontrado un error, escríbenos a la redacción. Todos los derechos reservados; queda prohibida la reproducción total o parcial de este contenido sin autorización expresa de la empresa editora. Suscríbete a nuestro boletín y recibe cada mañana las noticias de tu comarca en tu correo.",
    "We use cookies to improve your experience on this site and to show you relevant advertising. By continuing to browse you agree to our use of cookies. For more information see our privacy policy. Our journalists follow a code of conduct; complaints may be sent to the readers' editor. All rights reserved. No part of this page may be reproduced without permission.",
    "本网站所载文章仅代表作者个人观点，与本网站立场无关，其原创性以及文中陈述文字和内容未经本站证实，请读者仅作参考，并自行核实相关内容。如需转载请注明出处，违者本网将依法追究责任。投诉电话和电子邮箱见页面底部。",
    "Comparte esta noticia en tus redes. Para comentar debes iniciar sesión; los comentarios son moderados según nuestras normas de participación. Periodismo independiente que se sostiene gracias a sus lectores: con tu apoyo podemos seguir investigando.",
];

/// One text as a site runs it.
fn edited(text: &Text, edit: &str, dice: &mut Dice) -> Text {
    let mut text = text.clone();
    let all = edit == "all";
    if edit == "cut" || all {
        cut(&mut text, dice);
    }
    if edit == "reorder" {
        let mut parts = sentences(&text.body);
        dice.shuffle(&mut parts);
        text.body = parts.concat();
    }
    if edit == "words" {
        replace_words(&mut text, dice);
    }
    if edit == "ad" || all {
        let mut parts = sentences(&text.body);
        parts.insert(dice.below(parts.len() + 1), format!("{}\n", dice.pick(&ADS)));
        text.body = parts.concat();
    }
    if edit == "byline" || all {
        text.body = format!("{} {}", dice.pick(&BYLINES), text.body);
    }
    if edit == "boilerplate" || all {
        text.body = format!("{}\n{}", text.body, dice.pick(&SITES));
    }
    if edit == "headline" || all {
        text.title = format!("{} …", dice.pick(&ADS));
    }
    text
}

/// Keeps the first 50 to 80 % of the sentences.
fn cut(text: &mut Text, dice: &mut Dice) {
    let parts = sentences(&text.body);
    let keep = (parts.len() * (50 + dice.below(31))).div_ceil(100);
    text.body = parts[..keep].concat();
}

/// Leaves out one word in 16, or one character in Chinese.
fn replace_words(text: &mut Text, dice: &mut Dice) {
    if is_han(&text.body) {
        text.body = text.body.chars().filter(|_| dice.below(16) > 0).collect();
    } else {
        let words = text.body.split_inclusive(' ');
        text.body = words.filter(|_| dice.below(16) > 0).collect();
    }
}

fn sentences(text: &str) -> Vec<String> {
    text.split_inclusive(['.', '\n', '。']).map(str::to_owned).collect()
}

fn is_han(text: &str) -> bool {
    text.chars().filter(|&c| ('\u{4e00}'..'\u{a000}').contains(&c)).count() * 3
        > text.chars().count()
}

fn length(text: &str) -> usize {
    if is_han(text) { text.chars().count() } else { text.split_whitespace().count() }
}

/// Of each article two plain versions, on sites with boilerplate, and one copy for each edit; in any
/// order.
fn stream(texts: &[Text], dice: &mut Dice) -> Vec<(Text, &'static str)> {
    let mut all = Vec::new();
    for text in texts {
        for edit in EDITS {
            all.push((edited(text, edit, dice), edit));
        }
        all.push((edited(text, "boilerplate", dice), "boilerplate"));
    }
    dice.shuffle(&mut all);
    all
}

/// By edit: copies, copies found, and articles called copies of something else.
type Tally = BTreeMap<&'static str, (usize, usize, usize)>;

fn tally(all: &[(Text, &'static str)]) -> Tally {
    let texts: Vec<Text> = all.iter().map(|(text, _)| text.clone()).collect();
    let mut clusterer = Clusterer::new(Settings::default());
    let placed = play(&mut clusterer, &texts, SignedDuration::from_secs(20));
    let labels: HashMap<ArticleId, &str> =
        placed.iter().zip(&texts).map(|(placed, text)| (placed.id, text.label.as_str())).collect();
    let mut seen = HashSet::new();
    let mut tally = Tally::new();
    for ((text, edit), placed) in all.iter().zip(&placed) {
        let row = tally.entry(edit).or_default();
        let is_copy = !seen.insert(&text.label);
        let says = placed.assignment.duplicate_of.map(|original| labels[&original]);
        row.0 += usize::from(is_copy);
        row.1 += usize::from(is_copy && says == Some(text.label.as_str()));
        row.2 += usize::from(says.is_some_and(|label| label != text.label));
    }
    tally
}

/// The issue's own goal: precision and recall of at least 0.98 each.
/// `ATALAYA_ARTICLES=… cargo test --test stories edited -- --nocapture` for other articles.
#[test]
fn edited_copies_are_found_and_nothing_else() {
    let mut texts = corpus::articles();
    texts.retain(|text| length(&text.body) >= SHORTEST);
    assert!(texts.len() >= 50, "{} articles", texts.len());
    let mut sums = Tally::new();
    for seed in 0..3 {
        for (edit, row) in tally(&stream(&texts, &mut Dice(seed))) {
            let sum = sums.entry(edit).or_default();
            *sum = (sum.0 + row.0, sum.1 + row.1, sum.2 + row.2);
        }
    }
    let (mut copies, mut found, mut wrong) = (0, 0, 0);
    println!("{} articles, three orders", texts.len());
    for (edit, row) in &sums {
        println!(
            "{edit:12} {:5} copies, recall {:.4}, wrong {}",
            row.0,
            row.1 as f64 / row.0 as f64,
            row.2
        );
        (copies, found, wrong) = (copies + row.0, found + row.1, wrong + row.2);
    }
    let (precision, recall) = (found as f64 / (found + wrong) as f64, found as f64 / copies as f64);
    println!("precision {precision:.4} recall {recall:.4}");
    assert!(precision >= 0.98 && recall >= 0.98, "precision {precision}, recall {recall}");
}

/// Different stories of one site, short and with the same long boilerplate, from the first one on: as many
/// copies as without it.
#[test]
fn boilerplate_makes_no_copies() {
    let texts = corpus::articles();
    let before = copies_among(&texts);
    for site in SITES {
        let mut texts = texts.clone();
        for text in &mut texts {
            text.body = format!("{}\n{site}", text.body);
        }
        assert_eq!(copies_among(&texts), before, "{site}");
    }
}

fn copies_among(texts: &[Text]) -> usize {
    let mut clusterer = Clusterer::new(Settings::default());
    let placed = play(&mut clusterer, texts, SignedDuration::from_secs(20));
    placed.iter().filter(|placed| placed.assignment.duplicate_of.is_some()).count()
}

//! Pages of different style, written for this: links to articles are marked with `data-news`, which
//! the reader does not look at.

use std::collections::BTreeSet;

use scraper::{Html, Selector};
use url::Url;

use super::read;
use crate::collect::ReadError;
use crate::model::Feed;

const FRONT: &str = include_str!("testdata/portada.html");
const BLOG: &str = include_str!("testdata/blog.html");
const REGULATOR: &str = include_str!("testdata/regulator.html");
const CHINESE: &str = include_str!("testdata/xinwen.html");
const DATES: &str = include_str!("testdata/fechas.html");
const CARDS: &str = include_str!("testdata/cards.html");
const NONE: &str = include_str!("testdata/none.html");

fn url() -> Url {
    "https://news.example/start/".parse().unwrap()
}

fn learn(page: &str, memory: Option<&str>) -> (Feed, String) {
    read(page.as_bytes(), Some("text/html; charset=utf-8"), &url(), memory).unwrap()
}

fn links(feed: &Feed) -> BTreeSet<String> {
    feed.entries.iter().filter_map(|entry| entry.link.clone()).collect()
}

fn marked(page: &str) -> BTreeSet<String> {
    let page = Html::parse_document(page);
    let marked = Selector::parse("a[data-news]").unwrap();
    let href = |link: scraper::ElementRef<'_>| url().join(link.attr("href").unwrap()).unwrap();
    page.select(&marked).map(|link| href(link).to_string()).collect()
}

/// Precision and recall of what is found on a page, in per cent.
fn check(name: &str, page: &str, precision: usize, recall: usize) {
    let (found, wanted) = (links(&learn(page, None).0), marked(page));
    let right = found.intersection(&wanted).count();
    let wrong: Vec<_> = found.difference(&wanted).collect();
    let missed: Vec<_> = wanted.difference(&found).collect();
    assert!(right * 100 >= precision * found.len(), "{name}: wrong: {wrong:?}");
    assert!(right * 100 >= recall * wanted.len(), "{name}: missed: {missed:?}");
}

#[test]
fn articles_are_found_on_pages_of_every_style() {
    check("front page", FRONT, 100, 100);
    check("blog", BLOG, 100, 100);
    check("regulator", REGULATOR, 100, 100);
    check("Chinese portal", CHINESE, 100, 100);
    check("dates", DATES, 100, 100);
    check("cards", CARDS, 100, 100);
}

fn title_of<'f>(feed: &'f Feed, part: &str) -> &'f str {
    let is_it = |link: &String| link.contains(part);
    let entry = feed.entries.iter().find(|entry| entry.link.as_ref().is_some_and(is_it));
    entry.and_then(|entry| entry.title.as_deref()).unwrap()
}

#[test]
fn the_headline_is_the_title() {
    let (cards, front, chinese) =
        (learn(CARDS, None).0, learn(FRONT, None).0, learn(CHINESE, None).0);
    assert_eq!(title_of(&cards, "5k3jd"), "Harbour Bank customers locked out after update");
    assert_eq!(
        title_of(&front, "euribor"),
        "El euríbor cae por tercer mes y abarata las hipotecas"
    );
    assert_eq!(title_of(&chinese, "88230"), "两市成交额突破万亿元，银行板块领涨大盘");
    let blog = learn(BLOG, None).0;
    assert_eq!(title_of(&blog, "dark"), "Why the app went dark on payday");
    let dates: Vec<_> = blog.entries.iter().map(|entry| entry.published.as_deref()).collect();
    assert_eq!(dates[..2], [Some("2024-05-01T07:30:00Z"), Some("2024-04-24T08:00:00Z")]);
}

fn why_empty(page: &str, memory: Option<&str>) -> String {
    match read(page.as_bytes(), None, &url(), memory) {
        Err(ReadError::Empty(why)) => why,
        other => panic!("{other:?}"),
    }
}

#[test]
fn nothing_like_an_article_is_an_error() {
    assert!(why_empty(NONE, None).starts_with("no links on the page look like articles:"));
    let (_, memory) = learn(FRONT, None);
    let why = why_empty(NONE, Some(&memory));
    assert!(why.contains("any more (11 did)"), "{why}");
    assert!(why_empty("", None).contains("no links"));
}

/// A quiet day: one headline is left where four stood, too few to learn the place from.
#[test]
fn a_place_that_was_learned_is_used_when_it_holds_little() {
    let quiet = "<ul class='more'><li class='x'><a href='/economia/2024/05/02/a-b-c-d.html'>Ya</a></ul>\
        <section class='rejilla'><article class='noticia'><h5></h5><h2 class='titular'><a href='/economia/8'>Dimite el presidente</a></h2></article></section>\
        <section class='economia'><div class='tarjeta'><a href='/economia/2024/05/02/la-bolsa.html'><h3>La Bolsa no abre por ser fiesta</h3></a></div>\
        <div class='tarjeta'><a href='/economia/2024/05/02/el-oro.html'><h3>El oro sube a máximos de diez años</h3></a></div>\
        <div class='tarjeta'><a href='/economia/2024/05/02/el-gas.html'><h3>El gas baja por segundo día seguido</h3></a></div></section>";
    let quiet = format!("<main>{quiet}</main>");
    let (_, memory) = learn(FRONT, None);
    let (fresh, known) = (learn(&quiet, None).0, learn(&quiet, Some(&memory)).0);
    assert_eq!((fresh.entries.len(), known.entries.len()), (3, 4), "{:?}", links(&known));
    assert!(known.warnings.is_empty());
}

#[test]
fn a_redesign_is_learned_again_and_said() {
    let (_, memory) = learn(FRONT, None);
    let redesigned = FRONT
        .replace("noticia", "story")
        .replace("titular", "hed")
        .replace("columna", "op")
        .replace("tarjeta", "card");
    let (found, again) = learn(&redesigned, Some(&memory));
    assert_eq!(links(&found), marked(FRONT));
    assert!(
        found.warnings[0].contains("of 11 links to articles 0 are left"),
        "{:?}",
        found.warnings
    );
    assert!(learn(&redesigned, Some(&again)).0.warnings.is_empty());
}

#[test]
fn memory_of_another_kind_is_no_memory() {
    assert_eq!(links(&learn(CARDS, Some("{\"settled\":true}")).0), marked(CARDS));
}

proptest::proptest! {
    #[test]
    fn any_page_can_be_read(page in "(<(a href='/x/20240501-a-b-c-d'|/a|h2|/h2|li class='[a-z.:]{0,3}'|nav|p)>|[a-z银 ]{0,9}){0,30}") {
        let found = read(page.as_bytes(), None, &url(), None);
        proptest::prop_assert!(matches!(found, Ok(_) | Err(ReadError::Empty(_))));
    }
}

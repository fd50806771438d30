//! Whole pages: what stays in a body, what goes, what is told of it.

use proptest::prelude::*;

use super::{Site, SiteRules, Sketch, Template, explain, page};

const LEAD: &str = "El banco central anunció ayer que la economía creció un tres por ciento en el último trimestre del año, más de lo que esperaban los analistas.";
const SECOND: &str = "El consejero delegado negó que la entidad estuviera siendo investigada por la fiscalía y aseguró que coopera con todas las autoridades del país.";
const THIRD: &str = "Los sindicatos, que convocaron la huelga la semana pasada, piden que el Gobierno medie antes de que termine el mes y las sucursales cierren sus puertas.";

fn read(body: &str) -> super::Extracted {
    let html = format!("<html><head><title>Titular</title></head><body>{body}</body></html>");
    page(html.as_bytes(), None, None, &Site::default())
}

fn article(inside: &str) -> String {
    read(&format!(
        "<div class='post'><h1>Titular</h1><p>{LEAD}</p><p>{SECOND}</p>{inside}<p>{THIRD}</p></div>"
    ))
    .body
    .unwrap_or_default()
}

#[test]
fn what_belongs_to_the_text_stays() {
    for inside in [
        "<h2>Qué dice el banco</h2>",
        "<ul><li>Primera medida del banco</li><li>Segunda medida</li></ul>",
        "<blockquote>No hay ninguna investigación abierta</blockquote>",
        "<table><tr><td>Crédito vivo</td><td>12 %</td></tr></table>",
        "<pre>tipo = 3,5</pre>",
        "<p>Así lo <a href='/n'>publicó este diario</a> el lunes.</p>",
    ] {
        let words = crate::text::plain_text(inside);
        let body = article(inside);
        for line in words.lines() {
            assert!(body.contains(line), "{line:?} is missing in {body:?}");
        }
    }
}

#[test]
fn what_stands_around_the_text_goes() {
    for inside in [
        "<div class='related-articles'><p>Otro titular que no es de este artículo.</p></div>",
        "<p><a href='/x'>Lea también: otro titular de este mismo diario</a></p>",
        "<figure><img src='a.jpg'><figcaption>La sede del banco, ayer.</figcaption></figure>",
        "<div class='newsletter-signup'><p>Reciba las noticias del día en su correo.</p></div>",
        "<aside><p>Publicidad de otra cosa.</p></aside>",
        "<ul class='share-buttons'><li><a href='#'>Compartir</a></li></ul>",
        "<div id='cookie-banner'><p>Usamos galletas para mejorar este sitio.</p></div>",
        "<div class='comments'><p>No me creo nada de lo que dice el banco, la verdad.</p></div>",
        "<div class='author-bio'><p>Ana Pérez es redactora de Economía desde 2010.</p></div>",
        "<script>var secreto = 1;</script>",
        "<div style='display: none'><p>Nadie ve esta línea del artículo.</p></div>",
    ] {
        let body = article(inside);
        assert_eq!(body, format!("{LEAD}\n{SECOND}\n{THIRD}"), "{inside}");
    }
}

#[test]
fn a_lead_above_the_container_is_the_first_paragraph() {
    let lead = "La economía crece más de lo que se esperaba, según el banco central.";
    for (tag, end) in [("<h2 class='subtitle'>", "</h2>"), ("<p class='standfirst'>", "</p>")] {
        let body = read(&format!(
            "<main><header><h1>Titular</h1>{tag}{lead}{end}<time>1.5.2024</time></header>
             <div class='article-body'><p>{LEAD}</p><p>{SECOND}</p><p>{THIRD}</p></div></main>"
        ));
        assert_eq!(body.body, Some(format!("{lead}\n{LEAD}\n{SECOND}\n{THIRD}")));
    }
}

#[test]
fn in_a_forum_the_answers_are_the_text() {
    let posts = |class: &str| -> String {
        [LEAD, SECOND, THIRD]
            .map(|text| format!("<div class='{class}'><b>Ana</b><div><p>{text}</p></div></div>"))
            .concat()
    };
    let html = format!(
        "<html><head><meta name='generator' content='phpBB'></head><body>{}</body></html>",
        posts("reply")
    );
    let url = "https://forum.example.org/viewtopic.php?t=1".parse().ok();
    let body = page(html.as_bytes(), None, url.as_ref(), &Site::default()).body.unwrap_or_default();
    for text in [LEAD, SECOND, THIRD] {
        assert!(body.contains(text), "{body}");
    }
    let body = article(&format!("<section class='comments'>{}</section>", posts("comment")));
    assert_eq!(body.matches(SECOND).count(), 1, "comments of an article are none of it");
}

#[test]
fn the_second_of_two_articles_is_another_one() {
    let one = |title: &str, text: &str| {
        format!(
            "<article><h1>{title}</h1><p>{text}</p><p>{text} Sí.</p><p>{text} No.</p></article>"
        )
    };
    let body = read(&format!("<main>{}{}</main>", one("Titular", LEAD), one("Otro", SECOND)));
    let body = body.body.unwrap_or_default();
    assert!(body.contains(LEAD) && !body.contains(SECOND), "{body}");
}

#[test]
fn the_body_in_json_ld_marks_its_blocks() {
    let html = format!(
        r#"<html><head><script type="application/ld+json">{{"@type":"NewsArticle","headline":"Titular",
        "articleBody":"{LEAD} {SECOND} {THIRD}"}}</script></head><body><div><p>{LEAD}</p>
        <div class="x7"><p>Un teletipo que nadie ha nombrado como tal y que es tan largo como los otros.</p></div>
        <h3>Sin noticias</h3><div><p>{SECOND}</p></div><p>{THIRD}</p></div></body></html>"#
    );
    let read = page(html.as_bytes(), None, None, &Site::default());
    assert_eq!(read.method.as_deref(), Some("json-ld"));
    assert_eq!(read.body, Some(format!("{LEAD}\nSin noticias\n{SECOND}\n{THIRD}")));
    assert!(read.warnings.iter().all(|warning| !warning.contains("JSON-LD")));
}

#[test]
fn a_paywall_and_a_page_for_scripts_are_told_and_not_passed_off() {
    let check = |head: &str, body: &str, warning: &str| {
        let html =
            format!("<html><head><title>Titular</title>{head}</head><body>{body}</body></html>");
        let read = page(html.as_bytes(), None, None, &Site::default());
        let told = read.warnings.iter().any(|it| it.contains(warning));
        assert!(told, "{body}: {:?}", read.warnings);
        read.body.unwrap_or_default()
    };
    let free = r#"<script type="application/ld+json">{"@type":"NewsArticle","isAccessibleForFree": "False"}</script>"#;
    let stub = format!("<article><h1>Titular</h1><p>{LEAD}</p><p>{SECOND}</p></article>");
    assert_eq!(check(free, &stub, "paywall"), format!("{LEAD}\n{SECOND}"));
    for notice in [
        "Subscribe to continue reading.",
        "Suscríbete para seguir leyendo esta noticia.",
        "Dieser Artikel ist nur für Abonnenten.",
        "Cet article est réservé aux abonnés.",
        "Assine para continuar lendo.",
        "登录后阅读全文。",
    ] {
        let body = check("", &format!("<div><p>{LEAD}</p><p>{notice}</p></div>"), "paywall");
        assert!(body.starts_with(LEAD));
        assert_eq!(check("", &format!("<p>{notice}</p>"), "paywall"), "");
    }
    for notice in ["Please enable JavaScript to view this page.", "请启用JavaScript。"] {
        assert_eq!(check("", &format!("<div><p>{notice}</p></div>"), "scripts"), "");
        assert_eq!(check("", &format!("<noscript>{notice}</noscript>"), "scripts"), "");
    }
}

#[test]
fn an_article_that_only_noscript_holds_is_read() {
    let body = read(&format!(
        "<div id='app'></div><noscript><h1>Titular</h1><p>{LEAD}</p><p>{SECOND}</p></noscript>"
    ));
    assert_eq!(body.body, Some(format!("{LEAD}\n{SECOND}")));
}

#[test]
fn the_rules_of_a_site_win() {
    let list = |selectors: &[&str]| selectors.iter().map(|&it| it.to_owned()).collect::<Vec<_>>();
    let html = format!(
        "<html><body><b class='h'>El titular</b><i class='d' title='2024-05-01'>ayer</i>
         <div class='x1'>{LEAD}</div><div class='ad7'>Compre</div><div class='x1'>{SECOND}<span class='ad7'><p>Vea</p></span></div></body></html>"
    );
    let rules = SiteRules::parse(
        &list(&[".x1"]),
        &list(&[".ad7"]),
        &list(&[".none", ".h"]),
        &list(&[".d"]),
    )
    .unwrap();
    let read =
        explain(html.as_bytes(), None, None, &Site { rules: Some(&rules), ..Site::default() });
    assert_eq!(read.extracted.body, Some(format!("{LEAD}\n{SECOND}")));
    assert_eq!(read.extracted.method.as_deref(), Some("rules"));
    assert_eq!(read.extracted.title.as_deref(), Some("El titular"));
    assert_eq!(read.extracted.published.as_deref(), Some("2024-05-01"));
    let error = SiteRules::parse(&list(&["p["]), &[], &[], &[]).unwrap_err();
    assert_eq!(error.selector, "p[");
}

#[test]
fn what_other_pages_of_the_host_say_too_is_no_article() {
    let pages: Vec<String> = ["uno", "dos", "tres", "cuatro"]
        .iter()
        .map(|word| {
            format!(
                "<body><div class='q1'><h1>Titular {word}</h1><p>{LEAD} {word}</p><p>{SECOND} {word}</p>
                 <p>{THIRD}</p></div><div class='q2'><p>{THIRD}</p></div></body>"
            )
        })
        .collect();
    let sketch = |page: &String| explain(page.as_bytes(), None, None, &Site::default()).sketch;
    let sketches: Vec<Sketch> = pages.iter().take(3).map(sketch).collect();
    let template = Template::learn(sketches.iter()).unwrap();
    let site = Site { template: Some(&template), ..Site::default() };
    let read = page(pages[3].as_bytes(), None, None, &site);
    assert_eq!(read.body, Some(format!("{LEAD} cuatro\n{SECOND} cuatro")));
    let learnt = explain(pages[3].as_bytes(), None, None, &site).sketch;
    assert_eq!(learnt, sketch(&pages[3]), "what was learnt does not change what is taught");
    assert_eq!(Template::learn(sketches[..2].iter()), None);
    let again = Template::learn(vec![sketch(&pages[3]); 3].iter()).unwrap();
    let site = Site { template: Some(&again), ..Site::default() };
    let told_again = page(pages[3].as_bytes(), None, None, &site);
    assert_eq!(
        told_again.body,
        page(pages[3].as_bytes(), None, None, &Site::default()).body,
        "an article told again is no boilerplate"
    );
}

#[test]
fn articles_of_a_host_stand_in_the_same_place() {
    let html = |word: &str, more: &str| {
        format!(
            "<body><div class='q1'><h1>Titular</h1><p>{LEAD} {word}</p><p>{SECOND} {word}</p>
             <p>{THIRD} {word}</p></div>{more}</body>"
        )
    };
    let sketch = |word| explain(html(word, "").as_bytes(), None, None, &Site::default()).sketch;
    let sketches = ["uno", "dos", "tres"].map(sketch);
    let template = Template::learn(sketches.iter()).unwrap();
    let more = format!("<div class='q2'><p>Otra cosa. {THIRD}</p></div>");
    let read = |template| {
        let site = Site { template, ..Site::default() };
        page(html("cuatro", &more).as_bytes(), None, None, &site)
    };
    assert!(read(None).body.unwrap().contains("Otra cosa"));
    let known = read(Some(&template));
    assert_eq!(known.method.as_deref(), Some("template"));
    assert_eq!(known.body, Some(format!("{LEAD} cuatro\n{SECOND} cuatro\n{THIRD} cuatro")));
}

#[test]
fn proposals_say_what_was_found_and_why_one_won() {
    let html = format!(
        "<body><div id='a' class='entry-content'><p>{LEAD}</p><p>{SECOND}</p></div></body>"
    );
    let read = explain(html.as_bytes(), None, None, &Site { why: true, ..Site::default() });
    let chosen: Vec<_> = read.proposals.iter().filter(|it| it.chosen).collect();
    assert_eq!(chosen.len(), 1);
    assert_eq!(chosen[0].place, "div#a.entry-content");
    assert_eq!(chosen[0].characters, LEAD.chars().count() + SECOND.chars().count());
    assert!(!read.reason.is_empty());
}

const ARTICLE: &str = r#"<!doctype html><html lang="es"><head><title>El banco crece | Diario</title>
    <meta property="og:title" content="El banco crece"><meta property="og:site_name" content="Diario">
    <link rel="canonical" href="/economia/1"><meta name="author" content="Ana Pérez">
    <script type="application/ld+json">{"@graph":[{"@type":"NewsArticle","headline":"El banco crece",
    "datePublished":"2024-05-01T10:00:00+02:00","image":{"url":"https://example.org/a.jpg"}}]}</script>
    </head><body><nav><a href="/">Portada</a> <a href="/d">Deportes</a></nav><article><h1>El banco crece</h1>
    <p>El banco central anunció ayer que la economía creció un tres por ciento en el último trimestre del año, más de lo que esperaban los analistas.</p>
    <p>El consejero delegado negó que la entidad estuviera siendo investigada por la fiscalía y aseguró que coopera con todas las autoridades.</p>
    </article><footer>Todos los derechos reservados</footer></body></html>"#;

#[test]
fn an_article_is_read() {
    let url = "https://example.org/economia/1?utm_source=x".parse().unwrap();
    let read =
        page(ARTICLE.as_bytes(), Some("text/html; charset=utf-8"), Some(&url), &Site::default());
    let body = read.body.unwrap();
    assert!(body.starts_with("El banco central") || body.contains("\nEl banco central"), "{body}");
    assert!(
        body.contains("trimestre del año, más de lo que esperaban los analistas.\nEl consejero")
    );
    assert!(!body.contains("derechos reservados") && !body.contains("Deportes"));
    assert_eq!(read.title.as_deref(), Some("El banco crece"));
    assert_eq!(read.authors, ["Ana Pérez"]);
    assert_eq!(read.published.as_deref(), Some("2024-05-01T10:00:00+02:00"));
    assert_eq!(read.language.as_deref(), Some("es"));
    assert_eq!(read.canonical_url.as_deref(), Some("https://example.org/economia/1"));
    assert_eq!(read.site_name.as_deref(), Some("Diario"));
    assert_eq!(read.image.as_deref(), Some("https://example.org/a.jpg"));
}

#[test]
fn a_body_only_in_metadata_is_found_and_said_so() {
    let text = "Los clientes retiraron sus depósitos. ".repeat(20);
    let html = format!(
        r#"<html><head><script type="application/ld+json">{{"@type":["NewsArticle"],"articleBody":"{text}"}}</script></head><body><div id="app"></div></body></html>"#
    );
    let read = page(html.as_bytes(), None, None, &Site::default());
    assert_eq!(
        (read.body.as_deref(), read.method.as_deref()),
        (Some(text.trim()), Some("json-ld"))
    );
    assert!(!read.warnings.is_empty());
}

#[test]
fn heavy_pages_are_stripped_and_not_parsed() {
    for html in ["<div>".repeat(100_000) + "text", "<i>x</i>".repeat(300_000)] {
        let read = page(html.as_bytes(), None, None, &Site::default());
        assert_eq!(read.method.as_deref(), Some("stripped"));
        assert!(read.body.is_some());
    }
}

#[test]
fn nesting_within_the_limit_is_survived_on_a_small_stack() {
    let deep = format!("{}<p>text</p>", "<div><span>".repeat(255));
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    let read =
        thread.spawn(move || page(deep.as_bytes(), None, None, &Site::default())).unwrap().join();
    assert!(read.is_ok());
}

#[test]
fn anything_can_be_read() {
    for bytes in [&b""[..], b"\xff\xfe", b"\x00\x00", b"<", b"<html", b"&#x;", b"plain text"] {
        assert!(page(bytes, None, None, &Site::default()).title.is_none());
    }
}

/// Pieces of pages, right and wrong, as they are found next to one another.
fn piece() -> impl Strategy<Value = String> {
    let tags = "div|p|article|section|ul|li|table|tr|td|h1|h2|a href='/x'|span|figure|figcaption|aside|blockquote|noscript|form|br|pre|main|header|body|template|svg";
    let classes = "article-body|related|comments|share|lead|hidden|caption|post|newsletter|x";
    let tags: Vec<&str> = tags.split('|').collect();
    let classes: Vec<&str> = classes.split('|').collect();
    let texts = vec![
        LEAD,
        SECOND,
        THIRD,
        "Corto",
        "Leer más",
        "银行发生挤兑，监管部门表示正在调查。",
        "&amp;",
        "<",
    ];
    prop_oneof![
        (prop::sample::select(tags.clone()), prop::sample::select(classes))
            .prop_map(|(tag, class)| format!("<{tag} class='{class}'>")),
        prop::sample::select(tags)
            .prop_map(|tag| format!("</{}>", tag.split(' ').next().unwrap_or(tag))),
        prop::sample::select(texts).prop_map(str::to_owned),
    ]
}

proptest! {
    /// Never more text out than in, always text of the page, the same every time.
    #[test]
    fn the_body_is_text_of_the_page(pieces in prop::collection::vec(piece(), 0..60)) {
        let html = pieces.concat();
        let read = page(html.as_bytes(), None, None, &Site::default());
        prop_assert_eq!(&read, &page(html.as_bytes(), None, None, &Site::default()));
        let letters = |text: &str| -> String { text.split_whitespace().collect() };
        // Tags within words join them.
        let texts: String = pieces.iter().filter(|it| !it.starts_with('<') || it.len() == 1).cloned().collect();
        let whole = letters(&texts.replace("&amp;", "&"));
        let body = read.body.unwrap_or_default();
        prop_assert!(letters(&body).len() <= whole.len());
        for word in body.split_whitespace() {
            // What stands between two parts of a word may be hidden.
            let mut rest = whole.chars();
            let is_there = word.chars().all(|c| rest.any(|other| other == c));
            prop_assert!(is_there, "{} is not of the page", word);
        }
    }
}

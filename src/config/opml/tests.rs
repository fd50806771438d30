//! OPML of the field, hostile OPML, and the way there and back.

use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::prelude::*;

use super::{OpmlError, Subscription, read_opml, source_file, write_opml};
use crate::model::{Source, SourceKind};

fn subscription(name: &str, url: &str, language: Option<&str>, tags: &[&str]) -> Subscription {
    Subscription {
        name: name.to_owned(),
        url: url.parse().unwrap(),
        language: language.map(str::to_owned),
        tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
    }
}

#[test]
fn documents_of_the_field() {
    let opml = r#"<?xml version="1.0" encoding="ISO-8859-1"?>
<opml version="1.1"><head><title>Mine</title></head><body>
  <outline text="Economía"><outline title="Prensa &amp; radio" text="x">
    <outline text="Diario" title="El Diario" type="rss" xmlUrl="https://diario.example/rss?a=1&amp;b=2" htmlUrl="https://diario.example/" language="es_ES" category="/banca/central,fondos"/>
  </outline>
  <outline text="Old" type="rss" url="https://old.example/feed"/></outline>
  <OUTLINE TEXT="" XMLURL="https://bare.example/atom.xml"/>
  <outline text="Elsewhere" type="include" url="https://lists.example/more.opml"/>
  <outline text="Mail" type="rss" xmlUrl="mailto:x@example.org"/>
</body></opml>"#;
    let (bytes, _, _) = encoding_rs::WINDOWS_1252.encode(opml);
    let found = read_opml(&bytes, None).unwrap();
    let tags = ["Economía", "Prensa & radio", "banca", "central", "fondos"];
    assert_eq!(
        found.feeds,
        [
            subscription("El Diario", "https://diario.example/rss?a=1&b=2", Some("es-ES"), &tags),
            subscription("Old", "https://old.example/feed", None, &["Economía"]),
            subscription("bare.example", "https://bare.example/atom.xml", None, &[]),
        ]
    );
    assert_eq!(found.warnings.len(), 2, "{:?}", found.warnings);
}

#[test]
fn hostile_documents_are_refused_or_bounded() {
    let outline = "<outline text='a'>";
    let deep = format!("<opml><body>{}", outline.repeat(100_000));
    assert!(matches!(read_opml(deep.as_bytes(), None), Err(OpmlError::Refused(_))));
    let laughs = "<!DOCTYPE opml [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><opml><body><outline text='&b;'/></body></opml>";
    assert!(matches!(read_opml(laughs.as_bytes(), None), Err(OpmlError::Refused(_))));
    let attributes =
        format!("<opml><outline {} xmlUrl='https://a.example/'/></opml>", "a='1' ".repeat(400_000));
    assert_eq!(read_opml(attributes.as_bytes(), None).unwrap().feeds, []);
    let feed = "<outline xmlUrl='https://a.example/'/>";
    let many = format!("<opml>{}</opml>", feed.repeat(30_000));
    assert_eq!(read_opml(many.as_bytes(), None).unwrap().feeds.len(), 20_000);
    for other in ["<html><body>Sign in</body></html>", "", "plain"] {
        assert_eq!(read_opml(other.as_bytes(), None), Err(OpmlError::NotOpml), "{other}");
    }
    let cut = format!("<opml>{feed}<outline xmlUrl='");
    assert_eq!(read_opml(cut.as_bytes(), None).unwrap().feeds.len(), 1);
}

#[test]
fn ids_are_unique_and_readable() {
    let feed = |name: &str| subscription(name, "https://www.diario.example/rss", None, &[]);
    let feeds =
        [feed("El Diario: Economía"), feed("El diario, economia"), feed("财经 网"), feed("…")];
    let taken = BTreeSet::from(["el-diario-economia".to_owned()]);
    let text = source_file(&feeds, &taken);
    let ids: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("id = ")).collect();
    let expected =
        ["el-diario-economia-2", "el-diario-economia-3", "财经-网", "www-diario-example"];
    assert_eq!(ids, expected.map(|id| format!("\"{id}\"")));
}

fn loaded(file: &str) -> Vec<Arc<Source>> {
    let dir = tempfile::tempdir().unwrap();
    let main = dir.path().join("atalaya.toml");
    let keywords = concat!(env!("CARGO_MANIFEST_DIR"), "/keywords");
    let head =
        format!("keywords = {keywords:?}\nsources = \"media\"\n[organisation]\nname = \"A\"\n");
    std::fs::write(&main, head).unwrap();
    std::fs::create_dir(dir.path().join("media")).unwrap();
    std::fs::write(dir.path().join("media/imported.toml"), file).unwrap();
    let (config, warnings) = crate::config::load(&main).unwrap_or_else(|found| panic!("{found:?}"));
    assert_eq!(warnings, []);
    config.sources
}

fn subscriptions() -> impl Strategy<Value = Vec<Subscription>> {
    let tag = "[^\\p{C}\\p{Z},/]{1,12}";
    let tags = proptest::collection::btree_set(tag, 0..4);
    let language = proptest::option::of(prop_oneof!["[a-z]{2}", "[a-z]{2}-[A-Z]{2}"]);
    let name = "[^\\p{C}\\p{Z}][^\\p{C}\\p{Z}]{0,20}( [^\\p{C}\\p{Z}]{1,9}){0,2}";
    let one = (name, "[a-z]{1,8}", "[a-z0-9&=%\"'<>]{0,12}", language, tags);
    let one = one.prop_map(|(name, host, query, language, tags)| Subscription {
        name,
        url: format!("https://{host}.example/rss?{query}").parse().unwrap(),
        language,
        tags: tags.into_iter().collect(),
    });
    proptest::collection::vec(one, 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Subscriptions to a source file, to sources, to OPML, to subscriptions.
    #[test]
    fn there_and_back(feeds in subscriptions()) {
        let sources = loaded(&source_file(&feeds, &BTreeSet::new()));
        let page = Source { kind: SourceKind::Page { links: None }, ..Source::unlisted("page") };
        let exported = write_opml("Mine & <others>", &[sources, vec![Arc::new(page)]].concat());
        let back = read_opml(exported.as_bytes(), None).unwrap();
        prop_assert_eq!(back.feeds, feeds);
        prop_assert_eq!(back.warnings, Vec::<String>::new());
    }

    #[test]
    fn any_document_can_be_read(document in "<opml>(</?outline( (text|xmlUrl|type)='[a-z:/&;<.]{0,12}'){0,3}/?>|[&<a ]{0,4}){0,12}") {
        drop(read_opml(document.as_bytes(), None));
    }
}

//! Hostile documents against the real binary's parsers. Whatever a document does, it is answered or
//! given up in bounded time and memory, and the next one is read.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use atalaya::collect::{Announced, Document, ReadError};
use atalaya::model::{SiteLayout, SourceKind};
use atalaya::pipeline::{Page, Parsers, Parsing};
use atalaya::sandbox::{Fault, Limits, Pool, Why};

use crate::{Test, block_on, documents, memory, pages};

pub const TESTS: &[Test] = &[
    ("attacks::feeds_are_read_or_refused", hostile_feeds),
    ("attacks::heavy_pages_are_stripped_and_heavy_lists_refused", heavy_pages),
    ("attacks::flat_pages_are_read_or_given_up", flat_pages),
    ("attacks::a_page_without_end_is_given_up", endless_pages),
    ("attacks::text_that_comes_out_is_sound", encodings),
    ("attacks::without_processes_threads_read", on_threads),
    ("attacks::what_is_known_of_a_site_reaches_the_child", known_site),
];

/// CPU limit, twice, with a busy machine around: the wall limit, twice.
const AT_MOST: Duration = Duration::from_secs(30);

/// What the test itself may hold: some copies of documents of 16 MB.
const PEAK_MB: u64 = 400;

/// As the daemon has them, with less patience, since the program under test is not optimised and
/// much of this runs into the limit.
fn parsers() -> Parsers {
    let limits = Limits { cpu: Duration::from_secs(1), ..Limits::default() };
    let program = PathBuf::from(env!("CARGO_BIN_EXE_atalaya"));
    Parsers::on(Pool::processes(program, &["parse"], limits))
}

fn document(kind: SourceKind, body: Vec<u8>) -> Document {
    let url = "https://example.org/feed".parse().unwrap();
    Document { kind, url, content_type: None, memory: None, body }
}

/// Runs one attack, then reads a sound feed with the same parsers.
fn survive<T>(name: &str, parsers: &Parsers, attack: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let outcome = block_on(async {
        let outcome = attack.await;
        let sound = "<rss version='2.0'><channel><title>D</title><item><title>Next</title>\
                     <link>https://example.org/1</link></item></channel></rss>";
        let next = parsers.document(document(SourceKind::Feed, sound.into())).await;
        assert_eq!(next.map(|read| read.entries.len()), Ok(1), "after {name}");
        outcome
    });
    let taken = begun.elapsed();
    println!("    {name}: {taken:.1?}, parent {} MB", memory::peak());
    assert!(taken < AT_MOST, "{name} took {taken:?}");
    assert!(memory::peak() < PEAK_MB, "{name}: the parent needed {} MB", memory::peak());
    outcome
}

fn described(read: &Result<Announced, ReadError>) -> String {
    match read {
        Ok(read) => format!("{} entries", read.entries.len()),
        Err(error) => error.to_string(),
    }
}

fn hostile_feeds() {
    let parsers = parsers();
    for (name, body) in documents::feeds() {
        let read = survive(name, &parsers, parsers.document(document(SourceKind::Feed, body)));
        println!("        {}", described(&read));
        if name.contains("laughs") || name.contains("blow-up") || name.contains("entity") {
            assert!(matches!(read, Err(ReadError::Refused(_))), "{name}: {read:?}");
        }
        if let Ok(read) = read {
            assert!(read.entries.len() <= 500, "{name}");
        }
    }
}

fn heavy_pages() {
    let parsers = parsers();
    for (name, html) in pages::heavy() {
        let page = survive(name, &parsers, parsers.page(html.as_bytes(), Page::default()));
        let method = page.as_ref().map(|page| page.extracted.method.as_deref());
        assert_eq!(method, Ok(Some("stripped")), "{name}");
        let list = parsers.document(document(links(), html.into_bytes()));
        let list = survive(name, &parsers, list);
        assert!(matches!(list, Err(ReadError::Refused(_))), "{name}: {list:?}");
    }
}

fn flat_pages() {
    let parsers = parsers();
    for (name, html) in pages::flat() {
        let page = survive(name, &parsers, parsers.page(html.as_bytes(), Page::default()));
        println!("        {:?}", page.map(|page| page.extracted.method));
    }
}

fn endless_pages() {
    let parsers = parsers();
    let html = pages::attributes();
    let page = survive("attributes", &parsers, parsers.page(html.as_bytes(), Page::default()));
    assert_eq!(page, Err(Fault::Killed { why: Why::TimedOut }));
    let list = parsers.document(document(links(), html.into_bytes()));
    let list = survive("attributes", &parsers, list);
    assert_eq!(list, Err(ReadError::Stopped("it took too long".to_owned())));
}

/// A program that is gone, as after an upgrade that went wrong, stops nothing.
fn on_threads() {
    let parsers = Parsers::new(&Parsing::Processes(PathBuf::from("/nonexistent")));
    let (_, laughs) = documents::feeds().swap_remove(0);
    let read = parsers.document(document(SourceKind::Feed, laughs));
    let read = survive("on threads", &parsers, read);
    assert!(matches!(read, Err(ReadError::Refused(_))), "{read:?}");
    let page = block_on(parsers.page(b"<title>One</title><p>Two</p>", Page::default()));
    assert_eq!(page.unwrap().extracted.title.as_deref(), Some("One"));
}

/// Selectors are read in the child, time zones too, though it may open no file.
fn known_site() {
    let layout = SiteLayout {
        body: vec![".text".to_owned()],
        date: vec![".day".to_owned()],
        time_zone: Some("Europe/Madrid".to_owned()),
        ..SiteLayout::default()
    };
    let html =
        "<title>One</title><p>Two</p><p class=text>Three</p><b class=day>2024-05-01 10:00</b>";
    let known = Page { layout: Some(layout), ..Page::default() };
    let parsers = parsers();
    for _ in 0..2 {
        let read = block_on(parsers.page(html.as_bytes(), known.clone())).unwrap();
        let read = read.extracted;
        assert_eq!(read.body.as_deref(), Some("Three"));
        assert_eq!(read.published.as_deref(), Some("2024-05-01T10:00:00+02:00"));
    }
}

fn links() -> SourceKind {
    SourceKind::Page { links: Some("li a".to_owned()) }
}

fn encodings() {
    let parsers = parsers();
    for (name, body) in documents::encodings() {
        let feed = parsers.document(document(SourceKind::Feed, body.clone()));
        let feed = survive(name, &parsers, feed);
        for entry in feed.as_ref().map(|feed| &feed.entries[..]).unwrap_or_default() {
            assert!(entry.title.starts_with('A'), "{name}: {:?}", entry.title);
            assert!(!entry.title.contains('\0') && !entry.text.contains('\0'), "{name}: {entry:?}");
        }
        println!("        {}", described(&feed));
        let page = survive(name, &parsers, parsers.page(&body, Page::default())).unwrap();
        let body = page.extracted.body.unwrap_or_default();
        assert!(!body.contains('\0'), "{name}: {body:?}");
        assert!(!page.extracted.title.unwrap_or_default().contains('\0'), "{name}");
    }
}

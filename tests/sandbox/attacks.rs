//! Hostile documents against the real binary's parsers. Whatever a document does, it is answered or
//! given up in bounded time and memory, and the next one is read.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use atalaya::collect::{Announced, Document, ReadError};
use atalaya::model::SourceKind;
use atalaya::pipeline::{Parsers, Parsing};

use crate::{Test, block_on, documents, memory, pages};

pub const TESTS: &[Test] = &[
    ("attacks::feeds_are_read_or_refused", hostile_feeds),
    ("attacks::pages_are_read_stripped_or_given_up", hostile_pages),
    ("attacks::lists_are_read_or_refused", hostile_lists),
    ("attacks::text_that_comes_out_is_sound", encodings),
];

/// CPU limit, twice, with a busy machine around: the wall limit, twice.
const AT_MOST: Duration = Duration::from_secs(30);

/// What the test itself may hold: some copies of documents of 16 MB.
const PEAK_MB: u64 = 400;

fn parsers() -> Parsers {
    Parsers::new(&Parsing::Processes(PathBuf::from(env!("CARGO_BIN_EXE_atalaya"))))
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

fn hostile_pages() {
    let parsers = parsers();
    for (name, body) in pages::pages() {
        let page = survive(name, &parsers, parsers.page(&body, None, None));
        let outcome = page.as_ref().map(|page| page.method.as_deref().unwrap_or("nothing"));
        println!("        {outcome:?}");
    }
}

fn hostile_lists() {
    let parsers = parsers();
    let kind = SourceKind::Page { links: Some("li a".to_owned()) };
    for (name, body) in pages::pages() {
        let read =
            survive(name, &parsers, parsers.document(document(kind.clone(), body)));
        println!("        {}", described(&read));
    }
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
        let page = survive(name, &parsers, parsers.page(&body, None, None)).unwrap();
        let body = page.body.unwrap_or_default();
        assert!(!body.contains('\0'), "{name}: {body:?}");
        assert!(!page.title.unwrap_or_default().contains('\0'), "{name}");
    }
}

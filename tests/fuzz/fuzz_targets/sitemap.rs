//! Reads bytes as a sitemap.

#![no_main]

use atalaya::collect::{Document, read};
use atalaya::model::SourceKind;
use libfuzzer_sys::fuzz_target;
use url::Url;

fuzz_target!(|data: &[u8]| {
    let Ok(url) = Url::parse("https://example.org/sitemap.xml") else { return };
    let document = Document {
        kind: SourceKind::Sitemap,
        url,
        content_type: Some("application/xml".to_owned()),
        memory: None,
        body: data.to_vec(),
    };
    // Whatever it is, it is read or refused.
    drop(read(&document));
});

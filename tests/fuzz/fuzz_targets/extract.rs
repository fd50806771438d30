//! Reads bytes as a page. The first line, if it is short, is the content type.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (content_type, bytes) = match data.iter().position(|byte| *byte == b'\n') {
        Some(end @ 0..64) => (std::str::from_utf8(&data[..end]).ok(), &data[end + 1..]),
        _ => (None, data),
    };
    let url = url::Url::parse("https://example.org/2024/05/01/a").ok();
    let site = atalaya::extract::Site::default();
    let read = atalaya::extract::page(bytes, content_type, url.as_ref(), &site);
    // Every character takes at least one byte of the page, so no body outgrows its page.
    let body = read.body.as_deref().unwrap_or_default();
    assert!(body.chars().count() <= bytes.len(), "{} of {}", body.chars().count(), bytes.len());
    assert!(read.body.as_deref() != Some("") && read.title.as_deref() != Some(""));
    for date in read.published.iter().chain(&read.updated) {
        assert!(atalaya::text::read_date(date).is_some(), "{date}");
    }
    for link in read.canonical_url.iter().chain(&read.image) {
        assert!(url::Url::parse(link).is_ok(), "{link}");
    }
    assert_eq!(atalaya::extract::page(bytes, content_type, url.as_ref(), &site), read);
});

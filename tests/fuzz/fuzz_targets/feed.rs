//! Reads bytes as a feed. The first line, if it is short, is the content type.

#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (content_type, bytes) = match data.iter().position(|byte| *byte == b'\n') {
        Some(end @ 0..64) => (std::str::from_utf8(&data[..end]).ok(), &data[end + 1..]),
        _ => (None, data),
    };
    if let Ok(feed) =
        atalaya::collect::read_feed(bytes, content_type, Some("https://example.org/a"))
    {
        for entry in &feed.entries {
            assert!(entry.title.as_deref() != Some("") && entry.link.as_deref() != Some(""));
            for date in entry.published.iter().chain(&entry.updated) {
                assert!(date.ends_with('Z'), "{date}");
            }
        }
    }
});

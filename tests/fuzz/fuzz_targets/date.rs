//! Reads text as a date; what is read, written as ISO 8601, reads as itself.

#![no_main]

use atalaya::text::{self, DateContext};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    for context in [
        DateContext::default(),
        DateContext {
            now: "2024-05-01T10:00:00Z".parse().ok(),
            day_first: Some(true),
            china: true,
        },
    ] {
        if let Some(date) = text::read_date_in(text, context) {
            let again = date.to_string();
            // Four digits of a year are all that ISO 8601 has without an agreement.
            if date.date.year() >= 0 {
                assert_eq!(text::read_date(&again).map(|date| date.to_string()), Some(again));
            }
        }
    }
    assert!(text::day_order([text].into_iter()).is_none_or(|_| text.contains('/')));
});

//! Reads text as a query; what is read, printed, reads as itself, and an error lies within the text.

#![no_main]

use atalaya::query::{Reading, parse, print};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let reading = Reading { may_only_deny: true, ..Reading::default() };
    match parse(text, &reading) {
        Ok(parsed) => {
            let printed = print(&parsed.query);
            // Canonical text may be longer than what a query may be.
            if printed.len() < 64 * 1024 {
                assert_eq!(parse(&printed, &reading).map(|again| again.query), Ok(parsed.query));
            }
        }
        Err(error) => assert!(text.get(error.span).is_some()),
    }
});

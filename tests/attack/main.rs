//! Attacks on the guarded HTTP client: hostile addresses, names, redirects, bodies and silences.
//!
//! Each test plays in a network namespace of its own, in which every address of the internet leads
//! to this process. So a forbidden connection would be seen, and each test shows that it would.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot set its stage has failed"
)]

mod bombs;
mod endless;
mod names;
mod rebinding;
mod redirects;
mod servers;
mod slow;
mod ssrf;
mod stage;

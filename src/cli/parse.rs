//! `atalaya parse`: a process that the daemon starts to read feeds and pages in. Not for people.

use std::process::ExitCode;

use super::report;
use crate::{pipeline, sandbox};

/// Reads what comes on standard input until that ends. No configuration, no runtime, no TLS: it
/// starts in milliseconds, and again after each page that ended it.
pub fn run() -> ExitCode {
    match sandbox::serve(pipeline::answer) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("atalaya: parsing: {error}");
            ExitCode::from(report::DEPENDENCY)
        }
    }
}

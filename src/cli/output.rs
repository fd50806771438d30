//! Answers on standard output, complaints on standard error.

use std::fmt::{self, Display};
use std::io::{self, Write};
use std::process::ExitCode;

use serde::Serialize;

use super::report::BAD_INPUT;

/// One JSON object, indented.
pub fn print_json(value: &impl Serialize) -> ExitCode {
    match serde_json::to_string_pretty(value) {
        Ok(text) => print(&(text + "\n")),
        Err(error) => refuse(&error, ExitCode::from(BAD_INPUT)),
    }
}

/// Text that `write` makes.
pub fn print_text(write: impl FnOnce(&mut String) -> fmt::Result) -> ExitCode {
    let mut text = String::new();
    match write(&mut text) {
        Ok(()) => print(&text),
        Err(error) => refuse(&error, ExitCode::from(BAD_INPUT)),
    }
}

/// Writes to standard output; a reader that went away (`| head`) is no fault.
fn print(text: &str) -> ExitCode {
    match io::stdout().lock().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            refuse(&error, ExitCode::from(BAD_INPUT))
        }
        _ => ExitCode::SUCCESS,
    }
}

/// Why a command did not do its work, and the exit code that says so.
pub fn refuse(error: &impl Display, code: ExitCode) -> ExitCode {
    eprintln!("atalaya: {error}");
    code
}

//! Files and environment → one checked, typed snapshot, or findings with place and remedy.
//!
//! Nothing is repaired or guessed: an unknown key, a bad URL or a dangling name is a finding,
//! and a snapshot with errors is never used.

mod channel;
mod finding;
mod plans;
mod toml_file;

pub use channel::{Channel, ChannelKind, Smtp, SmtpTls};
pub use finding::{Finding, FindingSeverity};
pub use plans::{load_people, load_plan};
pub use toml_file::TomlFile;

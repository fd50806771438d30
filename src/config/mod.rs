//! Files and environment → one checked, typed snapshot, or findings with place and remedy.
//!
//! Nothing is repaired or guessed: an unknown key, a bad URL or a dangling name is a finding,
//! and a snapshot with errors is never used.

mod channel;
mod finding;
mod keywords;
mod toml_file;

pub use channel::{Channel, ChannelKind, Smtp, SmtpTls};
pub use finding::{Finding, FindingSeverity};
pub use keywords::{LoadedKeywords, embedded_keywords, load_keywords};
pub use toml_file::TomlFile;

//! Files and environment → one checked, typed snapshot, or findings with place and remedy.
//!
//! Nothing is repaired or guessed: an unknown key, a bad URL or a dangling name is a finding,
//! and a snapshot with errors is never used.

mod calendars;
mod cases;
mod channel;
mod channels;
mod complaints;
mod dkim;
mod explain;
mod fallbacks;
mod finding;
mod gathering;
mod holidays;
mod inspection;
mod keywords;
mod load;
mod mailboxes;
mod mask;
mod matchers;
mod media;
mod opml;
mod plans;
mod policies;
mod routes;
mod scenarios;
mod second_reader;
mod settings;
mod severity;
mod sites;
mod snapshot;
mod sources;
mod telling;
mod templates;
mod toml_file;
mod value;
mod watches;

pub use channel::{Channel, ChannelKind, Dkim, Fallback, MailTls, Service, Smtp};
pub use complaints::{ComplaintRules, ComplaintSeverity, WaveRules};
pub use dkim::{DkimKey, DkimKeyError};
pub use finding::{Finding, FindingSeverity};
pub use inspection::InspectionTime;
pub use keywords::{LoadedKeywords, embedded_keywords, load_keywords};
pub use load::load;
pub use mailboxes::Mailbox;
pub use matchers::{alert_query, unknown_label};
pub use opml::{OpmlError, Subscription, Subscriptions, read_opml, source_file, write_opml};
pub use plans::{
    Inspection, LocatedTrouble, Owed, PlanNames, Rehearsed, inspect_plan, load_people, load_plan,
    uncovered,
};
pub use scenarios::{of_case as case_scenario, scenario};
pub use second_reader::SecondReader;
pub use severity::{Points, SeverityRules, Shape, Thresholds};
pub use snapshot::{
    About, Answers, Collect, Config, Database, Heartbeat, Organisation, Route, Web,
};
pub use telling::{Digest, Inhibit, Storm, Telling};
pub use templates::TemplateFile;
pub use toml_file::TomlFile;
pub use value::duration;
pub use watches::Watch;

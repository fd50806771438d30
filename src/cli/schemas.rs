//! JSON Schemas of everything that commands print with `--json` and `--jsonl`: the contract of
//! docs/schemas/, which a test holds against these types.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::cases::CasesReport;
use super::check::CheckReport;
use super::inspect::{Answer, LanguageRow, StoriesRow};
use super::search::{SearchHit, SearchReport};
use crate::analyse::Matches;
use crate::app::alerts::{AlertReport, AlertsReport};
use crate::app::complaints::{ComplaintReport, ComplaintsReport, ImportReport};
use crate::app::contacts::ContactsReport;
use crate::app::deliveries::{DeliveriesReport, DeliveryReport};
use crate::app::drills::{DrillReport, DrillsReport};
use crate::app::explain::Explanation;
use crate::app::incidents::{IncidentReport, IncidentsReport, Verified};
use crate::app::mailboxes::MailboxesReport;
use crate::app::service::ServiceReport;
use crate::app::silences::{HeldRow, SilenceRow};
use crate::app::sources::SourcesReport;
use crate::app::stories::{HotReport, StoriesReport};
use crate::app::training::QuizReport;
use crate::app::trial::TrialReport;
use crate::app::verdicts::{Example, VerdictRow};
use crate::app::watches::{WatchReport, WatchRow, WatchShown};
use crate::archive::BacktestReport;
use crate::demo::outcome::Outcome;
use crate::model::{Case, Extracted, Feed, Polarity, Spread};
use crate::score::Tuning;

/// Schemas (JSON Schema 2020-12) by the name of their file without `.json`. A name that ends in
/// `-row` is one line of a stream. Fields may be added to the objects without notice.
#[must_use]
pub fn schemas() -> BTreeMap<&'static str, Value> {
    BTreeMap::from([
        ("alert", schema::<AlertReport>("atalaya alerts show ID --json")),
        ("alerts", schema::<AlertsReport>("atalaya alerts --json")),
        ("backtest", schema::<BacktestReport>("atalaya backtest --json")),
        ("drill", schema::<DrillReport>("atalaya drill show NUMBER --json")),
        ("drills", schema::<DrillsReport>("atalaya drill list --json")),
        ("case", schema::<Case>("atalaya cases show ID --json")),
        ("cases", schema::<CasesReport>("atalaya cases --json")),
        ("check", schema::<CheckReport>("atalaya check --json")),
        ("channel-test", schema::<TrialReport>("atalaya channel test --json")),
        ("contacts", schema::<ContactsReport>("atalaya drill PLAN --silent-contacts --json")),
        ("deliveries", schema::<DeliveriesReport>("atalaya deliveries --json")),
        ("delivery", schema::<DeliveryReport>("atalaya deliveries show ID --json")),
        ("complaint", schema::<ComplaintReport>("atalaya complaint show NUMBER --json")),
        ("complaint-import", schema::<ImportReport>("atalaya complaint import FILE --json")),
        ("complaint-mailboxes", schema::<MailboxesReport>("atalaya complaint mailboxes --json")),
        ("complaint-report", schema::<ServiceReport>("atalaya complaint report --json")),
        ("complaints", schema::<ComplaintsReport>("atalaya complaint list --json")),
        ("demo", schema::<Outcome>("atalaya demo --json")),
        ("explain", schema::<Explanation>("atalaya explain --json")),
        ("feed", schema::<Feed>("atalaya inspect feed --json")),
        ("feed-row", schema::<Answer<Feed>>("atalaya inspect feed --jsonl")),
        ("held", schema::<Vec<HeldRow>>("atalaya held --json")),
        ("hot", schema::<HotReport>("atalaya hot --json")),
        ("incident", schema::<IncidentReport>("atalaya incident show NUMBER --json")),
        ("incidents", schema::<IncidentsReport>("atalaya incident list --json")),
        ("language", schema::<LanguageRow>("atalaya inspect language")),
        ("language-row", schema::<Answer<LanguageRow>>("atalaya inspect language --jsonl")),
        ("match", schema::<Matches>("atalaya inspect match")),
        ("match-row", schema::<Answer<Matches>>("atalaya inspect match --jsonl")),
        ("page", schema::<Extracted>("atalaya inspect page --json")),
        ("page-row", schema::<Answer<Extracted>>("atalaya inspect page --jsonl")),
        ("quiz-results", schema::<QuizReport>("atalaya quiz results --json")),
        ("search", schema::<SearchReport>("atalaya search --json")),
        ("search-row", schema::<SearchHit>("atalaya search --jsonl")),
        ("sentiment", schema::<Polarity>("atalaya inspect sentiment")),
        ("sentiment-row", schema::<Answer<Polarity>>("atalaya inspect sentiment --jsonl")),
        ("silences", schema::<Vec<SilenceRow>>("atalaya silence list --json")),
        ("sources", schema::<SourcesReport>("atalaya sources --json")),
        ("stories", schema::<StoriesReport>("atalaya stories --json")),
        ("verify", schema::<Verified>("atalaya verify --json")),
        ("story", schema::<Spread>("atalaya stories --story ID --json")),
        ("tune", schema::<Tuning>("atalaya tune --json")),
        ("verdict-export-row", schema::<Example>("atalaya verdict --export")),
        ("verdict-row", schema::<VerdictRow>("atalaya verdict --list --jsonl")),
        ("watch", schema::<WatchShown>("atalaya watch show ID --json")),
        ("watch-report", schema::<WatchReport>("atalaya watch report ID --json")),
        ("watches", schema::<Vec<WatchRow>>("atalaya watch list --json")),
        ("stories-row", schema::<Answer<StoriesRow>>("atalaya inspect stories --jsonl")),
    ])
}

fn schema<T: JsonSchema>(title: &str) -> Value {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schema = generator.into_root_schema_for::<T>();
    schema.insert("title".to_owned(), title.into());
    schema.to_value()
}

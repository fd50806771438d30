//! The words of the product: plain data that every room shares, with its invariants.
//!
//! Nothing here does I/O, reads a clock or knows SQL. Times are UTC instants
//! ([`jiff::Timestamp`]); text offsets count Unicode scalar values from 0, end exclusive.

mod alert;
mod analysis;
mod answer_link;
mod article;
mod business_days;
mod calendar;
mod case;
mod channel_change;
mod complaint;
pub mod condition;
mod delivery;
mod drill;
mod escalation;
mod feed;
mod id;
mod incident;
mod incident_event;
mod inspection;
mod keywords;
mod labels;
mod locale;
mod mailbox;
mod media;
mod notice;
mod plan;
mod plan_duration;
mod plan_notice;
pub mod query;
pub mod quiz;
mod rating_link;
mod service;
mod severity;
mod silence;
mod site;
mod source;
mod spread;
mod statement;
mod story;
mod summary;
mod verdict;
mod vitals;
mod watch;

pub use alert::{
    Actor, Alert, AlertEvent, AlertEventKind, AlertLife, AlertState, Decision, Reason,
};
pub use analysis::{
    Analysis, CategoryMatch, Evidence, EvidenceKind, Field, Polarity, PolarityLabel, SecondOpinion,
    Span, TopicMatch, TopicOpinion,
};
pub use answer_link::{AnswerKey, AnswerLink};
pub use article::{Article, Entry, EntryMarks, Extracted};
pub use business_days::BusinessDays;
pub use calendar::{Calendar, Hours, Override, QuietHours, Rotation, Turn};
pub use case::{Case, CaseEntry, CaseQuestion, ScenarioArticle};
pub use channel_change::{ChannelChange, ChannelHealth, ChannelState, ChannelsNotice};
pub use complaint::{
    Complaint, ComplaintEvent, ComplaintEventKind, ComplaintItem, ComplaintLife, ComplaintState,
    ComplaintsNotice, Personal, Reminder, Wave, WaveAbout,
};
pub use delivery::{AnswerBy, AttemptOutcome, Delivery, DeliveryState, Press, Recipient};
pub use drill::{Drill, DrillClock, DrillMark, DrillReach, DrillState, Scenario, ScenarioItem};
pub use escalation::{
    Call, Cause, Escalation, EscalationState, Holder, Ladder, Policy, Repeat, Rung,
};
pub use feed::{Enclosure, Feed, FeedEntry};
pub use id::{
    AlertEventId, AlertId, ArticleId, DeliveryId, EntryId, HealthEventId, HeldId, IncidentId,
    NoticeId, QuizResultId, StoryEditId, StoryId, VerdictId, WatchMarkId,
};
pub use incident::{
    Care, Chase, Duty, Incident, IncidentLife, IncidentState, Lesson, Mark, Repeating, Step,
    StepState,
};
pub use incident_event::{Happening, IncidentEvent, Origin, Start, Through};
pub use inspection::{PlanFinding, PlanTrouble, PlansNotice};
pub use keywords::{
    Category, Example, Keywords, LanguageTerms, Lexicon, LexiconEntry, Modifiers, Rule, Topic,
};
pub use labels::{Label, Labels};
pub use locale::{LocalText, Locale};
pub use mailbox::{MailboxMark, MailboxState};
pub use media::{Agency, Media, Outlet};
pub use notice::{
    AlertNotice, EscalationNotice, Notice, NoticeBody, NoticeIncident, NoticeKind, NoticeStep,
    NoticeStory, SilentTopic, SourceChange, SourcesNotice,
};
pub use plan::{
    Activation, ActivationMode, Anchor, Deadline, DrillSchedule, DrillSettings, EscalationStep,
    MediaContact, MessageTemplate, NotAfter, Person, Plan, PlanStep, Review, Role, RoleKind,
    Sitrep, Skipping, StandDown, Trigger,
};
pub use plan_duration::PlanDuration;
pub use plan_notice::{PlanDone, PlanNews, PlanNotice, PlanTask, SituationReport};
pub use quiz::QuizResult;
pub use rating_link::RatingLink;
pub use service::{Served, Service, ServiceBy};
pub use severity::{Adjustment, Fact, Level, Part, PartName, Place, Severity, VerdictLabel};
pub use silence::{HeldWhy, ReadSilence, Silence};
pub use site::SiteLayout;
pub use source::{
    Address, Health, JsonPaths, Pace, PrivateAccess, Proxy, Reach, Source, SourceKind, SourceState,
    UpdateHints, Validators,
};
pub use spread::{Credit, CreditKind, Share, Spread, SpreadArticle, SpreadHour, SpreadOwner};
pub use statement::{Approval, Statement, TextField, short_hash};
pub use story::{Assignment, Story, StoryEdit, StoryEditKind, StoryFacts};
pub use summary::{DigestFacts, SilenceFacts, SummaryItem, SummaryNotice, SummaryOf, SummaryTopic};
pub use verdict::{StaffVerdict, Standing};
pub use vitals::{HealthEvent, HoursOfWeek, Rhythm, Vitals};
pub use watch::{WatchMark, WatchQuestion};

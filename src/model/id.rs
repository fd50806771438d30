//! Identifiers: `UUIDv7` newtypes, so that rows sort by creation and kinds cannot be mixed up.

macro_rules! uuid_id {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(uuid::Uuid);

        impl $name {
            /// A fresh identifier (RFC 9562 version 7: time-ordered).
            #[must_use]
            #[expect(clippy::new_without_default, reason = "a default identifier would be a new one each time")]
            pub fn new() -> Self {
                Self(uuid::Uuid::now_v7())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }

        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                s.parse().map(Self)
            }
        }
    )+};
}

uuid_id! {
    /// An entry that a source announced.
    EntryId;
    /// An article: one extracted text.
    ArticleId;
    /// A story: the articles that tell one event.
    StoryId;
    /// An alert: one story that concerns one topic.
    AlertId;
    /// The frozen facts of one message.
    NoticeId;
    /// One message to one recipient over one channel.
    DeliveryId;
    /// A crisis plan in action.
    IncidentId;
    /// A change of a source's health.
    HealthEventId;
    /// A change that somebody made to stories.
    StoryEditId;
    /// What staff said of a story.
    VerdictId;
    /// Something that happened to an alert.
    AlertEventId;
    /// An alert that was not told at once.
    HeldId;
    /// A quiz that somebody took.
    QuizResultId;
    /// What somebody said to a question of a watch.
    WatchMarkId;
}

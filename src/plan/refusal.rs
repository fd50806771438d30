//! Why something cannot happen to an incident.

use jiff::Timestamp;

use crate::model::{IncidentState, Level, StepState};

/// Why something cannot happen to an incident. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The log does not begin as logs begin.
    #[error("the log does not begin with the opening of the incident")]
    Beginning,
    /// Not in this state.
    #[error("the incident is {}", .0.name())]
    State(IncidentState),
    /// No step, duty or role has this key.
    #[error("there is no step, deadline or role `{0}`")]
    Unknown(String),
    /// The step is over, or others come first.
    #[error("`{key}` is {}", .state.name())]
    Step {
        /// Which.
        key: String,
        /// What it is.
        state: StepState,
    },
    /// Other steps come first.
    #[error("`{key}` waits for {}", .before.join(", "))]
    Waits {
        /// Which.
        key: String,
        /// What comes first.
        before: Vec<String>,
    },
    /// The plan lets nobody leave it out.
    #[error("the plan lets nobody leave out `{0}`")]
    Needed(String),
    /// The plan asks for a proof.
    #[error("the plan asks for evidence of `{key}`: {wanted}")]
    Evidence {
        /// Of what.
        key: String,
        /// `note`, `url` or `file`.
        wanted: String,
    },
    /// A reason is missing.
    #[error("a reason is needed")]
    Reason,
    /// Only people do this.
    #[error("only a person can do this")]
    Person,
    /// The level is no higher.
    #[error("the level is {0} already")]
    Level(Level),
    /// The level has not been quiet for as long as the plan asks.
    #[error("the plan asks for a quiet time before the level is lowered: not before {0}")]
    TooEarly(Timestamp),
    /// Only these people do this.
    #[error("only {} can do this", .0.join(" or "))]
    Only(Vec<String>),
    /// The plan has no such text.
    #[error("the plan has no text `{0}`")]
    NoText(String),
    /// Fields of the text are empty.
    #[error("nothing is known yet for {} of the text `{key}`: write it yourself", .fields.join(", "))]
    Fields {
        /// Which text.
        key: String,
        /// The fields, in braces.
        fields: Vec<String>,
    },
    /// The text says what it said before.
    #[error("this is the text of `{0}` already")]
    SameText(String),
    /// Nobody has drafted the text.
    #[error("the text `{0}` is not drafted yet")]
    NoDraft(String),
    /// Nobody has to approve it.
    #[error("the plan asks nobody to approve the text `{0}`")]
    NoApproval(String),
    /// The text is another one now.
    #[error("the text of `{0}` has changed: read it again")]
    OtherText(String),
    /// It was approved for this role.
    #[error("the text `{key}` is approved for `{role}` already")]
    Approved {
        /// Which text.
        key: String,
        /// For which role.
        role: String,
    },
    /// Its text may not go out yet.
    #[error("`{key}` uses the text `{message}`, which is not approved yet by {}", .missing.join(", "))]
    Unapproved {
        /// The step or duty.
        key: String,
        /// The text.
        message: String,
        /// Roles that have not approved it.
        missing: Vec<String>,
    },
    /// Something is left to do.
    #[error("not done yet: {}", .0.join(", "))]
    Left(Vec<String>),
    /// Conditions of the plan are not said to be met.
    #[error("not said to be met: {}", .0.join("; "))]
    Conditions(Vec<String>),
    /// It comes out of its time: somebody was first.
    #[error("it is not its time: `{0}`")]
    Time(&'static str),
}

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
    /// Who leads must say this.
    #[error("only {} can do this", .0.join(" or "))]
    Command(Vec<String>),
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

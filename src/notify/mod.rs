//! From a notice to a message that somebody gets: rendering, and one sender for each channel.
//!
//! Rendering is pure. A sender says whether a repeat helps and when; it never repeats by itself,
//! never stores anything, and never lets a URL or a password into its texts.

mod channel;
mod clean;
mod clock;
mod context;
mod dkim;
mod envelope;
mod http;
mod mail;
mod maildir;
mod markup;
mod outline;
mod retry;
mod rooms;
mod smtp;
mod smtp_pool;
mod view;
mod webhook;
mod wording;

#[cfg(test)]
mod plan_test;
#[cfg(test)]
pub(crate) mod sample;
#[cfg(test)]
mod smtp_test;
#[cfg(test)]
mod smtp_tls_test;

pub use channel::{
    BuildError, HandOver, HandOverRefused, Message, Notifier, Receipt, SendError, build,
};
pub use mail::{RenderError, RenderedMail, render_mail};
pub use maildir::sink;
pub use retry::retry_at;
pub use rooms::{mattermost_answered, render_slack};
pub use webhook::render_webhook;
pub use wording::{TemplateFault, Wording, trial};

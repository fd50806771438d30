//! The mailboxes of complaints, looked into by hand.

use schemars::JsonSchema;
use serde::Serialize;

use super::{AppError, reading};
use crate::config::{Config, Mailbox};
use crate::mailbox::{MailboxError, Session};
use crate::model::MailboxState;
use crate::store::mailboxes;

/// The shape of `atalaya complaint mailboxes --json`.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MailboxesReport {
    /// In the order of the configuration.
    pub mailboxes: Vec<MailboxRow>,
}

/// A mailbox, asked now. Nothing in it was changed, and nothing filed.
#[derive(Debug, Serialize, JsonSchema)]
pub struct MailboxRow {
    /// Name.
    pub id: String,
    /// Server and port.
    pub server: String,
    /// Folder.
    pub folder: String,
    /// Mails that the daemon would read next; null if it cannot be read.
    pub waiting: Option<usize>,
    /// Why it cannot be read.
    pub error: Option<String>,
    /// When the daemon last found something new in it, RFC 3339; null if it never was read.
    pub read_at: Option<String>,
    /// Since when the daemon cannot read it, RFC 3339.
    pub failing_since: Option<String>,
}

/// Asks each mailbox, one after the other.
///
/// # Errors
/// If the store cannot be read.
pub async fn look(config: &Config) -> Result<MailboxesReport, AppError> {
    let mut rows = Vec::new();
    for mailbox in config.complaints.iter().flat_map(|rules| &rules.mailboxes) {
        let id = mailbox.id.clone();
        let state = reading(config, move |tx| mailboxes::find(tx, &id)).await?;
        let (waiting, error) = match waiting(mailbox, &state).await {
            Ok(waiting) => (Some(waiting), None),
            Err(error) => (None, Some(error.to_string())),
        };
        rows.push(MailboxRow {
            id: mailbox.id.clone(),
            server: format!("{}:{}", mailbox.server, mailbox.port),
            folder: mailbox.folder.clone(),
            waiting,
            error,
            read_at: state.mark.map(|mark| mark.read_at.to_string()),
            failing_since: state.failing_since.map(|since| since.to_string()),
        });
    }
    Ok(MailboxesReport { mailboxes: rows })
}

async fn waiting(mailbox: &Mailbox, state: &MailboxState) -> Result<usize, MailboxError> {
    let mut session = Session::open(mailbox).await?;
    let waiting = session.new_mails(state.mark.as_ref()).await?.len();
    session.close().await;
    Ok(waiting)
}

//! A mailbox that is open.

use std::time::Duration;

use async_imap::error::Error;
use futures_util::TryStreamExt;
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret;

use super::MailboxError;
use super::bounded::Bounded;
use super::connection::{TALK, connect};
use crate::config::Mailbox;
use crate::model::MailboxMark;

/// One command and its answer.
pub(super) const COMMAND: Duration = Duration::from_secs(30);
/// Some mails.
const FETCH: Duration = Duration::from_mins(2);
/// Good manners.
const FAREWELL: Duration = Duration::from_secs(2);
/// Bytes that are read of a mail: its text stands before what is attached.
const MOST_OF_A_MAIL: usize = 512 << 10;
/// Characters of what a server says.
const MOST_SAID: usize = 200;
/// Where a server has numbered its mails anew, those are looked at again that came so long before it was last read.
const AGAIN: SignedDuration = SignedDuration::from_hours(48);

/// A mailbox that is open for reading.
#[derive(Debug)]
pub struct Session {
    imap: async_imap::Session<Bounded>,
    validity: u32,
    last: u32,
}

/// A mail as the server keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// Its number in the mailbox, while the mailbox keeps its numbers.
    pub uid: u32,
    /// When the server took it.
    pub received_at: Option<Timestamp>,
    /// Its first 512 KB.
    pub bytes: Vec<u8>,
}

impl Session {
    /// Mails that are fetched at once.
    pub const AT_ONCE: usize = 10;

    /// Connects, logs in and opens the folder.
    ///
    /// # Errors
    /// See [`MailboxError`].
    pub async fn open(mailbox: &Mailbox) -> Result<Self, MailboxError> {
        let client = connect(mailbox).await?;
        let (user, password) = &mailbox.login;
        let login = async { client.login(user, password.expose_secret()).await.map_err(|it| it.0) };
        let mut imap = asked("logging in", COMMAND, login).await?;
        let folder = asked("opening the folder", COMMAND, imap.examine(&mailbox.folder)).await?;
        let validity = folder.uid_validity.ok_or(MailboxError::Nonsense { step: "opening" })?;
        // Without `UIDNEXT` everything counts as read that is found now; servers must send it (RFC 9051 §6.3.2).
        let last = folder.uid_next.map_or(0, |next| next.saturating_sub(1));
        Ok(Self { imap, validity, last })
    }

    /// By what the server numbers its mails now; with another value all numbers are others.
    #[must_use]
    pub fn validity(&self) -> u32 {
        self.validity
    }

    /// The number of the last mail when it was opened; 0 if there was none.
    #[must_use]
    pub fn last(&self) -> u32 {
        self.last
    }

    /// Whether a mark still means something.
    #[must_use]
    pub fn knows(&self, mark: &MailboxMark) -> bool {
        mark.validity == self.validity
    }

    /// Numbers of the mails behind a mark, rising. Without one: of those that nobody has read. With one from
    /// before the server numbered its mails anew: of those of the last days, known ones among them.
    ///
    /// # Errors
    /// See [`MailboxError`].
    pub async fn new_mails(
        &mut self,
        mark: Option<&MailboxMark>,
    ) -> Result<Vec<u32>, MailboxError> {
        self.imap.get_mut().allow(TALK);
        let (query, after) = match mark {
            None => ("UNSEEN".to_owned(), 0),
            Some(mark) if self.knows(mark) => {
                (format!("UID {}:*", u64::from(mark.last) + 1), mark.last)
            }
            Some(mark) => {
                let since = mark.read_at.checked_sub(AGAIN).unwrap_or(Timestamp::MIN);
                (format!("SINCE {}", since.strftime("%d-%b-%Y")), 0)
            }
        };
        let found = asked("searching", COMMAND, self.imap.uid_search(query)).await?;
        // `n:*` names the last mail even where it lies before n (RFC 9051 §9).
        let mut found: Vec<u32> = found.into_iter().filter(|uid| *uid > after).collect();
        found.sort_unstable();
        Ok(found)
    }

    /// Mails by their numbers, at most [`Session::AT_ONCE`]; those that were removed meanwhile are missing.
    ///
    /// # Errors
    /// See [`MailboxError`].
    pub async fn fetch(&mut self, uids: &[u32]) -> Result<Vec<Mail>, MailboxError> {
        self.imap.get_mut().allow(uids.len() * MOST_OF_A_MAIL + TALK);
        let set = uids.iter().map(u32::to_string).collect::<Vec<_>>().join(",");
        let query = format!("(UID INTERNALDATE BODY.PEEK[]<0.{MOST_OF_A_MAIL}>)");
        let fetching = async {
            let answers = self.imap.uid_fetch(&set, &query).await?;
            answers.try_collect::<Vec<_>>().await
        };
        let answers = asked("fetching mails", FETCH, fetching).await?;
        let mut mails: Vec<Mail> = answers
            .iter()
            .filter_map(|answer| {
                let received = answer.internal_date().map(|date| date.timestamp());
                Some(Mail {
                    uid: answer.uid.filter(|uid| uids.contains(uid))?,
                    received_at: received.and_then(|seconds| Timestamp::from_second(seconds).ok()),
                    bytes: answer.body()?.to_vec(),
                })
            })
            .collect();
        mails.sort_unstable_by_key(|mail| mail.uid);
        Ok(mails)
    }

    /// Says goodbye.
    pub async fn close(mut self) {
        if !matches!(tokio::time::timeout(FAREWELL, self.imap.logout()).await, Ok(Ok(()))) {
            tracing::debug!("the mail server did not say goodbye");
        }
    }
}

/// What is answered to a command in time.
pub(super) async fn asked<T>(
    step: &'static str,
    limit: Duration,
    command: impl Future<Output = Result<T, Error>>,
) -> Result<T, MailboxError> {
    match tokio::time::timeout(limit, command).await {
        Ok(answer) => answer.map_err(|error| refusal(step, error)),
        Err(_) => Err(MailboxError::Silent { step, seconds: limit.as_secs() }),
    }
}

/// The library's errors quote what came, mails among it: only a server's own refusal is passed on.
pub(super) fn refusal(step: &'static str, error: Error) -> MailboxError {
    match error {
        Error::No(said) | Error::Bad(said) => {
            let plain = said.chars().map(|c| if c.is_control() { ' ' } else { c });
            MailboxError::Refused { step, said: plain.take(MOST_SAID).collect() }
        }
        Error::Io(error) if error.kind() != std::io::ErrorKind::Other => {
            MailboxError::Unreachable { step, what: error.kind().to_string() }
        }
        Error::ConnectionLost => {
            MailboxError::Unreachable { step, what: "the connection was lost".to_owned() }
        }
        _ => MailboxError::Nonsense { step },
    }
}

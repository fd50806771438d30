//! Reads the mailboxes that customers write to. What is filed and how far the mailbox was read is one transaction, so
//! that a crash neither loses a mail nor files it twice.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::filing::{Outcome, take_letter};
use crate::complaint::{Letter, NoLetter};
use crate::config::{Config, Mailbox};
use crate::mailbox::{Mail, MailboxError, Session};
use crate::model::{Health, HealthEvent, HealthEventId, MailboxMark, MailboxState, Source};
use crate::phrases;
use crate::pipeline::Pipeline;
use crate::store::{StoreError, Transaction, health, mailboxes};

/// How soon a mailbox that a reload brought is noticed.
const LOOK: Duration = Duration::from_secs(1);
/// One reading, however much is new: the next goes on.
const LONGEST: Duration = Duration::from_mins(10);
/// Failures in a row that are no mere blink.
const LASTING: u32 = 3;

/// Reads until the workers are to stop, each mailbox by itself: one whose server hangs holds up no other.
pub(in super::super) async fn run(pipeline: Pipeline) {
    let mut next: BTreeMap<String, Instant> = BTreeMap::new();
    let mut reading: JoinSet<(String, Duration)> = JoinSet::new();
    loop {
        let live = pipeline.snapshot();
        let all = live.config.complaints.iter().flat_map(|rules| &rules.mailboxes);
        for mailbox in all {
            let now = Instant::now();
            if next.get(&mailbox.id).is_some_and(|next| *next > now) {
                continue;
            }
            // Longer than it can take; set anew when it ends.
            next.insert(mailbox.id.clone(), now + LONGEST + LONGEST);
            let (pipeline, live, mailbox) = (pipeline.clone(), Arc::clone(&live), mailbox.clone());
            reading.spawn(async move {
                read(&pipeline, &live.config, &mailbox).await;
                (mailbox.id, mailbox.every)
            });
        }
        tokio::select! {
            () = pipeline.stop.cancelled() => return,
            Some(Ok((id, every))) = reading.join_next() => {
                next.insert(id, Instant::now() + every);
            }
            () = tokio::time::sleep(LOOK) => {}
        }
    }
}

/// The mailboxes as sources, which is what operators hear of.
pub(in super::super) fn sources(config: &Config) -> Vec<Source> {
    let all = config.complaints.iter().flat_map(|rules| &rules.mailboxes);
    let source = |mailbox: &Mailbox| {
        let name = [("name", mailbox.id.as_str())];
        Source {
            name: phrases::fill("complaint.mailbox", config.organisation.locale, &name),
            ..Source::unlisted(&source_id(mailbox))
        }
    };
    all.map(source).collect()
}

fn source_id(mailbox: &Mailbox) -> String {
    format!("{}/{}", Source::COMPLAINTS, mailbox.id)
}

#[derive(Debug, thiserror::Error)]
enum ReadError {
    #[error(transparent)]
    Mailbox(#[from] MailboxError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

async fn read(pipeline: &Pipeline, config: &Config, mailbox: &Mailbox) {
    let reading = tokio::time::timeout(LONGEST, read_new(pipeline, config, mailbox)).await;
    let fault = match reading {
        Ok(Ok(())) | Err(_) => None,
        Ok(Err(ReadError::Mailbox(error))) => Some(error.to_string()),
        Ok(Err(ReadError::Store(error))) => {
            tracing::error!(mailbox = mailbox.id, %error, "mails could not be filed yet");
            return;
        }
    };
    if let Some(error) = &fault {
        tracing::warn!(mailbox = mailbox.id, error, "a mailbox cannot be read");
    }
    pipeline.metrics.mailbox(&mailbox.id, fault.is_none());
    let mailbox = mailbox.clone();
    let job = move |tx: &mut dyn Transaction| settle(tx, &mailbox, fault.as_deref());
    if let Err(error) = pipeline.store.write(job).await {
        tracing::error!(%error, "how a mailbox is could not be recorded");
    }
}

/// Records how reading it went; operators hear of a change that lasts.
fn settle(
    tx: &mut dyn Transaction,
    mailbox: &Mailbox,
    fault: Option<&str>,
) -> Result<(), StoreError> {
    let now = Timestamp::now();
    let MailboxState { failures, .. } = mailboxes::find(tx, &mailbox.id)?;
    let (was, becomes) = match fault {
        Some(fault) => {
            mailboxes::fails(tx, &mailbox.id, fault, now)?;
            if failures + 1 != LASTING {
                return Ok(());
            }
            (Health::Healthy, Health::Failing)
        }
        None if failures == 0 => return Ok(()),
        None => {
            mailboxes::works(tx, &mailbox.id)?;
            if failures < LASTING {
                return Ok(());
            }
            (Health::Failing, Health::Healthy)
        }
    };
    let event = HealthEvent {
        id: HealthEventId::new(),
        source_id: source_id(mailbox),
        at: now,
        was,
        now: becomes,
        reason: fault.map(str::to_owned),
    };
    health::insert(tx, &event)
}

async fn read_new(
    pipeline: &Pipeline,
    config: &Config,
    mailbox: &Mailbox,
) -> Result<(), ReadError> {
    let id = mailbox.id.clone();
    let mark = pipeline.store.read(move |tx| mailboxes::find(tx, &id)).await?.mark;
    let mut session = Session::open(mailbox).await?;
    let uids = session.new_mails(mark.as_ref()).await?;
    // Numbers that are looked at out of order are marked once all are filed; until then, filing again is harmless.
    let in_order = mark.is_some_and(|mark| session.knows(&mark));
    for some in uids.chunks(Session::AT_ONCE) {
        let mails = session.fetch(some).await?;
        let missing = some.len().saturating_sub(mails.len());
        if missing > 0 {
            let why = "removed meanwhile, or not given by the server";
            tracing::warn!(
                mailbox = mailbox.id,
                missing,
                why,
                "mails that were found are not there"
            );
        }
        let letters = letters(pipeline, mailbox, &mails).await;
        let last = some.last().copied().filter(|_| in_order);
        file(pipeline, (config, mailbox), letters, last.map(|last| (session.validity(), last)))
            .await?;
    }
    if !in_order {
        let last = session.last();
        file(pipeline, (config, mailbox), Vec::new(), Some((session.validity(), last))).await?;
    }
    session.close().await;
    Ok(())
}

/// Those of the mails that are letters, read by a child process; why the others are none is logged.
async fn letters(
    pipeline: &Pipeline,
    mailbox: &Mailbox,
    mails: &[Mail],
) -> Vec<(Option<Timestamp>, Letter)> {
    let mut letters = Vec::with_capacity(mails.len());
    for Mail { uid, received_at, bytes } in mails {
        let why = match pipeline.parsers.mail(bytes).await {
            Ok(Ok(letter)) => {
                letters.push((*received_at, letter));
                continue;
            }
            Ok(Err(why)) => why,
            Err(fault) => {
                tracing::error!(mailbox = mailbox.id, uid, %fault, "a mail stopped its reader");
                NoLetter::Unreadable
            }
        };
        pipeline.metrics.letter("passed_over");
        tracing::warn!(mailbox = mailbox.id, uid, %why, "a mail is not filed as a complaint");
    }
    letters
}

/// Files letters and marks how far the mailbox was read.
async fn file(
    pipeline: &Pipeline,
    (config, mailbox): (&Config, &Mailbox),
    letters: Vec<(Option<Timestamp>, Letter)>,
    read: Option<(u32, u32)>,
) -> Result<(), StoreError> {
    let (config, mailbox) = (config.clone(), mailbox.clone());
    let id = mailbox.id.clone();
    let job = move |tx: &mut dyn Transaction| {
        let now = Timestamp::now();
        let mut outcomes = Vec::with_capacity(letters.len());
        for (received_at, letter) in &letters {
            let received_at = received_at.unwrap_or(now);
            outcomes.push(take_letter(tx, letter, received_at, (&mailbox, &config), now)?);
        }
        if let Some((validity, last)) = read {
            mailboxes::mark(tx, &mailbox.id, &MailboxMark { validity, last, read_at: now })?;
        }
        Ok(outcomes)
    };
    for outcome in pipeline.store.write(job).await? {
        match outcome {
            Ok(outcome) => {
                pipeline.metrics.letter(outcome.name());
                if outcome == Outcome::Added {
                    pipeline.wake.deliveries.notify_one();
                }
            }
            Err(fault) => {
                pipeline.metrics.letter("passed_over");
                tracing::error!(mailbox = id, %fault, "a mail could not be filed");
            }
        }
    }
    pipeline.wake.entries.notify_one();
    Ok(())
}

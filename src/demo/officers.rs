//! The people of the bad day. They live at the mail sink alone: they read what arrives for them, open the link in
//! it and press a button of the page, as people do. Whoever leads does the rest as `atalaya incident` does.

use std::time::Duration;

use jiff::{Timestamp, ToSpan};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use url::Url;

use super::cast::{Answer, Cast, Deed};
use super::letter::{AnswerPage, Letter};
use super::{Clock, ReceivedMail};
use crate::app::AppError;
use crate::app::incidents::{self, Act};
use crate::config::Config;
use crate::guard::{Client, FetchError, Get, Limits, Post};
use crate::model::{Happening, Person, Reach, Start, Validators};
use crate::phrases;
use crate::pipeline::LiveError;

/// How often whoever leads looks whether it is over.
const LOOK: Duration = Duration::from_millis(250);
/// A page answers within this.
const TIMEOUT: Duration = Duration::from_secs(15);

/// Why somebody could not do what they meant to.
#[derive(Debug, thiserror::Error)]
enum Hindrance {
    #[error("a mail cannot be read: {0}")]
    Mail(#[from] std::io::Error),
    #[error(transparent)]
    Page(#[from] FetchError),
    #[error("the page answered {0}")]
    Status(u16),
    #[error(transparent)]
    App(#[from] AppError),
    #[error("{0}")]
    Refused(String),
}

/// The people at work.
#[derive(Debug)]
pub struct Officers {
    working: JoinHandle<()>,
    over: watch::Receiver<bool>,
}

/// Where mails come from, and where they go once their readers have them.
pub struct Mailbag {
    /// From the sink.
    pub arrived: mpsc::Receiver<ReceivedMail>,
    /// To whoever watches.
    pub onward: mpsc::Sender<ReceivedMail>,
}

/// When the day's news is over: nobody ends a plan before.
#[derive(Debug, Clone)]
pub struct LastNews {
    /// Script time.
    pub clock: Clock,
    /// Of the last publication.
    pub at: Duration,
}

impl Officers {
    /// Sets the people to work on the mails of a daemon that runs by this configuration.
    ///
    /// # Errors
    /// If there is no HTTP client to be had.
    pub fn at_work(
        config: Config,
        (cast, mailbag, last_news): (Cast, Mailbag, LastNews),
        cancel: CancellationToken,
    ) -> Result<Self, AppError> {
        let limits = Limits { host_gap: Duration::ZERO, ports: Vec::new(), ..Limits::default() };
        let web =
            Client::new(limits, "demo").map_err(|error| LiveError::Client(error.to_string()))?;
        let desk = Desk { web, config, cast, leads: None, drafts: Vec::new() };
        let (ended, over) = watch::channel(false);
        let working = tokio::spawn(work(desk, mailbag, last_news, (ended, cancel)));
        Ok(Self { working, over })
    }

    /// Whether the plan has been ended and its review signed.
    #[must_use]
    pub fn are_done(&self) -> bool {
        *self.over.borrow()
    }

    /// Waits until they have stopped after their token was cancelled.
    pub async fn stopped(self) {
        if let Err(error) = self.working.await {
            tracing::error!(%error, "the people of the demo ended badly");
        }
    }
}

async fn work(
    mut desk: Desk,
    mut mailbag: Mailbag,
    last_news: LastNews,
    (ended, cancel): (watch::Sender<bool>, CancellationToken),
) {
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        let done = tokio::select! {
            () = cancel.cancelled() => break,
            mail = mailbag.arrived.recv() => {
                let Some(mail) = mail else { break };
                let done = desk.read(&mail).await;
                if mailbag.onward.send(mail).await.is_err() {
                    tracing::debug!("nobody watches the mails");
                }
                done
            }
            _ = look.tick(), if !*ended.borrow() && last_news.clock.elapsed() >= last_news.at => {
                desk.end().await.map(|over| {
                    ended.send_replace(over);
                })
            }
        };
        if let Err(error) = done {
            tracing::error!(%error, "somebody in the demo cannot do what they mean to");
        }
    }
}

/// The people with their means.
struct Desk {
    config: Config,
    cast: Cast,
    web: Client,
    /// The incident that is led, by number.
    leads: Option<String>,
    /// Texts that wait for approval.
    drafts: Vec<Draft>,
}

/// Somebody waits with a step for the approval of a text.
struct Draft {
    person: String,
    message: String,
    /// Where they say that the step is done, and what proves it.
    link: Url,
    done: String,
}

impl Desk {
    /// Whoever a mail is for reads it, and does what it asks of them.
    async fn read(&mut self, mail: &ReceivedMail) -> Result<(), Hindrance> {
        let is_to = |person: &&Person| {
            person.email.as_ref().is_some_and(|address| mail.to.contains(address))
        };
        let Some(person) = self.config.people.values().find(is_to).cloned() else { return Ok(()) };
        let letter = Letter::open(&mail.file).await?;
        if person.id == self.cast.leads && self.leads.is_none() {
            self.leads = letter.incident();
            if self.leads.is_some() {
                return self.say(Happening::Activated { start: Start::Confirmed }).await;
            }
        }
        let page = self.config.web.as_ref().and_then(|web| web.public_url.as_ref());
        let link = page.and_then(|page| letter.link(page));
        if let Some(link) = link.as_ref().filter(|_| self.approves(&person, &letter)) {
            let page = self.open(link).await?;
            // Whoever has approved it already is shown no button.
            return match page.only() {
                Some(form) => self.press(link, form).await.map(drop),
                None => Ok(()),
            };
        }
        if let Some(draft) = self.released(&person, &letter) {
            let page = self.open(&draft.link).await?;
            return match page.filled("done", &[("evidence", draft.done.as_str())]) {
                Some(form) => self.press(&draft.link, form).await.map(drop),
                None => Ok(()),
            };
        }
        let asked = phrases::text("escalation.asked_now", person.locale);
        let asks =
            |answer: &&Answer| answer.person == person.id && letter.subject.contains(&answer.task);
        if !letter.text.contains(asked) {
            return Ok(());
        }
        match (self.cast.answer.iter().find(asks).cloned(), link) {
            (Some(answer), Some(link)) => self.answer(&person, &answer, &link).await,
            _ => Ok(()),
        }
    }

    /// Whether a letter asks somebody for an approval that they give.
    fn approves(&self, person: &Person, letter: &Letter) -> bool {
        let mut theirs = self.cast.approve.iter().filter(|it| it.person == person.id);
        theirs.any(|it| {
            ["plan_subject.drafted", "plan_subject.unapproved"].iter().any(|key| {
                let said = phrases::fill(key, person.locale, &[("what", &it.message)]);
                letter.subject.contains(&said)
            })
        })
    }

    /// What somebody waits with, if a letter says that its text is approved.
    fn released(&mut self, person: &Person, letter: &Letter) -> Option<Draft> {
        let is_released = |draft: &Draft| {
            let what = [("what", draft.message.as_str())];
            let said = phrases::fill("plan_subject.released", person.locale, &what);
            draft.person == person.id && letter.subject.contains(&said)
        };
        let found = self.drafts.iter().position(is_released)?;
        Some(self.drafts.swap_remove(found))
    }

    /// Opens the page and presses what is there to press; a page without the button wants nothing more.
    async fn answer(
        &mut self,
        person: &Person,
        answer: &Answer,
        link: &Url,
    ) -> Result<(), Hindrance> {
        let page = self.open(link).await?;
        let say = |key| phrases::text(key, person.locale);
        let own =
            format!("{}{}{}", say("page.holder"), say("format.colon").trim_end(), person.name);
        let is_own = page.text.replace(' ', "").contains(&own.replace(' ', ""));
        if answer.only_as_holder && !is_own {
            return Ok(());
        }
        let (way, written) = match &answer.deed {
            Deed::Done(evidence) => ("done", ("evidence", evidence.as_str())),
            Deed::HandOver(reason) => ("hand_over", ("reason", reason.as_str())),
            Deed::Publish { message, text, done } => {
                let Some(form) = page.filled("ack", &[]) else { return Ok(()) };
                self.press(link, form).await?;
                let (message, link) = (message.clone(), link.clone());
                let text = Some(text.clone());
                self.act(&person.id, Act::Draft { key: message.clone(), text }).await?;
                let (person, done) = (person.id.clone(), done.clone());
                self.drafts.push(Draft { person, message, link, done });
                return Ok(());
            }
        };
        let page = match page.filled("ack", &[]).filter(|_| way == "done") {
            Some(form) => self.press(link, form).await?,
            None => page,
        };
        match page.filled(way, &[written]) {
            Some(form) => self.press(link, form).await.map(drop),
            None => Ok(()),
        }
    }

    async fn open(&self, link: &Url) -> Result<AnswerPage, Hindrance> {
        let (validators, reach) = (Validators::default(), Reach::anywhere());
        let get = Get { url: link, validators: &validators, reach: &reach, obey_robots: false };
        let reply = self.web.get(get).await?;
        shown(reply.status, &reply.body)
    }

    async fn press(&self, link: &Url, form: String) -> Result<AnswerPage, Hindrance> {
        let kind = "application/x-www-form-urlencoded".to_owned();
        let post = Post {
            url: link,
            headers: vec![("content-type".to_owned(), kind)],
            body: form.into_bytes(),
            reach: &Reach::anywhere(),
            timeout: TIMEOUT,
        };
        let reply = self.web.post(post).await?;
        shown(reply.status, &reply.body)
    }

    /// Ends the plan once nothing is left of it and nothing owed, and signs its review. Whether it is
    /// over.
    async fn end(&self) -> Result<bool, Hindrance> {
        let Some(number) = self.leads.clone() else { return Ok(false) };
        let Some(found) = incidents::one(&self.config, number).await? else { return Ok(false) };
        let is_owed = |state: &str| !matches!(state, "done" | "skipped");
        if found.incident.left > 0 || found.deadlines.iter().any(|it| is_owed(&it.state)) {
            return Ok(false);
        }
        let end = self.cast.end.clone();
        let today = Timestamp::now().to_zoned_datetime(jiff::tz::TimeZone::UTC).date();
        let due = today.saturating_add(end.within_days.days());
        self.say(Happening::StoodDown { met: end.met, reason: end.reason }).await?;
        self.say(Happening::Learned { text: end.lesson, owner: end.owner, due }).await?;
        self.say(Happening::Reviewed { conclusions: end.conclusions }).await?;
        Ok(true)
    }

    /// Whoever leads says something, as at the command line.
    async fn say(&self, what: Happening) -> Result<(), Hindrance> {
        self.act(&self.cast.leads, Act::Say(what)).await
    }

    /// Somebody does something, as at the command line.
    async fn act(&self, by: &str, act: Act) -> Result<(), Hindrance> {
        let number = self.leads.clone().unwrap_or_default();
        match incidents::act(&self.config, number, by.to_owned(), act).await? {
            incidents::Answer::Done(_) => Ok(()),
            incidents::Answer::Refused(why) => Err(Hindrance::Refused(why.to_string())),
            incidents::Answer::Unknown(what) | incidents::Answer::Open(what) => {
                Err(Hindrance::Refused(what))
            }
        }
    }
}

fn shown(status: u16, body: &[u8]) -> Result<AnswerPage, Hindrance> {
    if status == 200 {
        Ok(AnswerPage::of(&String::from_utf8_lossy(body)))
    } else {
        Err(Hindrance::Status(status))
    }
}

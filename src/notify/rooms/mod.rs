//! Chat rooms and paging services: each takes one POST of JSON in a shape, a size and a markup of its own, and
//! says in its own way whether it took it. How each is set up, and where its limits come from: docs/channels.md.

mod alertmanager;
mod answer;
mod dingtalk;
mod discord;
mod feishu;
mod google_chat;
mod markdown;
mod mattermost;
mod ntfy;
mod pagerduty;
mod plain;
mod signed;
mod slack;
mod teams;
mod telegram;
mod wecom;

use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use secrecy::SecretString;
use serde_json::Value;
use url::Url;

use super::http::Receiver;
use super::outline::{Line, Section, outline};
use super::view::View;
use super::wording::Wording;
use super::{BuildError, HandOver, Message, Notifier, Receipt, SendError};
use crate::config;
use crate::guard::{Client, PostReply};
use crate::model::{Delivery, Level, Notice, NoticeBody, Press};

pub use mattermost::answered as mattermost_answered;
pub use slack::render as render_slack;

/// A message on its way to a service.
struct Letter<'a> {
    view: View,
    notice: &'a Notice,
    /// To whom.
    delivery: &'a Delivery,
    /// The same for every attempt.
    key: &'a str,
    /// When this attempt is made, for signatures.
    now: Timestamp,
    /// What the organisation says in its own words, if it does.
    own: Option<Vec<Section>>,
}

/// What is posted.
struct Request {
    url: Url,
    headers: Vec<(String, String)>,
    body: Value,
}

/// A kind of service.
trait Service: Send + Sync {
    /// The request that carries a message; `url` is the configured one.
    fn request(&self, url: &Url, letter: &Letter<'_>) -> Request;

    /// What an answer means. Services that fail with status 200 say so in the body.
    ///
    /// # Errors
    /// [`SendError::Retry`] or [`SendError::Refused`].
    fn judge(&self, reply: &PostReply) -> Result<Receipt, SendError> {
        super::http::judge(reply)
    }
}

/// A room of a service.
pub struct Room {
    receiver: Receiver,
    service: Box<dyn Service>,
    wording: Arc<Wording>,
}

impl Room {
    /// A room.
    ///
    /// # Errors
    /// If its URL cannot be used.
    pub fn new(
        service: &config::Service,
        url: &SecretString,
        allow_private: bool,
        http: Arc<Client>,
    ) -> Result<Self, BuildError> {
        let service: Box<dyn Service> = match service {
            config::Service::Slack => Box::new(slack::Slack),
            config::Service::Teams => Box::new(teams::Teams),
            config::Service::Discord => Box::new(discord::Discord),
            config::Service::Mattermost => Box::new(mattermost::Mattermost),
            config::Service::GoogleChat => Box::new(google_chat::GoogleChat),
            config::Service::Telegram { token, chat } => {
                Box::new(telegram::Telegram::new(token, chat))
            }
            config::Service::Feishu { secret } => Box::new(feishu::Feishu::new(secret.as_ref())),
            config::Service::DingTalk { secret } => {
                Box::new(dingtalk::DingTalk::new(secret.as_ref()))
            }
            config::Service::WeCom => Box::new(wecom::WeCom),
            config::Service::Ntfy { token } => Box::new(ntfy::Ntfy::new(token.as_ref())),
            config::Service::PagerDuty { key } => Box::new(pagerduty::PagerDuty::new(key)),
            config::Service::Alertmanager => Box::new(alertmanager::Alertmanager),
        };
        Self::of(service, url, allow_private, http)
    }

    /// A receiver of signed JSON, and the secret shared with it.
    ///
    /// # Errors
    /// If the URL or the secret is none.
    pub fn signed(
        url: &SecretString,
        secret: &SecretString,
        allow_private: bool,
        http: Arc<Client>,
    ) -> Result<Self, BuildError> {
        Self::of(Box::new(signed::Signed::new(secret)?), url, allow_private, http)
    }

    fn of(
        service: Box<dyn Service>,
        url: &SecretString,
        allow_private: bool,
        http: Arc<Client>,
    ) -> Result<Self, BuildError> {
        let receiver = Receiver::new(url, allow_private, http)?;
        Ok(Self { receiver, service, wording: Arc::default() })
    }

    /// The same room in the organisation's own words.
    #[must_use]
    pub fn worded(self, wording: &Arc<Wording>) -> Self {
        Self { wording: Arc::clone(wording), ..self }
    }
}

impl Notifier for Room {
    fn send<'a>(
        &'a self,
        message: Message<'a>,
        hand_over: &'a dyn HandOver,
    ) -> BoxFuture<'a, Result<Receipt, SendError>> {
        async move {
            let mut letter = Letter::new(message.notice, message.delivery, Timestamp::now());
            letter.own = self.wording.room(message.notice, message.delivery);
            let Request { url, headers, body } = self.service.request(&self.receiver.url, &letter);
            let reply = self.receiver.post(&url, headers, body.to_string(), hand_over).await?;
            self.service.judge(&reply)
        }
        .boxed()
    }
}

/// The level that a message is about; none for those about sources, silences and digests.
fn level(notice: &Notice) -> Option<Level> {
    notice.level()
}

impl<'a> Letter<'a> {
    fn new(notice: &'a Notice, delivery: &'a Delivery, now: Timestamp) -> Self {
        let view = View::new(notice, delivery);
        Self { view, notice, delivery, key: &delivery.idempotency_key, now, own: None }
    }

    /// The sections of the message, sources as far as `most_chars` of them reach.
    fn outline(&self, most_chars: usize) -> Vec<Section> {
        let mut sections = self.own.clone().unwrap_or_else(|| outline(&self.view, most_chars));
        if let Some(line) = &self.view.drill_line {
            sections.insert(0, vec![Line::Warning(line.clone())]);
        }
        sections
    }

    /// The status page as a link with its name, if it is served.
    fn status_page(&self) -> Option<(&str, &str)> {
        let url = self.view.status_url.as_deref()?;
        Some((crate::phrases::text("mail.status_page", self.view.locale), url))
    }

    /// The button whose presses the service tells of, and what it says. A text is approved on its page, where all of it
    /// stands.
    fn press(&self) -> Option<(&'static str, &Press)> {
        if matches!(&self.notice.body, NoticeBody::Plan(plan) if plan.news.asks_for().is_none()) {
            return None;
        }
        let press = self.delivery.answer.as_ref()?.press.as_ref()?;
        Some((crate::phrases::text("answer.button", self.view.locale), press))
    }

    /// The text of the link to what the message is about.
    fn read_it(&self) -> &'static str {
        crate::phrases::text("mail.article", self.view.locale)
    }
}

#[cfg(test)]
mod tests;

//! `[[channel]]`: where messages go out.

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use lettre::message::Mailbox;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use toml::Spanned;
use url::Url;

use super::dkim::{self, RawDkim};
use super::settings::time_zone;
use super::value::{Check, SecretRef};
use super::{Channel, ChannelKind, MailTls, Organisation, Service, Smtp};
use crate::model::Locale;

/// Submission with STARTTLS (RFC 6409).
const SMTP_PORT: u16 = 587;
/// How long a message is tried where the configuration does not say.
const GIVE_UP_AFTER: Duration = Duration::from_hours(24);
/// How long it may wait before it takes the second way too.
pub(super) const FALLBACK_AFTER: Duration = Duration::from_mins(1);
const MOST_BURST: u32 = 1000;

/// How often a service lets itself be written to: so many at once, then one a gap.
#[derive(Clone, Copy)]
struct Rate {
    gap: Duration,
    burst: u32,
}

const UNLIMITED: Rate = every(Duration::ZERO, 1);
/// Slack allows about one message a second and tolerates short bursts.
const SLACK: Rate = every(Duration::from_millis(1100), 3);
/// Discord, Google Chat: about one a second.
const CHAT: Rate = every(Duration::from_millis(1100), 1);
/// Teams allows four a second; Feishu five a second and a hundred a minute.
const QUICK: Rate = every(Duration::from_millis(700), 3);
/// A Mattermost server's limit is its own setting, ten a second with bursts of a hundred as it comes.
const MATTERMOST: Rate = every(Duration::from_millis(200), 10);
/// `DingTalk` and `WeCom` allow twenty a minute, Telegram's groups too; one too many silences
/// `DingTalk` for ten minutes, so no burst.
const SLOW: Rate = every(Duration::from_millis(3500), 1);
/// ntfy gives a visitor sixty messages at once, then one in five seconds; others may share our address.
const NTFY: Rate = every(Duration::from_secs(5), 20);

const fn every(gap: Duration, burst: u32) -> Rate {
    Rate { gap, burst }
}

/// Where these services are unless another address is given.
const TELEGRAM: &str = "https://api.telegram.org/";
const PAGERDUTY: &str = "https://events.pagerduty.com/v2/enqueue";

/// A channel as it is written; which keys it needs depends on `kind`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawChannel {
    pub(super) id: Spanned<String>,
    kind: RawKind,
    language: Option<Locale>,
    time_zone: Option<Spanned<String>>,
    #[serde(default)]
    allow_private: bool,
    min_gap: Option<Spanned<String>>,
    burst: Option<Spanned<u32>>,
    give_up_after: Option<Spanned<String>>,
    pub(super) fallback: Option<Spanned<String>>,
    pub(super) fallback_after: Option<Spanned<String>>,
    pub(super) fallback_people: Option<Spanned<Vec<Spanned<String>>>>,
    // email
    server: Option<Spanned<String>>,
    port: Option<Spanned<u16>>,
    tls: Option<Spanned<MailTls>>,
    ca_file: Option<Spanned<PathBuf>>,
    username: Option<Spanned<String>>,
    password: Option<Spanned<SecretRef>>,
    from: Option<Spanned<String>>,
    dkim: Option<Spanned<RawDkim>>,
    // maildir
    directory: Option<Spanned<PathBuf>>,
    // rooms, webhook
    url: Option<Spanned<SecretRef>>,
    // webhook, feishu, dingtalk
    secret: Option<Spanned<SecretRef>>,
    // telegram, ntfy, pagerduty
    token: Option<Spanned<SecretRef>>,
    // telegram
    chat: Option<Spanned<String>>,
}

#[derive(Deserialize, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum RawKind {
    Email,
    Maildir,
    Slack,
    Teams,
    Discord,
    Mattermost,
    #[serde(rename = "google-chat")]
    GoogleChat,
    Telegram,
    Feishu,
    DingTalk,
    WeCom,
    Ntfy,
    PagerDuty,
    Alertmanager,
    Webhook,
}

/// The names of all channels, broken ones too, and whether each carries mail to persons.
pub(super) fn names(raw: &[RawChannel]) -> BTreeMap<String, bool> {
    let mail = |raw: &RawChannel| matches!(raw.kind, RawKind::Email | RawKind::Maildir);
    raw.iter().map(|raw| (raw.id.get_ref().clone(), mail(raw))).collect()
}

pub(super) fn channels(
    check: &mut Check<'_>,
    raw: &[RawChannel],
    organisation: &Organisation,
) -> Vec<Channel> {
    let mut seen = BTreeSet::new();
    let mut channels = Vec::new();
    for raw in raw {
        if !seen.insert(raw.id.get_ref().clone()) {
            check.error(
                &raw.id,
                format!("the channel id `{}` is used twice", raw.id.get_ref()),
                "give it another id",
            );
        }
        channels.extend(channel(check, raw, organisation));
    }
    channels
}

fn channel(
    check: &mut Check<'_>,
    raw: &RawChannel,
    organisation: &Organisation,
) -> Option<Channel> {
    let (kind, rate) = match raw.kind {
        RawKind::Email => (ChannelKind::Email(smtp(check, raw)?), UNLIMITED),
        RawKind::Maildir => (maildir(check, raw)?, UNLIMITED),
        RawKind::Webhook => (webhook(check, raw)?, UNLIMITED),
        _ => room(check, raw)?,
    };
    refuse_foreign_keys(check, raw);
    let zone = raw.time_zone.as_ref().map(|at| time_zone(check, at));
    Some(Channel {
        id: raw.id.get_ref().clone(),
        kind,
        locale: raw.language.unwrap_or(organisation.locale),
        time_zone: zone.unwrap_or_else(|| organisation.time_zone.clone()),
        allow_private: raw.allow_private,
        min_gap: check.duration(raw.min_gap.as_ref(), rate.gap),
        burst: burst(check, raw, rate.burst),
        give_up_after: check.duration(raw.give_up_after.as_ref(), GIVE_UP_AFTER),
        fallback: None,
    })
}

/// Who changes the gap knows the service better: then nothing follows at once unless they say so.
fn burst(check: &mut Check<'_>, raw: &RawChannel, usual: u32) -> u32 {
    let Some(at) = &raw.burst else { return if raw.min_gap.is_some() { 1 } else { usual } };
    let wanted = *at.get_ref();
    let valid = match wanted {
        1..=MOST_BURST => Ok(wanted),
        _ => Err(format!("a burst of {wanted} messages")),
    };
    check.take(at, valid, "write a number from 1 to 1000").unwrap_or(usual)
}

fn smtp(check: &mut Check<'_>, raw: &RawChannel) -> Option<Smtp> {
    let server = required(check, raw, raw.server.as_ref(), "server", "\"smtp.example.org\"");
    let from = sender(check, raw);
    let login = login(check, raw);
    let server = server?.get_ref().clone();
    let tls = raw.tls.as_ref().map_or(MailTls::Starttls, |at| *at.get_ref());
    let loopback =
        server == "localhost" || server.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if let (MailTls::None, false, Some(at)) = (tls, loopback, &raw.username) {
        let what = "the password would cross the network in clear text";
        check.error(at, what, "write `tls = \"starttls\"` or `\"implicit\"`");
    }
    Some(Smtp {
        server,
        port: raw.port.as_ref().map_or(SMTP_PORT, |at| *at.get_ref()),
        tls,
        ca_file: raw.ca_file.as_ref().map(|at| check.path(at.get_ref())),
        login: login?,
        dkim: dkim::signing(check, raw.dkim.as_ref(), from.as_deref())?,
        from: from?,
    })
}

/// The outer option is none after a finding, the inner where no login is wanted.
#[expect(clippy::option_option, reason = "a finding and no login are two things")]
fn login(check: &mut Check<'_>, raw: &RawChannel) -> Option<Option<(String, SecretString)>> {
    match (&raw.username, &raw.password) {
        (None, None) => Some(None),
        (Some(user), Some(password)) => {
            Some(Some((user.get_ref().clone(), check.secret(password)?)))
        }
        (Some(user), None) => {
            check.error(user, "a user without a password", "add `password = { file = \"…\" }`");
            None
        }
        (None, Some(password)) => {
            check.error(password, "a password without a user", "add `username = \"…\"`");
            None
        }
    }
}

fn sender(check: &mut Check<'_>, raw: &RawChannel) -> Option<String> {
    let at = required(check, raw, raw.from.as_ref(), "from", "\"Atalaya <atalaya@example.org>\"")?;
    let mailbox = at.get_ref().parse::<Mailbox>();
    let mailbox = mailbox.map_err(|_| format!("`{}` is not a mail address", at.get_ref()));
    check.take(at, mailbox, "write `Name <user@example.org>`").map(|_| at.get_ref().clone())
}

fn maildir(check: &mut Check<'_>, raw: &RawChannel) -> Option<ChannelKind> {
    let directory = required(check, raw, raw.directory.as_ref(), "directory", "\"../data/mail\"");
    let from = sender(check, raw)?;
    Some(ChannelKind::Maildir { directory: check.path(directory?.get_ref()), from })
}

fn webhook(check: &mut Check<'_>, raw: &RawChannel) -> Option<ChannelKind> {
    let url = hook(check, raw);
    let at = required(check, raw, raw.secret.as_ref(), "secret", "{ file = \"…\" }")?;
    let secret = check.secret(at)?;
    let valid = standardwebhooks::Webhook::new(secret.expose_secret()).map(|_| ());
    let valid = valid.map_err(|_| "what it names is not a webhook secret".to_owned());
    check.take(at, valid, "put `whsec_` and 24 to 64 random bytes in base64 there")?;
    Some(ChannelKind::Webhook { url: url?, secret })
}

/// A room of a chat or paging service, and how often it lets itself be written to.
fn room(check: &mut Check<'_>, raw: &RawChannel) -> Option<(ChannelKind, Rate)> {
    let usual = match raw.kind {
        RawKind::Telegram => Some(TELEGRAM),
        RawKind::PagerDuty => Some(PAGERDUTY),
        _ => None,
    };
    let url = match usual {
        Some(usual) if raw.url.is_none() => Some(usual.into()),
        _ => hook(check, raw),
    };
    let (service, rate) = service(check, raw)?;
    Some((ChannelKind::Room { url: url?, service }, rate))
}

fn service(check: &mut Check<'_>, raw: &RawChannel) -> Option<(Service, Rate)> {
    Some(match raw.kind {
        RawKind::Email | RawKind::Maildir | RawKind::Webhook => return None,
        RawKind::Slack => (Service::Slack, SLACK),
        RawKind::Teams => (Service::Teams, QUICK),
        RawKind::Discord => (Service::Discord, CHAT),
        RawKind::Mattermost => (Service::Mattermost, MATTERMOST),
        RawKind::GoogleChat => (Service::GoogleChat, CHAT),
        RawKind::Telegram => {
            let token = token(check, raw);
            let chat = required(check, raw, raw.chat.as_ref(), "chat", "\"-1001234567890\"")?;
            (Service::Telegram { token: token?, chat: chat.get_ref().clone() }, SLOW)
        }
        RawKind::Feishu => {
            (Service::Feishu { secret: optional(check, raw.secret.as_ref())? }, QUICK)
        }
        RawKind::DingTalk => {
            (Service::DingTalk { secret: optional(check, raw.secret.as_ref())? }, SLOW)
        }
        RawKind::WeCom => (Service::WeCom, SLOW),
        RawKind::Ntfy => (Service::Ntfy { token: optional(check, raw.token.as_ref())? }, NTFY),
        RawKind::PagerDuty => (Service::PagerDuty { key: token(check, raw)? }, QUICK),
        RawKind::Alertmanager => (Service::Alertmanager, UNLIMITED),
    })
}

fn token(check: &mut Check<'_>, raw: &RawChannel) -> Option<SecretString> {
    let at = required(check, raw, raw.token.as_ref(), "token", "{ file = \"…\" }")?;
    check.secret(at)
}

/// The outer option is none after a finding, the inner where nothing is given.
#[expect(clippy::option_option, reason = "a finding and no secret are two things")]
fn optional(
    check: &mut Check<'_>,
    at: Option<&Spanned<SecretRef>>,
) -> Option<Option<SecretString>> {
    match at {
        None => Some(None),
        Some(at) => check.secret(at).map(Some),
    }
}

/// The URL of a chat room or receiver. It is a credential: read like one and never quoted.
fn hook(check: &mut Check<'_>, raw: &RawChannel) -> Option<SecretString> {
    let at = required(check, raw, raw.url.as_ref(), "url", "{ file = \"…\" }")?;
    let secret = check.secret(at)?;
    let good = Url::parse(secret.expose_secret()).is_ok_and(|url| {
        url.has_host() && (url.scheme() == "https" || (url.scheme() == "http" && raw.allow_private))
    });
    let valid = if good { Ok(()) } else { Err("what it names is not an https URL".to_owned()) };
    check.take(
        at,
        valid,
        "put the full https:// address there (http only with `allow_private = true`)",
    )?;
    Some(secret)
}

fn required<'r, T>(
    check: &mut Check<'_>,
    raw: &RawChannel,
    value: Option<&'r Spanned<T>>,
    key: &str,
    example: &str,
) -> Option<&'r Spanned<T>> {
    if value.is_none() {
        let what = format!("channel `{}` has no `{key}`", raw.id.get_ref());
        check.error(&raw.id, what, format!("add `{key} = {example}`"));
    }
    value
}

/// Keys that this kind of channel does not read are mistakes, not extras.
fn refuse_foreign_keys(check: &mut Check<'_>, raw: &RawChannel) {
    let email = matches!(raw.kind, RawKind::Email);
    let mail = matches!(raw.kind, RawKind::Email | RawKind::Maildir);
    let signed = matches!(raw.kind, RawKind::Webhook | RawKind::Feishu | RawKind::DingTalk);
    let tokens = matches!(raw.kind, RawKind::Telegram | RawKind::Ntfy | RawKind::PagerDuty);
    let spans = [
        ("server", raw.server.as_ref().map(Spanned::span), email),
        ("port", raw.port.as_ref().map(Spanned::span), email),
        ("ca_file", raw.ca_file.as_ref().map(Spanned::span), email),
        ("tls", raw.tls.as_ref().map(Spanned::span), email),
        ("username", raw.username.as_ref().map(Spanned::span), email),
        ("password", raw.password.as_ref().map(Spanned::span), email),
        ("from", raw.from.as_ref().map(Spanned::span), mail),
        ("dkim", raw.dkim.as_ref().map(Spanned::span), email),
        ("directory", raw.directory.as_ref().map(Spanned::span), mail && !email),
        ("url", raw.url.as_ref().map(Spanned::span), !mail),
        ("secret", raw.secret.as_ref().map(Spanned::span), signed),
        ("token", raw.token.as_ref().map(Spanned::span), tokens),
        ("chat", raw.chat.as_ref().map(Spanned::span), raw.kind == RawKind::Telegram),
    ];
    for (key, span, read) in spans {
        if let (Some(span), false) = (span, read) {
            let what = format!("`{key}` means nothing for this kind of channel");
            let finding = check.file.error(span, what, "remove it, or mend `kind`");
            check.findings.push(finding);
        }
    }
}

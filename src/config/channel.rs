//! Where messages go out: one `[[channel]]` of the configuration.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;

use super::DkimKey;
use crate::model::Locale;

/// A checked channel.
#[derive(Debug, Clone)]
pub struct Channel {
    /// Unique name.
    pub id: String,
    /// How it is reached.
    pub kind: ChannelKind,
    /// Language of rooms; people have their own.
    pub locale: Locale,
    /// IANA zone of rooms; people have their own.
    pub time_zone: String,
    /// Whether private and loopback addresses may be called.
    pub allow_private: bool,
    /// Least time between two messages, once the burst is spent.
    pub min_gap: Duration,
    /// Messages that may follow one another at once; each is earned back in a gap. At least 1.
    pub burst: u32,
    /// How long after its first attempt a message is tried; then it is dead.
    pub give_up_after: Duration,
    /// What takes a message that this channel does not get through.
    pub fallback: Option<Fallback>,
}

/// A second way for messages that the first does not get through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fallback {
    /// The channel, by id; no chain of fallbacks leads back to where it began.
    pub channel: String,
    /// How long a message may wait to be accepted before it takes this way too. One that is refused
    /// for good takes it at once.
    pub after: Duration,
    /// Who is written to where a room falls back on mail; persons keep their own mail.
    pub people: Vec<String>,
}

/// How a channel is reached. URLs of chat rooms are credentials.
#[derive(Debug, Clone)]
pub enum ChannelKind {
    /// A mail server.
    Email(Smtp),
    /// A directory in which each mail is one `.eml` file.
    Maildir {
        /// The directory; made if missing.
        directory: PathBuf,
        /// Sender, `Name <address>` or an address.
        from: String,
    },
    /// A room of a chat or paging service.
    Room {
        /// Where messages are posted; a credential.
        url: SecretString,
        /// Which service.
        service: Service,
    },
    /// A receiver of signed JSON (Standard Webhooks 1.0.0).
    Webhook {
        /// The receiver.
        url: SecretString,
        /// `whsec_` and 24 to 64 bytes in base64.
        secret: SecretString,
    },
}

/// A chat or paging service, with what it needs beside an address.
#[derive(Debug, Clone)]
pub enum Service {
    /// Slack incoming webhook, or a service compatible with it (Rocket.Chat).
    Slack,
    /// Microsoft Teams, by a workflow.
    Teams,
    /// Discord webhook.
    Discord,
    /// Mattermost incoming webhook.
    Mattermost,
    /// Google Chat webhook.
    GoogleChat,
    /// Telegram bot.
    Telegram {
        /// The bot's token.
        token: SecretString,
        /// Number or `@name` of the chat.
        chat: String,
    },
    /// Feishu or Lark custom bot.
    Feishu {
        /// Signs, if the bot asks for it.
        secret: Option<SecretString>,
    },
    /// `DingTalk` custom robot.
    DingTalk {
        /// Signs, if the robot asks for it.
        secret: Option<SecretString>,
    },
    /// `WeCom` group robot.
    WeCom,
    /// A topic of an ntfy server, the last part of the address.
    Ntfy {
        /// Access token.
        token: Option<SecretString>,
    },
    /// `PagerDuty` Events API v2.
    PagerDuty {
        /// The integration's routing key.
        key: SecretString,
    },
    /// A receiver of Alertmanager's webhook format, version 4.
    Alertmanager,
}

/// A mail server that takes our mail.
#[derive(Debug, Clone)]
pub struct Smtp {
    /// Host name, also checked against the certificate.
    pub server: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: MailTls,
    /// A certificate authority to trust beside the system's, PEM.
    pub ca_file: Option<PathBuf>,
    /// User and password for AUTH.
    pub login: Option<(String, SecretString)>,
    /// Sender, `Name <address>` or an address.
    pub from: String,
    /// Signs every mail, if wanted.
    pub dkim: Option<Dkim>,
}

/// How mails are signed (RFC 6376).
#[derive(Debug, Clone)]
pub struct Dkim {
    /// The domain that answers for them: that of the sender, or one above it.
    pub domain: String,
    /// Where below the domain the public key is published.
    pub selector: String,
    /// The private key.
    pub key: DkimKey,
}

/// How a connection to a mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailTls {
    /// Plain text; refused together with a login, except on loopback.
    None,
    /// STARTTLS, required (RFC 3207; RFC 9051 §6.2.1).
    Starttls,
    /// TLS from the first byte (RFC 8314).
    Implicit,
}

impl Channel {
    /// Whether messages on it are addressed to persons rather than to a room.
    #[must_use]
    pub fn is_mail(&self) -> bool {
        matches!(self.kind, ChannelKind::Email(_) | ChannelKind::Maildir { .. })
    }
}

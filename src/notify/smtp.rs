//! Mail over SMTP (RFC 5321), by connections that are kept for a short while.
//!
//! Built on lettre's low-level connection, so that the hand-over begins between the answer to
//! DATA and the text: whatever fails before is certainly unsent.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use lettre::address::{Address, Envelope};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt, Rset};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Response;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;

use super::clean::clean;
use super::dkim::signed;
use super::envelope::{EnvelopeError, Sender};
use super::smtp_pool::Pool;
use super::wording::Wording;
use super::{BuildError, HandOver, Message, Notifier, Receipt, SendError};
use crate::config::{Dkim, MailTls, Smtp};

type SmtpError = lettre::transport::smtp::Error;

/// The server closes the connection (RFC 5321 §3.8).
const CLOSING: u16 = 421;
/// TCP connection.
const CONNECT: Duration = Duration::from_secs(15);
/// One command and its answer.
const COMMAND: Duration = Duration::from_secs(30);
/// The text (60 s) and the answer to its final dot (2 min): servers scan mail before they answer.
const TEXT: Duration = Duration::from_mins(3);

/// Sends mails through one server.
pub struct Email {
    pool: Arc<Pool>,
    dkim: Option<Dkim>,
    server: String,
    port: u16,
    tls: Option<TlsParameters>,
    starttls: bool,
    login: Option<(String, SecretString)>,
    sender: Sender,
    hello: ClientId,
}

impl Email {
    /// A server. Reads the file of certificates.
    ///
    /// # Errors
    /// If the settings cannot work, or a password would travel in plain text.
    pub fn new(smtp: &Smtp, wording: &Arc<Wording>) -> Result<Self, BuildError> {
        if smtp.tls == MailTls::None && smtp.login.is_some() && !is_this_host(&smtp.server) {
            return Err(BuildError::PlainLogin);
        }
        let sender = Sender::new(&smtp.from, wording)?;
        Ok(Self {
            pool: Arc::default(),
            dkim: smtp.dkim.clone(),
            server: smtp.server.clone(),
            port: smtp.port,
            tls: tls_parameters(smtp)?,
            starttls: smtp.tls == MailTls::Starttls,
            login: smtp.login.clone(),
            hello: ClientId::Domain(sender.domain().to_owned()),
            sender,
        })
    }

    async fn deliver(
        &self,
        message: Message<'_>,
        hand_over: &dyn HandOver,
    ) -> Result<Receipt, SendError> {
        let mail = self.sender.compose(message)?;
        let mut connection = self.announced(mail.envelope()).await?;
        // Dropped without the final dot if refused: the server then throws the transaction away.
        hand_over.begin().await?;
        let mut text = mail.formatted();
        if let Some(dkim) = &self.dkim {
            text = signed(&text, dkim, message.delivery.created_at);
        }
        let answer = bounded(TEXT, connection.message(&text), "sending the text").await?;
        self.pool.keep(connection);
        Ok(Receipt { answer: answer_line(&answer) })
    }

    /// MAIL and RCPT, and no text. What the server says now is no promise: some take everything and bounce it later.
    async fn probe(&self, address: &str) -> Result<Receipt, SendError> {
        let to: Address = address.parse().map_err(EnvelopeError::from)?;
        let envelope = Envelope::new(Some(self.sender.address()), vec![to]);
        let envelope = envelope.map_err(EnvelopeError::from)?;
        let mut connection = self.connect().await?;
        let asked = addressed(&mut connection, &envelope).await;
        if said(connection.command(Rset), "RSET").await.is_ok() {
            self.pool.keep(connection);
        }
        match asked {
            Ok(answer) => Ok(Receipt { answer }),
            Err(Unannounced::Answered(error) | Unannounced::Gone(error)) => Err(error),
        }
    }

    /// A connection on which the server waits for the text. A kept one may be dead by now: then
    /// nothing has left, and a new one is made at once.
    async fn announced(&self, envelope: &Envelope) -> Result<AsyncSmtpConnection, SendError> {
        if let Some(mut kept) = self.pool.take() {
            match announce(&mut kept, envelope).await {
                Ok(()) => return Ok(kept),
                Err(Unannounced::Answered(error)) => return Err(error),
                Err(Unannounced::Gone(error)) => {
                    tracing::debug!(%error, "a kept connection was dead");
                }
            }
        }
        let mut connection = self.connect().await?;
        match announce(&mut connection, envelope).await {
            Ok(()) => Ok(connection),
            Err(Unannounced::Answered(error) | Unannounced::Gone(error)) => Err(error),
        }
    }

    /// Connects, protects the connection and logs in. Refusals here concern this host or its
    /// password, not the message: they are worth another attempt once somebody has mended them.
    async fn connect(&self) -> Result<AsyncSmtpConnection, SendError> {
        let implicit = self.tls.clone().filter(|_| !self.starttls);
        let address = (self.server.as_str(), self.port);
        let connecting = AsyncSmtpConnection::connect_tokio1(
            address,
            Some(CONNECT),
            &self.hello,
            implicit,
            None,
        );
        let connecting = bounded(CONNECT + COMMAND, Box::pin(connecting), "connecting");
        let mut connection = connecting.await.map_err(worth_another)?;
        if let Some(tls) = self.tls.clone().filter(|_| self.starttls) {
            let starting = Box::pin(connection.starttls(tls, &self.hello));
            bounded(COMMAND, starting, "STARTTLS").await.map_err(worth_another)?;
        }
        if let Some((user, password)) = &self.login {
            let login = Credentials::new(user.clone(), password.expose_secret().to_owned());
            let mechanisms = [Mechanism::Plain, Mechanism::Login];
            let asking = connection.auth(&mechanisms, &login);
            bounded(COMMAND, asking, "logging in").await.map_err(worth_another)?;
        }
        Ok(connection)
    }
}

impl Notifier for Email {
    fn send<'a>(
        &'a self,
        message: Message<'a>,
        hand_over: &'a dyn HandOver,
    ) -> BoxFuture<'a, Result<Receipt, SendError>> {
        self.deliver(message, hand_over).boxed()
    }

    fn ask<'a>(&'a self, address: &'a str) -> Option<BoxFuture<'a, Result<Receipt, SendError>>> {
        Some(self.probe(address).boxed())
    }
}

/// Why the server does not wait for the text.
enum Unannounced {
    /// It says why.
    Answered(SendError),
    /// It is not there any more, or closes the connection (421).
    Gone(SendError),
}

/// MAIL, RCPT and DATA up to the answer 354.
async fn announce(
    connection: &mut AsyncSmtpConnection,
    envelope: &Envelope,
) -> Result<(), Unannounced> {
    addressed(connection, envelope).await?;
    let answer = said(connection.command(Data), "DATA").await?;
    if answer.has_code(354) {
        return Ok(());
    }
    let what = format!("DATA: {}", answer_line(&answer));
    Err(Unannounced::Answered(SendError::Retry { after: None, what }))
}

/// MAIL and RCPT; what the server said to the last recipient.
async fn addressed(
    connection: &mut AsyncSmtpConnection,
    envelope: &Envelope,
) -> Result<String, Unannounced> {
    let mut parameters = Vec::new();
    let ascii = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
    if !envelope.from().into_iter().chain(envelope.to()).all(ascii) {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            let what = "the mail server does not take addresses beyond ASCII (SMTPUTF8)";
            return Err(Unannounced::Answered(SendError::Refused { what: what.to_owned() }));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    let mail = Mail::new(envelope.from().cloned(), parameters);
    said(connection.command(mail), "MAIL").await?;
    let mut answer = String::new();
    for to in envelope.to() {
        let taken = said(connection.command(Rcpt::new(to.clone(), vec![])), "RCPT").await?;
        answer = answer_line(&taken);
    }
    Ok(answer)
}

/// The answer to a command before the hand-over.
async fn said(
    command: impl Future<Output = Result<Response, SmtpError>>,
    what: &str,
) -> Result<Response, Unannounced> {
    let Ok(result) = timeout(COMMAND, command).await else {
        return Err(Unannounced::Gone(silent(COMMAND, what)));
    };
    result.map_err(|error| {
        let answered = error.status().is_some_and(|code| u16::from(code) != CLOSING);
        let judged = judge(&error, what);
        if answered { Unannounced::Answered(judged) } else { Unannounced::Gone(judged) }
    })
}

async fn bounded<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, SmtpError>>,
    what: &str,
) -> Result<T, SendError> {
    match timeout(limit, work).await {
        Ok(result) => result.map_err(|error| judge(&error, what)),
        Err(_) => Err(silent(limit, what)),
    }
}

fn silent(limit: Duration, what: &str) -> SendError {
    let what = format!("{what}: no answer within {} s", limit.as_secs());
    SendError::Retry { after: None, what }
}

/// 5yz is for ever, 4yz and everything the network does is not (RFC 5321 §4.2.1).
fn judge(error: &SmtpError, what: &str) -> SendError {
    let text = clean(&format!("{what}: {error}"), 200);
    if error.is_permanent() {
        SendError::Refused { what: text }
    } else {
        SendError::Retry { after: None, what: text }
    }
}

fn worth_another(error: SendError) -> SendError {
    match error {
        SendError::Refused { what } => SendError::Retry { after: None, what },
        other => other,
    }
}

fn answer_line(answer: &Response) -> String {
    let text: Vec<_> = answer.message().collect();
    clean(&format!("{} {}", answer.code(), text.join(" ")), 200)
}

fn tls_parameters(smtp: &Smtp) -> Result<Option<TlsParameters>, BuildError> {
    if smtp.tls == MailTls::None {
        return Ok(None);
    }
    let bad =
        |error: &dyn std::fmt::Display| BuildError::Certificates(clean(&error.to_string(), 200));
    let mut builder = TlsParameters::builder(smtp.server.clone());
    if let Some(file) = &smtp.ca_file {
        let pem = std::fs::read(file).map_err(|error| bad(&error))?;
        let certificate = Certificate::from_pem(&pem).map_err(|error| bad(&error))?;
        builder = builder.add_root_certificate(certificate);
    }
    builder.build_rustls().map(Some).map_err(|error| bad(&error))
}

fn is_this_host(server: &str) -> bool {
    server == "localhost" || server.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

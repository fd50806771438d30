//! Mail over SMTP (RFC 5321), one connection a message.
//!
//! Built on lettre's low-level connection, so that the hand-over begins between the answer to
//! DATA and the text: whatever fails before is certainly unsent.

use std::net::IpAddr;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use lettre::address::{Address, Envelope};
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Quit, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailParameter};
use lettre::transport::smtp::response::Response;
use secrecy::{ExposeSecret, SecretString};
use tokio::time::timeout;

use super::clean::clean;
use super::envelope::Sender;
use super::{BuildError, HandOver, Message, Notifier, Receipt, SendError};
use crate::config::{Smtp, SmtpTls};

type SmtpError = lettre::transport::smtp::Error;

/// TCP connection.
const CONNECT: Duration = Duration::from_secs(15);
/// One command and its answer.
const COMMAND: Duration = Duration::from_secs(30);
/// The text (60 s) and the answer to its final dot (2 min): servers scan mail before they answer.
const TEXT: Duration = Duration::from_mins(3);
/// Good manners after the message is safe.
const FAREWELL: Duration = Duration::from_secs(2);

/// Sends mails through one server.
pub struct Email {
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
    pub fn new(smtp: &Smtp) -> Result<Self, BuildError> {
        if smtp.tls == SmtpTls::None && smtp.login.is_some() && !is_this_host(&smtp.server) {
            return Err(BuildError::PlainLogin);
        }
        let sender = Sender::new(&smtp.from)?;
        Ok(Self {
            server: smtp.server.clone(),
            port: smtp.port,
            tls: tls_parameters(smtp)?,
            starttls: smtp.tls == SmtpTls::Starttls,
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
        let mut connection = self.connect().await?;
        announce(&mut connection, mail.envelope()).await?;
        // Dropped without the final dot if refused: the server then throws the transaction away.
        hand_over.begin().await?;
        let text = mail.formatted();
        let answer = bounded(TEXT, connection.message(&text), "sending the text").await?;
        let receipt = Receipt { answer: answer_line(&answer) };
        if !matches!(timeout(FAREWELL, connection.command(Quit)).await, Ok(Ok(_))) {
            tracing::debug!("the mail server took the message but did not say goodbye");
        }
        Ok(receipt)
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
}

/// MAIL, RCPT and DATA up to the answer 354.
async fn announce(
    connection: &mut AsyncSmtpConnection,
    envelope: &Envelope,
) -> Result<(), SendError> {
    let mut parameters = Vec::new();
    let ascii = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
    if !envelope.from().into_iter().chain(envelope.to()).all(ascii) {
        if !connection.server_info().supports_feature(Extension::SmtpUtfEight) {
            let what = "the mail server does not take addresses beyond ASCII (SMTPUTF8)";
            return Err(SendError::Refused { what: what.to_owned() });
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    let mail = Mail::new(envelope.from().cloned(), parameters);
    bounded(COMMAND, connection.command(mail), "MAIL").await?;
    for to in envelope.to() {
        bounded(COMMAND, connection.command(Rcpt::new(to.clone(), vec![])), "RCPT").await?;
    }
    let answer = bounded(COMMAND, connection.command(Data), "DATA").await?;
    if answer.has_code(354) {
        return Ok(());
    }
    Err(SendError::Retry { after: None, what: format!("DATA: {}", answer_line(&answer)) })
}

async fn bounded<T>(
    limit: Duration,
    work: impl Future<Output = Result<T, SmtpError>>,
    what: &str,
) -> Result<T, SendError> {
    match timeout(limit, work).await {
        Ok(result) => result.map_err(|error| judge(&error, what)),
        Err(_) => Err(SendError::Retry {
            after: None,
            what: format!("{what}: no answer within {} s", limit.as_secs()),
        }),
    }
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
    if smtp.tls == SmtpTls::None {
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

//! From a server's name to a protected connection that has greeted.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_imap::Client;
use async_imap::error::Error;
use async_imap::imap_proto::{Response, Status};
use rustls::ClientConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls_platform_verifier::{ConfigVerifierExt, Verifier};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::MailboxError;
use super::bounded::{Bounded, Wire};
use super::session::{COMMAND, asked, refusal};
use crate::config::{MailTls, Mailbox};

/// TCP connection.
const CONNECT: Duration = Duration::from_secs(15);
/// Bytes of what comes before the mails.
pub(super) const TALK: usize = 1 << 20;

/// Connects, protects the connection and hears the greeting.
pub(super) async fn connect(mailbox: &Mailbox) -> Result<Client<Bounded>, MailboxError> {
    let tcp = reached(mailbox).await?;
    let wire = match mailbox.tls {
        MailTls::None => Bounded::new(tcp, TALK),
        MailTls::Implicit => Bounded::new(protected(mailbox, tcp).await?, TALK),
        MailTls::Starttls => {
            let mut plain = Client::new(Bounded::new(tcp, TALK));
            greeted(&mut plain).await?;
            let command = plain.run_command_and_check_ok("STARTTLS", None);
            asked("STARTTLS", COMMAND, command).await?;
            // What came behind the answer is thrown away with the client: it was not protected.
            let tls = protected(mailbox, plain.into_inner()).await?;
            return Ok(Client::new(Bounded::new(tls, TALK)));
        }
    };
    let mut client = Client::new(wire);
    greeted(&mut client).await?;
    Ok(client)
}

async fn reached(mailbox: &Mailbox) -> Result<TcpStream, MailboxError> {
    let connecting = TcpStream::connect((mailbox.server.as_str(), mailbox.port));
    match tokio::time::timeout(CONNECT, connecting).await {
        Ok(Ok(tcp)) => Ok(tcp),
        Ok(Err(error)) => {
            Err(MailboxError::Unreachable { step: "connecting", what: error.kind().to_string() })
        }
        Err(_) => Err(MailboxError::Silent { step: "connecting", seconds: CONNECT.as_secs() }),
    }
}

async fn protected(
    mailbox: &Mailbox,
    wire: impl Wire + 'static,
) -> Result<tokio_rustls::client::TlsStream<impl Wire + 'static>, MailboxError> {
    let bad = |error: &dyn std::fmt::Display| MailboxError::Tls(error.to_string());
    let config = trusting(mailbox.ca_file.as_deref())?;
    let name = ServerName::try_from(mailbox.server.clone()).map_err(|error| bad(&error))?;
    let shaking = TlsConnector::from(Arc::new(config)).connect(name, wire);
    match tokio::time::timeout(COMMAND, shaking).await {
        Ok(shaken) => shaken.map_err(|error| bad(&error)),
        Err(_) => Err(MailboxError::Silent { step: "TLS", seconds: COMMAND.as_secs() }),
    }
}

/// Trusts whom the system trusts, and the authorities of a file.
fn trusting(ca_file: Option<&Path>) -> Result<ClientConfig, MailboxError> {
    let bad = |error: &dyn std::fmt::Display| MailboxError::Tls(error.to_string());
    let Some(file) = ca_file else {
        return ClientConfig::with_platform_verifier().map_err(|error| bad(&error));
    };
    let roots =
        CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    let roots = roots.map_err(|error| MailboxError::Tls(format!("{}: {error}", file.display())))?;
    let builder = ClientConfig::builder();
    let provider = Arc::clone(builder.crypto_provider());
    let verifier = Verifier::new_with_extra_roots(roots, provider).map_err(|error| bad(&error))?;
    Ok(builder
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth())
}

async fn greeted(client: &mut Client<Bounded>) -> Result<(), MailboxError> {
    let step = "greeting";
    let greeting = tokio::time::timeout(COMMAND, client.read_response()).await;
    let greeting =
        greeting.map_err(|_| MailboxError::Silent { step, seconds: COMMAND.as_secs() })?;
    let greeting = greeting.map_err(|error| refusal(step, Error::Io(error)))?;
    match greeting.ok_or_else(|| refusal(step, Error::ConnectionLost))?.parsed() {
        Response::Data { status: Status::Bye, outcome } => {
            let said = outcome.information.as_deref().unwrap_or("BYE");
            Err(refusal(step, Error::No(said.to_owned())))
        }
        _ => Ok(()),
    }
}

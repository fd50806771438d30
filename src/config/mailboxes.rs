//! `[[complaints.mailbox]]`: where customers write by mail.

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

use secrecy::SecretString;
use serde::Deserialize;
use toml::Spanned;

use super::channel::MailTls;
use super::complaints::ComplaintSeverity;
use super::explain::did_you_mean;
use super::value::{Check, SecretRef};
use crate::model::Person;

/// RFC 8314 §3.2 and RFC 9051 §2.1.
const IMPLICIT_PORT: u16 = 993;
const PORT: u16 = 143;
const EVERY: Duration = Duration::from_mins(1);
/// Servers throttle who asks more often.
const LEAST_EVERY: Duration = Duration::from_secs(10);
const FOLDER: &str = "INBOX";

/// A mailbox that customers write to. Nothing in it is changed.
#[derive(Debug, Clone)]
pub struct Mailbox {
    /// Name.
    pub id: String,
    /// Host name of the IMAP server, also checked against the certificate.
    pub server: String,
    /// TCP port.
    pub port: u16,
    /// How the connection is protected.
    pub tls: MailTls,
    /// A certificate authority to trust beside the system's, PEM.
    pub ca_file: Option<PathBuf>,
    /// User and password.
    pub login: (String, SecretString),
    /// The folder that is read.
    pub folder: String,
    /// How often.
    pub every: Duration,
    /// Branch that its complaints are about.
    pub branch: Option<String>,
    /// Product that its complaints are about.
    pub product: Option<String>,
    /// Severity of its complaints; none for the usual one.
    pub severity: Option<String>,
    /// Who is asked first, by id.
    pub asked: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMailbox {
    id: Spanned<String>,
    server: Spanned<String>,
    port: Option<u16>,
    tls: Option<MailTls>,
    ca_file: Option<PathBuf>,
    username: Spanned<String>,
    password: Spanned<SecretRef>,
    folder: Option<String>,
    every: Option<Spanned<String>>,
    branch: Option<String>,
    product: Option<String>,
    severity: Option<Spanned<String>>,
    asked: Option<Spanned<String>>,
}

/// The mailboxes; those with findings are left out.
pub(super) fn mailboxes(
    check: &mut Check<'_>,
    raw: &[RawMailbox],
    severities: &[ComplaintSeverity],
    people: Option<&std::collections::BTreeMap<String, Person>>,
) -> Vec<Mailbox> {
    let mut seen = BTreeSet::new();
    for raw in raw {
        if !seen.insert(raw.id.get_ref()) {
            let what = format!("there are two mailboxes `{}`", raw.id.get_ref());
            check.error(&raw.id, what, "give one of the two another id");
        }
        if let Some(at) = &raw.severity {
            let known: Vec<&str> = severities.iter().map(|it| it.id.as_str()).collect();
            if !known.contains(&at.get_ref().as_str()) {
                let what = format!("there is no severity `{}`", at.get_ref());
                check.error(at, what, did_you_mean(at.get_ref(), &known));
            }
        }
        if let (Some(at), Some(people)) = (&raw.asked, people) {
            let person = people.get(at.get_ref());
            if person.is_none_or(|person| person.email.is_none()) {
                let what = format!("`{}` is nobody with a mail address", at.get_ref());
                let known: Vec<&String> = people.keys().collect();
                check.error(at, what, did_you_mean(at.get_ref(), &known));
            }
        }
    }
    raw.iter().filter_map(|raw| mailbox(check, raw)).collect()
}

fn mailbox(check: &mut Check<'_>, raw: &RawMailbox) -> Option<Mailbox> {
    let server = raw.server.get_ref();
    for (at, what) in [
        (&raw.id, "the mailbox has no name"),
        (&raw.server, "the mailbox has no server"),
        (&raw.username, "the mailbox has no user"),
    ] {
        if at.get_ref().trim().is_empty() {
            check.error(at, what, "write one");
        }
    }
    let tls = raw.tls.unwrap_or(MailTls::Implicit);
    let loopback =
        server == "localhost" || server.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback());
    if tls == MailTls::None && !loopback {
        let what = "the password and the mails would cross the network in clear text";
        check.error(&raw.server, what, "write `tls = \"implicit\"` or `\"starttls\"`");
    }
    let usual = if tls == MailTls::Implicit { IMPLICIT_PORT } else { PORT };
    Some(Mailbox {
        id: raw.id.get_ref().clone(),
        server: server.clone(),
        port: raw.port.unwrap_or(usual),
        tls,
        ca_file: raw.ca_file.as_ref().map(|path| check.path(path)),
        login: (raw.username.get_ref().clone(), check.secret(&raw.password)?),
        folder: raw.folder.clone().unwrap_or_else(|| FOLDER.to_owned()),
        every: check.at_least(raw.every.as_ref(), EVERY, LEAST_EVERY, "write `10s` or more"),
        branch: raw.branch.clone(),
        product: raw.product.clone(),
        severity: raw.severity.as_ref().map(|at| at.get_ref().clone()),
        asked: raw.asked.as_ref().map(|at| at.get_ref().clone()),
    })
}

//! Whoever looks after the sources is told how they are, and nobody else is.
//!
//! A failure is an event only after a quarter of an hour. No test waits so long: the events are put
//! into the store while the daemon is away.

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use crate::support::daemon::Daemon;
use crate::support::mail::{Mail, mails};
use crate::support::settings::Settings;
use crate::support::site::Site;
use crate::support::wait_for;

const SOON: Duration = Duration::from_mins(1);
const END: Duration = Duration::from_secs(10);
/// Looks after the sources; reads Spanish.
const OPERATOR: &str = "carmen.saez";
const READER: &str = "grace.hughes";
const LEAK: &str = "Roban los datos de miles de clientes del Banco Almenara en un ciberataque";
const TEXT: &str = "El Banco Almenara confirma que ha sufrido un ciberataque. Los delincuentes robaron \
    datos personales de miles de clientes, según la entidad.";

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_after_a_source_hears_that_it_fails_and_that_it_is_back() {
    let (diario, gaceta) = (Site::open().await, Site::open().await);
    let settings = Settings::new()
        .source("diario", &diario.feed_url())
        .source("gaceta", &gaceta.feed_url())
        .mail_to_files(&[READER])
        .operator(OPERATOR);
    let config = settings.write();
    let mut daemon = Daemon::start(&config).await;
    assert_eq!(daemon.stop(END).await.code(), Some(0), "{}", daemon.log());
    let mut seen = BTreeSet::new();

    became(&settings, "gaceta", "healthy", "failing", "HTTP 500");
    let mut daemon = Daemon::start(&config).await;
    let told = next_mail(&settings, &mut seen).await;
    assert!(told.to.starts_with(OPERATOR), "{}", told.to);
    assert!(told.subject.starts_with("Fuentes: 1 falla — "), "{}", told.subject);
    assert!(told.text.contains("gaceta (gaceta): falla (antes: sana)"), "{}", told.text);
    assert!(told.text.contains("Motivo: HTTP 500") && !told.text.contains("diario"));
    assert!(told.html.contains("HTTP 500"), "{}", told.html);
    assert_eq!(daemon.stop(END).await.code(), Some(0), "{}", daemon.log());

    became(&settings, "gaceta", "failing", "healthy", "");
    let daemon = Daemon::start(&config).await;
    let back = next_mail(&settings, &mut seen).await;
    assert!(back.to.starts_with(OPERATOR), "{}", back.to);
    assert!(back.subject.starts_with("Fuentes: 1 recuperada — "), "{}", back.subject);
    assert!(back.text.contains("gaceta (gaceta): sana (antes: falla)"), "{}", back.text);

    // Alerts go their own way; and what must not be told would have been told before this.
    diario.publish(LEAK, TEXT);
    let alert = next_mail(&settings, &mut seen).await;
    assert!(alert.to.starts_with(READER), "{}", alert.to);
    drop(daemon);
}

/// The one mail that was not there before.
async fn next_mail(settings: &Settings, seen: &mut BTreeSet<String>) -> Mail {
    let new = || mails(&settings.mails()).into_iter().any(|mail| !seen.contains(&mail.key));
    wait_for("a mail arrives", SOON, || new().then_some(())).await;
    let mut new: Vec<Mail> = mails(&settings.mails());
    new.retain(|mail| seen.insert(mail.key.clone()));
    assert_eq!(new.len(), 1, "{new:?}");
    new.remove(0)
}

/// As if polls had found so a minute ago.
fn became(settings: &Settings, source: &str, was: &str, now: &str, reason: &str) {
    let database = rusqlite::Connection::open(settings.file("atalaya.db")).expect("opened");
    let since = SystemTime::UNIX_EPOCH.elapsed().expect("after 1970").as_millis() - 60_000;
    let (id, at) = (uuid::Uuid::now_v7().to_string(), since.to_string());
    let sql = "INSERT INTO health_event (id, source_id, at, was, now, reason) \
               VALUES (?1, ?2, CAST(?3 AS INTEGER), ?4, ?5, NULLIF(?6, ''))";
    let rows = database.execute(sql, [id.as_str(), source, &at, was, now, reason]).expect("added");
    assert_eq!(rows, 1);
}

//! Whoever looks after the sources is told how they are, and nobody else is.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::support::daemon::Daemon;
use crate::support::mail::{Mail, mails};
use crate::support::settings::Settings;
use crate::support::site::{LEAK, LEAK_TEXT as TEXT, Site};
use crate::support::wait_for;

const SOON: Duration = Duration::from_mins(1);
/// Looks after the sources; reads Spanish.
const OPERATOR: &str = "carmen.saez";
const READER: &str = "grace.hughes";

#[tokio::test(flavor = "multi_thread")]
async fn who_looks_after_a_source_hears_that_it_fails_and_that_it_is_back() {
    let (diario, gaceta) = (Site::open().await, Site::open().await);
    let settings = Settings::new()
        .source("diario", &diario.feed_url())
        .source("gaceta", &gaceta.feed_url())
        .collect("health_after = \"0s\"\nhealth_group = \"1s\"\n")
        .mail_to_files(&[READER])
        .operator(OPERATOR);
    gaceta.publish("La feria abre sus puertas", "La feria de abril abre hoy sus puertas.");
    let daemon = Daemon::start(&settings.write()).await;
    let mut seen = BTreeSet::new();
    wait_for("both feeds were read", SOON, || {
        (diario.asked().unchanged > 0 && gaceta.asked().unchanged > 0).then_some(())
    })
    .await;

    gaceta.let_feed_fail(true);
    let told = next_mail(&settings, &mut seen).await;
    assert!(told.to.starts_with(OPERATOR), "{}", told.to);
    assert!(told.subject.starts_with("Fuentes: 1 falla — "), "{}", told.subject);
    assert!(told.text.contains("gaceta (gaceta): falla (antes: sana)"), "{}", told.text);
    assert!(told.text.contains("500") && !told.text.contains("diario"), "{}", told.text);
    assert!(told.html.contains("500"), "{}", told.html);

    gaceta.let_feed_fail(false);
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

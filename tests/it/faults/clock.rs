//! F27: the clock of the machine is set while the daemon runs, an hour forward and then two hours back.

use std::path::{Path, PathBuf};

use super::{HEADLINE, OTHER, OTHER_TEXT, SOON, TEXT, mail_channel, outbox};
use crate::support::daemon::Daemon;
use crate::support::mail_stub::{Does, MailStub};
use crate::support::settings::Settings;
use crate::support::site::Site;
use crate::support::wait_for;

const TO_CARMEN: &str = "[[route]]\npeople = [\"carmen.saez\"]\nvia = [\"mail\"]\n";
const THIRD: &str = "Detenido en Lugo un apoderado del Banco Almenara por un desfalco";
const THIRD_TEXT: &str = "La Guardia Civil detuvo en Lugo a un apoderado del Banco Almenara, acusado de un \
    desfalco. Falsificó firmas de ganaderos fallecidos para vaciar imposiciones a plazo.";

/// The clock that the daemon sees: this machine's and so much. Its monotonic clock is left alone.
pub(super) struct Clock(PathBuf);

impl Clock {
    pub(super) fn new(file: PathBuf) -> Self {
        let clock = Self(file);
        clock.set("+0");
        clock
    }

    /// In one step, so that nobody reads half of it.
    pub(super) fn set(&self, offset: &str) {
        let draft = self.0.with_extension("draft");
        std::fs::write(&draft, format!("{offset}\n")).expect("written");
        std::fs::rename(&draft, &self.0).expect("renamed");
    }

    pub(super) fn environment(&self) -> [(&'static str, String); 4] {
        let library = libfaketime().display().to_string();
        [
            ("LD_PRELOAD", library),
            ("FAKETIME_TIMESTAMP_FILE", self.0.display().to_string()),
            ("FAKETIME_CACHE_DURATION", "1".to_owned()),
            ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
        ]
    }
}

fn libfaketime() -> PathBuf {
    let machine = format!("/usr/lib/{}-linux-gnu", std::env::consts::ARCH);
    let path = Path::new(&machine).join("faketime/libfaketimeMT.so.1");
    assert!(path.exists(), "no {} (see tests/run)", path.display());
    path
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_jumps_loses_nothing_and_repeats_nothing() {
    let site = Site::open().await;
    // The third mail is put off, so that it waits while the clock goes back.
    let mail = MailStub::open(|verb, before| match (verb, before) {
        ("RCPT", 2) => Does::Says("451 4.7.1 greylisted"),
        _ => Does::Well,
    })
    .await;
    let settings = Settings::new()
        .source("diario", &site.feed_url())
        .ways(&(mail_channel("mail", mail.port, "") + TO_CARMEN));
    let clock = Clock::new(settings.file("offset"));
    let environment = clock.environment();
    let environment: Vec<_> = environment.iter().map(|(name, value)| (*name, &**value)).collect();
    let daemon = Daemon::start_with(&settings.write(), &environment).await;
    let kept = |count: usize| {
        let mail = mail.clone();
        move || (mail.kept().len() >= count).then(|| mail.kept())
    };
    site.publish(HEADLINE, TEXT);
    wait_for("the first alert arrives", SOON, kept(1)).await;
    let sets =
        |way: &str| daemon.metric(&format!("atalaya_clock_sets_total{{direction=\"{way}\"}}"));
    assert_eq!((sets("forward"), sets("back")), (Some(0.0), Some(0.0)));

    clock.set("+1h");
    let seen = || sets("forward").filter(|sets| *sets >= 1.0);
    wait_for("the step forward is seen", SOON, seen).await;
    site.publish(OTHER, OTHER_TEXT);
    wait_for("the second alert arrives", SOON, kept(2)).await;
    site.publish(THIRD, THIRD_TEXT);
    wait_for("the third is put off", SOON, || (mail.fired() == 1).then_some(())).await;
    daemon.says("not delivered yet").await;

    clock.set("-1h");
    let seen = || sets("back").filter(|sets| *sets >= 1.0);
    wait_for("the step back is seen", SOON, seen).await;
    wait_for("the third arrives all the same", SOON, kept(3)).await;
    let polls = site.asked().feed;
    let more = || (site.asked().feed >= polls + 5).then_some(());
    wait_for("the source is polled on", SOON, more).await;
    assert!(daemon.log().contains("the clock was set"), "an operator can read it");
    let states = || outbox(&settings).iter().all(|row| row.1 == "accepted").then_some(());
    wait_for("all is recorded", SOON, states).await;
    let kept = mail.kept();
    let ids: std::collections::BTreeSet<_> = kept.iter().map(|mail| &mail.message_id).collect();
    assert_eq!((kept.len(), ids.len()), (3, 3), "each once");
    assert_eq!(daemon.get("/readyz").0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_not_given_up_by_a_clock_that_jumps() {
    let site = Site::open().await;
    site.publish(HEADLINE, TEXT);
    // Put off before the jump, and at the first attempt after it.
    let mail = MailStub::open(|verb, before| match (verb, before) {
        ("RCPT", 0 | 1) => Does::Says("451 4.7.1 greylisted"),
        _ => Does::Well,
    })
    .await;
    let impatient = mail_channel("mail", mail.port, "give_up_after = \"10m\"\n");
    let settings =
        Settings::new().source("diario", &site.feed_url()).ways(&(impatient + TO_CARMEN));
    let clock = Clock::new(settings.file("offset"));
    let environment = clock.environment();
    let environment: Vec<_> = environment.iter().map(|(name, value)| (*name, &**value)).collect();
    let daemon = Daemon::start_with(&settings.write(), &environment).await;
    daemon.says("not delivered yet").await;
    clock.set("+2h");
    wait_for("it is put off again", SOON, || (mail.fired() == 2).then_some(())).await;
    wait_for("it arrives", SOON, || (mail.kept().len() == 1).then_some(())).await;
    let taken = || (outbox(&settings)[0].1 == "accepted").then_some(());
    wait_for("it is recorded", SOON, taken).await;
    assert_eq!(outbox(&settings), [("mail".to_owned(), "accepted".to_owned(), 3)]);
    assert!(!daemon.log().contains("given up"), "{}", daemon.log());
    let database = rusqlite::Connection::open(settings.file("atalaya.db")).expect("opened");
    let apart = "SELECT MAX(started_at) - MIN(started_at) FROM attempt WHERE n < 3";
    let apart: i64 = database.query_row(apart, [], |row| row.get(0)).expect("a number");
    assert!(apart > 3_600_000, "the second attempt was made after the jump: {apart} ms");
}

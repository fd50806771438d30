//! A page that no parser gets through, at a daemon that has other things to do.

use std::fmt::Write;
use std::time::Duration;

use crate::support::daemon::Daemon;
use crate::support::mail::mails;
use crate::support::settings::Settings;
use crate::support::site::Site;
use crate::support::wait_for;

/// Three tries with their pauses, on a machine that is busy.
const QUARANTINE: Duration = Duration::from_mins(4);
const SOON: Duration = Duration::from_mins(1);
const HOSTILE: &str = "Detenido el tesorero del Banco Almenara por una estafa";
const SOUND: &str = "Roban los datos de miles de clientes del Banco Almenara en un ciberataque";

/// Its attributes cost the parser their number squared: hours.
fn endless() -> String {
    let mut tag = String::from("<a");
    for n in 0..600_000 {
        write!(tag, " a{n}").expect("written");
    }
    tag + ">Texto</a>"
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_that_stops_its_reader_is_quarantined_while_others_alert() {
    let (hostile, sound) = (Site::open().await, Site::open().await);
    hostile.publish(HOSTILE, &endless());
    let settings = Settings::new()
        .source("hostil", &hostile.feed_url())
        .source("diario", &sound.feed_url())
        .mail_to_files(&["carmen.saez"]);
    let daemon = Daemon::start(&settings.write()).await;
    daemon.says("its page stopped the reader: it took too long").await;

    sound.publish(SOUND, "El Banco Almenara confirma que ha sufrido un ciberataque.");
    let told = |title: &str| {
        mails(&settings.mails()).iter().any(|mail| mail.text.contains(title)).then_some(())
    };
    wait_for("the other source alerts", SOON, || told("Roban los datos")).await;
    assert!(told("Detenido el tesorero").is_none(), "the hostile page is not through yet");

    wait_for("the feed's word is judged", QUARANTINE, || told("Detenido el tesorero")).await;
    let database = rusqlite::Connection::open(settings.file("atalaya.db")).expect("opened");
    let sql = "SELECT method, warnings FROM article WHERE title = ?1";
    let (method, warnings): (String, String) =
        database.query_row(sql, [HOSTILE], |row| Ok((row.get(0)?, row.get(1)?))).expect("read");
    assert_eq!(method, "feed");
    assert!(
        warnings.contains("stopped the reader: it took too long; in quarantine after 3 tries"),
        "{warnings}"
    );
    assert_eq!(hostile.asked().pages, 3, "it is not asked for again");
    assert_eq!(daemon.get("/readyz").0, 200);
}

//! A page that shows its article only to browsers that run scripts, and its AMP edition.

use std::time::Duration;

use crate::support::daemon::Daemon;
use crate::support::mail::mails;
use crate::support::settings::Settings;
use crate::support::site::Site;
use crate::support::wait_for;

const SOON: Duration = Duration::from_mins(1);
const TITLE: &str = "Última hora en la banca";

#[tokio::test(flavor = "multi_thread")]
async fn an_article_that_only_its_amp_edition_shows_is_read_there() {
    let site = Site::open().await;
    site.let_amp_show_articles();
    let text = "El Banco Almenara confirma que ha sufrido un ciberataque y que los datos de miles de clientes han sido robados. ";
    site.publish(TITLE, &text.repeat(3));
    let settings =
        Settings::new().source("diario", &site.feed_url()).mail_to_files(&["carmen.saez"]);
    let daemon = Daemon::start(&settings.write()).await;
    let told =
        || mails(&settings.mails()).iter().any(|mail| mail.text.contains(TITLE)).then_some(());
    wait_for("the text of the AMP edition alerts", SOON, told).await;

    let database = rusqlite::Connection::open(settings.file("atalaya.db")).expect("opened");
    let sql = "SELECT method, warnings, url FROM article WHERE title = ?1";
    let (method, warnings, url): (String, String, String) = database
        .query_row(sql, [TITLE], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
        .expect("read");
    assert_eq!(method, "amp");
    assert!(warnings.contains("read in its AMP edition"), "{warnings}");
    assert!(url.ends_with("/news/0"), "{url}");
    assert_eq!(site.asked().pages, 2, "one extra fetch");
    assert_eq!(daemon.get("/readyz").0, 200);
}

//! `atalaya run` from outside: its start, its pages, its memory, its end.

use std::net::TcpListener;
use std::time::Duration;

use crate::support::daemon::{Daemon, atalaya};
use crate::support::database::Database;
use crate::support::mail::mails;
use crate::support::settings::Settings;
use crate::support::site::{LEAK, LEAK_TEXT as TEXT, Site};
use crate::support::wait_for;

const SOON: Duration = Duration::from_mins(1);
/// What the daemon may take for its end (F3).
const END: Duration = Duration::from_secs(10);
const READERS: [&str; 3] = ["carmen.saez", "grace.hughes", "lin.min"];

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_tells_nobody_again() {
    tells_once(Settings::new()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_on_postgresql_tells_nobody_again() {
    let database = Database::new();
    tells_once(Settings::new().store(&database.url())).await;
}

async fn tells_once(settings: Settings) {
    let site = Site::open().await;
    site.publish(LEAK, TEXT);
    let settings = settings.source("diario", &site.feed_url()).mail_to_files(&READERS);
    let config = settings.write();
    let mut daemon = Daemon::start(&config).await;
    let told = || (mails(&settings.mails()).len() >= READERS.len()).then_some(());
    wait_for("all readers are told", SOON, told).await;
    assert_eq!(daemon.stop(END).await.code(), Some(0), "{}", daemon.log());

    site.reprint();
    let before = site.asked();
    let daemon = Daemon::start(&config).await;
    // The new edition is read whole; what it led to is settled before an edition after it is news.
    site_is_asked(&site, before.unchanged + 2).await;
    site.publish(
        "La Almenara Bank Cup de vela zarpa el sábado",
        "Veinte veleros compiten en la bahía.",
    );
    let read = || daemon.metric("atalaya_articles_total").filter(|read| *read >= 1.0);
    assert!((wait_for("the new article is judged", SOON, read).await - 1.0).abs() < 0.1);
    assert_eq!(mails(&settings.mails()).len(), READERS.len());
    assert_eq!(daemon.metric("atalaya_deliveries_total"), None);
}

/// Waits until the feed was found unchanged this often.
async fn site_is_asked(site: &Site, unchanged: u32) {
    let asked = || (site.asked().unchanged >= unchanged).then_some(());
    wait_for("the feed is asked for", SOON, asked).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn its_end_waits_for_nobody_and_loses_nothing() {
    let articles = 20;
    let site = Site::open().await;
    site.let_pages_hang(true);
    for n in 0..articles {
        site.publish(&format!("Noticia número {n} de la ciudad"), "Hoy no ha pasado nada.");
    }
    site.publish(LEAK, TEXT);
    // A mail server that takes connections and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = silent.local_addr().expect("an address").port();
    let channel = format!(
        "kind = \"email\"\nserver = \"127.0.0.1\"\nport = {port}\ntls = \"none\"\nfrom = \"a@almenara.example\"\n"
    );
    let settings =
        Settings::new().source("diario", &site.feed_url()).mail_by(&channel, &["carmen.saez"]);
    let config = settings.write();
    let mut daemon = Daemon::start(&config).await;
    wait_for("articles are being read", SOON, || (site.asked().pages >= 2).then_some(())).await;
    // A client that never ends its request must not hold the status page.
    let half = daemon.connect_half();
    assert_eq!(daemon.stop(END).await.code(), Some(0), "{}", daemon.log());
    drop(half);
    assert_eq!(held_claims(&settings), 0);

    site.let_pages_hang(false);
    let mut daemon = Daemon::start(&config).await;
    let all =
        || daemon.metric("atalaya_articles_total").filter(|read| *read >= f64::from(articles + 1));
    wait_for("all articles are judged", SOON, all).await;
    silent.set_nonblocking(true).expect("set");
    let sending = || silent.accept().ok();
    let _server_side = wait_for("a mail is under way", SOON, sending).await;
    assert_eq!(daemon.stop(END).await.code(), Some(0), "{}", daemon.log());
    assert_eq!(held_claims(&settings), 0);
}

/// Rows that somebody who is gone still holds.
fn held_claims(settings: &Settings) -> u32 {
    let database = rusqlite::Connection::open(settings.file("atalaya.db")).expect("opened");
    let sql = "SELECT (SELECT COUNT(*) FROM source_state WHERE lease_until > 0) + \
               (SELECT COUNT(*) FROM entry WHERE lease_until > 0 AND state = 'pending') + \
               (SELECT COUNT(*) FROM delivery WHERE lease_until > 0 AND state = 'pending')";
    database.query_row(sql, [], |row| row.get(0)).expect("counted")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_daemon_keeps_off_the_same_file() {
    let site = Site::open().await;
    let settings = Settings::new().source("diario", &site.feed_url());
    let config = settings.write();
    let daemon = Daemon::start(&config).await;
    let second = move || atalaya().args(["run", "--config"]).arg(config).output();
    let output = tokio::task::spawn_blocking(second).await.expect("no panic").expect("started");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(told.contains("another atalaya uses this database"), "{told}");
    assert_eq!(daemon.get("/readyz").0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn its_pages_answer_in_three_languages() {
    let site = Site::open().await;
    let settings = Settings::new().source("diario", &site.feed_url());
    let daemon = Daemon::start(&settings.write()).await;
    assert_eq!(daemon.get("/healthz"), (200, "ok\n".to_owned()));
    assert_eq!(daemon.get("/readyz"), (200, "ready\n".to_owned()));
    for (language, calm) in [("es", "Sin novedades"), ("en", "All quiet"), ("zh", "一切平静")] {
        let (status, page) = daemon.get(&format!("/?lang={language}"));
        assert_eq!(status, 200);
        assert!(
            page.contains(&format!("<html lang=\"{language}\"")) && page.contains(calm),
            "{page}"
        );
    }
    site_is_asked(&site, 1).await;
    for counted in ["atalaya_polls_total{result=\"ok\"}", "atalaya_sources{health=\"healthy\"}"] {
        let look = || daemon.metric(counted).filter(|count| *count >= 1.0);
        wait_for(counted, Duration::from_secs(30), look).await;
    }
    assert!(daemon.get("/metrics").1.ends_with("# EOF\n"));
}

//! F4 and F29: a disk that is full, a database that another holds or that is away.

use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::{HEADLINE, OTHER, OTHER_TEXT, SOON, TEXT, mail_channel, room};
use crate::support::daemon::Daemon;
use crate::support::database::Database;
use crate::support::mail_stub::{Does, MailStub};
use crate::support::post_stub::{self, PostStub};
use crate::support::relay::Relay;
use crate::support::settings::Settings;
use crate::support::site::Site;
use crate::support::wait_for;

/// A file system of this size, gone with the test.
struct Small(PathBuf);

impl Small {
    fn mount(path: PathBuf, size: &str) -> Self {
        std::fs::create_dir(&path).expect("made");
        let options = format!("size={size}");
        let mut command = Command::new("mount");
        command.args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(&path);
        assert!(command.status().expect("mount").success(), "mounted (see tests/run)");
        Self(path)
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let done = Command::new("umount").arg("-l").arg(&self.0).status();
        if !done.is_ok_and(|status| status.success()) {
            eprintln!("{} is still mounted", self.0.display());
        }
    }
}

const TO_CARMEN: &str = "[[route]]\npeople = [\"carmen.saez\"]\nvia = [\"mail\"]\n";

/// F4: health says so, nothing is half told, and once there is room all goes on by itself.
#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_of_and_survived() {
    let (site, mail) = (Site::open().await, MailStub::open(|_, _| Does::Well).await);
    let mut settings = Settings::new()
        .source("diario", &site.feed_url())
        .ways(&(mail_channel("mail", mail.port, "") + TO_CARMEN));
    let small = Small::mount(settings.file("small"), "24m");
    let store = format!("sqlite:{}", small.0.join("atalaya.db").display());
    settings = settings.store(&store);
    let daemon = Daemon::start(&settings.write()).await;
    wait_for("the feed is read", SOON, || (site.asked().unchanged > 0).then_some(())).await;

    let filler = small.0.join("filler");
    fill(&filler);
    let unready = || (daemon.get("/readyz").0 == 503).then_some(());
    for n in 0..40 {
        site.publish(&format!("Noticia número {n} de la ciudad"), &TEXT.repeat(40));
    }
    site.publish(HEADLINE, TEXT);
    wait_for("the daemon says that it is not ready", SOON, unready).await;
    assert!(mail.kept().is_empty(), "nothing is told that is not recorded");

    std::fs::remove_file(&filler).expect("removed");
    let ready = || (daemon.get("/readyz").0 == 200).then_some(());
    wait_for("the daemon is ready again", SOON, ready).await;
    wait_for("the alert arrives", SOON, || mail.kept().pop()).await;
    let database = rusqlite::Connection::open(small.0.join("atalaya.db")).expect("opened");
    let sound: String =
        database.query_row("PRAGMA integrity_check", [], |row| row.get(0)).expect("checked");
    assert_eq!((sound.as_str(), mail.kept().len()), ("ok", 1));
}

/// Writes until not a byte more goes in.
fn fill(path: &std::path::Path) {
    use std::io::Write;
    let mut file = std::fs::File::create(path).expect("made");
    for size in [65_536, 4096, 512, 1] {
        while file.write_all(&vec![0; size]).is_ok() {}
    }
}

/// F29: another program holds the database for a while. Nothing is lost, nothing told twice.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_another_holds_is_waited_for() {
    let (site, mail) = (Site::open().await, MailStub::open(|_, _| Does::Well).await);
    let settings = Settings::new()
        .source("diario", &site.feed_url())
        .ways(&(mail_channel("mail", mail.port, "") + TO_CARMEN));
    let daemon = Daemon::start(&settings.write()).await;
    wait_for("the feed is read", SOON, || (site.asked().unchanged > 0).then_some(())).await;

    let holder = rusqlite::Connection::open(settings.file("atalaya.db")).expect("opened");
    holder.busy_timeout(Duration::from_secs(30)).expect("set");
    holder.execute_batch("BEGIN IMMEDIATE").expect("held");
    site.publish(HEADLINE, TEXT);
    let refused = || daemon.log().contains("unavailable").then_some(());
    wait_for("the daemon meets the lock", SOON, refused).await;
    assert!(mail.kept().is_empty());
    holder.execute_batch("ROLLBACK").expect("let go");
    wait_for("the alert arrives", SOON, || mail.kept().pop()).await;
    let ready = || (daemon.get("/readyz").0 == 200).then_some(());
    wait_for("the daemon is ready", SOON, ready).await;
    assert_eq!(mail.kept().len(), 1);
}

/// The room answers once the database is away.
static IS_AWAY: AtomicBool = AtomicBool::new(false);

/// F29: the database server is away for a minute while a message is on its way: its outcome is recorded
/// afterwards, and what happened meanwhile is told then.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_server_that_is_away_is_waited_for() {
    let database = Database::new();
    let relay = Relay::open(database.server()).await;
    let site = Site::open().await;
    let chat = PostStub::open(|_| post_stub::Does::TakesWhen(&IS_AWAY)).await;
    let settings = Settings::new()
        .store(&database.url_by(relay.port()))
        .source("diario", &site.feed_url())
        .ways(&(room("chat", "") + "[[route]]\nrooms = [\"chat\"]\n"));
    std::fs::write(settings.file("chat-url"), chat.url()).expect("written");
    let daemon = Daemon::start(&settings.write()).await;
    site.publish(HEADLINE, TEXT);
    wait_for("a message is on its way", SOON, || chat.came().pop()).await;

    relay.cut();
    let began = std::time::Instant::now();
    IS_AWAY.store(true, Ordering::SeqCst);
    daemon.says("an outcome could not be recorded yet").await;
    let unready = || (daemon.get("/readyz").0 == 503).then_some(());
    wait_for("the daemon says that it is not ready", SOON, unready).await;
    site.publish(OTHER, OTHER_TEXT);
    let a_minute = || (began.elapsed() > Duration::from_mins(1)).then_some(());
    wait_for("a minute has passed", SOON * 2, a_minute).await;
    assert_eq!(
        (chat.came().len(), daemon.get("/readyz").0, daemon.get("/healthz").0),
        (1, 503, 200)
    );

    relay.mend();
    let ready = || (daemon.get("/readyz").0 == 200).then_some(());
    wait_for("the daemon is ready again", SOON, ready).await;
    let both = || (chat.came().len() >= 2).then(|| chat.came());
    let came = wait_for("the second alert arrives", SOON, both).await;
    let keys = came.iter().map(|one| one.header("idempotency-key").to_owned());
    assert_eq!(keys.collect::<std::collections::BTreeSet<_>>().len(), 2);
    let rows = || database.query("SELECT state || ' ' || attempts FROM delivery ORDER BY id");
    let accepted = || (rows() == ["accepted 1", "accepted 1"]).then_some(());
    wait_for("both outcomes are recorded", SOON, accepted).await;
    assert_eq!(chat.came().len(), 2, "nothing was told twice");
}

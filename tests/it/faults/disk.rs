//! F4 and F29: a disk that is full, a database that another holds.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use super::{HEADLINE, SOON, TEXT, mail_channel};
use crate::support::daemon::Daemon;
use crate::support::mail_stub::{Does, MailStub};
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

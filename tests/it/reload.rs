//! SIGHUP: a good configuration takes over, a broken one changes nothing.

use std::time::Duration;

use crate::support::daemon::Daemon;
use crate::support::settings::Settings;
use crate::support::site::Site;
use crate::support::wait_for;

const SOON: Duration = Duration::from_mins(1);
const RELOADED: &str = "atalaya_config_last_reload_successful ";

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_configuration_is_refused_and_the_old_one_goes_on() {
    let site = Site::open().await;
    let settings = Settings::new().source("diario", &site.feed_url());
    let config = settings.write();
    let daemon = Daemon::start(&config).await;
    assert_eq!(daemon.metric(RELOADED), Some(1.0));

    let good = std::fs::read_to_string(&config).expect("read");
    std::fs::write(&config, good.replace("interval = \"200ms\"", "intervall = \"200ms\""))
        .expect("written");
    daemon.signal("HUP");
    daemon.says("the old one stays").await;
    let log = daemon.log();
    assert!(log.contains("intervall") && log.contains("atalaya.toml:"), "{log}");
    assert_eq!(daemon.metric(RELOADED), Some(0.0));
    polls_on(&site).await;

    std::fs::write(&config, good).expect("written");
    daemon.signal("HUP");
    daemon.says("configuration reloaded").await;
    assert_eq!(daemon.metric(RELOADED), Some(1.0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_source_is_polled_without_a_restart() {
    let (first, second) = (Site::open().await, Site::open().await);
    let mut settings = Settings::new().source("diario", &first.feed_url());
    let daemon = Daemon::start(&settings.write()).await;
    polls_on(&first).await;
    assert_eq!(second.asked().feed, 0);

    settings.add_source("gaceta", &second.feed_url());
    settings.write();
    daemon.signal("HUP");
    polls_on(&second).await;
    polls_on(&first).await;
    let (_, page) = daemon.get("/");
    assert!(page.contains("gaceta"), "{page}");
}

/// A source file is added, then names another address, then goes.
#[tokio::test(flavor = "multi_thread")]
async fn source_files_come_change_and_go_without_a_restart() {
    let (main, first, second) = (Site::open().await, Site::open().await, Site::open().await);
    let settings = Settings::new().source("diario", &main.feed_url()).source_files("media");
    let daemon = Daemon::start(&settings.write()).await;
    polls_on(&main).await;

    let file = settings.file("media/local.toml");
    let source = |url: &str| {
        format!(
            "[defaults]\nlanguage = \"es\"\ninterval = \"200ms\"\n\n\
             [[source]]\nid = \"gaceta\"\nurl = \"{url}\"\nallow_private = true\n"
        )
    };
    std::fs::write(&file, source(&first.feed_url())).expect("written");
    daemon.signal("HUP");
    polls_on(&first).await;

    std::fs::write(&file, source(&second.feed_url())).expect("written");
    daemon.signal("HUP");
    polls_on(&second).await;
    let before = first.asked().feed;
    polls_on(&second).await;
    assert_eq!(first.asked().feed, before, "the old address is left alone");

    std::fs::remove_file(&file).expect("removed");
    daemon.signal("HUP");
    wait_for("the source is gone", SOON, || {
        let (_, page) = daemon.get("/");
        (!page.contains("gaceta")).then_some(())
    })
    .await;
    polls_on(&main).await;
    let before = second.asked().feed;
    polls_on(&main).await;
    assert_eq!(second.asked().feed, before, "a source without a file is not polled");
}

/// Waits for two more polls of a site.
async fn polls_on(site: &Site) {
    let before = site.asked().feed;
    wait_for("the site is polled", SOON, || (site.asked().feed >= before + 2).then_some(())).await;
}

//! `atalaya poll --once`: one round and its exit code.

use crate::support::daemon::atalaya;
use crate::support::mail::mails;
use crate::support::settings::Settings;
use crate::support::site::{LEAK, LEAK_TEXT as TEXT, Site};

async fn round(settings: &Settings) -> (Option<i32>, String) {
    let config = settings.write();
    let run = move || atalaya().args(["poll", "--once", "--config"]).arg(config).output();
    let output = tokio::task::spawn_blocking(run).await.expect("no panic").expect("started");
    (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_round_reads_and_tells_everything_once() {
    let site = Site::open().await;
    site.publish(LEAK, TEXT);
    site.publish("El mercado de abastos abre los domingos", "Los puestos abrirán de nueve a dos.");
    let settings =
        Settings::new().source("diario", &site.feed_url()).mail_to_files(&["carmen.saez"]);
    let (code, told) = round(&settings).await;
    assert_eq!(code, Some(0), "{told}");
    assert!(
        told.contains("1 sources polled, 0 failed, 2 articles read, 1 alerts, 1 messages sent"),
        "{told}"
    );
    let (code, told) = round(&settings).await;
    assert_eq!(code, Some(0), "{told}");
    assert!(told.contains("0 articles read, 0 alerts, 0 messages sent"), "{told}");
    assert_eq!(mails(&settings.mails()).len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_is_down_is_named_and_the_others_are_read() {
    let site = Site::open().await;
    site.publish(LEAK, TEXT);
    let settings = Settings::new()
        .source("diario", &site.feed_url())
        .source("cerrado", "http://127.0.0.1:1/rss.xml")
        .mail_to_files(&["carmen.saez"]);
    let (code, told) = round(&settings).await;
    assert_eq!(code, Some(3), "{told}");
    assert!(told.contains("2 sources polled, 1 failed, 1 articles read"), "{told}");
    assert!(told.contains("  cerrado: "), "{told}");
    assert_eq!(mails(&settings.mails()).len(), 1);
}

//! F33: headlines that would write into the log. F35's are in `src/notify/envelope.rs`.

use std::fs::File;
use std::process::{Command, Stdio};

use super::{SOON, TEXT};
use crate::support::daemon::atalaya;
use crate::support::mail::mails;
use crate::support::settings::Settings;
use crate::support::site::Site;
use crate::support::wait_for;

/// Each is about the bank, so that everything that logs meets it.
const TITLES: [&str; 4] = [
    "Fraude en el Banco Almenara\r\n{\"level\":\"ERROR\",\"message\":\"forged\"}",
    "Fraude en el Banco Almenara \u{9b}31m rojo",
    "Fraude en el Banco Almenara \u{202e}odanimile\u{2028}forged",
    "Fraude en el Banco Almenara &#27;[2J&#13;&#10;forged",
];

#[tokio::test(flavor = "multi_thread")]
async fn a_headline_writes_no_line_of_the_log() {
    let site = Site::open().await;
    for title in TITLES {
        site.publish(title, TEXT);
    }
    let long = format!("Fraude en el Banco Almenara {}", "muy largo ".repeat(20_000));
    site.publish(&long, TEXT);
    let settings =
        Settings::new().source("diario", &site.feed_url()).mail_to_files(&["carmen.saez"]);
    let path = settings.file("log.jsonl");
    let mut command = atalaya();
    command.args(["run", "--log", "json", "--config"]).arg(settings.write());
    command.env("ATALAYA_LOG", "atalaya=debug").stdout(Stdio::null());
    let mut child = command.stderr(File::create(&path).expect("a log")).spawn().expect("started");
    wait_for("every article is read", SOON, || (site.asked().pages >= 5).then_some(())).await;
    wait_for("an alert is told", SOON, || mails(&settings.mails()).pop()).await;
    let id = child.id().to_string();
    assert!(Command::new("kill").args(["-s", "TERM", &id]).status().expect("kill").success());
    wait_for("the daemon ends", SOON, || child.try_wait().expect("a child")).await;
    let log = std::fs::read_to_string(&path).expect("UTF-8");
    let mut lines = 0;
    for line in log.lines().filter(|line| !line.is_empty()) {
        let event: serde_json::Value =
            serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line:?}"));
        assert!(event["fields"]["message"] != "forged" && event["message"] != "forged", "{line}");
        assert!(line.len() < 16_384, "{} bytes", line.len());
        assert!(!line.chars().any(char::is_control), "{line:?}");
        lines += 1;
    }
    assert!(lines > 5, "{log}");
}

//! `atalaya demo`: what a visitor sees first.

use serde_json::Value;

use crate::support::daemon::atalaya;
use crate::support::mail::mails;

#[test]
fn the_day_goes_as_scripted() {
    let home = tempfile::tempdir().expect("a directory");
    let mut command = atalaya();
    command.args(["demo", "--speed", "8", "--json", "--dir"]).arg(home.path().join("day"));
    let output = command.output().expect("started");
    let told = String::from_utf8_lossy(&output.stderr);
    let day: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(day["problems"], serde_json::json!([]), "{told}");
    assert_eq!((day["as_scripted"].as_bool(), output.status.code()), (Some(true), Some(0)));

    let mailbox = day["mailbox"].as_str().expect("a mailbox");
    let mails = mails(mailbox.as_ref());
    assert_eq!(Some(mails.len() as u64), day["mails_received"].as_u64());
    for words in ["Por qué recibe este aviso", "Why you are told", "预警原因"] {
        let spoken =
            mails.iter().any(|mail| mail.text.to_lowercase().contains(&words.to_lowercase()));
        assert!(spoken, "no mail says {words:?}");
    }
    for alert in day["alerts"].as_array().expect("alerts") {
        let parts = alert["severity"]["parts"].as_array().expect("parts");
        let sum: f64 = parts.iter().filter_map(|part| part["points"].as_f64()).sum();
        let score = alert["severity"]["score"].as_f64().expect("a score");
        assert!((sum - score).abs() < 0.06, "{alert}");
    }
}

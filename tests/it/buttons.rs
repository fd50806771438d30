//! The button in a Slack message: pressed it takes the alert, under the presser's name. Who is not Slack, or comes
//! late, changes nothing.

use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::daemon::{Daemon, atalaya};
use crate::support::post_stub::{OK, PostStub};
use crate::support::settings::Settings;
use crate::support::site::{LEAK, LEAK_TEXT as TEXT, Site};
use crate::support::wait_for;

const SOON: Duration = Duration::from_mins(1);
const SECRET: &str = "8c1d4b7e52f0a9d36e";

/// A daemon that has told one alert in a room, and what the room got.
struct Scene {
    daemon: Daemon,
    settings: Settings,
    message: Value,
}

async fn scene(kind: &str) -> Scene {
    let site = Site::open().await;
    site.publish(LEAK, TEXT);
    let chat = PostStub::open(|_| OK).await;
    let channel =
        format!("kind = \"{kind}\"\nurl = {{ file = \"chat-url\" }}\nallow_private = true\n");
    let settings =
        Settings::new().source("diario", &site.feed_url()).room("chat", &channel).buttons();
    std::fs::write(settings.file("chat-url"), chat.url()).expect("written");
    std::fs::write(settings.file("slack-secret"), SECRET).expect("written");
    let daemon = Daemon::start(&settings.write()).await;
    let came = wait_for("the room is told", SOON, || chat.came().pop()).await;
    let message = serde_json::from_str(&came.body).expect("JSON");
    Scene { daemon, settings, message }
}

impl Scene {
    /// The alert as `atalaya alerts show` tells it.
    fn alert(&self) -> Value {
        let ask = |arguments: &[&str]| {
            let mut command = atalaya();
            command.arg("alerts").args(arguments).args(["--json", "--config"]);
            let output = command.arg(self.settings.file("atalaya.toml")).output().expect("started");
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            serde_json::from_slice::<Value>(&output.stdout).expect("one JSON object")
        };
        let list = ask(&["--since", "1d"]);
        ask(&["show", list["alerts"][0]["id"].as_str().expect("an alert")])
    }

    /// Who took it, as the record says: one, at most.
    fn taken(&self) -> Option<Value> {
        let alert = self.alert();
        let events = alert["events"].as_array().expect("events").iter();
        let mut taken = events.filter(|event| event["what"] == "acknowledged");
        let first = taken.next().cloned();
        assert!(taken.next().is_none(), "taken twice: {alert}");
        first
    }

    /// What Slack sends when somebody presses the button, signed with a secret at a time. The status.
    fn press_in_slack(&self, end: &str, user: &str, secret: &str, at: Timestamp) -> u16 {
        let press = json!({
            "type": "block_actions",
            "user": {"id": "U0ANA", "username": user, "team_id": "T1"},
            "actions": [{"type": "button", "action_id": "answer", "value": end}],
        });
        let form = url::form_urlencoded::Serializer::new(String::new())
            .append_pair("payload", &press.to_string())
            .finish();
        let at = at.as_second();
        let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).expect("a key");
        mac.update(format!("v0:{at}:{form}").as_bytes());
        let signature = mac.finalize().into_bytes();
        let signature =
            signature.iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"));
        let headers =
            format!("X-Slack-Request-Timestamp: {at}\r\nX-Slack-Signature: v0={signature}\r\n");
        self.daemon.post("/slack/interactions", &headers, &form).0
    }
}

/// The record names who, over which channel, from where and when.
fn assert_taken(taken: &Value, name: &str, address: &str, before: Timestamp) {
    let told = (&taken["by"], &taken["channel"], &taken["address"]);
    assert_eq!(told, (&name.into(), &"chat".into(), &address.into()), "{taken}");
    let at: Timestamp = taken["at"].as_str().expect("a time").parse().expect("a time");
    assert!(at >= before && at <= Timestamp::now(), "{taken}");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_presses_it_in_slack_takes_the_alert() {
    let scene = scene("slack").await;
    let blocks = scene.message["blocks"].as_array().expect("blocks").iter();
    let button = blocks.flat_map(|block| block["elements"].as_array().into_iter().flatten());
    let button = button.clone().find(|element| element["action_id"] == "answer");
    let button = button.unwrap_or_else(|| panic!("no button in {}", scene.message));
    let end = button["value"].as_str().expect("a value");
    let (now, late) = (Timestamp::now(), Timestamp::now() - Duration::from_mins(6));

    assert_eq!(scene.press_in_slack(end, "mallory", "another secret", now), 401, "forged");
    assert_eq!(scene.press_in_slack(end, "mallory", SECRET, late), 401, "stale");
    assert_eq!(scene.daemon.post("/slack/interactions", "", "payload=%7B%7D").0, 401, "not signed");
    assert_eq!(scene.press_in_slack(&format!("{end}x"), "mallory", SECRET, now), 200);
    assert_eq!(scene.taken(), None, "none of these takes it");

    assert_eq!(scene.press_in_slack(end, "ana.perez", SECRET, now), 200);
    assert_taken(&scene.taken().expect("it is taken"), "ana.perez", "slack:U0ANA", now);
    for _ in 0..20 {
        assert_eq!(scene.press_in_slack(end, "bea", SECRET, Timestamp::now()), 200);
    }
    assert_taken(&scene.taken().expect("it is taken once"), "ana.perez", "slack:U0ANA", now);
    assert_eq!(scene.alert()["state"], "acknowledged");
}

//! The button in a message of Slack or Mattermost: pressed it takes the alert, under the presser's name. Who is not
//! the chat, or comes late, changes nothing.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use serde_json::{Value, json};
use sha2::Sha256;

use crate::support::daemon::{Daemon, atalaya};
use crate::support::http;
use crate::support::post_stub::{OK, PostStub};
use crate::support::settings::Settings;
use crate::support::site::{LEAK, LEAK_TEXT as TEXT, Site};
use crate::support::wait_for;

const SOON: Duration = Duration::from_mins(1);
const SECRET: &str = "8c1d4b7e52f0a9d36e";

/// Its step is asked for in the room as soon as the alert is there. Nobody of it ever answers.
const PLAN: &str = r#"
schema = 1
[plan]
id = "fuga"
title = "Fuga de datos"
owner = "prensa"
version = "1"
timezone = "Europe/Madrid"
language = "es"
[activation]
mode = "automatic"
confirm_within = "2s"
[[trigger]]
level = "orange"
category = "data_breach"
min_score = 1
[role]
mando = { title = "Mando", kind = "command", primary = "elena.ruiz", backup = "tomas.gil" }
sistemas = { title = "Sistemas", kind = "unit", primary = "marta.leon", backup = "ivan.soto" }
oficinas = { title = "Oficinas", kind = "business", primary = "rosa.vidal", backup = "luis.prado" }
prensa = { title = "Prensa", kind = "reputation", primary = "carmen.saez", backup = "pablo.nieto" }
cumplimiento = { title = "Cumplimiento", kind = "regulator", primary = "ana.mora", backup = "jorge.rey" }
[[escalation.steps]]
from_level = "orange"
wait = "1s"
notify = ["mando"]
via = ["mail", "chat"]
[[step]]
key = "hechos"
title = "Comprobar los hechos"
role = "sistemas"
from_level = "orange"
due = "10m"
ack_within = "1s"
[review]
due = { orange = "5bd" }
questions = ["¿Qué llegó tarde?"]
"#;

/// A daemon that has told one alert in a room, and what the room got.
struct Scene {
    daemon: Daemon,
    settings: Settings,
    chat: PostStub,
    message: Value,
}

async fn scene(kind: &str) -> Scene {
    scene_with(kind, |settings| settings).await
}

async fn scene_with(kind: &str, more: impl FnOnce(Settings) -> Settings) -> Scene {
    let site = Site::open().await;
    site.publish(LEAK, TEXT);
    let chat = PostStub::open(|_| OK).await;
    let channel =
        format!("kind = \"{kind}\"\nurl = {{ file = \"chat-url\" }}\nallow_private = true\n");
    let settings =
        Settings::new().source("diario", &site.feed_url()).room("chat", &channel).buttons();
    let settings = more(settings);
    std::fs::write(settings.file("chat-url"), chat.url()).expect("written");
    std::fs::write(settings.file("slack-secret"), SECRET).expect("written");
    let daemon = Daemon::start(&settings.write()).await;
    let came = wait_for("the room is told", SOON, || chat.came().pop()).await;
    let message = serde_json::from_str(&came.body).expect("JSON");
    Scene { daemon, settings, chat, message }
}

impl Scene {
    /// What `atalaya` says to these words.
    fn ask(&self, arguments: &[&str]) -> Value {
        let mut command = atalaya();
        command.args(arguments).args(["--json", "--config"]);
        let output = command.arg(self.settings.file("atalaya.toml")).output().expect("started");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).expect("one JSON object")
    }

    /// The alert as `atalaya alerts show` tells it.
    fn alert(&self) -> Value {
        let list = self.ask(&["alerts", "--since", "1d"]);
        self.ask(&["alerts", "show", list["alerts"][0]["id"].as_str().expect("an alert")])
    }

    /// The first message of the room behind whose link a step can be taken, and its page.
    async fn asked(&self) -> (Value, String) {
        wait_for("a step is asked for in the room", SOON, || {
            self.chat.came().iter().find_map(|came| {
                let end = came.body.split("/desk/answer/").nth(1)?;
                let end = end.split(|c: char| !(c.is_alphanumeric() || "-_".contains(c))).next()?;
                let page = format!("/answer/{end}");
                let (status, form) = self.daemon.get(&page);
                let is_step = status == 200 && form.contains("value=\"hand_over\"");
                is_step.then(|| (serde_json::from_str(&came.body).expect("JSON"), page))
            })
        })
        .await
    }

    /// Who took the step, as the log says: by whom, over which channel, from where.
    fn step_taken(&self) -> Vec<(Value, Value, Value)> {
        let list = self.ask(&["incident", "list"]);
        let number = list["incidents"][0]["number"].as_str().expect("an incident");
        let shown = self.ask(&["incident", "show", number]);
        let events = shown["events"].as_array().expect("events").iter();
        let taken = events.filter(|event| event["what"] == "acknowledged");
        let who = |event: &Value| {
            let through = &event["details"]["through"];
            (event["by"].clone(), through["channel"].clone(), through["address"].clone())
        };
        taken.map(who).collect()
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

    /// What Mattermost sends when somebody presses the button of a message with this context, and what it is told.
    fn press_in_mattermost(&self, context: &Value, user: &str) -> (u16, Value) {
        let press = json!({
            "user_id": format!("id-of-{user}"), "user_name": user,
            "channel_id": "j6j53p28k6urx15fpcgsr20psq", "channel_name": "prensa",
            "team_id": "5xxzt146eax4tul69409opqjlf", "team_domain": "banco",
            "post_id": "gqrnh3675jfxzftnjyjfe4udeh", "trigger_id": "dHJpZ2dlcg==",
            "type": "button", "data_source": "", "context": context,
        });
        self.press_raw(&press.to_string())
    }

    fn press_raw(&self, body: &str) -> (u16, Value) {
        let (status, answer) = self.daemon.post("/mattermost/actions", "", body);
        (status, serde_json::from_str(&answer).unwrap_or_default())
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

#[tokio::test(flavor = "multi_thread")]
async fn who_presses_it_in_mattermost_takes_the_alert_and_all_see_who_did() {
    let scene = scene("mattermost").await;
    let text = scene.message["text"].as_str().expect("a text");
    let action = &scene.message["attachments"][0]["actions"][0];
    let url = action["integration"]["url"].as_str().expect("a button");
    assert_eq!(url, "https://atalaya.example/desk/mattermost/actions");
    let context = &action["integration"]["context"];
    let now = Timestamp::now();

    // Everybody in the room reads the link; it is no token, nor is anything that is made of one.
    let token = context["token"].as_str().expect("a token");
    let end = text.split("/answer/").nth(1).expect("a link").split(')').next().expect("its end");
    for forged in [end, &format!("{token}x"), &token.replace('-', "_"), &token[1..], ""] {
        let context = json!({"token": forged, "message": "forged"});
        let (status, told) = scene.press_in_mattermost(&context, "mallory");
        assert_eq!((status, told), (401, Value::Null), "{forged}");
    }
    for broken in ["", "{}", "not JSON", "{\"context\":{}}"] {
        assert_eq!(scene.press_raw(broken).0, 400, "{broken}");
    }
    assert_eq!(scene.daemon.get("/mattermost/actions").0, 405);
    assert_eq!(scene.taken(), None, "none of these takes it");

    let (status, told) = scene.press_in_mattermost(context, "ana.perez");
    assert_eq!(status, 200);
    assert_taken(
        &scene.taken().expect("it is taken"),
        "ana.perez",
        "mattermost:id-of-ana.perez",
        now,
    );
    assert_eq!(told["update"]["message"], scene.message["text"], "the message stays as it is");
    let attachments = told["update"]["props"]["attachments"].as_array().expect("attachments");
    assert!(attachments.iter().all(|attachment| attachment.get("actions").is_none()), "{told}");
    assert!(
        attachments[0]["text"].as_str().is_some_and(|text| text.contains("ana.perez")),
        "{told}"
    );

    for _ in 0..20 {
        let (status, told) = scene.press_in_mattermost(context, "bea");
        assert_eq!(status, 200);
        let said = told["ephemeral_text"].as_str().expect("a text");
        assert!(said.contains("ana.perez") && !said.contains("bea"), "who has it already: {said}");
        assert_eq!(told["update"]["message"], scene.message["text"]);
    }
    assert_taken(
        &scene.taken().expect("it is taken once"),
        "ana.perez",
        "mattermost:id-of-ana.perez",
        now,
    );
    assert_eq!(scene.alert()["state"], "acknowledged");
    let log = scene.daemon.log();
    assert!(!log.contains(token), "the token is in the message alone");
}

/// Forged answers of each kind: where, and as what.
fn forgery(n: usize, token: &str) -> (&'static str, String, u16) {
    let forged = format!("{}{n:043}", &token[..token.len() - 43]);
    match n % 3 {
        0 => ("/answer/", forged, 404),
        1 => (
            "/mattermost/actions",
            json!({"user_id": "u", "context": {"token": forged, "message": "x"}}).to_string(),
            401,
        ),
        _ => ("/slack/interactions", "payload=%7B%7D".to_owned(), 401),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flood_of_forgeries_opens_nothing_and_holds_up_no_answer() {
    const THREADS: usize = 8;
    const BEFORE: usize = 1000;
    let scene = scene("mattermost").await;
    let text = scene.message["text"].as_str().expect("a text");
    let context = &scene.message["attachments"][0]["actions"][0]["integration"]["context"];
    let token = context["token"].as_str().expect("a token").to_owned();
    let end = text.split("/answer/").nth(1).expect("a link").split(')').next().expect("its end");
    let (sent, over) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicBool::new(false)));
    let address = scene.daemon.address();
    let flood: Vec<_> = (0..THREADS)
        .map(|_| {
            let (sent, over, token) = (Arc::clone(&sent), Arc::clone(&over), token.clone());
            std::thread::spawn(move || {
                while !over.load(Ordering::SeqCst) {
                    let n = sent.fetch_add(1, Ordering::SeqCst);
                    let (path, forged, status) = forgery(n, &token);
                    let answer = if status == 404 {
                        http::post(address, &format!("{path}{forged}"), "", "proof=x&name=mallory")
                    } else {
                        http::post(address, path, "", &forged)
                    };
                    assert_eq!(answer.map(|(status, _)| status), Some(status), "{path}");
                }
            })
        })
        .collect();
    let came = |least: usize| {
        let sent = Arc::clone(&sent);
        move || (sent.load(Ordering::SeqCst) >= least).then_some(())
    };
    wait_for("the flood is there", SOON, came(BEFORE)).await;
    assert_eq!(scene.taken(), None, "nothing was opened");
    let now = Timestamp::now();
    let before = sent.load(Ordering::SeqCst);
    assert_eq!(scene.daemon.get(&format!("/answer/{end}")).0, 200);
    let (status, _) = scene.press_in_mattermost(context, "ana.perez");
    assert_eq!(status, 200, "who answers in earnest is heard");
    wait_for("the flood goes on", SOON, came(before + BEFORE)).await;
    assert_eq!(scene.daemon.get("/readyz").0, 200);
    over.store(true, Ordering::SeqCst);
    for thread in flood {
        thread.join().expect("every forgery was refused");
    }
    let taken = scene.taken().expect("it is taken");
    assert_taken(&taken, "ana.perez", "mattermost:id-of-ana.perez", now);
}

/// With a plan beside the alert.
async fn planned(kind: &str) -> Scene {
    scene_with(kind, |settings| settings.mail_to_files(&["elena.ruiz"]).plan(PLAN)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_of_a_plan_is_taken_by_the_button_in_mattermost() {
    let scene = planned("mattermost").await;
    let (message, page) = scene.asked().await;
    let context = &message["attachments"][0]["actions"][0]["integration"]["context"];
    let (status, told) = scene.press_in_mattermost(context, "bea");
    assert_eq!((status, &told["update"]["message"]), (200, &message["text"]), "{told}");
    let bea = ("bea (chat)".into(), "chat".into(), "mattermost:id-of-bea".into());
    assert_eq!(scene.step_taken(), std::slice::from_ref(&bea));
    let (_, told) = scene.press_in_mattermost(context, "ivan.soto");
    let said = told["ephemeral_text"].as_str().expect("a text");
    assert!(said.contains("bea") && !said.contains("ivan"), "who has it already: {said}");
    assert_eq!(scene.step_taken(), [bea], "taken once");
    let (_, form) = scene.daemon.get(&page);
    assert!(form.contains("bea") && !form.contains("value=\"ack\""), "{form}");
    assert!(form.contains("value=\"done\""), "what is left to say is said there: {form}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_of_a_plan_is_taken_by_the_button_in_slack() {
    let scene = planned("slack").await;
    let (message, _) = scene.asked().await;
    let blocks = message["blocks"].as_array().expect("blocks").iter();
    let mut buttons = blocks.flat_map(|block| block["elements"].as_array().into_iter().flatten());
    let button = buttons.find(|element| element["action_id"] == "answer").expect("a button");
    let token = button["value"].as_str().expect("a value");
    for user in ["bea", "ivan.soto"] {
        assert_eq!(scene.press_in_slack(token, user, SECRET, Timestamp::now()), 200);
        let bea = ("bea (chat)".into(), "chat".into(), "slack:U0ANA".into());
        assert_eq!(scene.step_taken(), [bea], "taken once");
    }
}

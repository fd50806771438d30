//! Somebody answers: an alert climbs while nobody does, its link shows and takes it, and nothing is lost by a
//! restart in between.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::support::daemon::{Daemon, atalaya};
use crate::support::http;
use crate::support::mail::{Mail, mails};
use crate::support::settings::Settings;
use crate::support::site::{LEAK, LEAK_TEXT as TEXT, Site};
use crate::support::wait_for;

const SOON: Duration = Duration::from_mins(1);
/// Told by the route, and first step of the policy; reads Spanish.
const ANALYST: &str = "carmen.saez";
/// Second step; reads English.
const HEAD: &str = "grace.hughes";
/// Third step; reads Chinese.
const EXECUTIVE: &str = "lin.min";

fn steps(waits: [&str; 3]) -> String {
    let step = |person: &str, wait: &str| {
        format!("[[policy.step]]\npeople = [{person:?}]\nvia = [\"mail\"]\nwait = {wait:?}\n")
    };
    [ANALYST, HEAD, EXECUTIVE].into_iter().zip(waits).map(|(who, wait)| step(who, wait)).collect()
}

/// The mail to somebody once it is there, and how many they have then.
async fn mail_to(settings: &Settings, person: &str) -> Mail {
    let mine = || mails(&settings.mails()).into_iter().find(|mail| mail.to.starts_with(person));
    wait_for(&format!("a mail to {person}"), SOON, mine).await
}

fn recipients(settings: &Settings) -> Vec<String> {
    let mut all: Vec<String> = mails(&settings.mails()).into_iter().map(|mail| mail.to).collect();
    all.sort();
    all.iter().map(|to| to.split('@').next().unwrap_or_default().to_owned()).collect()
}

/// The path of the page that a mail's link leads to, as the proxy at its address would ask for it.
fn page_of(mail: &Mail) -> String {
    const BASE: &str = "https://atalaya.example/desk";
    let link = mail
        .text
        .lines()
        .map(str::trim)
        .find(|line| line.starts_with(BASE) && line.contains("/answer/"));
    let link = link.unwrap_or_else(|| panic!("no link in\n{}", mail.text));
    let html = mail.html.replace("&#x2f;", "/");
    assert!(html.contains(&format!("href=\"{link}\"")), "the button leads there too");
    link[BASE.len()..].to_owned()
}

fn proof_in(page: &str) -> String {
    let (_, rest) =
        page.split_once("name=\"proof\" value=\"").unwrap_or_else(|| panic!("no form in {page}"));
    rest.split('"').next().expect("a value").to_owned()
}

/// What `atalaya alerts` says, as JSON.
fn alerts(settings: &Settings, arguments: &[&str]) -> serde_json::Value {
    let mut command = atalaya();
    command.arg("alerts").args(arguments).args(["--json", "--config"]);
    let output = command.arg(settings.file("atalaya.toml")).output().expect("started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

fn what_happened(settings: &Settings) -> Vec<String> {
    let list = alerts(settings, &["--since", "1d"]);
    let id = list["alerts"][0]["id"].as_str().expect("an alert").to_owned();
    let shown = alerts(settings, &["show", &id]);
    let events = shown["events"].as_array().expect("events").iter();
    events.map(|event| event["what"].as_str().expect("a kind").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_climbs_until_somebody_takes_it() {
    let site = Site::open().await;
    site.publish(LEAK, TEXT);
    let settings = Settings::new()
        .source("diario", &site.feed_url())
        .mail_to_files(&[ANALYST])
        .policy(&steps(["4s", "8s", "1h"]));
    let config = settings.write();
    let mut daemon = Daemon::start(&config).await;

    // The route has told the first step: it is not asked a second time.
    let told = mail_to(&settings, ANALYST).await;
    assert!(told.text.contains("Confirmar: me hago cargo"), "{}", told.text);
    let second = mail_to(&settings, HEAD).await;
    assert!(
        second.subject.contains("Not acknowledged: ") && second.subject.ends_with("step 2 of 3"),
        "{}",
        second.subject
    );
    assert!(second.text.contains("Nobody has acknowledged this alert since"), "{}", second.text);
    assert!(second.text.contains("Asked before: Carmen Sáez"), "{}", second.text);

    // A restart while the third step waits.
    assert_eq!(daemon.stop(SOON).await.code(), Some(0), "{}", daemon.log());
    let daemon = Daemon::start(&config).await;
    let third = mail_to(&settings, EXECUTIVE).await;
    assert!(
        third.text.contains("自 ") && third.text.contains("起无人确认本预警"),
        "{}",
        third.text
    );
    assert_eq!(recipients(&settings), [ANALYST, HEAD, EXECUTIVE]);

    // A filter that opens every link, from wherever, changes nothing.
    let page = page_of(&second);
    for n in 0..300 {
        let from = format!("X-Forwarded-For: 198.51.100.{}\r\n", n % 250);
        let method = if n % 3 == 0 { "HEAD" } else { "GET" };
        let (status, shown) =
            http::bare(daemon.address(), method, &page, &from).expect("an answer");
        assert_eq!(status, 200, "{method} {n}");
        let there = shown.contains(LEAK) && shown.contains("Nobody has taken it yet.");
        assert!(there || method == "HEAD", "{shown}");
        assert!(!shown.contains("delincuentes"), "headline, level and topic alone: {shown}");
    }
    assert!(!what_happened(&settings).contains(&"acknowledged".to_owned()));

    take(&daemon, &settings, &page);
    let events = what_happened(&settings);
    let expected = ["opened", "notified", "asked", "escalated", "escalated", "acknowledged"];
    assert_eq!(
        events.iter().map(String::as_str).collect::<BTreeSet<_>>(),
        BTreeSet::from(expected)
    );
    assert_eq!(events.len(), expected.len(), "{events:?}");
    assert_eq!(recipients(&settings).len(), 3, "nobody was asked twice");
}

/// Takes the alert by the page, as the head of communications and no other way.
fn take(daemon: &Daemon, settings: &Settings, page: &str) {
    let (_, shown) = daemon.get(page);
    let form = format!("proof={}", proof_in(&shown));
    assert_eq!(daemon.post(page, "", "proof=x").0, 403, "not our form");
    assert_eq!(daemon.post(page, "", "").0, 422, "no form at all");
    let elsewhere = "Sec-Fetch-Site: cross-site\r\n";
    assert_eq!(daemon.post(page, elsewhere, &form).0, 403, "from another site");
    assert!(daemon.post(&format!("{page}x"), "", &form).0 == 404, "another link");

    let (status, done) = daemon.post(page, "", &form);
    assert_eq!(status, 200, "{done}");
    assert!(done.contains("Noted: Grace Hughes has taken it"), "{done}");
    for _ in 0..100 {
        assert_eq!(daemon.post(page, "", &form).0, 409, "a replay");
    }
    let (status, again) = daemon.post(page, "", &form);
    assert_eq!(status, 409);
    assert!(again.contains("Already acknowledged by Grace Hughes"), "{again}");
    let (_, spanish) = daemon.get(&format!("{page}?lang=es"));
    assert!(spanish.contains("Grace Hughes ya se hizo cargo"), "{spanish}");

    let list = alerts(settings, &[]);
    let alert = &list["alerts"][0];
    assert_eq!((&alert["state"], &alert["by"]), (&"acknowledged".into(), &"Grace Hughes".into()));
    let id = alert["id"].as_str().expect("an id");
    let shown = alerts(settings, &["show", id]);
    let events = shown["events"].as_array().expect("events");
    let taken = events.iter().find(|event| event["what"] == "acknowledged").expect("it was taken");
    assert_eq!(
        (&taken["channel"], &taken["address"]),
        (&"mail".into(), &"127.0.0.1".into()),
        "{taken}"
    );
    let policy = &shown["escalations"][0];
    assert_eq!((&policy["policy"], &policy["due_at"]), (&"desk".into(), &serde_json::Value::Null));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_takes_it_at_the_command_line_stops_the_climb() {
    let site = Site::open().await;
    site.publish(LEAK, TEXT);
    let settings = Settings::new()
        .source("diario", &site.feed_url())
        .mail_to_files(&[ANALYST])
        .policy(&steps(["1h", "1h", "1h"]));
    let config = settings.write();
    let daemon = Daemon::start(&config).await;
    let told = mail_to(&settings, ANALYST).await;
    let id = alerts(&settings, &[])["alerts"][0]["id"].as_str().expect("an alert").to_owned();
    let say = |arguments: &[&str]| {
        let mut command = atalaya();
        let output = command.arg("alerts").args(arguments).arg("--config").arg(&config).output();
        let output = output.expect("started");
        (output.status.code(), String::from_utf8_lossy(&output.stderr).into_owned())
    };
    let nobody = "01a21ace-ca6f-76ef-a2d0-62a24e9f07c3";
    assert_eq!(say(&["ack", nobody, "--by", "Ana"]).0, Some(2));
    assert_eq!(say(&["ack", &id, "--by", "Ana"]).0, Some(0));
    let (code, said) = say(&["ack", &id, "--by", "Bea"]);
    assert_eq!(code, Some(1));
    assert!(said.contains("it was acknowledged already by Ana"), "{said}");
    assert_eq!(say(&["note", &id, "he llamado a la oficina", "--by", "Ana"]).0, Some(0));
    assert_eq!(
        say(&[
            "dismiss",
            &id,
            "--by",
            "Ana",
            "--reason",
            "es otro banco",
            "--verdict",
            "wrong-target"
        ])
        .0,
        Some(0)
    );
    let (_, page) = daemon.get(&page_of(&told));
    assert!(page.contains("descartada (Ana") && !page.contains("<form"), "{page}");
    assert_eq!(alerts(&settings, &[])["alerts"], serde_json::json!([]), "nothing is open");
    let shown = alerts(&settings, &["show", &id]);
    assert_eq!((&shown["state"], &shown["by"]), (&"dismissed".into(), &"Ana".into()));
    let mut listed = atalaya();
    let verdicts =
        listed.args(["verdict", "--list", "--config"]).arg(&config).output().expect("started");
    let verdicts = String::from_utf8_lossy(&verdicts.stdout).into_owned();
    assert!(verdicts.contains("wrong-target") && verdicts.contains("es otro banco"), "{verdicts}");
}

/// Who has taken an alert hears of it again only when media of another region carry the story.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_opens_again_for_something_material() {
    let (spain, again, mexico) = (Site::open().await, Site::open().await, Site::open().await);
    let settings = Settings::new().source_files("media").mail_to_files(&[ANALYST]);
    let source = |id: &str, region: &str, site: &Site| {
        let url = site.feed_url();
        format!(
            "[[source]]\nid = {id:?}\nurl = {url:?}\nregion = {region:?}\ntier = 2\ninterval = \"200ms\"\nallow_private = true\n"
        )
    };
    let media = source("gaceta", "ES", &spain)
        + &source("norte", "ES", &again)
        + &source("diario-mx", "MX", &mexico);
    std::fs::write(settings.file("media/all.toml"), media).expect("written");
    let daemon = Daemon::start(&settings.write()).await;
    spain.publish(LEAK, TEXT);
    mail_to(&settings, ANALYST).await;
    let id = alerts(&settings, &[])["alerts"][0]["id"].as_str().expect("an alert").to_owned();
    let mut command = atalaya();
    command.args(["alerts", "ack", &id, "--by", "Ana", "--config"]);
    let taken = command.arg(settings.file("atalaya.toml")).output().expect("started");
    assert!(taken.status.success(), "{}", String::from_utf8_lossy(&taken.stderr));
    let (_, page) = daemon.get("/?lang=en");
    assert!(page.contains("acknowledged (Ana)"), "{page}");

    let judged = |articles: f64| {
        let daemon = &daemon;
        move || daemon.metric("atalaya_articles_total").filter(|read| *read >= articles)
    };
    again.publish(LEAK, TEXT);
    wait_for("the copy of the same region is judged", SOON, judged(2.0)).await;
    assert_eq!(alerts(&settings, &[])["alerts"][0]["state"], "acknowledged", "nothing new");
    mexico.publish(LEAK, TEXT);
    wait_for("the copy of another region is judged", SOON, judged(3.0)).await;
    let two = || (mails(&settings.mails()).len() == 2).then_some(());
    wait_for("the analyst hears of it", SOON, two).await;
    let told = mails(&settings.mails());
    let why = "la lleva por primera vez un medio de otra región";
    assert!(told.iter().any(|mail| mail.text.contains(why)), "{}", told[0].text);
    let shown = alerts(&settings, &["show", &id]);
    let events = shown["events"].as_array().expect("events").iter();
    let notes: Vec<_> =
        events.filter(|event| event["what"] == "reopened").map(|event| &event["note"]).collect();
    assert_eq!(notes.len(), 1, "{shown}");
    assert!(notes[0].as_str().is_some_and(|note| note.ends_with("new_region")), "{shown}");
}

//! A bad day under a plan, with an officer who answers and one who does not: the daemon is killed
//! in the middle of it, and nothing is lost, asked for twice or told twice.

use std::collections::BTreeMap;
use std::process::Output;
use std::time::Duration;

use serde_json::Value;

use crate::support::daemon::{Daemon, atalaya};
use crate::support::mail::{Mail, asked_by_mail, mails};
use crate::support::settings::Settings;
use crate::support::site::{LEAK, LEAK_TEXT as TEXT, Site};
use crate::support::wait_for;

const SOON: Duration = Duration::from_mins(1);
const NUMBER: &str = "INC-20";

/// Seconds where a real plan has minutes. Marta León never answers; Iván Soto stands in for her.
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
mode = "confirm"
confirm_within = "2s"
[[trigger]]
level = "orange"
category = "data_breach"
min_score = 1
query = "lang:es AND source:diario AND NOT region:galicia"
[role]
mando = { title = "Mando", kind = "command", primary = "elena.ruiz", backup = "tomas.gil" }
sistemas = { title = "Sistemas", kind = "unit", primary = "marta.leon", backup = "ivan.soto" }
oficinas = { title = "Oficinas", kind = "business", primary = "rosa.vidal", backup = "luis.prado" }
prensa = { title = "Prensa", kind = "reputation", primary = "carmen.saez", backup = "pablo.nieto" }
cumplimiento = { title = "Cumplimiento", kind = "regulator", primary = "ana.mora", backup = "jorge.rey" }
[[escalation.steps]]
from_level = "orange"
wait = "0s"
notify = ["mando"]
via = ["mail"]
ack = "all"
repeat_every = "2s"
repeat_max = 20
[[escalation.steps]]
from_level = "orange"
wait = "3s"
notify = ["prensa"]
via = ["mail"]
[[step]]
key = "hechos"
title = "Comprobar los hechos"
role = "sistemas"
from_level = "orange"
due = "4s"
ack_within = "2s"
evidence = "note"
[[step]]
key = "nota"
title = "Publicar la nota"
role = "prensa"
from_level = "orange"
due = "10m"
after = ["hechos"]
message = "nota"
[message.nota]
audience = "public"
approvals = ["prensa", "cumplimiento"]
body = """
A las {hora} sabemos: {hechos}.
Preguntas: {contacto}"""
[[deadline]]
key = "supervisor"
title = "Aviso al supervisor"
role = "cumplimiento"
from_level = "orange"
anchor = "activated"
due = "8s"
warn = ["4s"]
[sitrep]
every = { orange = "10m" }
to = ["mando"]
[stand_down]
requires = ["Acceso cerrado"]
monitor_after = "72h"
[review]
due = { orange = "5bd" }
questions = ["¿Qué llegó tarde?"]
"#;

/// What `atalaya` says to these words.
fn command(settings: &Settings, words: &[&str]) -> Output {
    let mut command = atalaya();
    command.args(words).arg("--config").arg(settings.file("atalaya.toml"));
    command.output().expect("started")
}

fn json(settings: &Settings, words: &[&str]) -> Value {
    let output = command(settings, &[words, &["--json"]].concat());
    let told = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {told}"))
}

/// Does something about the incident, as somebody.
fn acts(settings: &Settings, number: &str, by: &str, words: &[&str]) -> Output {
    let (what, rest) = words.split_first().expect("what");
    let words = [&["incident", what, number], rest, &["--by", by]].concat();
    command(settings, &words)
}

fn done(output: &Output) {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn subjects(settings: &Settings, word: &str) -> BTreeMap<String, usize> {
    let mut counted = BTreeMap::new();
    for Mail { to, subject, .. } in mails(&settings.mails()) {
        if subject.contains(word) {
            let who = to.split('@').next().unwrap_or_default().to_owned();
            *counted.entry(who).or_default() += 1;
        }
    }
    counted
}

fn events(settings: &Settings, number: &str) -> Vec<(String, String)> {
    let shown = json(settings, &["incident", "show", number]);
    let events = shown["events"].as_array().expect("events").iter();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    events.map(|event| (text(&event["what"]), text(&event["details"]["key"]))).collect()
}

fn happened(settings: &Settings, number: &str, what: &str, key: &str) -> usize {
    let all = events(settings, number);
    all.iter().filter(|(other, of)| other == what && of == key).count()
}

/// The page behind the link of the mail with these words that asks somebody to approve a text.
async fn text_by_mail(settings: &Settings, person: &str, words: &str) -> String {
    wait_for(&format!("a text for {person}"), SOON, || {
        let all = mails(&settings.mails()).into_iter();
        let mut mine = all.filter(|mail| mail.to.starts_with(person) && mail.text.contains(words));
        let mail = mine.find(|mail| mail.subject.contains("texto pendiente"))?;
        let lines = mail.text.lines().map(str::trim);
        let mut links = lines.filter_map(|line| line.strip_prefix("https://atalaya.example/desk"));
        links.find(|path| path.starts_with("/answer/")).map(str::to_owned)
    })
    .await
}

/// Somebody is at the step; who was asked with others answers by the page, too, and takes it from nobody.
async fn who_leads_says_that_they_know(settings: &Settings, daemon: &Daemon, number: &str) {
    let page = wait_for("a mail for who leads", SOON, || {
        let all = mails(&settings.mails()).into_iter();
        let mut hers = all.filter(|mail| mail.to.starts_with("elena.ruiz"));
        let mail = hers.find(|mail| mail.text.contains("Iván Soto ya está con «Comprobar"))?;
        let lines = mail.text.lines().map(str::trim);
        let mut links = lines.filter_map(|line| line.strip_prefix("https://atalaya.example/desk"));
        links.find(|path| path.starts_with("/answer/")).map(str::to_owned)
    })
    .await;
    let (_, form) = daemon.get(&page);
    let (_, proof) = form.split_once("name=\"proof\" value=\"").expect("a form");
    let ack = format!("proof={}&way=ack", proof.split('"').next().expect("a value"));
    assert!(form.contains("value=\"ack\""), "{form}");
    let (status, noted) = daemon.post(&page, "", &ack);
    assert!(status == 200 && noted.contains("Se ocupa Iván Soto"), "{status} {noted}");
    assert!(!daemon.get(&page).1.contains("value=\"ack\""), "she has said so");
    assert_eq!(daemon.post(&page, "", &ack).0, 409, "once");
    let shown = json(settings, &["incident", "show", number]);
    assert_eq!(shown["steps"][0]["person"], "ivan.soto", "{shown}");
}

/// Who, by which message and from where.
fn the_log_keeps_who_answered(settings: &Settings, number: &str) {
    let shown = json(settings, &["incident", "show", number]);
    let said = shown["events"].as_array().expect("events").iter();
    let said = said.filter(|event| event["details"]["through"]["channel"] == "mail");
    let said: Vec<_> = said.map(|it| (&it["by"], &it["details"]["through"]["address"])).collect();
    let ivan = (&"ivan.soto".into(), &"127.0.0.1".into());
    let elena = (&"elena.ruiz".into(), &"127.0.0.1".into());
    assert_eq!(said, [ivan, elena, ivan], "the log keeps who, by what and from where: {shown}");
}

/// Nothing is published before two roles have approved exactly what is to be published.
async fn the_note_is_approved_word_for_word(settings: &Settings, daemon: &Daemon, number: &str) {
    let refused = |output: &Output| {
        assert_eq!(output.status.code(), Some(1), "{}", String::from_utf8_lossy(&output.stdout));
        String::from_utf8_lossy(&output.stderr).into_owned()
    };
    let early = refused(&acts(settings, number, "carmen.saez", &["done", "nota"]));
    assert!(early.contains("not approved yet by prensa, cumplimiento"), "{early}");
    refused(&acts(settings, number, "carmen.saez", &["approve", "nota"]));
    done(&acts(settings, number, "carmen.saez", &["draft", "nota"]));
    let first = text_by_mail(settings, "ana.mora", "sabemos: visto en los registros.").await;
    let (status, page) = daemon.get(&first);
    let whole = page.contains("Preguntas: Carmen Sáez, carmen.saez@almenara.example");
    assert!(status == 200 && whole && page.contains("Apruebo este texto"), "{page}");
    assert_eq!(happened(settings, number, "approved", "nota"), 0, "looking changes nothing");

    // Another word, and the link of the first mail approves nothing.
    let file = settings.file("nota.txt");
    std::fs::write(&file, "Sabemos lo que pasó.\n\nMás a las 12.\n").expect("written");
    let written = ["draft", "nota", "--text-file", file.to_str().expect("a path")];
    let shown = acts(settings, number, "carmen.saez", &written);
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.starts_with("Sabemos lo que pasó.\n\nMás a las 12.\n\nnota "), "{shown}");
    assert!(shown.contains("not approved yet by prensa, cumplimiento"), "{shown}");
    let proof = |page: &str| {
        let (_, proof) = page.split_once("name=\"proof\" value=\"").expect("a form");
        format!("proof={}", proof.split('"').next().expect("a value"))
    };
    let (status, old) = daemon.post(&first, "", &proof(&page));
    assert!(status == 409 && old.contains("El texto ha cambiado"), "{status} {old}");
    assert!(!daemon.get(&first).1.contains("<form"), "no button for a text that is no more");

    let second = text_by_mail(settings, "ana.mora", "Más a las 12.").await;
    let (_, page) = daemon.get(&second);
    assert_eq!(daemon.post(&second, "", "proof=x").0, 403, "not our form");
    let (status, noted) = daemon.post(&second, "", &proof(&page));
    assert!(status == 200 && noted.contains("Ana Mora aprueba este texto"), "{status} {noted}");
    assert_eq!(daemon.post(&second, "", &proof(&page)).0, 409, "once");
    let half = refused(&acts(settings, number, "carmen.saez", &["done", "nota"]));
    assert!(half.contains("not approved yet by prensa") && !half.contains("cumpl"), "{half}");
    refused(&acts(settings, number, "ivan.soto", &["approve", "nota"]));
    refused(&acts(settings, number, "carmen.saez", &["approve", "nota", "--hash", "00"]));
    done(&acts(settings, number, "carmen.saez", &["approve", "nota"]));
    let shown = json(settings, &["incident", "show", number]);
    let text = &shown["statements"][0];
    assert_eq!((&text["key"], &text["missing"]), (&"nota".into(), &Value::Array(vec![])));
    let by: Vec<_> =
        text["approvals"].as_array().expect("a list").iter().map(|it| &it["by"]).collect();
    assert_eq!(by, ["ana.mora", "carmen.saez"], "{shown}");
    wait_for("who waits for it is told", SOON, || {
        subjects(settings, "texto aprobado").contains_key("carmen.saez").then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_survives_being_killed_and_ends_with_its_review() {
    let site = Site::open().await;
    site.publish(LEAK, TEXT);
    let settings = Settings::new()
        .source("diario", &site.feed_url())
        .mail_to_files(&["elena.ruiz"])
        .links()
        .plan(PLAN);
    let config = settings.write();
    let mut daemon = Daemon::start(&config).await;
    let number = wait_for("an incident", SOON, || {
        let list = json(&settings, &["incident", "list"]);
        let number = list["incidents"][0]["number"].as_str().map(str::to_owned);
        number.filter(|number| number.starts_with(NUMBER))
    });
    let number = &number.await;

    // Nobody decides, nobody answers; power fails before each of these, and after.
    for (what, key, at_least) in [
        ("activated", "", 1),
        ("asked", "hechos", 1),
        ("late", "hechos", 1),
        ("late", "supervisor", 1),
        ("asked", "supervisor", 3),
        ("repeated", "hechos", 1),
    ] {
        daemon.signal("KILL");
        daemon = Daemon::start(&config).await;
        let look = || (happened(&settings, number, what, key) >= at_least).then_some(());
        wait_for(&format!("{what} {key}"), SOON, look).await;
    }
    assert_eq!(happened(&settings, number, "activated", ""), 1);
    assert_eq!(happened(&settings, number, "late", "hechos"), 1);
    assert_eq!(happened(&settings, number, "late", "supervisor"), 1);

    // The deputy answers, and holds the step from then on; the late report reached the others.
    let page = asked_by_mail(&settings.mails(), "ivan.soto").await;
    let (status, form) = daemon.get(&page);
    assert_eq!((status, happened(&settings, number, "acknowledged", "hechos")), (200, 0));
    assert!(form.contains("Comprobar los hechos") && form.contains("Marta León"), "{form}");
    let (_, proof) = form.split_once("name=\"proof\" value=\"").expect("a form");
    let proof = format!("proof={}", proof.split('"').next().expect("a value"));
    let says = |words: &str| daemon.post(&page, "", &format!("{proof}&{words}"));
    assert_eq!(daemon.post(&page, "", "proof=x&way=ack").0, 403, "not our form");
    assert_eq!(says("way=done").0, 422, "evidence is wanted");
    assert_eq!(says("way=hand_over&to=nobody").0, 403, "nobody of the plan");
    let (status, noted) = says("way=ack");
    assert!(status == 200 && noted.contains("Iván Soto se hace cargo"), "{status} {noted}");
    assert_eq!(says("way=ack").0, 409, "each answer counts once");
    let shown = json(&settings, &["incident", "show", number]);
    assert_eq!(shown["steps"][0]["person"], "ivan.soto", "{shown}");
    assert!(shown["deadlines"][0]["escalated"].as_bool().expect("a flag"), "{shown}");
    who_leads_says_that_they_know(&settings, &daemon, number).await;
    let bare = acts(&settings, number, "ivan.soto", &["done", "hechos"]);
    assert_eq!(bare.status.code(), Some(1), "evidence is wanted");
    let (status, noted) = says("way=done&evidence=visto+en+los+registros");
    assert!(status == 200 && noted.contains("Hecho por Iván Soto"), "{status} {noted}");
    assert_eq!(says("way=done&evidence=otra+vez").0, 409, "it is done");
    the_log_keeps_who_answered(&settings, number);
    done(&acts(&settings, number, "ana.mora", &["done", "supervisor", "--evidence", "2026/17"]));
    the_note_is_approved_word_for_word(&settings, &daemon, number).await;
    done(&acts(&settings, number, "carmen.saez", &["hand-over", "nota", "--to", "pablo.nieto"]));
    done(&acts(&settings, number, "pablo.nieto", &["done", "nota"]));
    let end = ["stand-down", "--met", "1", "--reason", "acceso cerrado"];
    let refused = acts(&settings, number, "ivan.soto", &end);
    assert_eq!(refused.status.code(), Some(1), "only who leads ends it");
    done(&acts(&settings, number, "elena.ruiz", &end));
    wait_for("all are told of the end", SOON, || {
        (subjects(&settings, "terminado").len() >= 5).then_some(())
    })
    .await;

    // Each message once, whatever the daemon went through.
    for word in ["plan activado", "terminado", "vence pronto"] {
        let told = subjects(&settings, word);
        assert!(!told.is_empty() && told.values().all(|times| *times == 1), "{word}: {told:?}");
    }
    let document = command(&settings, &["incident", "review", number, "--export", "md"]);
    let text = String::from_utf8_lossy(&document.stdout).into_owned();
    for words in [
        "Textos y vistos buenos",
        "Ana Mora",
        "Revisión posterior",
        "Iván Soto",
        "visto en los registros",
        "relevo",
        LEAK,
        "Comprobar los hechos · → Iván Soto, Marta León",
    ] {
        assert!(text.contains(words), "{words} is not in\n{text}");
    }
    let silent = text.lines().filter(|row| row.ends_with("| no contestó |"));
    let silent: Vec<&str> = silent.filter_map(|row| row.split(" | ").next()).collect();
    assert!(
        silent.contains(&"| Marta León"),
        "the officer who does not answer is named: {silent:?}"
    );
    assert!(!silent.contains(&"| Iván Soto"), "her deputy answered: {silent:?}");
    let signed = ["incident", "review", number, "--sign", "avisar antes", "--by", "elena.ruiz"];
    done(&command(&settings, &signed));
    let proof = json(&settings, &["verify"]);
    assert_eq!(proof["whole"], true, "{proof}");
    assert_eq!(daemon.stop(SOON).await.code(), Some(0), "{}", daemon.log());
}

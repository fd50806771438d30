//! `atalaya demo`: what a visitor sees first.

use std::path::Path;

use serde_json::Value;

use crate::support::daemon::atalaya;
use crate::support::mail::{Mail, mails};

/// The step that the silent officer's deputy takes, and what she owes to the supervisor.
const STEP: &str = "expediente";
const DUTY: &str = "supervisor-inicial";

#[test]
fn the_day_goes_as_scripted() {
    let home = tempfile::tempdir().expect("a directory");
    let directory = home.path().join("day");
    let mut command = atalaya();
    command.args(["demo", "--speed", "8", "--json", "--language", "es", "--dir"]).arg(&directory);
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

    let incident = &day["incidents"][0];
    the_plan_was_lived_to_its_end(incident, &told);
    deputy_and_command_were_written_to(&mails);
    the_review_tells_each_stage(incident, &directory);
    told_in_order(&told);
    let config = directory.join("config/atalaya.toml");
    let proof = atalaya().args(["verify", "--json", "--config"]).arg(config).output();
    let proof = proof.expect("started");
    let whole: Value = serde_json::from_slice(&proof.stdout).expect("JSON");
    assert_eq!((&whole["whole"], proof.status.code()), (&Value::Bool(true), Some(0)), "{whole}");
}

/// Who does what, with which details; nobody for the program itself.
type Stage<'a> = (Option<&'a str>, &'a str, Vec<(&'a str, Value)>);

/// An event of a log, as far as it matters here.
fn is(event: &Value, by: Option<&str>, what: &str, details: &[(&str, Value)]) -> bool {
    event["by"].as_str() == by
        && event["what"] == what
        && details.iter().all(|(name, value)| event["details"][name] == *value)
}

/// What the log says, in this order, whatever else it says in between.
fn the_plan_was_lived_to_its_end(incident: &Value, told: &str) {
    let (step, duty) = (("key", STEP.into()), ("key", DUTY.into()));
    let rung = |of: &(&'static str, Value), rung: u32| vec![of.clone(), ("rung", rung.into())];
    let (elena, jorge) = (Some("elena.ruiz"), Some("jorge.rey"));
    let to_jorge = vec![duty.clone(), ("to", "jorge.rey".into())];
    let stages: [Stage<'_>; 14] = [
        (elena, "activated", vec![]),
        // She is asked, then her deputy, who takes it.
        (None, "asked", rung(&step, 0)),
        (None, "asked", rung(&step, 1)),
        (jorge, "acknowledged", vec![step.clone()]),
        (jorge, "done", vec![step]),
        // What she owes becomes late, and climbs past the deputy to the command, who hands it over.
        (None, "late", vec![duty.clone()]),
        (None, "asked", rung(&duty, 1)),
        (None, "asked", rung(&duty, 2)),
        (elena, "handed_over", to_jorge),
        (None, "asked", rung(&duty, 0)),
        (jorge, "acknowledged", vec![duty.clone()]),
        (jorge, "done", vec![duty]),
        (elena, "stood_down", vec![]),
        (elena, "reviewed", vec![]),
    ];
    let events = incident["events"].as_array().expect("events");
    let mut rest = events.iter();
    for (by, what, details) in stages {
        let found = rest.any(|event| is(event, by, what, &details));
        assert!(found, "{what} by {by:?}, {details:?} is not in its place\n{told}");
    }
    let carmen = |event: &&Value| event["by"] == "carmen.saez";
    let hers: Vec<&Value> = events.iter().filter(carmen).map(|event| &event["what"]).collect();
    assert_eq!(
        hers,
        ["acknowledged", "drafted", "done"],
        "she takes her step, writes, and does it"
    );
    let approvals = events.iter().filter(|event| event["what"] == "approved");
    let by: Vec<&Value> = approvals.map(|event| &event["by"]).collect();
    assert!(by.len() == 2 && by.contains(&&"elena.ruiz".into()), "two approve her text: {by:?}");
    assert!(by.contains(&&"jorge.rey".into()), "the deputy of her who is silent: {by:?}");
    assert!(!events.iter().any(|event| event["by"] == "ana.mora"), "she says nothing");
    assert_eq!(incident["never_answered"], serde_json::json!(["ana.mora"]), "{told}");
    for event in events {
        let what = event["what"].as_str().unwrap_or_default();
        if ["acknowledged", "done", "handed_over", "approved"].contains(&what) {
            let through = &event["details"]["through"];
            let by_link = through["channel"] == "email" && through["address"] == "127.0.0.1";
            assert!(by_link, "by the link in a mail, and no other way: {event}");
        }
    }

    assert_eq!(incident["state"], "reviewed");
    let owed = &incident["deadlines"][0];
    let (late, escalated) = (&owed["late"], &owed["escalated"]);
    assert_eq!((late.as_bool(), escalated.as_bool()), (Some(true), Some(true)), "{owed}");
    assert_eq!((&owed["person"], &owed["state"]), (&"jorge.rey".into(), &"done".into()));
    assert_eq!(owed["note"], "Registro de entrada 2026/0417");
}

fn deputy_and_command_were_written_to(mails: &[Mail]) {
    for (person, about) in [
        ("ana.mora", "sin confirmar: Abrir el expediente"),
        ("jorge.rey", "sin confirmar: Abrir el expediente"),
        ("ana.mora", "fuera de plazo: Aviso inicial"),
        ("elena.ruiz", "fuera de plazo: Aviso inicial"),
        ("jorge.rey", "relevo: Aviso inicial"),
        ("ana.mora", "terminado"),
    ] {
        let told =
            mails.iter().any(|mail| mail.to.starts_with(person) && mail.subject.contains(about));
        assert!(told, "nobody wrote to {person}: {about}");
    }
}

fn the_review_tells_each_stage(incident: &Value, directory: &Path) {
    for form in ["html", "markdown"] {
        let file = Path::new(incident["review"][form].as_str().expect("a file"));
        assert!(file.starts_with(directory), "{}", file.display());
        let text = std::fs::read_to_string(file).expect("a document");
        for words in [
            "Revisión posterior",
            "Un ciberataque a Banco Almenara",
            "plan activado",
            "Abrir el expediente para el supervisor · → Ana Mora, Jorge Rey",
            "Expediente SUP-117, abierto por el suplente",
            "fuera de plazo",
            "Aviso inicial al supervisor · → Elena Ruiz",
            "relevo",
            "Aviso inicial al supervisor · Jorge Rey · La titular no contesta",
            "Registro de entrada 2026/0417",
            "Acceso cerrado, aviso presentado",
            "Cumplimiento necesita un segundo suplente",
            "revisión firmada",
            "El relevo funcionó",
        ] {
            assert!(text.contains(words), "{words:?} is not in the {form}\n{text}");
        }
        let mut rows = text.lines().filter(|line| line.contains("no contestó"));
        assert!(rows.next().is_some_and(|row| row.contains("Ana Mora")), "{text}");
        assert_eq!(rows.next(), None, "nobody else: {text}");
    }
}

fn told_in_order(told: &str) {
    let (_, mut rest) = told.split_once("Cronología completa").expect("a timeline");
    for words in [
        "plan activado",
        "Abrir el expediente para el supervisor · → Ana Mora",
        "fuera de plazo",
        "relevo",
        "terminado",
        "revisión firmada",
        "Ana Mora: no contestó",
        "review-INC-",
    ] {
        let found = rest.split_once(words);
        rest = found.unwrap_or_else(|| panic!("{words:?} is not told in its place\n{told}")).1;
    }
}

//! Complaints: taken in by HTTP and from a table, answered by their owner, and an early warning where they come
//! in numbers.

use std::process::Output;
use std::time::Duration;

use serde_json::{Value, json};

use crate::support::daemon::{Daemon, atalaya};
use crate::support::mail::mails;
use crate::support::settings::Settings;
use crate::support::site::Site;
use crate::support::wait_for;

const SOON: Duration = Duration::from_mins(2);
const TOKEN: &str = "a-token-that-nobody-guesses";
/// Asked first, and told of alerts; reads Spanish.
const ANALYST: &str = "carmen.saez";
/// A source that nobody answers at.
const NOWHERE: &str = "http://127.0.0.1:9/feed";
/// The manager; reads English.
const HEAD: &str = "grace.hughes";

/// Complaints to the analyst, by a token, with these further keys.
fn complaints(settings: Settings, keys: &str) -> Settings {
    std::fs::write(settings.file("token"), TOKEN).expect("written");
    settings.table(&format!(
        "[complaints]\ntopic = \"banco-almenara\"\ndesk = [{ANALYST:?}]\nmanager = {HEAD:?}\nvia = [\"mail\"]\n\
         token = {{ file = \"token\" }}\ngather = \"1s\"\n{keys}"
    ))
}

fn send(daemon: &Daemon, token: &str, body: &str) -> (u16, Value) {
    let headers = format!("Authorization: Bearer {token}\r\n");
    let (status, answer) = daemon.post("/api/complaints", &headers, body);
    (status, serde_json::from_str(&answer).unwrap_or(Value::Null))
}

fn say(settings: &Settings, arguments: &[&str]) -> Output {
    let mut command = atalaya();
    command.arg("complaint").args(arguments).arg("--config");
    command.arg(settings.file("atalaya.toml")).output().expect("started")
}

fn said(settings: &Settings, arguments: &[&str]) -> Value {
    let output = say(settings, &[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

fn alerts(settings: &Settings) -> Vec<Value> {
    let mut command = atalaya();
    command.args(["alerts", "--since", "1d", "--json", "--config"]);
    let output = command.arg(settings.file("atalaya.toml")).output().expect("started");
    let all: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    all["alerts"].as_array().expect("alerts").clone()
}

/// What two hundred customers of a branch say, none like another.
fn complaint(n: usize) -> String {
    const WHAT: [&str; 8] = [
        "me han cobrado una comisión que nadie me explicó",
        "el cajero se tragó mi tarjeta y nadie la devuelve",
        "llevo tres horas de cola y la caja está cerrada",
        "no me dejan sacar mi dinero de la cuenta",
        "me vendieron un fondo sin contarme el riesgo",
        "el director se negó a darme la hoja de reclamaciones",
        "la transferencia de mi nómina no aparece",
        "me cambiaron las condiciones de la hipoteca sin avisar",
    ];
    let reference = format!("web-{n}");
    let text = format!(
        "Señores: el día {} {}. Soy Cliente Número{n}, teléfono 612 {:03} {:03}. Pido una respuesta por escrito.",
        n % 28 + 1,
        WHAT[n % WHAT.len()],
        n,
        999 - n,
    );
    json!({
        "reference": reference, "channel": "web", "language": "es", "branch": "Gran Vía", "text": text,
        "customer": {"id": format!("c{n}"), "name": format!("Cliente Número{n}")},
    })
    .to_string()
}

/// Show: two hundred complaints about one branch raise one alert, before any news does.
#[tokio::test(flavor = "multi_thread")]
async fn a_wave_of_complaints_warns_before_any_news() {
    let site = Site::open().await;
    let settings = Settings::new().source("diario", &site.feed_url()).mail_to_files(&[ANALYST]);
    let settings = complaints(settings, "");
    let daemon = Daemon::start(&settings.write()).await;
    for n in 0..9 {
        assert_eq!(send(&daemon, TOKEN, &complaint(n)).0, 202);
    }
    let judged = |articles: f64| {
        let daemon = &daemon;
        move || daemon.metric("atalaya_articles_total").filter(|read| *read >= articles)
    };
    wait_for("nine are judged", SOON, judged(9.0)).await;
    assert_eq!(alerts(&settings), Vec::<Value>::new(), "a few are no wave");
    for n in 9..200 {
        assert_eq!(send(&daemon, TOKEN, &complaint(n)).0, 202);
    }
    wait_for("all are judged", SOON, judged(200.0)).await;
    let found = alerts(&settings);
    assert_eq!(found.len(), 1, "{found:#?}");

    let warned = || {
        let all = mails(&settings.mails());
        all.into_iter().find(|mail| mail.text.contains("oleada de reclamaciones de clientes"))
    };
    let mail = wait_for("the alert is told", SOON, warned).await;
    assert!(
        mail.subject.contains("clientes reclaman sobre la oficina Gran Vía"),
        "{}",
        mail.subject
    );
    assert!(mail.text.contains("al menos amarillo: "), "{}", mail.text);
    assert!(mail.text.contains("aún no hay historial"), "{}", mail.text);
    let all: String = mails(&settings.mails()).iter().map(|mail| mail.text.clone()).collect();
    for personal in ["Número", "612 0"] {
        assert!(!all.contains(personal), "{personal} in a message");
        assert!(!daemon.log().contains(personal), "{personal} in the log");
    }

    // News comes later: its story has an alert already, or one of its own.
    site.publish(
        "Roban los datos de miles de clientes del Banco Almenara en un ciberataque",
        "El Banco Almenara confirma que ha sufrido un ciberataque con robo de datos personales.",
    );
    wait_for("the news is judged", SOON, judged(201.0)).await;
    let first = alerts(&settings).into_iter().map(|it| it["opened_at"].to_string()).min();
    assert_eq!(first, Some(found[0]["opened_at"].to_string()), "complaints came first");

    // Complaints are no news: what rules would have raised of them is not asked.
    let mut command = atalaya();
    command.args(["backtest", "--since", "1d", "--json", "--config"]);
    let output = command.arg(settings.file("atalaya.toml")).output().expect("started");
    let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
    assert_eq!(
        (&report["articles"], &report["totals"]["lost"]),
        (&1.into(), &0.into()),
        "{report}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_complaint_is_taken_in_once_and_answered_by_its_owner() {
    let settings = Settings::new().source("diario", NOWHERE).mail_to_files(&[HEAD]);
    let settings = complaints(settings, "");
    let daemon = Daemon::start(&settings.write()).await;
    let body = complaint(7);
    assert_eq!(send(&daemon, "x", &body).0, 401);
    assert_eq!(send(&daemon, TOKEN, "{}").0, 422);
    assert_eq!(send(&daemon, TOKEN, &format!("{{\"text\": \"{}\"}}", "x".repeat(200_000))).0, 413);
    let (status, first) = send(&daemon, TOKEN, &body);
    assert_eq!(status, 202, "{first}");
    let number = first["number"].as_str().expect("a number").to_owned();
    assert_eq!(send(&daemon, TOKEN, &body), (202, first), "a repeat is answered alike");
    let other = body.replace("Gran Vía", "Sol");
    assert_eq!(send(&daemon, TOKEN, &other).0, 409, "another one under this reference");

    let asked = || mails(&settings.mails()).into_iter().find(|mail| mail.to.starts_with(ANALYST));
    let mail = wait_for("its owner is asked", SOON, asked).await;
    assert!(mail.subject.contains("Reclamaciones: 1 nueva"), "{}", mail.subject);
    assert!(mail.text.contains(&number) && !mail.text.contains("Número7"), "{}", mail.text);

    let code = |arguments: &[&str]| say(&settings, arguments).status.code();
    assert_eq!(code(&["take", "C-1999-000001", "--by", ANALYST]), Some(2), "unknown");
    assert_eq!(code(&["take", &number, "--by", HEAD]), Some(1), "it is not theirs");
    assert_eq!(code(&["take", &number, "--by", ANALYST]), Some(0));
    assert_eq!(code(&["resolve", &number, "--by", ANALYST]), Some(1), "not before the answer");
    assert_eq!(code(&["hand-over", &number, "--by", ANALYST, "--to", HEAD]), Some(0));
    assert_eq!(said(&settings, &["show", &number])["owner"], ANALYST, "until it is accepted");
    assert_eq!(code(&["take", &number, "--by", HEAD]), Some(0));
    let note = "Hablé con Cliente Número7";
    assert_eq!(code(&["answer", &number, "--by", HEAD, "--note", note]), Some(0));
    assert_eq!(code(&["resolve", &number, "--by", HEAD]), Some(0));
    assert_eq!(code(&["satisfaction", &number, "2"]), Some(0));

    let shown = said(&settings, &["show", &number]);
    assert_eq!((&shown["state"], &shown["satisfaction"]), (&"closed".into(), &2.into()), "{shown}");
    assert!(!shown.to_string().contains("Número7"), "{shown}");
    let kinds: Vec<_> =
        shown["events"].as_array().expect("events").iter().map(|it| &it["what"]).collect();
    let expected =
        ["filed", "reminded", "taken", "offered", "handed_over", "answered", "resolved", "rated"];
    assert_eq!(kinds, expected.each_ref().map(|it| Value::from(*it)).iter().collect::<Vec<_>>());
    let full = said(&settings, &["show", &number, "--full"]);
    assert_eq!(full["personal"]["name"], "Cliente Número7");
    assert!(full["personal"]["text"].as_str().is_some_and(|text| text.contains("612 007 992")));

    let days = ["report", "--from", "2026-01-01", "--to", "2999-01-01"];
    let report = said(&settings, &days);
    let total = &report["total"];
    let expected = json!([1, 1, 0, 0, 2.0]);
    let counts = ["filed", "answered", "late", "open", "satisfaction"].map(|key| &total[key]);
    assert_eq!(json!(counts), expected, "{report}");
    assert_eq!(report["rows"][0]["name"], "Gran Vía", "{report}");
    let document = String::from_utf8(say(&settings, &days).stdout).expect("UTF-8");
    assert!(document.contains("# Informe de reclamaciones"), "{document}");
    assert!(document.contains("| Gran Vía | 1 | 1 | 0 | 0 | 0 | 0.0 | 2.0 (1) |"), "{document}");
    assert_eq!(code(&["report", "--month", "2026-13"]), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_is_filed_once_whatever_its_encoding() {
    let settings = Settings::new().source("diario", NOWHERE).mail_to_files(&[HEAD]);
    let settings = complaints(settings, "");
    let _daemon = Daemon::start(&settings.write()).await;
    let table = "Referencia;Texto;Oficina;Recibida\r\n\
                 t1;\"Cobro indebido; dos veces\";Sol;2026-01-02T10:00:00Z\r\n\
                 t2;;Sol;\r\n\
                 t3;银行乱收费;朝阳;\r\n";
    let wide: Vec<u8> =
        "\u{feff}".encode_utf16().chain(table.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    std::fs::write(settings.file("table.csv"), wide).expect("written");
    let path = settings.file("table.csv").display().to_string();
    let import = |arguments: &[&str]| {
        let output = say(&settings, &[&["import", &path, "--json"], arguments].concat());
        let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
        (
            output.status.code(),
            report["filed"].as_u64(),
            report["known"].as_u64(),
            report["faults"].clone(),
        )
    };
    let faults = json!([{"line": 3, "fault": "`text` is empty"}]);
    assert_eq!(import(&["--dry-run"]), (Some(1), Some(2), Some(0), faults.clone()));
    assert_eq!(import(&[]), (Some(1), Some(2), Some(0), faults.clone()));
    assert_eq!(import(&[]), (Some(1), Some(0), Some(2), faults));
    let listed = said(&settings, &["list", "--branch", "朝阳"]);
    assert_eq!(listed["complaints"][0]["text"], "银行乱收费");
}

/// The page of a customer: their link comes from whoever resolved the complaint, and nobody else has one.
#[tokio::test(flavor = "multi_thread")]
async fn a_customer_says_how_content_they_are_by_their_link() {
    let settings = Settings::new().source("diario", NOWHERE).mail_to_files(&[HEAD]).links();
    let settings = complaints(settings, "");
    let daemon = Daemon::start(&settings.write()).await;
    let (_, filed) = send(&daemon, TOKEN, &complaint(3).replace("\"es\"", "\"zh\""));
    let number = filed["number"].as_str().expect("a number").to_owned();
    let path = |told: &str| {
        let at = told.find("/complaint/").unwrap_or_else(|| panic!("no link: {told}"));
        told[at..].split_whitespace().next().expect("a path").to_owned()
    };
    let early = say(&settings, &["link", &number]);
    let early = path(&String::from_utf8_lossy(&early.stdout));
    let (status, page) = daemon.get(&early);
    assert!(status == 409 && page.contains("我们仍在处理"), "{status} {page}");
    for act in ["take", "answer"] {
        assert!(say(&settings, &[act, &number, "--by", ANALYST]).status.success());
    }
    let resolved = say(&settings, &["resolve", &number, "--by", ANALYST]);
    let link = path(&String::from_utf8_lossy(&resolved.stderr));

    let (status, page) = daemon.get(&link);
    assert!(status == 200 && page.contains("您对我们的处理结果满意吗？"), "{status} {page}");
    assert!(page.contains(&number) && !page.contains("Número3"), "{page}");
    assert!(daemon.get(&format!("{link}?lang=es")).1.contains("¿Cómo de satisfecho"), "{page}");
    let form = "Content-Type: application/x-www-form-urlencoded\r\n";
    let forged = link.replace(&number, "C-2026-000999");
    assert_eq!(daemon.get(&forged).0, 404);
    assert_eq!(daemon.post(&forged, form, "rating=1").0, 404);
    let cross = format!("{form}Sec-Fetch-Site: cross-site\r\n");
    assert!(daemon.post(&link, &cross, "rating=5").1.contains("您对我们的处理结果满意吗？"));
    assert!(daemon.post(&link, form, "rating=6").1.contains("您对我们的处理结果满意吗？"));
    let (status, page) = daemon.post(&link, form, "rating=1");
    assert!(status == 200 && page.contains("谢谢"), "{status} {page}");
    let (status, page) = daemon.post(&link, form, "rating=5");
    assert!(status == 409 && page.contains("已收到"), "{status} {page}");
    let shown = said(&settings, &["show", &number]);
    assert_eq!((&shown["state"], &shown["satisfaction"]), (&"closed".into(), &1.into()), "{shown}");

    // Its owner and the manager hear that the customer is not content.
    for (who, words) in [(ANALYST, "1 cliente descontento"), (HEAD, "1 displeased customer")] {
        let told = || {
            let all = mails(&settings.mails());
            all.into_iter().find(|mail| mail.to.starts_with(who) && mail.subject.contains(words))
        };
        let mail = wait_for("they are told", SOON, told).await;
        assert!(mail.text.contains(&number) && !mail.text.contains("Número3"), "{}", mail.text);
    }
}

//! Mail through a real server: over TLS and after a login, or not at all.
//!
//! Never looks at how the sender is built; its own tests do that with servers that misbehave.

use std::time::Duration;

use serde_json::{Value, json};

use crate::inspection::PLAN;
use crate::support::daemon::{Daemon, atalaya};
use crate::support::postfix::Postfix;
use crate::support::settings::Settings;
use crate::support::site::{LEAK as HEADLINE, Site};
use crate::support::wait_for;

const PASSWORD: &str = "Correct-Horse-7261";
const TEXT: &str = "El Banco Almenara confirma que ha sufrido un ciberataque. Los delincuentes robaron \
    datos personales de miles de clientes, según la entidad. La fiscalía ha abierto una investigación \
    y los afectados denuncian que el banco tardó semanas en avisar de la filtración.";
const SOON: Duration = Duration::from_secs(30);

struct Scene {
    daemon: Daemon,
    server: Postfix,
    settings: Settings,
    _site: Site,
}

/// A daemon that has something to tell, by way of a server that wants [`PASSWORD`].
async fn scene(password: &str, port: impl Fn(&Postfix) -> u16) -> Scene {
    let site = Site::open().await;
    site.publish(HEADLINE, TEXT);
    let server = Postfix::start("atalaya", PASSWORD).await;
    let channel = format!(
        "kind = \"email\"\nserver = \"localhost\"\nport = {}\ntls = \"starttls\"\nca_file = \"{}\"\n\
         username = \"atalaya\"\npassword = {{ file = \"password\" }}\n\
         from = \"Atalaya <atalaya@almenara.example>\"\n",
        port(&server),
        server.ca_file().display(),
    );
    let settings =
        Settings::new().source("diario", &site.feed_url()).mail_by(&channel, &["carmen.saez"]);
    std::fs::write(settings.file("password"), format!("{password}\n")).expect("written");
    let daemon = Daemon::start(&settings.write()).await;
    Scene { daemon, server, settings, _site: site }
}

/// The secret is in no log, neither as it is nor as SMTP writes it.
fn keeps_secret(daemon: &Daemon, password: &str) {
    use base64::Engine;
    let log = daemon.log();
    let encoded = base64::prelude::BASE64_STANDARD.encode(format!("\0atalaya\0{password}"));
    assert!(!log.contains(password) && !log.contains(&encoded), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_arrives_over_tls_and_after_a_login() {
    let scene = scene(PASSWORD, |server| server.port).await;
    let arrived = || scene.server.mails().pop();
    let mail = wait_for("the mail arrives", SOON, arrived).await;
    assert_eq!(mail.to, "carmen.saez@almenara.example");
    let (level, headline) = mail.subject.split_once("] ").expect("a level before the headline");
    let name = level.trim_start_matches('[').split(' ').next().unwrap_or_default();
    assert!(["AZUL", "AMARILLO", "NARANJA", "ROJO"].contains(&name), "{}", mail.subject);
    assert!(headline.starts_with(HEADLINE), "{}", mail.subject);
    assert_eq!(mail.message_id, format!("{}@almenara.example", mail.key));
    for words in ["POR QUÉ RECIBE ESTE AVISO", "ciberataque", "CÓMO SE CALCULA LA PUNTUACIÓN"] {
        assert!(mail.text.contains(words), "{words}: {}", mail.text);
    }
    assert!(mail.html.contains("<html") && mail.html.contains("ciberataque"), "{}", mail.html);
    keeps_secret(&scene.daemon, PASSWORD);
    let log = scene.server.log();
    assert!(log.contains("sasl_method=PLAIN, sasl_username=atalaya"), "{log}");
    assert!(log.contains("to=<carmen.saez@almenara.example>, relay=virtual"), "{log}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_keeps_the_message_for_another_attempt() {
    let wrong = "Wrong-Horse-9944";
    let scene = scene(wrong, |server| server.port).await;
    scene.daemon.says("not delivered yet").await;
    let log = scene.daemon.log();
    assert!(log.contains("logging in"), "{log}");
    assert_eq!(
        scene.daemon.metric("atalaya_deliveries_total{channel=\"mail\",outcome=\"refused\""),
        None
    );
    waits_in_the_outbox(&scene);
    keeps_secret(&scene.daemon, wrong);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_sent_in_clear() {
    let scene = scene(PASSWORD, |server| server.clear_port).await;
    scene.daemon.says("not delivered yet").await;
    let log = scene.daemon.log();
    assert!(log.contains("STARTTLS"), "{log}");
    waits_in_the_outbox(&scene);
    keeps_secret(&scene.daemon, PASSWORD);
    let log = scene.server.log();
    assert!(!log.contains("auth=") && !log.contains("mail="), "{log}");
}

/// A person who left, whose address nobody took out of the plan.
#[tokio::test(flavor = "multi_thread")]
async fn the_server_is_asked_for_everybody_in_a_plan_and_nothing_is_sent() {
    let server = Postfix::start("atalaya", PASSWORD).await;
    let channel = format!(
        "kind = \"email\"\nserver = \"localhost\"\nport = {}\ntls = \"starttls\"\nca_file = \"{}\"\n\
         username = \"atalaya\"\npassword = {{ file = \"password\" }}\n\
         from = \"Atalaya <atalaya@almenara.example>\"\n",
        server.port,
        server.ca_file().display(),
    );
    let settings = Settings::new()
        .source("diario", "http://127.0.0.1:9/feed")
        .mail_by(&channel, &["carmen.saez"])
        .plan(&PLAN.replace("rosa.vidal", "chen.yu"));
    std::fs::write(settings.file("password"), format!("{PASSWORD}\n")).expect("written");
    let config = settings.write();
    let ask = |plan: &str| {
        let mut command = atalaya();
        command.args(["drill", plan, "--silent-contacts", "--json", "--config"]).arg(&config);
        command.output().expect("started")
    };
    let asked = ask("fuga");
    let told: Value = serde_json::from_slice(&asked.stdout).expect("one JSON object");
    let row = |person: &str| {
        let rows = told["contacts"].as_array().expect("contacts").iter();
        let found: Vec<_> = rows.filter(|row| row["person"] == person).collect();
        let [row] = found.as_slice() else { panic!("{person}: {told}") };
        (row["standing"].clone(), row["roles"].clone(), row["answer"].to_string())
    };
    let (standing, roles, answer) = row("carmen.saez");
    assert_eq!((standing, roles), ("taken".into(), json!(["prensa"])), "{answer}");
    let (standing, _, answer) = row("chen.yu");
    assert!(standing == "refused" && answer.contains("554"), "{standing} {answer}");
    assert_eq!(asked.status.code(), Some(1), "somebody would not be reached");
    assert!(server.mails().is_empty(), "nothing was sent");
    assert_eq!(ask("nada").status.code(), Some(2));
}

fn waits_in_the_outbox(scene: &Scene) {
    assert!(scene.server.mails().is_empty());
    let database = rusqlite::Connection::open(scene.settings.file("atalaya.db")).expect("opened");
    let sql = "SELECT state, not_before > created_at, attempts FROM delivery";
    let row = database.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    let (state, later, attempts): (String, bool, u32) = row.expect("one message");
    assert_eq!((state.as_str(), later), ("pending", true), "after {attempts} attempts");
}

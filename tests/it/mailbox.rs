//! Complaints that customers send by mail: a real mailbox, read over TLS, in which nothing is changed.

use std::process::Output;
use std::time::Duration;

use serde_json::Value;

use crate::support::daemon::{Daemon, atalaya};
use crate::support::dovecot::{Dovecot, USER};
use crate::support::mail::mails;
use crate::support::settings::Settings;
use crate::support::wait_for;

const PASSWORD: &str = "Correct-Horse-7261";
const SOON: Duration = Duration::from_mins(2);
/// A source that nobody answers at.
const NOWHERE: &str = "http://127.0.0.1:9/feed";
/// Answers for complaints and hears how the sources are; reads Spanish.
const ANALYST: &str = "carmen.saez";

/// Complaints from a mailbox, with these keys beside its usual ones.
fn settings(server: &Dovecot, password: &str, keys: &str) -> Settings {
    let settings = Settings::new()
        .source("nowhere", NOWHERE)
        .collect("health_group = \"1s\"\nhealth_after = \"10d\"\n")
        .mail_channel()
        .operator(ANALYST);
    std::fs::write(settings.file("imap"), password).expect("written");
    settings.table(&format!(
        "[complaints]\ntopic = \"banco-almenara\"\ndesk = [{ANALYST:?}]\nmanager = \"elena.ruiz\"\nvia = [\"mail\"]\n\
         gather = \"1s\"\n[[complaints.mailbox]]\nid = \"buzon\"\nserver = \"localhost\"\nusername = {USER:?}\n\
         password = {{ file = \"imap\" }}\nca_file = \"{}\"\nevery = \"10s\"\nproduct = \"tarjetas\"\n{keys}",
        server.ca_file().display(),
    ))
}

fn implicit(server: &Dovecot) -> String {
    format!("port = {}\n", server.tls_port)
}

fn letter(id: &str, subject: &str, headers: &str, body: &str) -> String {
    format!(
        "From: María Gil <maria.gil@correo.example>\nTo: reclamaciones@almenara.example\nMessage-ID: <{id}>\n\
         Subject: {subject}\nContent-Type: text/plain; charset=utf-8\n{headers}\n{body}\n"
    )
}

fn complaint(settings: &Settings, arguments: &[&str]) -> Value {
    let mut command = atalaya();
    command.arg("complaint").args(arguments).args(["--json", "--config"]);
    let output: Output = command.arg(settings.file("atalaya.toml")).output().expect("started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("one JSON object")
}

fn complaint_mailboxes(settings: &Settings) -> Output {
    let mut command = atalaya();
    command.args(["complaint", "mailboxes", "--config"]);
    command.arg(settings.file("atalaya.toml")).output().expect("started")
}

fn filed(settings: &Settings) -> Vec<Value> {
    complaint(settings, &["list"])["complaints"].as_array().expect("complaints").clone()
}

fn letters(daemon: &Daemon, outcome: &str) -> Option<f64> {
    daemon.metric(&format!("atalaya_letters_total{{outcome=\"{outcome}\""))
}

#[tokio::test(flavor = "multi_thread")]
async fn what_customers_write_becomes_complaints_and_nothing_in_the_mailbox_changes() {
    let server = Dovecot::start(PASSWORD).await;
    server.keep_read("0", &letter("old@correo.example", "Antigua", "", "Ya contestada."));
    server.deliver(
        "1",
        &letter("a1@correo.example", "Comisión", "", "Me cobraron dos veces. Soy María Gil."),
    );
    let automatic =
        letter("a2@correo.example", "Fuera", "Auto-Submitted: auto-replied\n", "No estoy.");
    server.deliver("2", &automatic);
    let settings = settings(&server, PASSWORD, &implicit(&server));
    let mut daemon = Daemon::start_with(&settings.write(), &[("ATALAYA_LOG", "trace")]).await;
    let found = wait_for("the letter is filed", SOON, || filed(&settings).pop()).await;
    assert_eq!(found["text"], "Comisión\nMe cobraron dos veces. Soy ▇▇▇.");
    assert_eq!((&found["channel"], &found["product"]), (&"mail".into(), &"tarjetas".into()));
    let number = found["number"].as_str().expect("a number").to_owned();
    let full = complaint(&settings, &["show", &number, "--full"]);
    assert_eq!(full["personal"]["email"], "maria.gil@correo.example");
    wait_for("the note of absence is passed over", SOON, || letters(&daemon, "passed_over")).await;
    daemon.says("a program wrote it").await;
    let asked = || mails(&settings.mails()).into_iter().find(|mail| mail.text.contains(&number));
    wait_for("its owner is asked", SOON, asked).await;

    // The customer writes again; somebody else who knows the number does not get into it.
    let again = format!("Re: {number} Comisión");
    server.deliver("3", &letter("a3@correo.example", &again, "", "Sigo esperando."));
    let stranger = letter("a4@otro.example", &again, "", "¿Qué pasó con esto?");
    server.deliver("4", &stranger.replace("maria.gil@correo.example", "otro@otro.example"));
    wait_for("the stranger's is another", SOON, || (filed(&settings).len() == 2).then_some(()))
        .await;
    let added = || {
        let events = complaint(&settings, &["show", &number])["events"].as_array()?.clone();
        events.into_iter().find(|event| event["what"] == "wrote")
    };
    let added = wait_for("it is added", SOON, added).await;
    assert_eq!(added["note"], "Comisión\nSigo esperando.");
    let told =
        || mails(&settings.mails()).into_iter().find(|it| it.text.contains("Sigo esperando"));
    let told = wait_for("its owner is told", SOON, told).await;
    assert!(told.text.contains("el cliente ha vuelto a escribir"), "{}", told.text);

    // Nobody's marks have changed, and a restart files nothing twice.
    daemon.stop(SOON).await;
    let files = server.files();
    assert!(files.iter().all(|name| name.starts_with('0') || !name.contains(":2,S")), "{files:?}");
    let log = daemon.log();
    assert!(!log.contains(PASSWORD) && !log.contains("dos veces") && !log.contains("maria.gil"));
    server.deliver("5", &letter("a5@correo.example", "Otra", "", "El cajero se tragó mi tarjeta."));
    let daemon = Daemon::start(&settings.write()).await;
    wait_for("the new one is filed", SOON, || (filed(&settings).len() == 3).then_some(())).await;
    assert_eq!(letters(&daemon, "filed"), Some(1.0));
    assert_eq!(letters(&daemon, "known"), None, "none was read again");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mailbox_that_cannot_be_read_is_told_of_and_loses_nothing() {
    let server = Dovecot::start("Another-Horse-1").await;
    let keys = format!("tls = \"starttls\"\nport = {}\n", server.port);
    let settings = settings(&server, PASSWORD, &keys);
    server.deliver("1", &letter("b1@correo.example", "Hipoteca", "", "Cambiaron las condiciones."));
    let daemon = Daemon::start(&settings.write()).await;
    let told = |words: &str| {
        mails(&settings.mails()).into_iter().find(|mail| mail.subject.contains(words))
    };
    let failing = wait_for("operators hear that it fails", SOON, || told("1 falla")).await;
    assert!(failing.text.contains("Buzón de reclamaciones «buzon»"), "{}", failing.text);
    assert!(failing.text.contains("logging in: the mail server refuses"), "{}", failing.text);
    assert_eq!(daemon.metric("atalaya_mailbox_working{mailbox=\"buzon\""), Some(0.0));
    assert_eq!(filed(&settings), Vec::<Value>::new());

    let tried = complaint_mailboxes(&settings);
    assert_eq!(tried.status.code(), Some(1));
    let said = String::from_utf8_lossy(&tried.stdout).into_owned();
    assert!(
        said.contains("buzon") && said.contains("logging in: the mail server refuses"),
        "{said}"
    );

    server.let_in(PASSWORD);
    let back = wait_for("operators hear that it is back", SOON, || told("1 recuperada")).await;
    assert!(back.text.contains("«buzon»"), "{}", back.text);
    wait_for("the mail is filed", SOON, || filed(&settings).pop()).await;
    let tried = complaint_mailboxes(&settings);
    let said = String::from_utf8_lossy(&tried.stdout).into_owned();
    assert!(tried.status.success() && said.contains("works, 0 to read"), "{said}");
    assert!(!daemon.log().contains(PASSWORD));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_prove_who_it_is_gets_no_password() {
    let server = Dovecot::start(PASSWORD).await;
    let other = Dovecot::start(PASSWORD).await;
    let keys = format!("port = {}\n", other.tls_port);
    let settings = settings(&server, PASSWORD, &keys);
    let daemon = Daemon::start(&settings.write()).await;
    daemon.says("cannot be protected").await;
    assert!(!other.log().contains("Login: user"), "{}", other.log());
}

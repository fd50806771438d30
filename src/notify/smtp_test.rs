//! The mail sender against a server that follows a script, and what it makes of each answer.

use std::sync::{Arc, Mutex};

use futures_util::future::BoxFuture;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;

use super::smtp::Email;
use super::{BuildError, HandOver, HandOverRefused, Message, Notifier, Receipt, SendError, sample};
use crate::config::{MailTls, Smtp};
use crate::model::Locale;

/// What happened in which order, on both sides.
type Log = Arc<Mutex<Vec<String>>>;

fn note(log: &Log, what: &str) {
    log.lock().expect("log").push(what.to_owned());
}

struct Courier {
    log: Log,
    answer: Result<(), HandOverRefused>,
}

impl HandOver for Courier {
    fn begin(&self) -> BoxFuture<'_, Result<(), HandOverRefused>> {
        note(&self.log, "begin");
        Box::pin(async { self.answer })
    }
}

/// Answers by verb (`CONNECT` is the greeting, `.` the end of the text); an empty answer hangs up.
/// What the script does not name is answered as a friendly server would.
async fn server(script: &'static [(&'static str, &'static str)], log: Log) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(serve(stream, script, Arc::clone(&log)));
        }
    });
    port
}

async fn serve(
    stream: tokio::net::TcpStream,
    script: &'static [(&'static str, &'static str)],
    log: Log,
) {
    let mut stream = BufReader::new(stream);
    let mut verb = "CONNECT".to_owned();
    {
        loop {
            let answer = script.iter().find(|(known, _)| *known == verb).map(|(_, answer)| *answer);
            let answer = answer.unwrap_or_else(|| friendly(&verb));
            if answer.is_empty() {
                return;
            }
            let answer = format!("{answer}\r\n");
            stream.get_mut().write_all(answer.as_bytes()).await.expect("written");
            let in_text = verb == "DATA" && answer.starts_with("354");
            let Some(next) = read_verb(&mut stream, in_text).await else { return };
            verb = next;
            note(&log, &verb);
        }
    }
}

fn friendly(verb: &str) -> &'static str {
    match verb {
        "CONNECT" => "220 test",
        "EHLO" => "250-test\r\n250-8BITMIME\r\n250 AUTH PLAIN LOGIN",
        "DATA" => "354 go on",
        "QUIT" => "221 bye",
        "AUTH" => "235 welcome",
        "." => "250 queued as 42",
        _ => "250 ok",
    }
}

async fn read_verb(stream: &mut BufReader<tokio::net::TcpStream>, in_text: bool) -> Option<String> {
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if !in_text {
            return line.split_whitespace().next().map(str::to_owned);
        }
        if line == ".\r\n" {
            return Some(".".to_owned());
        }
    }
}

fn settings(port: u16) -> Smtp {
    Smtp {
        server: "127.0.0.1".to_owned(),
        port,
        tls: MailTls::None,
        ca_file: None,
        login: None,
        dkim: None,
        from: "Atalaya <alertas@acme.example>".to_owned(),
    }
}

async fn send(smtp: &Smtp, courier: &Courier) -> Result<Receipt, SendError> {
    let (notice, delivery) = (sample::notice(Locale::Es), sample::delivery(Locale::Es));
    let email = Email::new(smtp, &Arc::default()).expect("settings");
    email.send(Message { delivery: &delivery, notice: &notice }, courier).await
}

async fn converse(
    script: &'static [(&'static str, &'static str)],
    answer: Result<(), HandOverRefused>,
    login: bool,
) -> (Result<Receipt, SendError>, Vec<String>) {
    let log = Log::default();
    let mut smtp = settings(server(script, Arc::clone(&log)).await);
    smtp.login = login.then(|| ("user".to_owned(), "hunter2".into()));
    let courier = Courier { log: Arc::clone(&log), answer };
    let result = send(&smtp, &courier).await;
    let log = log.lock().expect("log").clone();
    (result, log)
}

fn kind(result: &Result<Receipt, SendError>) -> &'static str {
    match result {
        Ok(_) => "accepted",
        Err(SendError::Retry { .. } | SendError::Slower { .. }) => "retry",
        Err(SendError::Refused { .. } | SendError::Gone { .. }) => "refused",
        Err(SendError::HandOver) => "hand-over",
    }
}

/// Runs a script and compares what the sender makes of it, and whether the hand-over had begun.
async fn check(
    script: &'static [(&'static str, &'static str)],
    expected: &str,
    begun: bool,
    says: &str,
) {
    let (result, log) = converse(script, Ok(()), true).await;
    assert_eq!(kind(&result), expected, "{script:?}: {result:?}");
    assert_eq!(log.iter().any(|event| event == "begin"), begun, "{script:?}: {log:?}");
    let text = match result {
        Ok(receipt) => receipt.answer,
        Err(error) => error.to_string(),
    };
    assert!(text.contains(says), "{script:?}: {text}");
    assert!(!text.contains("hunter2") && !text.contains('\n'), "{text}");
}

#[tokio::test]
async fn answers_and_what_they_mean() {
    check(&[], "accepted", true, "250 queued as 42").await;
    check(&[("CONNECT", "554 no service")], "retry", false, "connecting").await;
    check(&[("AUTH", "535 5.7.8 bad credentials")], "retry", false, "bad credentials").await;
    check(&[("MAIL", "451 busy")], "retry", false, "busy").await;
    check(&[("MAIL", "550 go away")], "refused", false, "go away").await;
    check(&[("RCPT", "450 greylisted")], "retry", false, "greylisted").await;
    check(&[("RCPT", "550 no such user")], "refused", false, "no such user").await;
    check(&[("RCPT", "")], "retry", false, "RCPT").await;
    check(&[("DATA", "451 disk full")], "retry", false, "disk full").await;
    check(&[("DATA", "250 what?")], "retry", false, "DATA").await;
    check(&[(".", "452 disk full")], "retry", true, "disk full").await;
    check(&[(".", "554 5.7.1 spam")], "refused", true, "spam").await;
    check(&[(".", "")], "retry", true, "sending the text").await;
}

#[tokio::test]
async fn the_hand_over_begins_between_data_and_the_text() {
    let (result, log) = converse(&[], Ok(()), false).await;
    assert_eq!(kind(&result), "accepted");
    assert_eq!(log, ["EHLO", "MAIL", "RCPT", "DATA", "begin", "."]);
}

/// Sends so many messages by one sender, one after the other.
async fn send_in_turn(
    script: &'static [(&'static str, &'static str)],
    count: usize,
) -> Vec<String> {
    let log = Log::default();
    let smtp = settings(server(script, Arc::clone(&log)).await);
    let email = Email::new(&smtp, &Arc::default()).expect("settings");
    let courier = Courier { log: Arc::clone(&log), answer: Ok(()) };
    let (notice, delivery) = (sample::notice(Locale::Es), sample::delivery(Locale::Es));
    for _ in 0..count {
        let message = Message { delivery: &delivery, notice: &notice };
        email.send(message, &courier).await.expect("accepted");
    }
    log.lock().expect("log").clone()
}

#[tokio::test]
async fn a_second_mail_needs_no_second_handshake() {
    let log = send_in_turn(&[], 3).await;
    let mail = ["MAIL", "RCPT", "DATA", "begin", "."];
    assert_eq!(log, [&["EHLO"][..], &mail, &mail, &mail].concat());
}

/// A server that hangs up after each mail: nothing is lost, nothing is told twice, nobody waits.
#[tokio::test]
async fn a_kept_connection_that_died_is_replaced_at_once() {
    const HANGS_UP: &[(&str, &str)] = &[(".", "250 queued as 42\r\n421 bye")];
    let log = send_in_turn(HANGS_UP, 2).await;
    let begun = log.iter().filter(|event| *event == "begin").count();
    let taken = log.iter().filter(|event| *event == ".").count();
    let greeted = log.iter().filter(|event| *event == "EHLO").count();
    assert_eq!((begun, taken, greeted), (2, 2, 2), "{log:?}");
}

/// Takes the five seconds for which one is kept.
#[tokio::test]
async fn a_connection_that_nobody_needs_is_left_politely() {
    let log = Log::default();
    let smtp = settings(server(&[], Arc::clone(&log)).await);
    let email = Email::new(&smtp, &Arc::default()).expect("settings");
    let courier = Courier { log: Arc::clone(&log), answer: Ok(()) };
    let (notice, delivery) = (sample::notice(Locale::Es), sample::delivery(Locale::Es));
    email.send(Message { delivery: &delivery, notice: &notice }, &courier).await.expect("accepted");
    for _ in 0..200 {
        if log.lock().expect("log").last().is_some_and(|verb| verb == "QUIT") {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("no QUIT: {:?}", log.lock().expect("log"));
}

#[tokio::test]
async fn a_refused_hand_over_sends_no_text() {
    let (result, log) = converse(&[], Err(HandOverRefused), false).await;
    assert_eq!(result, Err(SendError::HandOver));
    assert_eq!(log, ["EHLO", "MAIL", "RCPT", "DATA", "begin"]);
}

#[tokio::test]
async fn starttls_is_required_where_it_is_asked_for() {
    let log = Log::default();
    let mut smtp = settings(server(&[], Arc::clone(&log)).await);
    smtp.tls = MailTls::Starttls;
    let courier = Courier { log: Arc::clone(&log), answer: Ok(()) };
    assert_eq!(kind(&send(&smtp, &courier).await), "retry");
    assert!(!log.lock().expect("log").iter().any(|event| event == "MAIL" || event == "begin"));
}

#[test]
fn settings_that_cannot_work_are_refused() {
    let mut smtp = settings(25);
    smtp.from = "nobody".to_owned();
    assert!(matches!(Email::new(&smtp, &Arc::default()).err(), Some(BuildError::Sender(_))));

    let mut smtp = settings(25);
    smtp.server = "mail.acme.example".to_owned();
    smtp.login = Some(("user".to_owned(), "hunter2".into()));
    assert!(matches!(Email::new(&smtp, &Arc::default()).err(), Some(BuildError::PlainLogin)));

    smtp.tls = MailTls::Implicit;
    smtp.ca_file = Some("/nonexistent/ca.pem".into());
    assert!(matches!(Email::new(&smtp, &Arc::default()).err(), Some(BuildError::Certificates(_))));
}

async fn probe(
    script: &'static [(&'static str, &'static str)],
) -> (Result<Receipt, SendError>, Vec<String>) {
    let log = Log::default();
    let port = server(script, Arc::clone(&log)).await;
    let email = Email::new(&settings(port), &Arc::default()).expect("settings");
    let asked = email.ask("ana@acme.example").expect("a mail server can be asked").await;
    let log = log.lock().expect("log").clone();
    (asked, log)
}

#[tokio::test]
async fn an_address_is_asked_for_and_nothing_is_sent() {
    let (answer, log) = probe(&[("RCPT", "250 welcome here")]).await;
    assert_eq!(answer, Ok(Receipt { answer: "250 welcome here".to_owned() }));
    assert_eq!(log, ["EHLO", "MAIL", "RCPT", "RSET"]);
    let (answer, log) = probe(&[("RCPT", "550 no such user")]).await;
    assert!(matches!(&answer, Err(SendError::Refused { what }) if what.contains("no such user")));
    assert!(!log.iter().any(|verb| verb == "DATA"), "{log:?}");
    let (answer, _) = probe(&[("RCPT", "450 come again")]).await;
    assert!(matches!(answer, Err(SendError::Retry { .. })), "{answer:?}");
}

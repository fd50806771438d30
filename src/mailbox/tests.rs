//! Mail servers that misbehave, on sockets.

use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::{MailboxError, Session};
use crate::config::{MailTls, Mailbox};

/// What stands in mails must come into no error, and so into no log.
const SECRET: &str = "canary-customer-text";

fn mailbox(port: u16) -> Mailbox {
    Mailbox {
        id: "desk".to_owned(),
        server: "127.0.0.1".to_owned(),
        port,
        tls: MailTls::None,
        ca_file: None,
        login: ("desk".to_owned(), "canary-password".into()),
        folder: "INBOX".to_owned(),
        every: Duration::from_mins(1),
        branch: None,
        product: None,
        severity: None,
        asked: None,
    }
}

/// A server that says `fetched` where a mail is asked for, and closes after it.
async fn server(greeting: &'static str, fetched: Vec<u8>) -> Mailbox {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let fetched = fetched.clone();
            tokio::spawn(async move { drop(serve(stream, greeting, &fetched).await) });
        }
    });
    mailbox(port)
}

async fn serve(stream: TcpStream, greeting: &str, fetched: &[u8]) -> std::io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(format!("{greeting}\r\n").as_bytes()).await?;
    let mut line = String::new();
    while stream.read_line(&mut line).await? > 0 {
        let tag = line.split(' ').next().unwrap_or_default().to_owned();
        let done = format!("{tag} OK done\r\n");
        if line.contains("EXAMINE") {
            stream.write_all(b"* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT 10] x\r\n").await?;
        } else if line.contains("SEARCH") {
            stream.write_all(b"* SEARCH 9 3\r\n").await?;
        } else if line.contains("FETCH") {
            stream.write_all(fetched).await?;
            stream.flush().await?;
            return Ok(());
        }
        stream.write_all(done.as_bytes()).await?;
        line.clear();
    }
    Ok(())
}

/// Opens it, finds two mails and asks for one.
async fn fetch(mailbox: &Mailbox) -> MailboxError {
    let mut session = Session::open(mailbox).await.expect("opened");
    assert_eq!((session.validity(), session.last()), (7, 9));
    assert_eq!(session.new_mails(None).await.expect("found"), [3, 9], "rising");
    session.fetch(&[3]).await.expect_err("the server misbehaves")
}

#[tokio::test]
async fn more_than_was_asked_for_is_not_kept() {
    let endless = [b"* 1 FETCH (UID 3 BODY[]<0> {9000000}\r\n".to_vec(), vec![b'x'; 8 << 20]];
    let error = fetch(&server("* OK hello", endless.concat()).await).await;
    assert!(matches!(error, MailboxError::Unreachable { step: "fetching mails", .. }), "{error}");
    assert!(error.to_string().contains("file too large"), "{error}");
}

#[tokio::test]
async fn what_is_no_imap_is_told_without_quoting_it() {
    let nonsense = format!("* 1 FETCH (UID 3 {SECRET}\r\n* {{}} {SECRET}\r\n");
    let error = fetch(&server("* OK hello", nonsense.into_bytes()).await).await;
    let told = error.to_string();
    assert!(told.starts_with("fetching mails: ") && !told.contains("canary"), "{told}");
}

#[tokio::test]
async fn a_server_that_goes_in_mid_mail_gives_no_half_of_it() {
    let half = format!("* 1 FETCH (UID 3 BODY[]<0> {{4000}}\r\nSubject: {SECRET}\r\n");
    let error = fetch(&server("* OK hello", half.into_bytes()).await).await;
    let told = error.to_string();
    assert!(told.starts_with("fetching mails: ") && !told.contains("canary"), "{told}");
}

#[tokio::test]
async fn a_server_that_takes_nobody_is_named_by_its_words() {
    let mailbox = server("* BYE too busy", Vec::new()).await;
    let told = Session::open(&mailbox).await.expect_err("not taken").to_string();
    assert!(told.contains("too busy") && !told.contains("canary"), "{told}");
}

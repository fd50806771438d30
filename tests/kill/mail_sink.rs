//! A mail server (RFC 5321) that enters each mail into the ledger before it says 250.

use std::io;
use std::net::SocketAddr;

use jiff::Timestamp;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use crate::ledger::{Accepted, Ledger};

/// Starts a server; answers where.
pub async fn start(ledger: Ledger) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let ledger = ledger.clone();
            // A client that is killed hangs up in the middle of a sentence.
            tokio::spawn(async move { converse(stream, ledger).await.ok() });
        }
    });
    address
}

async fn converse(stream: TcpStream, ledger: Ledger) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 sink ESMTP\r\n").await?;
    let (mut to, mut line) = (Vec::new(), String::new());
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        let verb = line.get(..4).unwrap_or_default().to_ascii_uppercase();
        let answer = match verb.as_str() {
            "EHLO" => "250-sink\r\n250 8BITMIME\r\n",
            "RCPT" => {
                to.extend(address(&line));
                "250 ok\r\n"
            }
            "DATA" => {
                stream.write_all(b"354 go on\r\n").await?;
                let Some(text) = text(&mut stream).await? else { return Ok(()) };
                for recipient in to.drain(..) {
                    ledger.enter(accepted(recipient, &text));
                }
                "250 kept\r\n"
            }
            "QUIT" => return stream.write_all(b"221 bye\r\n").await,
            _ => "250 ok\r\n",
        };
        stream.write_all(answer.as_bytes()).await?;
    }
}

/// Everything up to the final dot; none if the client went before it.
async fn text(stream: &mut BufReader<TcpStream>) -> io::Result<Option<String>> {
    let (mut text, mut line) = (String::new(), String::new());
    loop {
        line.clear();
        if stream.read_line(&mut line).await? == 0 {
            return Ok(None);
        }
        if line == ".\r\n" {
            return Ok(Some(text));
        }
        text.push_str(line.strip_prefix('.').unwrap_or(&line));
    }
}

fn address(line: &str) -> Option<String> {
    let (_, rest) = line.split_once('<')?;
    Some(rest.split_once('>')?.0.to_owned())
}

fn accepted(recipient: String, text: &str) -> Accepted {
    let head = text.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
    let key = head.split("\r\n").find_map(|line| line.strip_prefix("X-Atalaya-Key:"));
    Accepted {
        channel: "email",
        recipient,
        key: key.unwrap_or_default().trim().to_owned(),
        at: Timestamp::now(),
        text: text.to_owned(),
    }
}

//! A mail server that misbehaves as it is told, on a real socket, and writes down what it took.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

/// What is done when a verb comes (`CONNECT` before the greeting, `.` once the text is there).
#[derive(Debug, Clone, Copy)]
pub enum Does {
    /// As a friendly server.
    Well,
    /// Says this.
    Says(&'static str),
    /// Takes what it was given and hangs up without a word.
    HangsUp,
    /// Says nothing any more.
    Stalls,
}

/// A mail that the server has whole, whatever it answered.
#[derive(Debug, Clone)]
pub struct Kept {
    pub message_id: String,
    pub text: String,
}

/// A running server.
#[derive(Clone)]
pub struct MailStub {
    pub port: u16,
    book: Arc<Mutex<Book>>,
}

#[derive(Default)]
struct Book {
    kept: Vec<Kept>,
    /// Verbs with their times.
    heard: Vec<(String, Instant)>,
    /// How often something else than well was done.
    fired: usize,
}

/// Decides by verb, and by how often that verb came before.
pub type Script = fn(&str, usize) -> Does;

impl MailStub {
    /// Opens on a free port.
    pub async fn open(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let book = Arc::<Mutex<Book>>::default();
        let shared = Arc::clone(&book);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, script, Arc::clone(&shared)));
            }
        });
        Self { port, book }
    }

    pub fn kept(&self) -> Vec<Kept> {
        self.book.lock().expect("not poisoned").kept.clone()
    }

    /// When a verb came.
    pub fn heard(&self, verb: &str) -> Vec<Instant> {
        let book = self.book.lock().expect("not poisoned");
        book.heard.iter().filter(|(known, _)| known == verb).map(|(_, at)| *at).collect()
    }

    /// How often the server misbehaved.
    pub fn fired(&self) -> usize {
        self.book.lock().expect("not poisoned").fired
    }
}

async fn converse(stream: TcpStream, script: Script, book: Arc<Mutex<Book>>) -> Option<()> {
    let mut stream = BufReader::new(stream);
    let mut verb = "CONNECT".to_owned();
    loop {
        let does = {
            let mut book = book.lock().expect("not poisoned");
            let before = book.heard.iter().filter(|(known, _)| *known == verb).count();
            book.heard.push((verb.clone(), Instant::now()));
            let does = script(&verb, before);
            book.fired += usize::from(!matches!(does, Does::Well));
            does
        };
        let answer = match does {
            Does::Well => friendly(&verb),
            Does::Says(answer) => answer,
            Does::HangsUp => return None,
            Does::Stalls => std::future::pending().await,
        };
        stream.get_mut().write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
        if verb == "DATA" && answer.starts_with("354") {
            let text = text(&mut stream).await?;
            let id = text.lines().find_map(|line| line.strip_prefix("Message-ID: "));
            let message_id = id.unwrap_or_default().trim().to_owned();
            book.lock().expect("not poisoned").kept.push(Kept { message_id, text });
            ".".clone_into(&mut verb);
            continue;
        }
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        verb = line.split_whitespace().next()?.to_owned();
    }
}

async fn text(stream: &mut BufReader<TcpStream>) -> Option<String> {
    let mut text = String::new();
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        if line == ".\r\n" {
            return Some(text);
        }
        text += &line;
    }
}

fn friendly(verb: &str) -> &'static str {
    match verb {
        "CONNECT" => "220 stub",
        "EHLO" => "250-stub\r\n250 8BITMIME",
        "DATA" => "354 go on",
        "QUIT" => "221 bye",
        "." => "250 kept",
        _ => "250 ok",
    }
}

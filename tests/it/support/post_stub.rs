//! A receiver of posts that answers as it is told, byte by byte, and writes down what came.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What is done with a request.
#[derive(Debug, Clone, Copy)]
pub enum Does {
    /// Status line and headers without the last empty line, and the body.
    Answers(&'static str, &'static str),
    /// Hangs up in the middle.
    Resets,
    /// Says nothing any more.
    Stalls,
    /// One byte a second, for ever.
    Drips,
    /// Takes it once this says so.
    TakesWhen(&'static AtomicBool),
}

/// Taken.
pub const OK: Does = Does::Answers("200 OK", "ok");

/// A request that came whole.
#[derive(Debug, Clone)]
pub struct Came {
    pub at: Instant,
    /// Method and path.
    pub line: String,
    pub head: String,
    pub body: String,
}

impl Came {
    /// The value of a header.
    pub fn header(&self, name: &str) -> &str {
        let lines = self.head.lines().filter_map(|line| line.split_once(": "));
        let mut found = lines.filter(|(known, _)| known.eq_ignore_ascii_case(name));
        found.next().map_or("", |(_, value)| value.trim())
    }
}

/// Decides by how many requests came before.
pub type Script = fn(usize) -> Does;

/// A running receiver.
#[derive(Clone)]
pub struct PostStub {
    pub address: SocketAddr,
    came: Arc<Mutex<Vec<Came>>>,
}

impl PostStub {
    /// Opens on a free port.
    pub async fn open(script: Script) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let came = Arc::<Mutex<Vec<Came>>>::default();
        let shared = Arc::clone(&came);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(converse(stream, script, Arc::clone(&shared)));
            }
        });
        Self { address, came }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub fn came(&self) -> Vec<Came> {
        self.came.lock().expect("not poisoned").clone()
    }
}

async fn converse(
    mut stream: TcpStream,
    script: Script,
    book: Arc<Mutex<Vec<Came>>>,
) -> Option<()> {
    let mut bytes = Vec::new();
    let came = loop {
        let mut piece = [0; 4096];
        let read = stream.read(&mut piece).await.ok().filter(|&read| read > 0)?;
        bytes.extend_from_slice(&piece[..read]);
        if let Some(came) = whole(&bytes) {
            break came;
        }
    };
    let before = {
        let mut book = book.lock().expect("not poisoned");
        book.push(came);
        book.len() - 1
    };
    match script(before) {
        Does::Answers(head, body) => {
            let length = body.len();
            let answer = format!(
                "HTTP/1.1 {head}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
            );
            stream.write_all(answer.as_bytes()).await.ok()
        }
        Does::Resets => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n").await.ok()
        }
        Does::Stalls => std::future::pending().await,
        Does::TakesWhen(now) => {
            while !now.load(Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            let answer = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\nconnection: close\r\n\r\nok";
            stream.write_all(answer).await.ok()
        }
        Does::Drips => {
            stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n").await.ok()?;
            loop {
                stream.write_all(b"x").await.ok()?;
                tokio::time::sleep(Duration::from_secs(1)).await;
            }
        }
    }
}

fn whole(bytes: &[u8]) -> Option<Came> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (head, body) = text.split_once("\r\n\r\n")?;
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
    });
    (body.len() >= length.unwrap_or(0)).then(|| Came {
        at: Instant::now(),
        line: head.lines().next().unwrap_or_default().to_owned(),
        head: head.to_owned(),
        body: body.to_owned(),
    })
}

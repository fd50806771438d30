//! A mail server that keeps what it gets: each mail is a durable file before it is answered.

use std::collections::HashSet;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::fs;
use tokio::io::{AsyncBufRead, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::smtp_dialogue::{Dialogue, Parcel, Step};

/// Connections at a time; each holds at most one mail of 1 MiB.
const MAX_CONNECTIONS: usize = 32;

/// Bytes of one line; RFC 5321 §4.5.3.1.6 allows 1,000.
const MAX_LINE_BYTES: u64 = 64 * 1024;

/// A client that says nothing for so long is gone.
const PATIENCE: Duration = Duration::from_mins(1);

/// A mail that was taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReceivedMail {
    /// `Message-ID` without its angle brackets.
    pub message_id: Option<String>,
    /// `X-Atalaya-Key`: the delivery's idempotency key.
    pub key: Option<String>,
    /// Envelope sender.
    pub from: String,
    /// Envelope recipients.
    pub to: Vec<String>,
    /// Where it lies.
    pub file: PathBuf,
    /// Whether this sink took a mail of that Message-ID before; the file is the newer one.
    pub repeat: bool,
}

/// A running sink.
#[derive(Debug)]
pub struct SmtpSink {
    address: SocketAddr,
    running: JoinHandle<()>,
}

/// What all connections share.
struct Mailbox {
    directory: PathBuf,
    known: Mutex<HashSet<String>>,
    on_mail: mpsc::Sender<ReceivedMail>,
    cancel: CancellationToken,
}

impl SmtpSink {
    /// Starts to take mails on `listener` into `mailbox`, made if missing, and tells of each over
    /// `on_mail` once it is answered. A receiver that does not listen holds up its connection only.
    ///
    /// # Errors
    /// If the directory cannot be made, or the listener has no address.
    pub async fn start(
        listener: TcpListener,
        mailbox: PathBuf,
        on_mail: mpsc::Sender<ReceivedMail>,
        cancel: CancellationToken,
    ) -> io::Result<Self> {
        fs::create_dir_all(&mailbox).await?;
        let address = listener.local_addr()?;
        let known = Mutex::new(HashSet::new());
        let mailbox = Arc::new(Mailbox { directory: mailbox, known, on_mail, cancel });
        let running = tokio::spawn(accept(listener, mailbox));
        Ok(Self { address, running })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits until it has stopped after its token was cancelled.
    pub async fn stopped(self) {
        if let Err(error) = self.running.await {
            tracing::error!(%error, "the mail sink ended badly");
        }
    }
}

async fn accept(listener: TcpListener, mailbox: Arc<Mailbox>) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let mut connections = tokio::task::JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = mailbox.cancel.cancelled() => break,
            Some(_) = connections.join_next() => continue,
            accepted = listener.accept() => accepted,
        };
        let Ok((stream, _)) = accepted else { continue };
        let Ok(place) = Arc::clone(&places).try_acquire_owned() else { continue };
        let mailbox = Arc::clone(&mailbox);
        connections.spawn(async move {
            let cancel = mailbox.cancel.clone();
            let result = cancel.run_until_cancelled(Box::pin(converse(stream, &mailbox))).await;
            if let Some(Err(error)) = result {
                tracing::debug!(%error, "a mail connection ended badly");
            }
            drop(place);
        });
    }
    connections.join_all().await;
}

async fn converse(stream: TcpStream, mailbox: &Mailbox) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 sink ESMTP\r\n").await?;
    let mut dialogue = Dialogue::default();
    let mut line = Vec::new();
    while read_line(&mut stream, &mut line).await? {
        match dialogue.line(&line) {
            Step::Quiet => {}
            Step::Reply(answer) => stream.write_all(answer.as_bytes()).await?,
            Step::Close(answer) => return stream.write_all(answer.as_bytes()).await,
            Step::Store(parcel) => match mailbox.keep(&parcel).await {
                Ok(received) => {
                    stream.write_all(b"250 2.0.0 kept\r\n").await?;
                    if mailbox.on_mail.send(received).await.is_err() {
                        tracing::debug!("nobody listens to the mail sink");
                    }
                }
                Err(error) => {
                    tracing::warn!(%error, "a mail could not be kept");
                    stream.write_all(b"451 4.3.0 not kept, try again\r\n").await?;
                }
            },
        }
    }
    Ok(())
}

/// False at the end of the stream.
async fn read_line(
    stream: &mut (impl AsyncBufRead + Unpin),
    line: &mut Vec<u8>,
) -> io::Result<bool> {
    line.clear();
    let mut limited = stream.take(MAX_LINE_BYTES);
    match tokio::time::timeout(PATIENCE, limited.read_until(b'\n', line)).await {
        Err(_) => Err(io::ErrorKind::TimedOut.into()),
        Ok(Err(error)) => Err(error),
        Ok(Ok(_)) if line.is_empty() => Ok(false),
        Ok(Ok(_)) if line.ends_with(b"\n") => Ok(true),
        Ok(Ok(_)) => Err(io::Error::other("a line without end")),
    }
}

impl Mailbox {
    async fn keep(&self, parcel: &Parcel) -> io::Result<ReceivedMail> {
        let message_id = header(&parcel.text, "Message-ID")
            .map(|id| id.trim_matches(['<', '>']).to_owned())
            .filter(|id| !id.is_empty());
        let name = match &message_id {
            Some(id) => file_name(id),
            None => uuid::Uuid::now_v7().to_string(),
        };
        let file = self.directory.join(format!("{name}.eml"));
        store(&self.directory, &file, &parcel.text).await?;
        Ok(ReceivedMail {
            key: header(&parcel.text, "X-Atalaya-Key"),
            from: parcel.from.clone(),
            to: parcel.to.clone(),
            file,
            repeat: !self.first_time(&name),
            message_id,
        })
    }

    fn first_time(&self, name: &str) -> bool {
        self.known.lock().is_ok_and(|mut known| known.insert(name.to_owned()))
    }
}

/// Writes to a draft of its own, so that two mails of one name cannot mix, then renames.
async fn store(directory: &Path, file: &Path, text: &[u8]) -> io::Result<()> {
    let draft = directory.join(format!(".{}.draft", uuid::Uuid::now_v7()));
    let mut open = fs::File::create(&draft).await?;
    open.write_all(text).await?;
    open.sync_all().await?;
    fs::rename(&draft, file).await?;
    fs::File::open(directory).await?.sync_all().await
}

/// The Message-ID where every file system takes it; what was changed is told apart by a hash.
fn file_name(message_id: &str) -> String {
    let safe = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '@' | '.');
    if message_id.len() <= 180 && message_id.chars().all(safe) && !message_id.starts_with('.') {
        return message_id.to_owned();
    }
    blake3::hash(message_id.as_bytes()).to_hex().to_string()
}

/// The value of a header that stands on one line, or is folded right behind its name.
fn header(mail: &[u8], name: &str) -> Option<String> {
    let text = String::from_utf8_lossy(mail);
    let head = text.split("\r\n\r\n").next()?.replace("\r\n ", " ");
    head.split("\r\n").find_map(|line| {
        let (field, value) = line.split_once(':')?;
        field.eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
    })
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::mpsc;
    use tokio_util::sync::CancellationToken;

    use super::{ReceivedMail, SmtpSink, file_name};

    async fn deliver(sink: &SmtpSink, mail: &str) -> String {
        let mut stream = TcpStream::connect(sink.address()).await.expect("connects");
        let talk = format!(
            "EHLO x\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n{mail}\r\n.\r\nQUIT\r\n"
        );
        stream.write_all(talk.as_bytes()).await.expect("written");
        let mut answers = String::new();
        stream.read_to_string(&mut answers).await.expect("read");
        answers
    }

    async fn start(
        directory: &std::path::Path,
    ) -> (SmtpSink, mpsc::Receiver<ReceivedMail>, CancellationToken) {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let (on_mail, mails) = mpsc::channel(8);
        let cancel = CancellationToken::new();
        let mailbox = directory.to_path_buf();
        let sink = SmtpSink::start(listener, mailbox, on_mail, cancel.clone()).await;
        (sink.expect("starts"), mails, cancel)
    }

    #[tokio::test]
    async fn mails_lie_in_the_box_and_repeats_are_told() {
        let home = tempfile::tempdir().expect("directory");
        let (sink, mut mails, cancel) = start(home.path()).await;
        let mail = "Message-ID:\r\n <k1@acme.example>\r\nX-Atalaya-Key: k1\r\n\r\nHola";
        for repeat in [false, true] {
            let answers = deliver(&sink, mail).await;
            assert!(answers.contains("\r\n250 2.0.0 kept\r\n221"), "{answers}");
            let received = mails.recv().await.expect("told");
            assert_eq!(received.key.as_deref(), Some("k1"));
            assert_eq!(received.message_id.as_deref(), Some("k1@acme.example"));
            assert_eq!((received.from.as_str(), received.repeat), ("a@b", repeat));
            let file = std::fs::read_to_string(&received.file).expect("the file");
            assert_eq!(file, format!("{mail}\r\n"));
        }
        deliver(&sink, "Subject: nameless\r\n\r\nx").await;
        assert_eq!(mails.recv().await.expect("told").message_id, None);
        assert_eq!(std::fs::read_dir(home.path()).expect("box").count(), 2);
        cancel.cancel();
        sink.stopped().await;
    }

    #[tokio::test]
    async fn a_mail_that_cannot_be_kept_is_not_taken() {
        let home = tempfile::tempdir().expect("directory");
        let directory = home.path().join("box");
        let (sink, mut mails, _cancel) = start(&directory).await;
        std::fs::remove_dir(&directory).expect("removed");
        let answers = deliver(&sink, "Message-ID: <x@y>\r\n\r\nx").await;
        assert!(answers.contains("\r\n451 "), "{answers}");
        assert!(mails.try_recv().is_err());
    }

    #[test]
    fn no_message_id_leaves_the_box() {
        assert_eq!(file_name("k1@acme.example"), "k1@acme.example");
        for id in ["../../etc/passwd", "a/b", ".hidden", "", "á@b"] {
            let name = file_name(id);
            assert!(!name.contains('/') && !name.starts_with('.'), "{id} became {name}");
        }
    }
}

//! A directory in which each mail becomes one `.eml` file, for hosts without a mail server.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use tokio::fs;
use tokio::io::AsyncWriteExt;

use super::clean::{clean, safe_key};
use super::envelope::Sender;
use super::wording::Wording;
use super::{BuildError, HandOver, Message, Notifier, Receipt, SendError};

/// Writes mails as files. The name follows from the idempotency key, so a repeat replaces the
/// file of the attempt before it.
pub struct Maildir {
    directory: PathBuf,
    sender: Sender,
}

impl Maildir {
    /// A directory, made at the first mail if missing, and the sender of its mails.
    ///
    /// # Errors
    /// If the sender is no address.
    pub fn new(directory: PathBuf, from: &str, wording: &Arc<Wording>) -> Result<Self, BuildError> {
        Ok(Self { directory, sender: Sender::new(from, wording)? })
    }

    async fn deliver(
        &self,
        message: Message<'_>,
        hand_over: &dyn HandOver,
    ) -> Result<Receipt, SendError> {
        let mail = self.sender.compose(message)?.formatted();
        let key = safe_key(&message.delivery.idempotency_key);
        let name = format!("{key}.eml");
        let draft = self.directory.join(format!(".{key}.draft"));
        write(&self.directory, &draft, &mail).await.map_err(|error| retry(&error))?;
        hand_over.begin().await?;
        publish(&self.directory, &draft, &name).await.map_err(|error| retry(&error))?;
        Ok(Receipt { answer: clean(&format!("written to {name}"), 200) })
    }
}

/// A directory that stands for every channel of a drill, in the usual words; rooms get an address there.
struct Sink(Maildir);

/// What takes all messages of a drill into a directory.
///
/// # Errors
/// Never for lack of the directory: that is tried again.
pub fn sink(directory: &str) -> Result<Box<dyn Notifier>, BuildError> {
    let from = "Atalaya <drill@atalaya.invalid>";
    Ok(Box::new(Sink(Maildir::new(PathBuf::from(directory), from, &Arc::default())?)))
}

impl Notifier for Sink {
    fn send<'a>(
        &'a self,
        message: Message<'a>,
        hand_over: &'a dyn HandOver,
    ) -> BoxFuture<'a, Result<Receipt, SendError>> {
        let mut delivery = message.delivery.clone();
        if !delivery.recipient.address.contains('@') {
            delivery.recipient.address += "@room.invalid";
        }
        async move {
            self.0.deliver(Message { delivery: &delivery, notice: message.notice }, hand_over).await
        }
        .boxed()
    }
}

impl Notifier for Maildir {
    fn send<'a>(
        &'a self,
        message: Message<'a>,
        hand_over: &'a dyn HandOver,
    ) -> BoxFuture<'a, Result<Receipt, SendError>> {
        self.deliver(message, hand_over).boxed()
    }
}

async fn write(directory: &Path, draft: &Path, mail: &[u8]) -> std::io::Result<()> {
    fs::create_dir_all(directory).await?;
    let mut file = fs::File::create(draft).await?;
    file.write_all(mail).await?;
    file.sync_all().await
}

/// Readers see the whole file or none; the directory is synced so that the name outlives a crash.
async fn publish(directory: &Path, draft: &Path, name: &str) -> std::io::Result<()> {
    fs::rename(draft, directory.join(name)).await?;
    fs::File::open(directory).await?.sync_all().await
}

fn retry(error: &std::io::Error) -> SendError {
    SendError::Retry {
        after: None,
        what: clean(&format!("the file was not written: {error}"), 200),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures_util::future::BoxFuture;

    use super::Maildir;
    use crate::model::Locale;
    use crate::notify::{HandOver, HandOverRefused, Message, Notifier, SendError, sample};

    struct Answer(Result<(), HandOverRefused>);

    impl HandOver for Answer {
        fn begin(&self) -> BoxFuture<'_, Result<(), HandOverRefused>> {
            Box::pin(async { self.0 })
        }
    }

    fn mails(directory: &std::path::Path) -> Vec<String> {
        let entries = std::fs::read_dir(directory).expect("directory");
        let names = entries.map(|entry| entry.expect("entry").file_name().into_string());
        let names = names.map(|name| name.expect("UTF-8"));
        names.filter(|name| !name.starts_with('.')).collect()
    }

    #[tokio::test]
    async fn each_message_is_one_file_however_often_it_is_sent() {
        let home = tempfile::tempdir().expect("directory");
        let directory = home.path().join("new");
        let maildir = Maildir::new(directory.clone(), "Atalaya <a@acme.example>", &Arc::default())
            .expect("maildir");
        let (notice, delivery) = (sample::notice(Locale::En), sample::delivery(Locale::En));
        let message = Message { delivery: &delivery, notice: &notice };

        let refused = maildir.send(message, &Answer(Err(HandOverRefused))).await;
        assert_eq!(refused, Err(SendError::HandOver));
        assert!(mails(&directory).is_empty());

        for _ in 0..2 {
            maildir.send(message, &Answer(Ok(()))).await.expect("written");
        }
        assert_eq!(mails(&directory), ["01981f2e-key-0001.eml"]);
        let mail = std::fs::read_to_string(directory.join("01981f2e-key-0001.eml")).expect("mail");
        assert!(mail.contains("To: \"Jo Smith\" <reader@acme.example>"), "{mail}");
    }

    #[tokio::test]
    async fn a_directory_that_cannot_be_written_is_tried_again() {
        let home = tempfile::tempdir().expect("directory");
        let file = home.path().join("file");
        std::fs::write(&file, "").expect("file");
        let maildir = Maildir::new(file, "a@acme.example", &Arc::default()).expect("maildir");
        let (notice, delivery) = (sample::notice(Locale::En), sample::delivery(Locale::En));
        let message = Message { delivery: &delivery, notice: &notice };
        let result = maildir.send(message, &Answer(Ok(()))).await;
        assert!(matches!(result, Err(SendError::Retry { .. })), "{result:?}");
    }
}

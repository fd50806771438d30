//! What the receivers took: each acceptance is on the disk before it is answered.

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use serde::Serialize;

/// A message that was taken.
#[derive(Debug, Clone, Serialize)]
pub struct Accepted {
    /// Channel, as the configuration names it.
    pub channel: &'static str,
    /// Who took it: a mail address, or the channel.
    pub recipient: String,
    /// Idempotency key; empty if the message had none.
    pub key: String,
    /// When.
    pub at: Timestamp,
    /// What it says, as it came.
    #[serde(skip)]
    pub text: String,
}

/// The book of all receivers; clones are the same book.
#[derive(Clone)]
pub struct Ledger {
    book: Arc<Mutex<(File, Vec<Accepted>)>>,
}

impl Ledger {
    /// An empty book.
    pub fn new(file: &Path) -> Self {
        let file = File::create_new(file).unwrap();
        Self { book: Arc::new(Mutex::new((file, Vec::new()))) }
    }

    /// Enters an acceptance durably; only then may the sender be told of it.
    pub fn enter(&self, accepted: Accepted) {
        let mut line = serde_json::to_vec(&accepted).unwrap();
        line.push(b'\n');
        let mut book = self.book.lock().unwrap();
        book.0.write_all(&line).unwrap();
        book.0.sync_data().unwrap();
        book.1.push(accepted);
    }

    /// All acceptances in their order.
    pub fn all(&self) -> Vec<Accepted> {
        self.book.lock().unwrap().1.clone()
    }
}

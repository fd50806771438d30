//! The peer's side: a Python program that prints what it measured of itself.

use std::path::Path;
use std::process::Command;

use crate::{Side, url};

/// Runs the peer over the first feeds.
pub fn measure(python: &Path, port: u16, feeds: usize) -> Side {
    let directory = tempfile::tempdir().expect("a directory");
    let list = directory.path().join("feeds.txt");
    let urls: Vec<String> = (0..feeds).map(|n| url(port, n)).collect();
    std::fs::write(&list, urls.join("\n")).expect("the list");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/benches/collect/peer.py");
    let output = Command::new(python)
        .arg(script)
        .arg(&list)
        .arg(directory.path().join("peer.db"))
        .stderr(std::process::Stdio::inherit())
        .output()
        .expect("the peer");
    assert!(output.status.success(), "the peer failed");
    serde_json::from_slice(&output.stdout).expect("the peer's figures")
}

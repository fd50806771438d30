//! The document that an inspection looks at: a file, gzipped or not, or a URL.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::process::ExitCode;

use flate2::read::MultiGzDecoder;
use thiserror::Error;
use url::Url;

use crate::guard::{Client, FetchError, Get, GuardError, Limits};
use crate::model::{Reach, Validators};

/// Bytes of a file after decompression; what is beyond is refused.
const MAX_BYTES: u64 = 64_000_000;

/// A document and what came with it.
pub struct Document {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// `Content-Type`, if it was fetched.
    pub content_type: Option<String>,
    /// Where it was fetched from.
    pub url: Option<Url>,
}

/// Why there is no document.
#[derive(Debug, Error)]
pub enum DocumentError {
    /// The file is missing or not readable.
    #[error("cannot read {path}: {source}")]
    File {
        /// As given.
        path: String,
        /// The cause.
        source: io::Error,
    },
    /// The fetch brought nothing.
    #[error("cannot fetch: {0}")]
    Fetch(#[from] FetchError),
    /// The server answered something other than a document.
    #[error("the server answered {0}")]
    Status(u16),
    /// No fetch is possible at all.
    #[error(transparent)]
    Client(#[from] GuardError),
    /// No asynchronous runtime.
    #[error("cannot start the runtime: {0}")]
    Runtime(#[source] io::Error),
}

impl DocumentError {
    /// 2 for a bad argument, 3 for a network that failed.
    #[must_use]
    pub fn exit_code(&self) -> ExitCode {
        match self {
            Self::File { .. } => ExitCode::from(2),
            _ => ExitCode::from(3),
        }
    }
}

/// Opens a file or fetches a URL. Private addresses and all ports are allowed: whoever types the
/// command could reach them anyway.
///
/// # Errors
/// See [`DocumentError`].
pub fn open(place: &str) -> Result<Document, DocumentError> {
    open_within(place, &Reach::anywhere())
}

/// Opens a file, or fetches a URL from where it may lead.
///
/// # Errors
/// See [`DocumentError`].
pub fn open_within(place: &str, reach: &Reach) -> Result<Document, DocumentError> {
    match Url::parse(place) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => fetch(&url, reach),
        _ => Ok(Document { bytes: read_file(Path::new(place))?, content_type: None, url: None }),
    }
}

/// Reads a file, decompressing it if it is gzip (RFC 1952, first bytes 1f 8b).
///
/// # Errors
/// [`DocumentError::File`] if it cannot be read or is larger than 64 MB.
pub fn read_file(path: &Path) -> Result<Vec<u8>, DocumentError> {
    let failed = |source| DocumentError::File { path: path.display().to_string(), source };
    let bytes = limited(File::open(path).map_err(failed)?).map_err(failed)?;
    if bytes.starts_with(&[0x1f, 0x8b]) {
        return limited(MultiGzDecoder::new(bytes.as_slice())).map_err(failed);
    }
    Ok(bytes)
}

fn limited(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(io::Error::other("larger than 64 MB"));
    }
    Ok(bytes)
}

fn fetch(url: &Url, reach: &Reach) -> Result<Document, DocumentError> {
    let agent = concat!("atalaya/", env!("CARGO_PKG_VERSION"), " (inspect)");
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(DocumentError::Runtime)?;
    let client = Client::new(Limits { ports: Vec::new(), ..Limits::default() }, agent)?;
    let validators = Validators::default();
    let get = Get { url, validators: &validators, reach, obey_robots: false };
    let reply = runtime.block_on(client.get(get))?;
    if !(200..300).contains(&reply.status) {
        return Err(DocumentError::Status(reply.status));
    }
    let (content_type, url) = (reply.content_type, Some(reply.final_url));
    Ok(Document { bytes: reply.body, content_type, url })
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::GzEncoder;

    use super::{open, read_file};

    #[test]
    fn gzip_is_seen_by_its_first_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("page.html");
        let mut gzip = GzEncoder::new(std::fs::File::create(&path).unwrap(), Compression::fast());
        gzip.write_all(b"<p>text</p>").unwrap();
        gzip.finish().unwrap();
        assert_eq!(read_file(&path).unwrap(), b"<p>text</p>");
    }

    #[test]
    fn a_missing_file_is_named() {
        let error = open("no/such/file.xml").err().unwrap();
        assert!(error.to_string().contains("no/such/file.xml"));
    }
}

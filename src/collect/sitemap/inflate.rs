//! Sitemaps that are gzip files (`.xml.gz`), which no `Content-Encoding` announces.

use std::borrow::Cow;
use std::io::Read;

use flate2::read::MultiGzDecoder;

use crate::collect::document::ReadError;

/// As much as the HTTP client lets a body become.
const MAX_BYTES: u64 = 16_000_000;

/// The content of a gzip file; anything else as it is. A file that was cut off gives what it held.
pub(super) fn inflated(body: &[u8]) -> Result<Cow<'_, [u8]>, ReadError> {
    if !body.starts_with(&[0x1f, 0x8b]) {
        return Ok(Cow::Borrowed(body));
    }
    let mut content = Vec::new();
    let read = MultiGzDecoder::new(body).take(MAX_BYTES + 1).read_to_end(&mut content);
    if content.len() as u64 > MAX_BYTES {
        return Err(ReadError::Refused(format!("the file holds more than {MAX_BYTES} bytes")));
    }
    match read {
        Err(error) if content.is_empty() => {
            Err(ReadError::Broken(format!("the gzip file cannot be read: {error}")))
        }
        _ => Ok(Cow::Owned(content)),
    }
}

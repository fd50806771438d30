//! Content codings (RFC 9110 §8.4): which one a body has, and its decoder.

use std::pin::Pin;

use async_compression::tokio::bufread::{
    BrotliDecoder, DeflateDecoder, GzipDecoder, ZlibDecoder, ZstdDecoder,
};
use async_compression::zstd::DParameter;
use http::HeaderMap;
use http::header::CONTENT_ENCODING;
use tokio::io::{AsyncBufRead, AsyncRead};

use super::FetchError;

/// What we can decode, as a server is told.
pub(super) const ACCEPTED: &str = "gzip, br, zstd, deflate";

/// How far zstd may look back, as a power of two: 8 MiB (RFC 9659).
const ZSTD_WINDOW: u32 = 23;

/// The coding of a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Coding {
    Gzip,
    Brotli,
    Zstd,
    Deflate,
}

impl Coding {
    /// The coding that the head names. Names that are no coding (`utf-8`, `none` are seen) count as
    /// none.
    ///
    /// # Errors
    /// If there is more than one: no honest server packs twice, and limits would have to be
    /// counted at each step.
    pub(super) fn of(headers: &HeaderMap) -> Result<Option<Self>, FetchError> {
        let mut found = None;
        for value in headers.get_all(CONTENT_ENCODING) {
            for name in value.to_str().unwrap_or_default().split(',') {
                let coding = match name.trim().to_ascii_lowercase().as_str() {
                    "gzip" | "x-gzip" => Self::Gzip,
                    "br" => Self::Brotli,
                    "zstd" => Self::Zstd,
                    "deflate" => Self::Deflate,
                    _ => continue,
                };
                if found.replace(coding).is_some() {
                    return Err(FetchError::refused("a body that is packed more than once"));
                }
            }
        }
        Ok(found)
    }

    /// The decoder of a body that starts with this byte.
    pub(super) fn decoder<'a>(
        self,
        body: impl AsyncBufRead + Send + 'a,
        first: u8,
    ) -> Result<Pin<Box<dyn AsyncRead + Send + 'a>>, FetchError> {
        // The decoder of `br` also takes the "large window" form, which RFC 7932 has not and which
        // would make it set aside up to 1 GiB.
        if self == Self::Brotli && first & 0x7f == 0x11 {
            return Err(FetchError::refused("a brotli body with a window of its own kind"));
        }
        // `deflate` means zlib (RFC 9110 §8.4.1.2), yet some send it bare. A zlib stream starts with
        // 8 for the method in the lower half and a window of at most 7 in the upper.
        let zlib = first & 0x0f == 8 && first >> 4 <= 7;
        Ok(match self {
            Self::Gzip => Box::pin(GzipDecoder::new(body)),
            Self::Brotli => Box::pin(BrotliDecoder::new(body)),
            Self::Zstd => {
                let window = DParameter::window_log_max(ZSTD_WINDOW);
                Box::pin(ZstdDecoder::with_params(body, &[window]))
            }
            Self::Deflate if zlib => Box::pin(ZlibDecoder::new(body)),
            Self::Deflate => Box::pin(DeflateDecoder::new(body)),
        })
    }
}

#[cfg(test)]
mod tests {
    use http::header::CONTENT_ENCODING;
    use http::{HeaderMap, HeaderValue};

    use super::Coding;

    fn check(values: &[&'static str], expected: Result<Option<Coding>, ()>) {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(CONTENT_ENCODING, HeaderValue::from_static(value));
        }
        assert_eq!(Coding::of(&headers).map_err(drop), expected, "{values:?}");
    }

    #[test]
    fn one_coding_or_none() {
        check(&[], Ok(None));
        check(&["identity"], Ok(None));
        check(&["UTF-8"], Ok(None));
        check(&["X-GZIP"], Ok(Some(Coding::Gzip)));
        check(&["identity, br"], Ok(Some(Coding::Brotli)));
        check(&["gzip, gzip"], Err(()));
        check(&["gzip", "zstd"], Err(()));
    }
}

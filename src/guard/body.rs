//! Reading a body with a cap that counts what really comes out of the decoder.

use futures_util::StreamExt;
use reqwest::Response;

use super::{FetchError, Limits};

/// The whole body, or an error as soon as it is too large.
pub(super) async fn whole(response: Response, limits: &Limits) -> Result<Vec<u8>, FetchError> {
    // Only bodies without a coding keep their announced length.
    if response.content_length().is_some_and(|length| length > limits.wire_bytes) {
        return Err(FetchError::TooLarge { limit: limits.wire_bytes });
    }
    let limit = limits.decoded_bytes;
    let (body, cut) = up_to(response, limit).await?;
    if cut {
        return Err(FetchError::TooLarge { limit: limit as u64 });
    }
    Ok(body)
}

/// At most the first `limit` bytes, and whether there were more.
pub(super) async fn up_to(response: Response, limit: usize) -> Result<(Vec<u8>, bool), FetchError> {
    let mut body = Vec::new();
    let mut stream = response.bytes_stream();
    while let Some(chunk) = stream.next().await {
        let chunk = chunk.map_err(FetchError::of)?;
        let room = limit - body.len();
        if chunk.len() > room {
            body.extend_from_slice(&chunk[..room]);
            return Ok((body, true));
        }
        body.extend_from_slice(&chunk);
    }
    Ok((body, false))
}

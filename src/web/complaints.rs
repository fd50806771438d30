//! Complaints by HTTP: `POST /api/complaints` with a bearer token and a JSON object. A repeat of the same one is
//! answered as the first was. Nothing of what was sent is said again or logged.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde_json::json;

use super::Shared;
use crate::complaint::Record;
use crate::store::Transaction;
use crate::store::complaints::{Filed, Filing};

/// Bytes of a complaint: the longest text in UTF-8, escaped, and the other fields.
const MOST: usize = 128 * 1024;
/// Bytes that are read to the end, so that whoever sent too much hears so.
pub(super) const MOST_BODY: usize = 1024 * 1024;

/// 202 with number and deadline, for a repeat too; 401 without the token, 409 where the reference belongs to
/// another complaint, 413 and 422 for what cannot be taken, 404 where nobody takes complaints.
pub(super) async fn take(State(shared): State<Shared>, request: Request) -> Response {
    let config = Arc::clone(&shared.config.borrow());
    let Some(rules) = &config.complaints else { return refuse(StatusCode::NOT_FOUND, "not here") };
    let Some(token) = &rules.token else { return refuse(StatusCode::NOT_FOUND, "not here") };
    // Before the body is read: who may not send is not listened to.
    if !is_allowed(request.headers(), token) {
        tracing::warn!("somebody sent a complaint without the token");
        let refused = refuse(StatusCode::UNAUTHORIZED, "the token is missing or wrong");
        return ([(header::WWW_AUTHENTICATE, "Bearer")], refused).into_response();
    }
    let body = match Bytes::from_request(request, &()).await {
        Ok(body) => body,
        Err(error) => return refuse(error.into_response().status(), "the body cannot be read"),
    };
    if body.len() > MOST {
        let what = format!("a complaint has at most {} KB", MOST / 1024);
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, &what);
    }
    let record: Record = match serde_json::from_slice(&body) {
        Ok(record) => record,
        Err(error) => {
            let place = format!("line {}, column {}", error.line(), error.column());
            let what = format!("not a complaint as docs/complaints.md describes it: {place}");
            return refuse(StatusCode::UNPROCESSABLE_ENTITY, &what);
        }
    };
    let now = Timestamp::now();
    let file = shared.complaints;
    let job = move |tx: &mut dyn Transaction| file(tx, &record, &config, now);
    match shared.store.write(job).await {
        Ok(Ok(Filed { filing: Filing::Conflict, .. })) => {
            refuse(StatusCode::CONFLICT, "another complaint has this reference")
        }
        Ok(Ok(Filed { filing: Filing::New(number) | Filing::Known(number), answer_by })) => {
            let answer = json!({"number": number, "answer_by": answer_by.to_string()});
            (StatusCode::ACCEPTED, Json(answer)).into_response()
        }
        Ok(Err(fault)) => refuse(StatusCode::UNPROCESSABLE_ENTITY, &fault.to_string()),
        Err(error) => {
            tracing::error!(%error, "a complaint could not be filed");
            refuse(StatusCode::SERVICE_UNAVAILABLE, "the store does not answer; send it again")
        }
    }
}

/// Compared by hash: how long it takes tells nothing.
fn is_allowed(headers: &HeaderMap, token: &SecretString) -> bool {
    let sent = headers.get(header::AUTHORIZATION).map(header::HeaderValue::as_bytes);
    let sent = sent.and_then(|sent| sent.split_at_checked(7));
    let Some((scheme, sent)) = sent else { return false };
    // `blake3::Hash` compares in constant time.
    scheme.eq_ignore_ascii_case(b"bearer ")
        && blake3::hash(sent) == blake3::hash(token.expose_secret().as_bytes())
}

fn refuse(status: StatusCode, what: &str) -> Response {
    (status, Json(json!({"error": what}))).into_response()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use secrecy::SecretString;

    use super::is_allowed;

    #[test]
    fn only_the_whole_token_opens() {
        let token = SecretString::from("a-token-of-some-length");
        let allowed = |sent: &str| {
            let mut headers = HeaderMap::new();
            headers.insert("authorization", sent.parse().expect("a header"));
            is_allowed(&headers, &token)
        };
        assert!(
            allowed("Bearer a-token-of-some-length") && allowed("bearer a-token-of-some-length")
        );
        for wrong in [
            "",
            "Bearer",
            "Bearer ",
            "Basic a-token-of-some-length",
            "Bearer a-token-of-some-lengt",
            "Bearer a-token-of-some-lengthx",
        ] {
            assert!(!allowed(wrong), "{wrong}");
        }
        assert!(!is_allowed(&HeaderMap::new(), &token));
    }
}

//! Presses of the button in Slack messages, for apps with *Interactivity* switched on. The button opens the page of
//! the link as well; without this endpoint the page alone does it.
//!
//! Requests are signed (Slack, "Verifying requests from Slack"): HMAC-SHA256 over `v0:<timestamp>:<body>`.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use hmac::{Hmac, KeyInit, Mac};
use jiff::Timestamp;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use sha2::Sha256;

use super::Shared;
use super::press::{self, Presser};
use crate::model::AnswerLink;

/// An older request may be somebody else's copy.
const FRESH: Duration = Duration::from_mins(5);

#[derive(Deserialize)]
struct Payload {
    #[serde(rename = "type")]
    kind: String,
    user: User,
    #[serde(default)]
    actions: Vec<Action>,
}

#[derive(Deserialize)]
struct User {
    id: String,
    username: Option<String>,
    name: Option<String>,
}

#[derive(Deserialize)]
struct Action {
    action_id: String,
    value: Option<String>,
}

/// Takes what was pressed. Slack wants a 200 within three seconds, whatever came of it.
pub(super) async fn pressed(
    State(shared): State<Shared>,
    headers: HeaderMap,
    body: Bytes,
) -> StatusCode {
    let config = Arc::clone(&shared.config.borrow());
    let answers = config.web.as_ref().map(|web| &web.answers);
    let Some((secret, key)) = answers.and_then(|it| it.slack.as_ref().zip(it.key.as_ref())) else {
        return StatusCode::NOT_FOUND;
    };
    let now = Timestamp::now();
    if !is_signed(&headers, &body, secret, now) {
        tracing::warn!("a press of a button was not signed by Slack");
        return StatusCode::UNAUTHORIZED;
    }
    let Some((user, token)) = answer_in(&body) else { return StatusCode::OK };
    let Some(link) = AnswerLink::of_token(&token, key).filter(|link| !link.is_over(now)) else {
        return StatusCode::OK;
    };
    let address = format!("slack:{}", user.id);
    let name = user.username.or(user.name).unwrap_or(user.id);
    let taken = press::take(&shared, Arc::clone(&config), link, Presser { name, address }).await;
    taken.map_or_else(|status| status, |_| StatusCode::OK)
}

/// Who pressed the button of which message, by its token, if that is what a request is about.
fn answer_in(body: &[u8]) -> Option<(User, String)> {
    let (_, payload) = url::form_urlencoded::parse(body).find(|(name, _)| name == "payload")?;
    let payload: Payload = serde_json::from_str(&payload).ok()?;
    if payload.kind != "block_actions" {
        return None;
    }
    let action = payload.actions.into_iter().find(|action| action.action_id == "answer")?;
    Some((payload.user, action.value?))
}

fn is_signed(headers: &HeaderMap, body: &[u8], secret: &SecretString, now: Timestamp) -> bool {
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let signed = header("x-slack-request-timestamp").zip(header("x-slack-signature"));
    let Some((at, signature)) = signed else { return false };
    let fresh = at.parse::<i64>().ok().and_then(|at| Timestamp::from_second(at).ok());
    if fresh.is_none_or(|at| now.duration_since(at).unsigned_abs() > FRESH) {
        return false;
    }
    let expected = signature.strip_prefix("v0=").and_then(bytes_of);
    let mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes());
    let (Some(expected), Ok(mut mac)) = (expected, mac) else { return false };
    mac.update(format!("v0:{at}:").as_bytes());
    mac.update(body);
    mac.verify_slice(&expected).is_ok()
}

/// The bytes of a hexadecimal text.
fn bytes_of(hex: &str) -> Option<Vec<u8>> {
    if !hex.is_ascii() || !hex.len().is_multiple_of(2) {
        return None;
    }
    let pairs = (0..hex.len()).step_by(2);
    pairs.map(|at| u8::from_str_radix(hex.get(at..at + 2)?, 16).ok()).collect()
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderMap;
    use jiff::Timestamp;

    use super::{answer_in, is_signed};

    /// The example of Slack's documentation.
    const SECRET: &str = "8f742231b10e8888abcd99yyyzzz85a5";
    const BODY: &str = "token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&\
        channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&\
        command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2F\
        T1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.\
        803a0bc887a14d10d2c447fce8b6703c";
    const SIGNATURE: &str = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503";

    fn check(at: &str, signature: &str, body: &str, seconds: i64) -> bool {
        let mut headers = HeaderMap::new();
        headers.insert("x-slack-request-timestamp", at.parse().expect("a value"));
        headers.insert("x-slack-signature", signature.parse().expect("a value"));
        let now = Timestamp::from_second(seconds).expect("an instant");
        is_signed(&headers, body.as_bytes(), &SECRET.into(), now)
    }

    #[test]
    fn only_what_slack_signed_lately_counts() {
        let at = 1_531_420_618;
        assert!(check("1531420618", SIGNATURE, BODY, at));
        assert!(check("1531420618", SIGNATURE, BODY, at + 300));
        assert!(!check("1531420618", SIGNATURE, BODY, at + 301), "a copy, later");
        assert!(!check("1531420618", SIGNATURE, BODY, at - 301), "from the future");
        assert!(!check("1531420619", SIGNATURE, BODY, at), "another time");
        assert!(!check("1531420618", SIGNATURE, &format!("{BODY}x"), at), "another body");
        for bad in ["", "v0=", "v0=a2", "v1=a2", "v0=zz", "v0=é1"] {
            assert!(!check("1531420618", &bad.escape_default().to_string(), BODY, at), "{bad}");
        }
        assert!(!is_signed(&HeaderMap::new(), b"", &SECRET.into(), Timestamp::now()));
    }

    #[test]
    fn a_press_names_who_and_what() {
        let press = |payload: &str| {
            let body = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("payload", payload)
                .finish();
            answer_in(body.as_bytes()).map(|(user, end)| (user.id, user.username, end))
        };
        let good = r#"{"type":"block_actions","user":{"id":"U1","username":"ana","team_id":"T"},
            "actions":[{"action_id":"other"},{"action_id":"answer","value":"end","type":"button"}]}"#;
        assert_eq!(press(good), Some(("U1".to_owned(), Some("ana".to_owned()), "end".to_owned())));
        for other in [
            r#"{"type":"view_closed","user":{"id":"U1"}}"#,
            r#"{"type":"block_actions","user":{"id":"U1"},"actions":[{"action_id":"answer"}]}"#,
            "not JSON",
        ] {
            assert_eq!(press(other), None, "{other}");
        }
        assert!(answer_in(b"a=b").is_none());
    }
}

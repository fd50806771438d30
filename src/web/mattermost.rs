//! Presses of the button in Mattermost messages ("Interactive messages"), for servers that reach this page.
//!
//! Mattermost signs nothing. It keeps what a message says of its buttons (`integration.context`) to itself and hands
//! it on with each press: so the token in there shows that its server asks, and which message was pressed.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;

use super::Shared;
use super::press::{self, Presser};
use crate::model::AnswerLink;
use crate::notify::mattermost_answered;
use crate::phrases;

#[derive(Deserialize)]
struct Press {
    user_id: String,
    #[serde(default)]
    user_name: String,
    context: Context,
}

/// As the message has it (`notify`).
#[derive(Deserialize)]
struct Context {
    token: String,
    message: String,
}

/// Takes what was pressed, and says what came of it: to all below the message, in the button's place, and to
/// whoever pressed.
pub(super) async fn pressed(State(shared): State<Shared>, body: Bytes) -> Response {
    let config = Arc::clone(&shared.config.borrow());
    let answers = config.web.as_ref().map(|web| &web.answers).filter(|it| it.mattermost);
    let Some(key) = answers.and_then(|answers| answers.key.as_ref()) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let Ok(Press { user_id, user_name, context }) = serde_json::from_slice(&body) else {
        return StatusCode::BAD_REQUEST.into_response();
    };
    let Some(link) = AnswerLink::of_token(&context.token, key) else {
        tracing::warn!("a press of a button came with a token that is not ours");
        return StatusCode::UNAUTHORIZED.into_response();
    };
    let locale = config.organisation.locale;
    if link.is_over(Timestamp::now()) {
        let over = phrases::text("answer.over", locale);
        return Json(mattermost_answered(over, Some(&context.message))).into_response();
    }
    let address = format!("mattermost:{user_id}");
    let name = if user_name.is_empty() { user_id } else { user_name };
    match press::take(&shared, config, link, Presser { name, address }).await {
        Ok(Some(pressed)) => {
            let message = pressed.settled.then_some(&*context.message);
            Json(mattermost_answered(&pressed.text, message)).into_response()
        }
        Ok(None) => {
            let over = phrases::text("answer.over", locale);
            Json(mattermost_answered(over, Some(&context.message))).into_response()
        }
        Err(status) => status.into_response(),
    }
}

//! The page on which a customer says how content they are with how their complaint was served. It is the only page that
//! customers see: it shows the name of the organisation and the number of the complaint, and nothing of what they wrote.

use std::sync::Arc;

use axum::Form;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;
use jiff::Timestamp;
use minijinja::context;
use serde::Deserialize;

use super::answer::{away, is_from_elsewhere, respond};
use super::page::{ENVIRONMENT, PageError};
use super::{PageQuery, Shared};
use crate::complaint::Refusal;
use crate::config::Config;
use crate::model::{Locale, RatingLink};
use crate::phrases;
use crate::store::{Transaction, complaints};

const TEMPLATE: &str = include_str!("templates/rating.html.j2");

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Sent {
    rating: u8,
}

/// What the page says, and whether it asks.
#[derive(Clone, Copy)]
enum Said {
    Asks,
    Thanks,
    Before,
    NotYet,
    Unknown,
    Over,
}

impl Said {
    fn key(self) -> &'static str {
        match self {
            Self::Asks => "rating.question",
            Self::Thanks => "rating.thanks",
            Self::Before => "rating.before",
            Self::NotYet => "rating.not_yet",
            Self::Unknown => "answer.unknown",
            Self::Over => "answer.over",
        }
    }

    fn status(self) -> StatusCode {
        match self {
            Self::Asks | Self::Thanks => StatusCode::OK,
            Self::Before | Self::NotYet => StatusCode::CONFLICT,
            Self::Unknown => StatusCode::NOT_FOUND,
            Self::Over => StatusCode::GONE,
        }
    }
}

/// Looking changes nothing, whoever looks: mail filters open every link.
pub(super) async fn show(
    State(shared): State<Shared>,
    Path(end): Path<String>,
    Query(query): Query<PageQuery>,
    headers: HeaderMap,
) -> Response {
    let config = Arc::clone(&shared.config.borrow());
    let reader = Reader { config: &config, query: &query, headers: &headers };
    let link = match reader.link(&end) {
        Ok(link) => link,
        Err(said) => return reader.page(None, None, said),
    };
    let number = link.number.clone();
    let found = shared.store.read(move |tx| complaints::find(tx, &number)).await;
    match found {
        Ok(Some(found)) => {
            let said = match (found.life.satisfaction, found.life.state.is_over()) {
                (Some(_), _) => Said::Before,
                (None, true) => Said::Asks,
                (None, false) => Said::NotYet,
            };
            reader.page(Some(&link), found.language.as_deref(), said)
        }
        Ok(None) => reader.page(None, None, Said::Unknown),
        Err(error) => away(&error),
    }
}

/// Records what the customer says, once.
pub(super) async fn rate(
    State(shared): State<Shared>,
    Path(end): Path<String>,
    Query(query): Query<PageQuery>,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> Response {
    if is_from_elsewhere(&headers) {
        return show(State(shared), Path(end), Query(query), headers).await;
    }
    let config = Arc::clone(&shared.config.borrow());
    let reader = Reader { config: &config, query: &query, headers: &headers };
    let link = match reader.link(&end) {
        Ok(link) => link,
        Err(said) => return reader.page(None, None, said),
    };
    let (ours, number, rate, now) =
        (Arc::clone(&config), link.number.clone(), shared.ratings, Timestamp::now());
    let job = move |tx: &mut dyn Transaction| {
        let language = complaints::find(tx, &number)?.and_then(|found| found.language);
        Ok((rate(tx, &ours, &number, sent.rating, now)?, language))
    };
    let (rated, language) = match shared.store.write(job).await {
        Ok(done) => done,
        Err(error) => return away(&error),
    };
    let said = match rated {
        Some(Ok(())) => {
            tracing::info!(complaint = link.number, "a customer said how content they are");
            Said::Thanks
        }
        Some(Err(Refusal::Rated)) => Said::Before,
        Some(Err(Refusal::NoRating)) => Said::Asks,
        Some(Err(_)) => Said::NotYet,
        None => Said::Unknown,
    };
    reader.page(Some(&link), language.as_deref(), said)
}

/// Who reads the page.
struct Reader<'a> {
    config: &'a Config,
    query: &'a PageQuery,
    headers: &'a HeaderMap,
}

impl Reader<'_> {
    fn link(&self, end: &str) -> Result<RatingLink, Said> {
        let key = self.config.web.as_ref().and_then(|web| web.answers.key.as_ref());
        let link = key.and_then(|key| RatingLink::open(end, key)).ok_or(Said::Unknown)?;
        if link.is_over(Timestamp::now()) { Err(Said::Over) } else { Ok(link) }
    }

    /// In the language that is asked for, else that of the complaint, else that of the browser.
    fn page(&self, link: Option<&RatingLink>, language: Option<&str>, said: Said) -> Response {
        let asked = self.query.lang.as_deref().and_then(Locale::of_tag);
        let theirs = language.and_then(Locale::of_tag);
        let default = self.config.organisation.locale;
        let locale =
            asked.or(theirs).unwrap_or_else(|| super::locale(self.query, self.headers, default));
        let say = |key| phrases::text(key, locale);
        let page = ENVIRONMENT.render_str(
            TEMPLATE,
            context! {
                lang => locale.code(),
                title => say("rating.title"),
                organisation => &self.config.organisation.name,
                number => link.map(|link| &link.number),
                said => say(said.key()),
                asks => matches!(said, Said::Asks),
                least => say("rating.least"),
                most => say("rating.most"),
                button => say("rating.send"),
            },
        );
        respond(said.status(), page.map_err(PageError::from))
    }
}

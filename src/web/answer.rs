//! The page behind a link in a message: it shows which alert, and a button takes it. Looking changes nothing,
//! whoever looks: mail filters open every link. Needs no login, and shows headline, level and topic alone.

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use axum::{Extension, Form};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use minijinja::context;
use serde::Deserialize;

use super::connections::Peer;
use super::page::{ENVIRONMENT, PageError};
use super::{PageQuery, SayPlan, Shared, statement, task};
use crate::config::{Config, Web};
use crate::model::{
    Actor, Alert, AlertEventKind, AlertId, AlertState, AnswerKey, AnswerLink, Delivery, Locale,
    NoticeBody,
};
use crate::phrases;
use crate::store::answers::{self, Answer, Refusal, Standing};
use crate::store::{StoreError, Transaction, alerts, deliveries, stories};

const TEMPLATE: &str = include_str!("templates/answer.html.j2");
/// As the status page's, and the form may go nowhere else.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; \
                      base-uri 'none'; frame-ancestors 'none'";
/// Characters of a name that somebody writes into the form.
const NAME: usize = 80;

/// What the form sends.
#[derive(Deserialize)]
pub(super) struct Sent {
    proof: String,
    #[serde(default)]
    name: String,
    #[serde(flatten)]
    task: task::Said,
}

/// What a link leads to.
pub(super) enum Behind {
    /// An alert, to be taken.
    Alert(Box<Found>),
    /// Something that a plan asks for.
    Task(Box<task::Found>),
    /// A text for others, to be approved.
    Text(Box<statement::Found>),
}

/// What became of an answer.
pub(super) enum Answered {
    Alert(Box<Found>, Said),
    Task(Box<task::Found>, task::Outcome),
    Text(Box<statement::Found>, statement::Outcome),
}

/// Who answers: the person of the message, or somebody of the room that it went to.
pub(super) struct Asker {
    /// Person, by id, or as they gave their name.
    pub id: String,
    /// By name.
    pub name: String,
    /// Where they are, as far as it is known.
    pub address: Option<String>,
}

/// An alert that a link leads to.
pub(super) struct Found {
    pub delivery: Delivery,
    pub alert: Alert,
    headline: String,
    standing: Standing,
}

/// What the page says.
pub(super) enum Said {
    /// The alert waits for this reader.
    Waiting,
    /// They have taken it.
    Done(Standing),
    /// Nothing has changed.
    Refused(Refusal),
    /// The form was not ours.
    Again,
}

impl Said {
    /// What an answer is answered with.
    fn status(&self) -> StatusCode {
        match self {
            Self::Waiting | Self::Done(_) => StatusCode::OK,
            Self::Refused(_) => StatusCode::CONFLICT,
            Self::Again => StatusCode::FORBIDDEN,
        }
    }

    /// For a reader in this zone.
    pub(super) fn text(&self, locale: Locale, zone: &str) -> String {
        let standing = |key: &str, standing: &Standing| {
            let somebody = phrases::text("escalation.somebody", locale);
            let name = standing.by.as_deref().unwrap_or(somebody);
            phrases::fill(key, locale, &[("name", name), ("at", &clock(standing.at, zone))])
        };
        match self {
            Self::Waiting => phrases::text("answer.waiting", locale).to_owned(),
            Self::Done(it) => standing("answer.done", it),
            Self::Again => phrases::text("answer.again", locale).to_owned(),
            Self::Refused(Refusal::Unknown) => phrases::text("answer.unknown", locale).to_owned(),
            Self::Refused(Refusal::Used) => phrases::text("answer.used", locale).to_owned(),
            Self::Refused(Refusal::Already(it)) => match it.state {
                AlertState::Resolved => standing("answer.resolved", it),
                AlertState::Dismissed => standing("answer.dismissed", it),
                _ => standing("answer.already", it),
            },
        }
    }
}

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
        Err(key) => return reader.apology(key),
    };
    let found = match shared.store.read(move |tx| find(tx, link)).await {
        Ok(Some(Behind::Alert(found))) => found,
        Ok(Some(Behind::Task(found))) => {
            return reader.task(link, &found, &task::Outcome::Stands);
        }
        Ok(Some(Behind::Text(found))) => {
            return reader.text(link, &found, &statement::Outcome::Stands);
        }
        Ok(None) => return reader.apology("answer.unknown"),
        Err(error) => return away(&error),
    };
    let said = if found.alert.state.is_unanswered() {
        Said::Waiting
    } else {
        Said::Refused(Refusal::Already(found.standing.clone()))
    };
    reader.page(StatusCode::OK, link, &found, &said)
}

pub(super) async fn take(
    State(shared): State<Shared>,
    Path(end): Path<String>,
    Query(query): Query<PageQuery>,
    peer: Option<Extension<Peer>>,
    headers: HeaderMap,
    Form(sent): Form<Sent>,
) -> Response {
    let config = Arc::clone(&shared.config.borrow());
    let reader = Reader { config: &config, query: &query, headers: &headers };
    let link = match reader.link(&end) {
        Ok(link) => link,
        Err(key) => return reader.apology(key),
    };
    let proved = reader.key().is_some_and(|key| link.is_proved(&sent.proof, key));
    let ours = proved && !is_from_elsewhere(&headers);
    let peer = peer.map(|Extension(Peer(address))| address.ip().to_string());
    let from = match (forwarded(&headers), peer) {
        (Some(client), Some(proxy)) => Some(format!("{client} via {proxy}")),
        (None, peer) | (peer, None) => peer,
    };
    let name = written(&sent.name);
    let (ours_config, plans) = (Arc::clone(&config), shared.plans);
    let now = Timestamp::now();
    let job = move |tx: &mut dyn Transaction| {
        if ours {
            let who =
                |delivery: &Delivery| asker(&ours_config, delivery, name.as_deref(), from.clone());
            return say(tx, &ours_config, plans, link, &who, &sent.task, now);
        }
        Ok(find(tx, link)?.map(|behind| match behind {
            Behind::Alert(found) => Answered::Alert(found, Said::Again),
            Behind::Task(found) => Answered::Task(found, task::Outcome::Again),
            Behind::Text(found) => Answered::Text(found, statement::Outcome::Again),
        }))
    };
    // Who shows a form that is not ours changes nothing, so waits for nobody who writes.
    let answered = if ours { shared.store.write(job).await } else { shared.store.read(job).await };
    match answered {
        Ok(Some(Answered::Alert(found, said))) => {
            if let Said::Done(_) = &said {
                tracing::info!(alert.id = %found.alert.id, channel = found.delivery.channel, "an alert was taken");
            }
            reader.page(said.status(), link, &found, &said)
        }
        Ok(Some(Answered::Task(found, outcome))) => reader.task(link, &found, &outcome),
        Ok(Some(Answered::Text(found, outcome))) => reader.text(link, &found, &outcome),
        Ok(None) => reader.apology("answer.unknown"),
        Err(error) => away(&error),
    }
}

/// Does what somebody says by a link; none if nothing is there any more.
pub(super) fn say(
    tx: &mut dyn Transaction,
    config: &Config,
    plans: SayPlan,
    link: AnswerLink,
    who: &dyn Fn(&Delivery) -> Asker,
    said: &task::Said,
    now: Timestamp,
) -> Result<Option<Answered>, StoreError> {
    let Some(behind) = find(tx, link)? else { return Ok(None) };
    Ok(Some(match behind {
        Behind::Alert(found) => {
            let said = record(tx, &found, who(&found.delivery), link, now)?;
            Answered::Alert(found, said)
        }
        Behind::Task(found) => {
            let asker = who(&found.delivery);
            let outcome = task::say(tx, config, plans, (&found, &asker), said, now)?;
            // As it stands after the answer.
            match find(tx, link)? {
                Some(Behind::Task(found)) => Answered::Task(found, outcome),
                _ => Answered::Task(found, outcome),
            }
        }
        Behind::Text(found) => {
            let asker = who(&found.delivery);
            let outcome = statement::approve(tx, config, plans, (&found, &asker), now)?;
            match find(tx, link)? {
                Some(Behind::Text(found)) => Answered::Text(found, outcome),
                _ => Answered::Text(found, outcome),
            }
        }
    }))
}

/// Takes an alert.
fn record(
    tx: &mut dyn Transaction,
    found: &Found,
    asker: Asker,
    link: AnswerLink,
    now: Timestamp,
) -> Result<Said, StoreError> {
    let channel = Some(found.delivery.channel.clone());
    let actor = Actor { name: Some(asker.name), channel, address: asker.address };
    let kind = AlertEventKind::Acknowledged;
    let answer = Answer { kind, actor, note: None, link: Some(link.delivery) };
    Ok(match answers::record(tx, found.alert.id, &answer, now)? {
        Ok(alert) => Said::Done(answers::standing(tx, &alert)?),
        Err(refusal) => Said::Refused(refusal),
    })
}

/// Who answers a message: its person, or whoever writes a name in the room that it went to.
fn asker(
    config: &Config,
    delivery: &Delivery,
    name: Option<&str>,
    address: Option<String>,
) -> Asker {
    let recipient = &delivery.recipient;
    if config.people.contains_key(&recipient.id) {
        let (id, name) = (recipient.id.clone(), recipient.name.clone());
        return Asker { id, name, address };
    }
    let room = &recipient.id;
    let name = name.map_or_else(|| room.clone(), |name| format!("{name} ({room})"));
    Asker { id: name.clone(), name, address }
}

/// What is behind a link, if it is still there.
pub(super) fn find(
    tx: &mut dyn Transaction,
    link: AnswerLink,
) -> Result<Option<Behind>, StoreError> {
    let Some((delivery, thread)) = deliveries::find(tx, link.delivery)? else { return Ok(None) };
    let notice = deliveries::notice(tx, delivery.notice_id)?;
    if let NoticeBody::Plan(_) = &notice.body {
        if let Some(found) = statement::find(tx, &delivery, &notice)? {
            return Ok(Some(Behind::Text(Box::new(found))));
        }
        let found = task::find(tx, &delivery, &notice)?;
        return Ok(found.map(|found| Behind::Task(Box::new(found))));
    }
    let Ok(id) = thread.parse::<AlertId>() else { return Ok(None) };
    let Some(alert) = alerts::by_id(tx, id)? else { return Ok(None) };
    let story = stories::find(tx, alert.story_id)?;
    let standing = answers::standing(tx, &alert)?;
    let headline = story.map(|story| story.headline).unwrap_or_default();
    Ok(Some(Behind::Alert(Box::new(Found { delivery, alert, headline, standing }))))
}

pub(super) fn away(error: &StoreError) -> Response {
    tracing::error!(%error, "an answer could not be taken");
    (StatusCode::SERVICE_UNAVAILABLE, "the store does not answer; try again\n").into_response()
}

/// Browsers say where a form came from.
pub(super) fn is_from_elsewhere(headers: &HeaderMap) -> bool {
    let site = headers.get("sec-fetch-site").and_then(|value| value.to_str().ok());
    matches!(site, Some("cross-site" | "same-site"))
}

/// The client that a proxy in front of us names, as far as it is an address.
fn forwarded(headers: &HeaderMap) -> Option<String> {
    let named = headers.get("x-forwarded-for")?.to_str().ok()?;
    let client = named.rsplit(',').next()?.trim();
    client.parse::<std::net::IpAddr>().ok().map(|address| address.to_string())
}

/// A name as somebody wrote it, on one line.
fn written(name: &str) -> Option<String> {
    let name: String = name.chars().filter(|c| !c.is_control()).take(NAME).collect();
    let name = name.trim();
    (!name.is_empty()).then(|| name.to_owned())
}

/// What stands on a page, for somebody with this language, who may answer with this proof.
type Shown<'a> = dyn Fn(&Asker, Locale, Option<String>) -> minijinja::Value + 'a;

/// Who reads the page.
struct Reader<'a> {
    config: &'a Config,
    query: &'a PageQuery,
    headers: &'a HeaderMap,
}

impl Reader<'_> {
    fn key(&self) -> Option<&AnswerKey> {
        let web: &Web = self.config.web.as_ref()?;
        web.answers.key.as_ref()
    }

    /// The link, or what to say of it.
    fn link(&self, end: &str) -> Result<AnswerLink, &'static str> {
        let link = self.key().and_then(|key| AnswerLink::open(end, key)).ok_or("answer.unknown")?;
        if link.is_over(Timestamp::now()) { Err("answer.over") } else { Ok(link) }
    }

    /// Of somebody who shows no good link nothing is known.
    fn apology(&self, key: &str) -> Response {
        let locale = super::locale(self.query, self.headers, self.config.organisation.locale);
        let status = if key == "answer.over" { StatusCode::GONE } else { StatusCode::NOT_FOUND };
        let page = ENVIRONMENT.render_str(
            TEMPLATE,
            context! {
                lang => locale.code(),
                title => phrases::text("answer.title", locale),
                organisation => &self.config.organisation.name,
                said => phrases::text(key, locale),
            },
        );
        respond(status, page.map_err(PageError::from))
    }

    fn task(&self, link: AnswerLink, found: &task::Found, outcome: &task::Outcome) -> Response {
        self.of_plan(link, &found.delivery, outcome.status(), &|asker, locale, proof| {
            found.shown(self.config, asker, locale, outcome, proof)
        })
    }

    fn text(
        &self,
        link: AnswerLink,
        found: &statement::Found,
        outcome: &statement::Outcome,
    ) -> Response {
        self.of_plan(link, &found.delivery, outcome.status(), &|asker, locale, proof| {
            found.shown(self.config, asker, locale, outcome, proof)
        })
    }

    /// A page about something of a running plan; `shown` says what stands on it.
    fn of_plan(
        &self,
        link: AnswerLink,
        delivery: &Delivery,
        status: StatusCode,
        shown: &Shown<'_>,
    ) -> Response {
        let recipient = &delivery.recipient;
        let asked = self.query.lang.as_deref().and_then(Locale::of_tag);
        let locale = asked.unwrap_or(recipient.locale);
        let asker = asker(self.config, delivery, None, None);
        let proof = self.key().map(|key| link.proof(key));
        let is_person = self.config.people.contains_key(&recipient.id);
        let shown = shown(&asker, locale, proof);
        let page = ENVIRONMENT.render_str(
            task::TEMPLATE,
            context! {
                lang => locale.code(),
                title => phrases::text("answer.title", locale),
                organisation => &self.config.organisation.name,
                your_name => (!is_person).then(|| phrases::text("answer.your_name", locale)),
                reader => is_person
                    .then(|| phrases::fill("answer.as", locale, &[("name", &recipient.name)])),
                ..shown
            },
        );
        respond(status, page.map_err(PageError::from))
    }

    fn page(&self, status: StatusCode, link: AnswerLink, found: &Found, said: &Said) -> Response {
        let recipient = &found.delivery.recipient;
        let asked = self.query.lang.as_deref().and_then(Locale::of_tag);
        let locale = asked.unwrap_or(recipient.locale);
        let waits =
            matches!(said, Said::Waiting | Said::Again) && found.alert.state.is_unanswered();
        let proof = self.key().map(|key| link.proof(key)).filter(|_| waits);
        let is_person = self.config.people.contains_key(&recipient.id);
        let topics = &self.config.keywords.topics;
        let topic = topics.iter().find(|topic| topic.id == found.alert.topic_id);
        let page = ENVIRONMENT.render_str(
            TEMPLATE,
            context! {
                lang => locale.code(),
                title => phrases::text("answer.title", locale),
                organisation => &self.config.organisation.name,
                level => found.alert.standing.name(),
                level_name => phrases::level(found.alert.standing, locale),
                headline => &found.headline,
                topic => topic.map_or(found.alert.topic_id.as_str(), |topic| topic.name.get(locale)),
                said => said.text(locale, &recipient.time_zone),
                proof,
                button => phrases::text("answer.button", locale),
                your_name => (!is_person).then(|| phrases::text("answer.your_name", locale)),
                reader => is_person
                    .then(|| phrases::fill("answer.as", locale, &[("name", &recipient.name)])),
            },
        );
        respond(status, page.map_err(PageError::from))
    }
}

/// An instant by the reader's clock.
pub(super) fn clock(at: Timestamp, zone: &str) -> String {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    at.to_zoned_datetime(zone).strftime("%Y-%m-%d %H:%M %Z").to_string()
}

pub(super) fn respond(status: StatusCode, page: Result<String, PageError>) -> Response {
    let html = match page {
        Ok(html) => html,
        Err(error) => {
            tracing::error!(%error, "the page of an answer could not be made");
            return StatusCode::INTERNAL_SERVER_ERROR.into_response();
        }
    };
    let mut response = (status, Html(html)).into_response();
    let headers = response.headers_mut();
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
        // The address is the right to answer: it goes to no other site.
        (header::REFERRER_POLICY, "same-origin"),
    ] {
        headers.insert(name, HeaderValue::from_static(value));
    }
    headers.insert("x-robots-tag", HeaderValue::from_static("noindex, nofollow"));
    response
}

//! A notice as the body of a signed webhook: `{"type", "timestamp", "data"}` (Standard Webhooks
//! 1.0.0), with `data` the notice as JSON. The same notice has the same body for ever.

use serde_json::{Value, json};

use super::clean::clean;
use super::view::reason;
use crate::model::{Delivery, Notice, NoticeBody, PlanNews, PlanNotice, Reason, SummaryOf};

/// Standard Webhooks asks for bodies under 20 KB.
pub const MAX_BYTES: usize = 20_000;
/// What a link to answer by takes of them at most.
const ANSWER_BYTES: usize = 2_100;

/// The body that tells a notice, at most [`MAX_BYTES`] long. What is too long is shortened: the
/// excerpt first, then the words, then lists, then every long text; a cut text ends in `…`.
#[must_use]
pub fn render_webhook(notice: &Notice) -> Value {
    let notice = &harmless(notice);
    let mut data = serde_json::to_value(notice).unwrap_or(Value::Null);
    if notice.drill.is_some() {
        data["drill"] = true.into();
    }
    let mut body = json!({
        "type": kind(notice),
        "timestamp": notice.at.to_string(),
        "data": data,
    });
    if fits(&body) {
        return body;
    }
    for (field, chars, items) in
        [("excerpt", 120, 0), ("spans", 80, 3), ("category_spans", 80, 3), ("evidence", 80, 3)]
    {
        if let Some(value) = body["data"].get_mut(field) {
            limit(value, chars, items);
        }
    }
    for (chars, items) in [(1000, 40), (400, 40), (200, 20), (80, 12), (40, 8), (20, 4)] {
        if fits(&body) {
            break;
        }
        limit(&mut body["data"], chars, items);
    }
    body
}

/// As [`render_webhook`], with the place where the receiver of this delivery can answer, if there is one.
#[must_use]
pub fn render_webhook_to(notice: &Notice, delivery: &Delivery) -> Value {
    let mut body = render_webhook(notice);
    if let Some(answer) = &delivery.answer {
        body["data"]["answer_url"] = answer.url.as_str().into();
    }
    body
}

fn kind(notice: &Notice) -> &'static str {
    match &notice.body {
        NoticeBody::Steps(_) => "incident.steps",
        NoticeBody::Escalation(_) => "alert.unacknowledged",
        NoticeBody::Alert(alert) if alert.reason == Reason::SeverityRose => "alert.escalated",
        NoticeBody::Alert(_) => "alert.raised",
        NoticeBody::Plan(plan) => plan_kind(plan),
        NoticeBody::Sources(_) => "sources.changed",
        NoticeBody::Summary(summary) => match &summary.of {
            SummaryOf::Group { .. } => "alerts.grouped",
            SummaryOf::Reminder { .. } => "alert.reminded",
            SummaryOf::Storm { .. } => "alerts.storm",
            SummaryOf::SilenceEnding(_) => "silence.ending",
            SummaryOf::SilenceEnded(_) => "silence.ended",
            SummaryOf::Digest(_) => "digest",
        },
        NoticeBody::Channels(_) => "channels.changed",
        NoticeBody::Complaints(_) => "complaints.due",
        NoticeBody::Plans(_) => "plans.inspected",
    }
}

fn plan_kind(plan: &PlanNotice) -> &'static str {
    match &plan.news {
        PlanNews::Activated { .. } => "incident.activated",
        PlanNews::Rejected { .. } => "incident.rejected",
        PlanNews::Cancelled { .. } => "incident.cancelled",
        PlanNews::Level { from, .. } if *from < plan.incident.level => "incident.raised",
        PlanNews::Level { .. } => "incident.lowered",
        PlanNews::Asked { task, .. } if task.duty => "deadline.asked",
        PlanNews::Asked { .. } => "step.asked",
        PlanNews::Awaited { task, .. } if task.duty => "deadline.awaited",
        PlanNews::Awaited { .. } => "step.awaited",
        PlanNews::Warned { .. } => "deadline.near",
        PlanNews::Late { task } if task.duty => "deadline.late",
        PlanNews::Late { .. } => "step.late",
        PlanNews::HandedOver { .. } => "incident.handed_over",
        PlanNews::Drafted { times: 0, .. } => "statement.drafted",
        PlanNews::Drafted { .. } => "statement.awaited",
        PlanNews::Released { .. } => "statement.approved",
        PlanNews::Report(_) => "incident.report",
        PlanNews::StoodDown { .. } => "incident.stood_down",
        PlanNews::Reopened { .. } => "incident.reopened",
        PlanNews::ReviewDue { .. } => "incident.review_due",
        PlanNews::DrillAhead { .. } => "drill.ahead",
        PlanNews::DrillArticle { .. } => "drill.article",
        PlanNews::DrillPaused { .. } => "drill.paused",
        PlanNews::DrillOver { .. } => "drill.over",
    }
}

/// Reasons quote what servers said; receivers show them to people too.
fn harmless(notice: &Notice) -> Notice {
    let mut notice = notice.clone();
    if let NoticeBody::Sources(sources) = &mut notice.body {
        for change in &mut sources.changes {
            change.reason = reason(change);
        }
    }
    if let NoticeBody::Channels(channels) = &mut notice.body {
        for change in &mut channels.changes {
            change.reason = change.reason.as_deref().map(|reason| clean(reason, 200));
        }
    }
    notice
}

fn fits(body: &Value) -> bool {
    body.to_string().len() <= MAX_BYTES - ANSWER_BYTES
}

/// Cuts texts to `chars` characters and lists to `items` items, all the way down.
fn limit(value: &mut Value, chars: usize, items: usize) {
    match value {
        Value::String(text) => {
            if let Some((cut, _)) = text.char_indices().nth(chars) {
                text.truncate(cut);
                text.push('…');
            }
        }
        Value::Array(list) => {
            list.truncate(items);
            for item in list {
                limit(item, chars, items);
            }
        }
        Value::Object(map) => {
            for item in map.values_mut() {
                limit(item, chars, items);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_BYTES, render_webhook};
    use crate::model::{Cause, Locale, Notice, Reason};
    use crate::notify::sample;

    #[test]
    fn a_receiver_gets_the_whole_notice() {
        let notice = sample::notice(Locale::Zh);
        let body = render_webhook(&notice);
        assert_eq!(body["type"], "alert.raised");
        assert_eq!(body["timestamp"], "2026-11-23T19:02:00Z");
        let back: Notice = serde_json::from_value(body["data"].clone()).expect("a notice");
        assert_eq!(back, notice);
    }

    #[test]
    fn types_by_what_happened() {
        let mut raised = sample::alert(Locale::En);
        raised.reason = Reason::SeverityRose;
        assert_eq!(render_webhook(&sample::of_alert(raised))["type"], "alert.escalated");
        assert_eq!(render_webhook(&sample::steps(Locale::En))["type"], "incident.steps");
        let types = sample::summaries(Locale::En).into_iter().map(|(_, notice)| {
            let body = render_webhook(&notice);
            let back: Notice = serde_json::from_value(body["data"].clone()).expect("a notice");
            assert_eq!(back, notice);
            body["type"].as_str().map(str::to_owned).expect("a type")
        });
        assert_eq!(
            types.collect::<Vec<_>>(),
            [
                "alerts.grouped",
                "alert.reminded",
                "alerts.storm",
                "silence.ending",
                "silence.ended",
                "digest",
                "digest"
            ]
        );
    }

    #[test]
    fn who_is_asked_is_told_with_the_place_to_answer() {
        let notice = sample::escalation(Locale::Es);
        let body = super::render_webhook_to(&notice, &sample::answerable(Locale::Es));
        assert_eq!(body["type"], "alert.unacknowledged");
        let data = &body["data"];
        assert_eq!(
            (&data["step"], &data["steps"], &data["cause"]),
            (&2.into(), &3.into(), &"raised".into())
        );
        assert!(data["answer_url"].as_str().is_some_and(|url| url.contains("/answer/")), "{data}");
        let back: Notice = serde_json::from_value(data.clone()).expect("a notice");
        assert_eq!(back, notice);
        let cause = Cause::Lapsed { taken_by: None, taken_at: notice.at };
        let lapsed = sample::of_escalation(cause, sample::alert(Locale::Es));
        let body = render_webhook(&lapsed);
        assert_eq!(body["data"]["taken_at"], body["timestamp"]);
        assert_eq!(
            serde_json::from_value::<Notice>(body["data"].clone()).expect("a notice"),
            lapsed
        );
        let plain = super::render_webhook_to(&notice, &sample::delivery(Locale::Es));
        assert_eq!(plain, render_webhook(&notice));
    }

    #[test]
    fn changes_of_sources_are_told_without_what_servers_hid_in_them() {
        let body = render_webhook(&sample::sources_because("a\r\nb\u{202e}c"));
        assert_eq!(
            (&body["type"], &body["data"]["kind"]),
            (&"sources.changed".into(), &"sources".into())
        );
        assert_eq!(body["data"]["changes"][19]["reason"], "because a bc");
        assert_eq!(
            (&body["data"]["more"], &body["data"]["counts"]["failing"]),
            (&500.into(), &520.into())
        );
        assert_eq!(body["data"].get("excerpt"), None);
        let long = render_webhook(&sample::sources_because(&"银".repeat(9_000)));
        assert!(long.to_string().len() <= MAX_BYTES);
        assert_eq!(long["data"]["changes"].as_array().map(Vec::len), Some(20));
        let notice = sample::sources();
        let back: Notice =
            serde_json::from_str(&serde_json::to_string(&notice).expect("JSON")).expect("a notice");
        assert_eq!(back, notice);
    }

    #[test]
    fn long_notices_are_shortened_excerpt_first() {
        let mut alert = sample::alert(Locale::Es);
        alert.excerpt = "á".repeat(15_000);
        let body = render_webhook(&sample::of_alert(alert.clone()));
        assert!(body.to_string().len() <= MAX_BYTES);
        assert_eq!(body["data"]["headline"], alert.headline.as_str());
        assert_eq!(body["data"]["excerpt"].as_str().map(|text| text.chars().count()), Some(121));
    }

    #[test]
    fn nothing_makes_it_too_long() {
        let mut alert = sample::alert(Locale::Zh);
        alert.headline = "银行".repeat(20_000);
        alert.url = format!("https://a.example/{}", "x".repeat(60_000));
        alert.story.media = vec!["m".repeat(9_000); 10];
        let mut incident = sample::incident();
        incident.steps = vec![incident.steps[0].clone(); 500];
        alert.incident = Some(incident);
        assert!(render_webhook(&sample::of_alert(alert)).to_string().len() <= MAX_BYTES);
        let many = render_webhook(&sample::summary_of(&"银行".repeat(150)));
        assert!(many.to_string().len() <= MAX_BYTES);
    }
}

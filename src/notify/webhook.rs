//! A notice as the body of a signed webhook: `{"type", "timestamp", "data"}` (Standard Webhooks
//! 1.0.0), with `data` the notice as JSON. The same notice has the same body for ever.

use serde_json::{Value, json};

use crate::model::{Notice, NoticeKind, Reason};

/// Standard Webhooks asks for bodies under 20 KB.
pub const MAX_BYTES: usize = 20_000;

/// The body that tells a notice, at most [`MAX_BYTES`] long. What is too long is shortened: the
/// excerpt first, then the words, then lists, then every long text; a cut text ends in `…`.
#[must_use]
pub fn render_webhook(notice: &Notice) -> Value {
    let mut body = json!({
        "type": kind(notice),
        "timestamp": notice.at.to_string(),
        "data": serde_json::to_value(notice).unwrap_or(Value::Null),
    });
    if fits(&body) {
        return body;
    }
    limit(&mut body["data"]["excerpt"], 120, 0);
    for list in ["spans", "category_spans", "evidence"] {
        limit(&mut body["data"][list], 80, 3);
    }
    for (chars, items) in [(1000, 40), (400, 40), (200, 20), (80, 12), (40, 8), (20, 4)] {
        if fits(&body) {
            break;
        }
        limit(&mut body["data"], chars, items);
    }
    body
}

fn kind(notice: &Notice) -> &'static str {
    match (notice.kind, notice.reason) {
        (NoticeKind::Steps, _) => "incident.steps",
        (NoticeKind::Alert, Reason::SeverityRose) => "alert.escalated",
        (NoticeKind::Alert, _) => "alert.raised",
    }
}

fn fits(body: &Value) -> bool {
    body.to_string().len() <= MAX_BYTES
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
    use crate::model::{Locale, Notice, Reason};
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
        let mut raised = sample::notice(Locale::En);
        raised.reason = Reason::SeverityRose;
        assert_eq!(render_webhook(&raised)["type"], "alert.escalated");
        assert_eq!(render_webhook(&sample::steps(Locale::En))["type"], "incident.steps");
    }

    #[test]
    fn long_notices_are_shortened_excerpt_first() {
        let mut notice = sample::notice(Locale::Es);
        notice.excerpt = "á".repeat(15_000);
        let body = render_webhook(&notice);
        assert!(body.to_string().len() <= MAX_BYTES);
        assert_eq!(body["data"]["headline"], notice.headline.as_str());
        assert_eq!(body["data"]["excerpt"].as_str().map(|text| text.chars().count()), Some(121));
    }

    #[test]
    fn nothing_makes_it_too_long() {
        let mut notice = sample::steps(Locale::Zh);
        notice.headline = "银行".repeat(20_000);
        notice.url = format!("https://a.example/{}", "x".repeat(60_000));
        notice.story.media = vec!["m".repeat(9_000); 10];
        let incident = notice.incident.as_mut().expect("incident");
        incident.steps = vec![incident.steps[0].clone(); 500];
        assert!(render_webhook(&notice).to_string().len() <= MAX_BYTES);
    }
}

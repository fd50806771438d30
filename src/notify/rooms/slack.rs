//! A notice as a Slack message: Block Kit blocks and the fallback `text` that phones and
//! compatible services (Mattermost, Rocket.Chat) show.
//!
//! Limits and escaping as Slack documents them (Block Kit reference; "Formatting text for app
//! surfaces"): header 150 characters, section text 3,000, 10 fields, 50 blocks; `& < >` escaped.

use jiff::Timestamp;
use serde_json::{Value, json};
use url::Url;

use super::{Letter, Request, Service};
use crate::model::{Delivery, Notice};
use crate::notify::clean::{clean, quiet};
use crate::notify::http::header_value;
use crate::notify::markup::{Markup, marked};
use crate::notify::outline::Section;
use crate::notify::view::View;
use crate::phrases;

/// Slack incoming webhooks, and services that take the same (Rocket.Chat).
pub(super) struct Slack;

impl Service for Slack {
    fn request(&self, url: &Url, letter: &Letter<'_>) -> Request {
        // Slack ignores the header; compatible services and gateways before them may not.
        let headers = vec![("idempotency-key".to_owned(), header_value(letter.key))];
        Request { url: url.clone(), headers, body: of_letter(letter) }
    }
}

/// Slack refuses sections above 3,000 characters with HTTP 400.
const SECTION_CHARS: usize = 2900;

/// Characters of all sections together; Slack's undocumented total lies near 13,000.
const TOTAL_CHARS: usize = 9000;

/// Characters of all sources together, so that what to do about them stays in the message.
const SOURCES_CHARS: usize = 6500;

/// The body of the POST request that tells a notice to a room. It names the idempotency key, so
/// that people can tell a repeat: Slack itself cannot.
#[must_use]
pub fn render(notice: &Notice, delivery: &Delivery) -> Value {
    of_letter(&Letter::new(notice, delivery, Timestamp::UNIX_EPOCH))
}

fn of_letter(letter: &Letter<'_>) -> Value {
    let view = &letter.view;
    let mut sections: Vec<String> =
        letter.outline(SOURCES_CHARS).iter().flat_map(|section| packed(view, section)).collect();
    sections.extend(status(view));

    let mut blocks = vec![json!({"type": "header", "text": {"type": "plain_text", "emoji": false,
                    "text": clean(&view.subject, 150)}})];
    if let Some((text, url)) = view.answer() {
        let press = letter.press();
        let text = press.map_or(text, |(text, _)| text);
        let text = json!({"type": "plain_text", "emoji": false, "text": clean(text, 75)});
        let mut button = json!({"type": "button", "action_id": "answer", "style": "primary",
            "text": text, "url": url});
        if let Some((_, press)) = press {
            button["value"] = press.token.as_str().into();
        }
        blocks.push(json!({"type": "actions", "elements": [button]}));
    }
    let mut total = 0;
    for section in sections {
        let section = shorten(section, SECTION_CHARS.min(TOTAL_CHARS.saturating_sub(total)));
        total += section.chars().count();
        if !section.is_empty() {
            blocks.push(json!({"type": "section", "text": mrkdwn(&section)}));
        }
    }
    blocks.push(json!({"type": "context", "elements": [mrkdwn(&footer(view))]}));
    json!({"text": fallback(view), "blocks": blocks})
}

/// Slack's `mrkdwn`.
struct Mrkdwn;

impl Markup for Mrkdwn {
    fn escape(&self, text: &str) -> String {
        escape(text)
    }

    fn bold(&self, text: &str) -> String {
        format!("*{text}*")
    }

    fn italic(&self, text: &str) -> String {
        format!("_{text}_")
    }

    fn link(&self, text: &str, url: &str) -> String {
        format!("<{}|{}>", escape_url(url), text.replace('|', "¦"))
    }

    fn quote(&self, text: &str) -> String {
        format!("> {text}")
    }
}

fn mrkdwn(text: &str) -> Value {
    // `verbatim` keeps Slack from making links and mentions of what articles say.
    json!({"type": "mrkdwn", "text": text, "verbatim": true})
}

fn status(view: &View) -> Option<String> {
    let url = view.status_url.as_ref()?;
    Some(Mrkdwn.link(say(view, "mail.status_page"), url))
}

fn footer(view: &View) -> String {
    escape(&view.footer())
}

fn fallback(view: &View) -> String {
    let mut lines = vec![escape(&view.subject)];
    if let Some(incident) = view.alert().and_then(|facts| facts.incident.as_ref()) {
        lines.push(escape(&format!("{} · {}", incident.number, incident.state)));
    }
    lines.extend(view.url().map(escape));
    lines.push(escape(&view.reference()));
    lines.join("\n")
}

/// A section's lines in as few Slack sections, each line whole.
fn packed(view: &View, section: &Section) -> Vec<String> {
    let mut sections: Vec<String> = Vec::new();
    for part in section.iter().map(|line| marked(&Mrkdwn, view, line)) {
        match sections.last_mut() {
            Some(last) if last.chars().count() + part.chars().count() < SECTION_CHARS => {
                last.push('\n');
                last.push_str(&part);
            }
            _ => sections.push(part),
        }
    }
    sections
}

fn say<'a>(view: &View, key: &'a str) -> &'a str {
    phrases::text(key, view.locale)
}

fn escape(text: &str) -> String {
    quiet(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

fn escape_url(url: &str) -> String {
    url.replace('&', "&amp;").replace('<', "%3C").replace('>', "%3E").replace('|', "%7C")
}

/// Cut at a line end where one is near, never inside an entity or a link.
fn shorten(text: String, max: usize) -> String {
    let Some((cut, _)) = text.char_indices().nth(max) else { return text };
    let kept = &text[..cut];
    match kept.rfind('\n') {
        Some(end) => format!("{}\n…", &kept[..end]),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{SECTION_CHARS, TOTAL_CHARS, render as render_slack};
    use crate::model::{Level, Locale, Reason};
    use crate::notify::sample;

    /// All texts that Slack looks for links and mentions in: the fallback and what is mrkdwn.
    fn texts(message: &serde_json::Value) -> Vec<&str> {
        let blocks = message["blocks"].as_array().expect("blocks").iter();
        let sections = blocks.filter(|block| block["text"]["type"] == "mrkdwn");
        sections
            .map(|block| &block["text"]["text"])
            .chain([&message["text"]])
            .map(|text| text.as_str().expect("a text"))
            .collect()
    }

    fn show(message: &serde_json::Value) -> String {
        serde_json::to_string_pretty(message).expect("JSON")
    }

    #[test]
    fn rooms_read_their_language() {
        for locale in Locale::ALL {
            let mut alert = sample::alert(locale);
            alert.incident = Some(sample::incident());
            let message = render_slack(&sample::of_alert(alert), &sample::delivery(locale));
            insta::assert_snapshot!(format!("slack_alert_{locale}"), show(&message));
            let message = render_slack(&sample::sources(), &sample::delivery(locale));
            insta::assert_snapshot!(format!("slack_sources_{locale}"), show(&message));
        }
        let message = render_slack(&sample::steps(Locale::Es), &sample::delivery(Locale::Es));
        insta::assert_snapshot!("slack_steps_es", show(&message));
    }

    #[test]
    fn a_raised_level_names_the_one_before() {
        let mut alert = sample::alert(Locale::Es);
        alert.reason = Reason::SeverityRose;
        alert.previous_level = Some(Level::Yellow);
        let message = render_slack(&sample::of_alert(alert), &sample::delivery(Locale::Es));
        let all = texts(&message).join("\n");
        assert!(all.contains("(antes: AMARILLO)") && all.contains("[NARANJA 74 ↑]"), "{all}");
    }

    #[test]
    fn what_others_say_rings_nobody_and_links_nowhere() {
        let mut alert = sample::alert(Locale::En);
        alert.headline = EVIL.to_owned();
        alert.source = "<@U123>".to_owned();
        alert.url = "https://a.example/?x=<!here>|y".to_owned();
        for notice in [sample::of_alert(alert), sample::sources_because(EVIL)] {
            let message = render_slack(&notice, &sample::delivery(Locale::En));
            for text in texts(&message) {
                assert!(!text.contains("@here") && !text.contains("<@"), "{text}");
                let links = text.split('<').skip(1).filter(|link| !link.starts_with("https://a"));
                assert_eq!(links.count(), 0, "{text}");
            }
            for block in message["blocks"].as_array().expect("blocks") {
                let header = block["type"] == "header";
                let verbatim = block["text"]["verbatim"] == true || block["type"] == "context";
                assert!(header || verbatim, "{block}");
            }
        }
    }

    const EVIL: &str = "<!channel> <https://evil.example|x> @here & co";

    #[test]
    fn the_longest_message_stays_within_slacks_limits() {
        let mut alert = sample::alert(Locale::Es);
        let mut incident = sample::incident();
        let mut step = incident.steps[0].clone();
        step.help = Some("ayuda & más ".repeat(200));
        incident.steps = vec![step; 60];
        alert.incident = Some(incident);
        alert.headline = "titular & ".repeat(100);
        for notice in [sample::of_steps(alert), sample::sources_because(&"motivo & ".repeat(900))] {
            let message = render_slack(&notice, &sample::delivery(Locale::Es));
            let texts = texts(&message);
            assert!(texts.iter().all(|text| text.chars().count() <= SECTION_CHARS + 2));
            let total = texts.iter().map(|text| text.chars().count()).sum::<usize>();
            assert!(total < TOTAL_CHARS + 1500, "{total}");
            let blocks = message["blocks"].as_array().expect("blocks");
            assert!(blocks.len() <= 50);
            let header = blocks[0]["text"]["text"].as_str().expect("header");
            assert!(header.chars().count() <= 150, "{header}");
            assert!(message.to_string().contains("01981f2e-key-0001"));
        }
    }

    #[test]
    fn a_room_is_told_how_many_sources_do_not_fit() {
        let message =
            render_slack(&sample::sources_because(&"x".repeat(200)), &sample::delivery(Locale::En));
        let all = texts(&message).join("\n");
        let shown = all.matches("because").count();
        assert!((1..20).contains(&shown), "{shown}");
        assert!(all.contains(&format!("and {} more", 500 + 20 - shown)), "{all}");
        assert!(all.contains("What to do") && all.contains("atalaya sources"), "{all}");
    }
}

//! A notice as a Slack message: Block Kit blocks and the fallback `text` that phones and
//! compatible services (Mattermost, Rocket.Chat) show.
//!
//! Limits and escaping as Slack documents them (Block Kit reference; "Formatting text for app
//! surfaces"): header 150 characters, section text 3,000, 10 fields, 50 blocks; `& < >` escaped.

use serde_json::{Value, json};

use super::clean::clean;
use super::view::{IncidentView, StepRow, View};
use crate::model::{Delivery, Notice, NoticeKind};
use crate::phrases;

/// Slack refuses sections above 3,000 characters with HTTP 400.
const SECTION_CHARS: usize = 2900;

/// Characters of all sections together; Slack's undocumented total lies near 13,000.
const TOTAL_CHARS: usize = 9000;

/// The body of the POST request that tells a notice to a room. It names the idempotency key, so
/// that people can tell a repeat: Slack itself cannot.
#[must_use]
pub fn render_slack(notice: &Notice, delivery: &Delivery) -> Value {
    let view = View::new(notice, delivery);
    let mut sections = match view.kind {
        NoticeKind::Alert => vec![head(&view), why(&view), score(&view), spread(&view)],
        NoticeKind::Steps => vec![escape(&view.greeting)],
    };
    if let Some(incident) = &view.incident {
        sections.extend(plan(&view, incident));
    }
    if view.kind == NoticeKind::Steps {
        sections.push(head(&view));
    }
    sections.extend(status(&view));

    let mut blocks = vec![json!({"type": "header", "text": {"type": "plain_text", "emoji": false,
                    "text": clean(&view.subject, 150)}})];
    let mut total = 0;
    for section in sections {
        let section = shorten(section, SECTION_CHARS.min(TOTAL_CHARS.saturating_sub(total)));
        total += section.chars().count();
        if !section.is_empty() {
            blocks.push(json!({"type": "section", "text": mrkdwn(&section)}));
        }
    }
    blocks.push(json!({"type": "context", "elements": [mrkdwn(&footer(&view))]}));
    json!({"text": fallback(&view), "blocks": blocks})
}

fn mrkdwn(text: &str) -> Value {
    // `verbatim` keeps Slack from making links and mentions of what articles say.
    json!({"type": "mrkdwn", "text": text, "verbatim": true})
}

fn head(view: &View) -> String {
    let headline = match &view.url {
        Some(url) => {
            format!("*<{}|{}>*", escape_url(url), escape(&view.headline).replace('|', "¦"))
        }
        None => format!("*{}*", escape(&view.headline)),
    };
    let mut lines = vec![headline, escape(&format!("{} · {}", view.source, view.appeared))];
    if !view.excerpt.is_empty() {
        lines.push(format!("> {}", escape(&view.excerpt)));
    }
    lines.join("\n")
}

fn why(view: &View) -> String {
    let separator = say(view, "format.list_separator");
    let mut reason = view.reason.clone();
    if let Some(before) = view.previous_level.as_ref().filter(|before| **before != view.level) {
        let before = phrases::fill("mail.level_before", view.locale, &[("level", before)]);
        reason.push_str(&bracketed(view, &before));
    }
    let rule = phrases::fill("mail.rule", view.locale, &[("rule", &view.rule)]);
    let p = phrases::fill("mail.p_negative", view.locale, &[("p", &view.p_negative)]);
    let words: Vec<_> =
        view.evidence.iter().map(|it| format!("{} {}", it.text, it.value)).collect();
    let mut lines = vec![
        labelled(view, say(view, "mail.reason"), &reason),
        labelled(
            view,
            say(view, "mail.topic"),
            &format!("{}{}", view.topic, bracketed(view, &rule)),
        ),
    ];
    for hit in view.hits.iter().chain(&view.category_hits) {
        let (before, word, after) = (escape(&hit.before), escape(&hit.word), escape(&hit.after));
        lines.push(format!("• {before}[{word}]{after}{}", bracketed(view, &hit.field)));
    }
    let categories = match view.categories.as_slice() {
        [] => say(view, "mail.no_category").to_owned(),
        some => some.join(separator),
    };
    lines.push(labelled(view, say(view, "mail.categories"), &categories));
    lines.push(labelled(
        view,
        say(view, "mail.opinion"),
        &format!("{}{}", view.polarity, bracketed(view, &p)),
    ));
    if !words.is_empty() {
        lines.push(format!("• {}", escape(&words.join(separator))));
    }
    if view.hearsay {
        lines.push(format!("*! {}*", say(view, "mail.hearsay")));
    }
    lines.join("\n")
}

fn score(view: &View) -> String {
    let of = |points: &str, max: &str| {
        phrases::fill("mail.points_of", view.locale, &[("points", points), ("max", max)])
    };
    let total = of(&view.total, "100");
    let mut lines = vec![labelled(view, say(view, "mail.score"), &total)];
    for row in &view.parts {
        let fact = Some(&row.fact).filter(|fact| !fact.is_empty());
        let fact = fact.map(|fact| bracketed(view, fact)).unwrap_or_default();
        let colon = say(view, "format.colon");
        lines.push(escape(&format!("• {}{colon}{}{fact}", row.name, of(&row.points, &row.max))));
    }
    if !view.adjustments.is_empty() {
        let all = view.adjustments.join(say(view, "format.list_separator"));
        lines.push(labelled(view, say(view, "mail.adjustments"), &all));
    }
    lines.join("\n")
}

fn spread(view: &View) -> String {
    let figures = format!("{} · {}", view.articles, view.owners);
    let mut lines = vec![labelled(view, say(view, "mail.story"), &figures)];
    if !view.media.is_empty() {
        let media = view.media.join(say(view, "format.list_separator"));
        lines.push(labelled(view, say(view, "mail.media"), &media));
    }
    lines.push(labelled(view, say(view, "mail.first_seen"), &view.since));
    lines.join("\n")
}

/// The plan, in as many sections as its steps need.
fn plan(view: &View, incident: &IncidentView) -> Vec<String> {
    let title = match view.kind {
        NoticeKind::Alert => say(view, "mail.plan"),
        NoticeKind::Steps => say(view, "mail.your_steps"),
    };
    let mut state = incident.state.to_owned();
    if let Some(time) = &incident.confirm_by {
        let alone = phrases::fill("mail.starts_alone", view.locale, &[("time", time)]);
        state = format!("{state} — {alone}");
    }
    let name = format!("{} · {} · {}", incident.number, incident.level, incident.plan);
    let mut sections = vec![
        [labelled(view, title, &name), labelled(view, say(view, "mail.plan_state"), &state)]
            .join("\n"),
    ];
    for (index, row) in incident.steps.iter().enumerate() {
        let line = format!("{}. {}", index + 1, step(view, row));
        match sections.last_mut() {
            Some(last) if last.chars().count() + line.chars().count() < SECTION_CHARS => {
                last.push('\n');
                last.push_str(&line);
            }
            _ => sections.push(line),
        }
    }
    sections
}

fn step(view: &View, row: &StepRow) -> String {
    let due = match &row.due {
        Some(time) => phrases::fill("mail.by", view.locale, &[("time", time)]),
        None => say(view, "mail.by_start").to_owned(),
    };
    let colon = say(view, "format.colon");
    let who = escape(&format!("{}{colon}{} — {due}", row.role, row.person));
    let help = row.help.as_deref().filter(|_| view.kind == NoticeKind::Steps);
    let help = help.map(|help| format!("\n    _{}_", escape(help))).unwrap_or_default();
    format!("*{}*\n    {who}{help}", escape(&row.title))
}

fn status(view: &View) -> Option<String> {
    let url = view.status_url.as_ref()?;
    Some(format!("<{}|{}>", escape_url(url), say(view, "mail.status_page")))
}

fn footer(view: &View) -> String {
    let zone = phrases::fill("mail.times_in", view.locale, &[("zone", &view.time_zone)]);
    escape(&format!("{zone} · {} {}", say(view, "mail.reference"), view.key))
}

fn fallback(view: &View) -> String {
    let mut lines = vec![escape(&view.subject)];
    if let Some(incident) = &view.incident {
        lines.push(escape(&format!("{} · {}", incident.number, incident.state)));
    }
    lines.extend(view.url.as_deref().map(escape));
    lines.push(escape(&format!("{} {}", say(view, "mail.reference"), view.key)));
    lines.join("\n")
}

/// Slack sees bold only between spaces or punctuation of its own, so a space follows the label in
/// every language.
fn labelled(view: &View, label: &str, value: &str) -> String {
    let colon = say(view, "format.colon").trim_end();
    format!("*{}{colon}* {}", escape(label), escape(value))
}

fn bracketed(view: &View, text: &str) -> String {
    phrases::fill("format.bracketed", view.locale, &[("text", text)])
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

/// Keeps `@channel` and its like from ringing everybody where a service reads them in plain text.
fn quiet(text: &str) -> String {
    text.replace('@', "@\u{200b}")
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
    use super::{SECTION_CHARS, TOTAL_CHARS, render_slack};
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
            let mut notice = sample::notice(locale);
            notice.incident = Some(sample::incident());
            let message = render_slack(&notice, &sample::delivery(locale));
            insta::assert_snapshot!(format!("slack_alert_{locale}"), show(&message));
        }
        let message = render_slack(&sample::steps(Locale::Es), &sample::delivery(Locale::Es));
        insta::assert_snapshot!("slack_steps_es", show(&message));
    }

    #[test]
    fn a_raised_level_names_the_one_before() {
        let mut notice = sample::notice(Locale::Es);
        notice.reason = Reason::SeverityRose;
        notice.previous_level = Some(Level::Yellow);
        let message = render_slack(&notice, &sample::delivery(Locale::Es));
        let all = texts(&message).join("\n");
        assert!(all.contains("(antes: AMARILLO)") && all.contains("[NARANJA 74 ↑]"), "{all}");
    }

    #[test]
    fn what_articles_say_rings_nobody_and_links_nowhere() {
        let mut notice = sample::notice(Locale::En);
        notice.headline = "<!channel> <https://evil.example|x> @here & co".to_owned();
        notice.source = "<@U123>".to_owned();
        notice.url = "https://a.example/?x=<!here>|y".to_owned();
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

    #[test]
    fn the_longest_message_stays_within_slacks_limits() {
        let mut notice = sample::steps(Locale::Es);
        let incident = notice.incident.as_mut().expect("incident");
        let mut step = incident.steps[0].clone();
        step.help = Some("ayuda & más ".repeat(200));
        incident.steps = vec![step; 60];
        notice.headline = "titular & ".repeat(100);
        let message = render_slack(&notice, &sample::delivery(Locale::Es));
        let texts = texts(&message);
        assert!(texts.iter().all(|text| text.chars().count() <= SECTION_CHARS + 2));
        assert!(texts.iter().map(|text| text.chars().count()).sum::<usize>() < TOTAL_CHARS + 1500);
        let blocks = message["blocks"].as_array().expect("blocks");
        assert!(blocks.len() <= 50);
        let header = blocks[0]["text"]["text"].as_str().expect("header");
        assert!(header.chars().count() <= 150, "{header}");
        assert!(message.to_string().contains("01981f2e-key-0001"));
    }
}

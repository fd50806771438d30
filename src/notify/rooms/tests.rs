//! What each service gets: a message a kind as a snapshot, its limits with the longest message, nothing that
//! rings or links in others' words, and what answers mean.

use serde_json::Value;

use super::*;
use crate::model::{Delivery, Locale, NoticeBody};
use crate::notify::sample;

/// Each service with what it may be sent at most, and whether it counts bytes or characters of the text that a
/// person reads.
fn services() -> Vec<(&'static str, Box<dyn Service>, usize)> {
    let secret = SecretString::from("SECdemo");
    vec![
        ("teams", Box::new(teams::Teams), 28_000),
        ("discord", Box::new(discord::Discord), 24_000),
        ("mattermost", Box::new(mattermost::Mattermost), 64_000),
        ("google_chat", Box::new(google_chat::GoogleChat), 32_000),
        ("telegram", Box::new(telegram::Telegram::new(&"1:tok".into(), "-100")), 24_000),
        ("feishu", Box::new(feishu::Feishu::new(Some(&secret))), 20_000),
        ("dingtalk", Box::new(dingtalk::DingTalk::new(Some(&secret))), 20_000),
        ("wecom", Box::new(wecom::WeCom), 5_500),
        ("ntfy", Box::new(ntfy::Ntfy::new(Some(&secret))), 8_000),
        ("pagerduty", Box::new(pagerduty::PagerDuty::new(&secret)), 512_000),
        ("alertmanager", Box::new(alertmanager::Alertmanager), 64_000),
    ]
}

fn request(service: &dyn Service, notice: &Notice, locale: Locale) -> Request {
    request_to(service, notice, &sample::delivery(locale))
}

fn request_to(service: &dyn Service, notice: &Notice, delivery: &Delivery) -> Request {
    let letter = Letter::new(notice, delivery, sample::at("2026-11-23T19:02:05Z"));
    service.request(&"https://room.example/hook/topic?k=v".parse().expect("a URL"), &letter)
}

fn alert(locale: Locale) -> Notice {
    let mut alert = sample::alert(locale);
    alert.incident = Some(sample::incident());
    sample::of_alert(alert)
}

fn show(request: &Request) -> String {
    let body = serde_json::to_string_pretty(&request.body).expect("JSON");
    format!("POST {}\n{:?}\n{body}", request.url, request.headers)
}

#[test]
fn each_service_gets_its_own_shape() {
    for (name, service, _) in services() {
        let locale =
            if matches!(name, "feishu" | "dingtalk" | "wecom") { Locale::Zh } else { Locale::Es };
        insta::assert_snapshot!(
            format!("{name}_alert"),
            show(&request(&*service, &alert(locale), locale))
        );
        let sources = request(&*service, &sample::sources(), Locale::En);
        insta::assert_snapshot!(format!("{name}_sources"), show(&sources));
        let of_storm = sample::summaries(locale).into_iter().find(|(name, _)| *name == "storm");
        let (_, storm) = of_storm.expect("a storm");
        insta::assert_snapshot!(format!("{name}_storm"), show(&request(&*service, &storm, locale)));
    }
}

#[test]
fn every_service_tells_of_channels() {
    for (name, service, most) in services() {
        let body = request(&*service, &sample::channels(), Locale::En).body.to_string();
        for words in ["mail", "siem", "teams", "550 "] {
            assert!(body.contains(words), "{name}: {words} in {body}");
        }
        assert!(body.len() <= most, "{name}: {}", body.len());
    }
}

/// What vendors publish of the shape, beside the sizes (docs/channels.md): the parts without which a
/// message is refused, and the names that may stand in them.
#[test]
fn payloads_keep_to_what_vendors_publish() {
    for notice in longest() {
        let teams = request(&teams::Teams, &notice, Locale::Zh).body;
        let attachment = &teams["attachments"][0];
        assert_eq!(teams["type"], "message");
        assert_eq!(attachment["contentType"], "application/vnd.microsoft.card.adaptive");
        let card = &attachment["content"];
        assert_eq!((&card["type"], &card["version"]), (&"AdaptiveCard".into(), &"1.2".into()));
        adaptive(&card["body"]);
        for action in card["actions"].as_array().expect("actions") {
            assert_eq!(action["type"], "Action.OpenUrl");
            assert!(action["url"].as_str().is_some_and(|url| url.starts_with("https://")));
        }

        let event = request(&pagerduty::PagerDuty::new(&"k".into()), &notice, Locale::Zh).body;
        assert_eq!(event["event_action"], "trigger");
        let payload = &event["payload"];
        for required in ["summary", "source", "severity"] {
            assert!(payload[required].as_str().is_some_and(|text| !text.is_empty()), "{required}");
        }
        let severities = ["critical", "error", "warning", "info"];
        assert!(severities.contains(&payload["severity"].as_str().unwrap_or_default()));
        assert!(event["dedup_key"].as_str().is_some_and(|key| key.len() <= 255));
        assert!(event.to_string().len() <= 512_000);

        let posted = request(&alertmanager::Alertmanager, &notice, Locale::Zh).body;
        assert_eq!((&posted["version"], &posted["status"]), (&"4".into(), &"firing".into()));
        for map in ["groupLabels", "commonLabels", "commonAnnotations"] {
            let texts = posted[map].as_object().expect("a map");
            assert!(texts.values().all(Value::is_string), "{map}");
        }
        let alert = &posted["alerts"][0];
        for label in alert["labels"].as_object().expect("labels").keys() {
            let good = |c: char| c.is_ascii_alphanumeric() || c == '_';
            assert!(label.chars().all(good) && !label.starts_with(|c: char| c.is_ascii_digit()));
        }
        let starts: Result<Timestamp, _> = alert["startsAt"].as_str().expect("a time").parse();
        assert!(starts.is_ok());
        assert_eq!(alert["fingerprint"].as_str().map(str::len), Some(16));
    }
}

/// Adaptive Cards 1.2: containers and rich text of runs, with their values of style, size and spacing.
fn adaptive(blocks: &Value) {
    for block in blocks.as_array().expect("a list") {
        match block["type"].as_str() {
            Some("Container") => {
                let styles = ["default", "emphasis", "good", "attention", "warning", "accent"];
                assert!(styles.contains(&block["style"].as_str().unwrap_or("default")));
                adaptive(&block["items"]);
            }
            Some("RichTextBlock") => {
                for run in block["inlines"].as_array().expect("runs") {
                    assert_eq!(run["type"], "TextRun");
                    assert!(run["text"].is_string());
                    let weights = ["Lighter", "Default", "Bolder"];
                    assert!(weights.contains(&run["weight"].as_str().unwrap_or("Default")));
                }
            }
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_red_alert_asks_mattermost_for_an_acknowledgement() {
    for (level, priority) in [
        (Level::Yellow, Value::Null),
        (Level::Orange, serde_json::json!({"priority": "important"})),
        (Level::Red, serde_json::json!({"priority": "urgent", "requested_ack": true})),
    ] {
        let mut alert = sample::alert(Locale::Es);
        alert.level = level;
        let body = request(&mattermost::Mattermost, &sample::of_alert(alert), Locale::Es).body;
        assert_eq!(body["priority"], priority, "{level:?}");
    }
}

/// Every text of a message.
fn texts<'a>(value: &'a Value, into: &mut Vec<&'a str>) {
    match value {
        Value::String(text) => into.push(text),
        Value::Array(list) => list.iter().for_each(|item| texts(item, into)),
        Value::Object(map) => map.values().for_each(|item| texts(item, into)),
        _ => {}
    }
}

fn longest() -> Vec<Notice> {
    let mut alert = sample::alert(Locale::Zh);
    let mut incident = sample::incident();
    let mut step = incident.steps[0].clone();
    step.help = Some("银行*声明*".repeat(500));
    incident.steps = vec![step; 60];
    alert.incident = Some(incident);
    alert.headline = "头条<新闻>*银行*[挤兑]".repeat(100);
    alert.excerpt = "摘要_要点_".repeat(500);
    vec![
        sample::of_steps(alert.clone()),
        sample::of_alert(alert),
        sample::sources_because(&"原因*".repeat(900)),
        sample::summary_of(&"头条<新闻>*银行*[挤兑]".repeat(20)),
    ]
}

#[test]
fn the_longest_message_fits_and_keeps_its_reference() {
    for (name, service, most) in services() {
        for notice in longest() {
            let body = request(&*service, &notice, Locale::Zh).body;
            let length = body.to_string().len();
            assert!(length <= most, "{name}: {length}");
            let mut all = Vec::new();
            texts(&body, &mut all);
            let kept = all.iter().any(|text| text.contains("01981f2e"));
            assert!(
                kept || matches!(name, "pagerduty" | "alertmanager"),
                "{name} lost its reference"
            );
        }
    }
}

#[test]
fn limits_that_count_characters_hold() {
    for notice in longest() {
        let discord = request(&discord::Discord, &notice, Locale::Zh).body;
        let embed = &discord["embeds"][0];
        let chars = |value: &Value| value.as_str().expect("a text").chars().count();
        assert!(chars(&discord["content"]) <= 2_000);
        assert!(chars(&embed["title"]) <= 256);
        assert!(chars(&embed["description"]) <= 4_096);
        assert!(
            chars(&embed["title"]) + chars(&embed["description"]) + chars(&embed["footer"]["text"])
                <= 6_000
        );
        let telegram = telegram::Telegram::new(&"t".into(), "1");
        assert!(chars(&request(&telegram, &notice, Locale::Zh).body["text"]) <= 4_096);
        let wecom = request(&wecom::WeCom, &notice, Locale::Zh).body;
        assert!(wecom["markdown"]["content"].as_str().expect("a text").len() <= 4_096);
        let ntfy = request(&ntfy::Ntfy::new(None), &notice, Locale::Zh).body;
        assert!(ntfy["message"].as_str().expect("a text").len() <= 4_096);
        assert!(ntfy["title"].as_str().expect("a text").len() <= 1_024);
        let pagerduty = pagerduty::PagerDuty::new(&"k".into());
        assert!(
            chars(&request(&pagerduty, &notice, Locale::Zh).body["payload"]["summary"]) <= 1_024
        );
    }
}

#[test]
fn what_others_say_rings_nobody_and_links_nowhere() {
    const EVIL: &str = "@everyone @here <@U1> <users/all> <at id=all></at> [x](https://evil.example) \
        <a href=\"https://evil.example\">x</a> **b** <https://evil.example|x>";
    for (name, service, _) in services() {
        let mut alert = sample::alert(Locale::En);
        (alert.headline, alert.excerpt, alert.source) = (EVIL.into(), EVIL.into(), EVIL.into());
        let body = request(&*service, &sample::of_alert(alert), Locale::En).body;
        if name == "discord" {
            assert_eq!(body["allowed_mentions"]["parse"], serde_json::json!([]));
        }
        let many = request(&*service, &sample::summary_of(EVIL), Locale::En).body;
        let plain = matches!(name, "teams" | "feishu" | "ntfy" | "pagerduty" | "alertmanager");
        let mut all = Vec::new();
        texts(&body, &mut all);
        texts(&many, &mut all);
        let escapes = matches!(name, "discord" | "mattermost" | "dingtalk");
        for text in all.into_iter().filter(|_| !plain) {
            let text = if escapes { &unescaped(text) } else { text };
            for bad in [
                "@everyone",
                "@here",
                "<@U1>",
                "<users/all>",
                "<at id",
                "](https://evil",
                "<https://evil",
                "href=\"https://evil",
            ] {
                // Titles that phones show are read as plain text by these services.
                let title = name == "dingtalk" && text == body["markdown"]["title"];
                assert!(title || !text.contains(bad), "{name}: {bad} in {text}");
            }
        }
    }
}

/// The text without the characters that a backslash makes plain.
fn unescaped(text: &str) -> String {
    let mut parts = text.split('\\');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |out, part| out + part.get(1..).unwrap_or_default())
}

#[test]
fn steps_are_numbered_and_named_everywhere() {
    for (name, service, _) in services() {
        let body = request(&*service, &sample::steps(Locale::Es), Locale::Es).body.to_string();
        assert!(body.contains("Reunir los hechos confirmados"), "{name}: {body}");
        assert!(body.contains("Ana Pérez"), "{name}: {body}");
    }
}

#[test]
fn every_room_can_answer_however_long_the_message() {
    let delivery = sample::answerable(Locale::Zh);
    let url = &*delivery.answer.as_ref().expect("a link").url;
    let mut notices = longest();
    notices.retain(|notice| notice.alert().is_some());
    let NoticeBody::Alert(facts) = &notices[1].body else { panic!("an alert") };
    notices.push(sample::of_escalation(crate::model::Cause::Raised, (**facts).clone()));
    for (name, service, most) in services().into_iter().chain([(
        "slack",
        Box::new(slack::Slack) as Box<dyn Service>,
        64_000,
    )]) {
        for notice in &notices {
            let body = request_to(&*service, notice, &delivery).body.to_string();
            assert!(body.contains(url), "{name}: {body}");
            assert!(body.len() <= most, "{name}: {}", body.len());
            let without = request(&*service, notice, Locale::Zh).body.to_string();
            assert!(!without.contains("/answer/"), "{name}");
        }
        let reader = sample::pressable(Locale::Es);
        let short = request_to(&*service, &sample::escalation(Locale::Es), &reader);
        if matches!(name, "slack" | "mattermost" | "ntfy") {
            insta::assert_snapshot!(format!("{name}_escalation"), show(&short));
        }
    }
}

#[test]
fn mattermost_has_a_button_where_presses_are_heard() {
    let mattermost = |notice: &Notice, delivery: &Delivery| {
        request_to(&mattermost::Mattermost, notice, delivery).body
    };
    for notice in longest() {
        let plain = mattermost(&notice, &sample::delivery(Locale::Zh));
        let linked = mattermost(&notice, &sample::answerable(Locale::Zh));
        assert!(plain.get("attachments").is_none() && linked.get("attachments").is_none());
        let body = mattermost(&notice, &sample::pressable(Locale::Zh));
        assert_eq!(body["text"], linked["text"], "the page stays as a way");
        let attachment = &body["attachments"][0];
        assert!(attachment["fallback"].as_str().is_some_and(|text| !text.is_empty()));
        let action = &attachment["actions"][0];
        // Mattermost finds no action whose id has other characters.
        let id = action["id"].as_str().expect("an id");
        assert!(id.chars().all(char::is_alphanumeric), "{id}");
        assert_eq!(action["name"], "由我处理");
        let context = &action["integration"]["context"];
        assert_eq!(context["message"], body["text"]);
        // The token goes to the server of the room alone: what people see does not have it.
        let token = context["token"].as_str().expect("a token");
        assert_eq!(body.to_string().matches(token).count(), 1);
        assert!(body.to_string().len() <= 128_000);
    }
}

#[test]
fn mattermost_is_told_who_took_it_in_the_buttons_place() {
    let told = mattermost_answered("@all [x](https://evil.example) took it", Some("#### Alert"));
    assert_eq!(told["update"]["message"], "#### Alert");
    let attachments = &told["update"]["props"]["attachments"];
    assert!(attachments[0].get("actions").is_none(), "the button is gone");
    for text in [&attachments[0]["text"], &told["ephemeral_text"]] {
        let text = text.as_str().expect("a text");
        assert!(!text.contains("@all") && !text.contains("](https://evil"), "{text}");
    }
    assert!(mattermost_answered("over", None).get("update").is_none(), "nothing has changed");
}

fn reply(status: u16, body: &str) -> PostReply {
    PostReply { status, retry_after: None, body: body.as_bytes().to_vec() }
}

/// What became of a message, and the wait that was asked for in seconds.
type Fate = (&'static str, Option<u64>);

fn fate(result: &Result<Receipt, SendError>) -> Fate {
    match result {
        Ok(_) => ("taken", None),
        Err(SendError::Retry { after, .. }) => ("retry", after.map(|after| after.as_secs())),
        Err(SendError::Slower { after, .. }) => ("slower", after.map(|after| after.as_secs())),
        Err(SendError::Refused { .. }) => ("refused", None),
        Err(SendError::Gone { .. }) => ("gone", None),
        Err(SendError::HandOver) => ("hand-over", None),
    }
}

#[test]
fn success_is_judged_by_the_body_where_services_fail_with_200() {
    let feishu = feishu::Feishu::new(None);
    let dingtalk = dingtalk::DingTalk::new(None);
    let telegram = telegram::Telegram::new(&"t".into(), "1");
    let cases: [(&dyn Service, u16, &str, Fate); 15] = [
        (&feishu, 200, r#"{"code":0,"msg":"success"}"#, ("taken", None)),
        (&feishu, 200, r#"{"code":19024,"msg":"Key Words Not Found"}"#, ("refused", None)),
        (&feishu, 200, r#"{"code":11232,"msg":"frequency limited"}"#, ("slower", Some(60))),
        (&feishu, 200, "<html>login</html>", ("retry", None)),
        (&dingtalk, 200, r#"{"errcode":0,"errmsg":"ok"}"#, ("taken", None)),
        (&dingtalk, 200, r#"{"errcode":130101,"errmsg":"send too fast"}"#, ("slower", Some(600))),
        (&dingtalk, 200, r#"{"errcode":310000,"errmsg":"sign not match"}"#, ("refused", None)),
        (
            &wecom::WeCom,
            200,
            r#"{"errcode":45009,"errmsg":"api freq out of limit"}"#,
            ("slower", Some(60)),
        ),
        (
            &wecom::WeCom,
            200,
            r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#,
            ("refused", None),
        ),
        (&telegram, 200, r#"{"ok":true,"result":{}}"#, ("taken", None)),
        (&telegram, 429, r#"{"ok":false,"parameters":{"retry_after":17}}"#, ("slower", Some(17))),
        (&telegram, 403, r#"{"ok":false,"description":"bot was kicked"}"#, ("refused", None)),
        (&telegram, 200, "hotel portal", ("retry", None)),
        (&discord::Discord, 429, r#"{"retry_after":3.5,"global":false}"#, ("slower", Some(3))),
        (&pagerduty::PagerDuty::new(&"k".into()), 202, r#"{"status":"success"}"#, ("taken", None)),
    ];
    for (service, status, body, expected) in cases {
        assert_eq!(fate(&service.judge(&reply(status, body))), expected, "{status} {body}");
    }
}

#[test]
fn answers_quote_no_secret() {
    let said = r#"{"errcode":310000,"errmsg":"token https://x/?access_token=abc not found"}"#;
    let Err(error) = dingtalk::DingTalk::new(None).judge(&reply(200, said)) else {
        panic!("taken")
    };
    assert_eq!(error.to_string(), "code 310000 token https");
}

#[test]
fn tokens_stand_in_addresses_and_headers_only() {
    let telegram = telegram::Telegram::new(&"1:tok".into(), "-100");
    let sent = request(&telegram, &alert(Locale::Es), Locale::Es);
    assert_eq!(sent.url.path(), "/hook/topic/bot1:tok/sendMessage");
    assert!(!sent.body.to_string().contains("1:tok"));
    let ntfy = request(&ntfy::Ntfy::new(Some(&"tk".into())), &alert(Locale::Es), Locale::Es);
    assert_eq!((ntfy.url.path(), &ntfy.body["topic"]), ("/hook/", &Value::from("topic")));
    assert_eq!(ntfy.headers, [("authorization".to_owned(), "Bearer tk".to_owned())]);
}

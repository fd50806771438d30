//! What each service gets: a message a kind as a snapshot, its limits with the longest message, nothing that
//! rings or links in others' words, and what answers mean.

use serde_json::Value;

use super::*;
use crate::model::Locale;
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
    let delivery = sample::delivery(locale);
    let letter = Letter {
        view: View::new(notice, &delivery),
        notice,
        key: &delivery.idempotency_key,
        now: sample::at("2026-11-23T19:02:05Z"),
    };
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

fn reply(status: u16, body: &str) -> PostReply {
    PostReply { status, retry_after: None, body: body.as_bytes().to_vec() }
}

/// What became of a message, and the wait that was asked for in seconds.
type Fate = (&'static str, Option<u64>);

fn fate(result: &Result<Receipt, SendError>) -> Fate {
    match result {
        Ok(_) => ("taken", None),
        Err(SendError::Retry { after, .. }) => ("retry", after.map(|after| after.as_secs())),
        Err(SendError::Refused { .. }) => ("refused", None),
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
        (&feishu, 200, r#"{"code":11232,"msg":"frequency limited"}"#, ("retry", Some(60))),
        (&feishu, 200, "<html>login</html>", ("retry", None)),
        (&dingtalk, 200, r#"{"errcode":0,"errmsg":"ok"}"#, ("taken", None)),
        (&dingtalk, 200, r#"{"errcode":130101,"errmsg":"send too fast"}"#, ("retry", Some(600))),
        (&dingtalk, 200, r#"{"errcode":310000,"errmsg":"sign not match"}"#, ("refused", None)),
        (
            &wecom::WeCom,
            200,
            r#"{"errcode":45009,"errmsg":"api freq out of limit"}"#,
            ("retry", Some(60)),
        ),
        (
            &wecom::WeCom,
            200,
            r#"{"errcode":93000,"errmsg":"invalid webhook url"}"#,
            ("refused", None),
        ),
        (&telegram, 200, r#"{"ok":true,"result":{}}"#, ("taken", None)),
        (&telegram, 429, r#"{"ok":false,"parameters":{"retry_after":17}}"#, ("retry", Some(17))),
        (&telegram, 403, r#"{"ok":false,"description":"bot was kicked"}"#, ("refused", None)),
        (&telegram, 200, "hotel portal", ("retry", None)),
        (&discord::Discord, 429, r#"{"retry_after":3.5,"global":false}"#, ("retry", Some(3))),
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

//! News of running plans as people read them, in three languages and on every channel.

use crate::model::{
    AlertId, DrillMark, DrillReach, IncidentState, Level, Locale, MediaContact, Notice, NoticeBody,
    PlanDone, PlanNews, PlanNotice, PlanTask, SituationReport, Start,
};
use crate::notify::outline::{Line, outline};
use crate::notify::sample::{self, at};
use crate::notify::view::View;
use crate::notify::{render_mail, webhook::render_webhook};

const EVIL: &str = "<script>alert(1)</script> [x](javascript:alert(2))\r\nBcc: a@b.example";

fn task(late: bool, duty: bool) -> PlanTask {
    PlanTask {
        key: "verificar".to_owned(),
        title: "Comprobar hechos: liquidez, cajeros, colas".to_owned(),
        help: Some("Anote solo lo comprobado y quién lo dice.".to_owned()),
        role: "Tesorería".to_owned(),
        person: "Marta León".to_owned(),
        deputy: "Iván Soto".to_owned(),
        due_at: Some(at("2026-11-23T19:30:00Z")),
        late,
        duty,
    }
}

fn report() -> SituationReport {
    SituationReport {
        number: 3,
        since: at("2026-11-23T16:02:00Z"),
        articles: 41,
        last_hour: 12,
        hour_before: 7,
        owners: 9,
        media: vec!["El Diario".to_owned(), "财经报".to_owned()],
        done: vec![PlanDone {
            title: "Confirmar el nivel".to_owned(),
            by: "Elena Ruiz".to_owned(),
            at: at("2026-11-23T16:40:00Z"),
        }],
        late: vec![task(true, false)],
        left: vec![PlanTask {
            due_at: None,
            title: "Informe intermedio".to_owned(),
            ..task(false, true)
        }],
        next_at: Some(at("2026-11-23T20:02:00Z")),
        log: (42, "ab".repeat(32)),
    }
}

fn radio() -> MediaContact {
    MediaContact {
        outlet: "Radio Litoral".to_owned(),
        name: Some("Inés Prado".to_owned()),
        phone: Some("+34 900 000 001".to_owned()),
        email: None,
        language: Some(Locale::Es),
        note: Some("cierra a las 19:30".to_owned()),
    }
}

fn every_news() -> Vec<PlanNews> {
    let text = || "cambio de turno".to_owned();
    vec![
        PlanNews::Activated { start: Start::Unconfirmed },
        PlanNews::Rejected { reason: text() },
        PlanNews::Cancelled { reason: text() },
        PlanNews::Level { from: Level::Yellow, reason: None },
        PlanNews::Level { from: Level::Red, reason: Some(text()) },
        PlanNews::Asked {
            task: task(false, false),
            rung: 2,
            asked: vec!["Iván Soto".to_owned(), "Marta León".to_owned()],
            next_at: Some(at("2026-11-23T19:12:00Z")),
        },
        PlanNews::Awaited {
            task: task(false, false),
            taken_by: Some("Elena Ruiz".to_owned()),
            asked: vec!["Rosa Vidal".to_owned()],
            next_at: Some(at("2026-11-23T19:12:00Z")),
        },
        PlanNews::Awaited {
            task: task(false, true),
            taken_by: None,
            asked: vec!["Rosa Vidal".to_owned()],
            next_at: None,
        },
        PlanNews::Warned { task: task(false, true) },
        PlanNews::Late { task: task(true, false) },
        PlanNews::Late { task: task(true, true) },
        PlanNews::HandedOver {
            what: "Tesorería".to_owned(),
            from: "Marta León".to_owned(),
            to: "Iván Soto".to_owned(),
            reason: Some(text()),
        },
        PlanNews::Drafted {
            message: "inicial".to_owned(),
            audience: "public".to_owned(),
            text: "Conocemos los mensajes que circulan.\n\nVolveremos a informar a las 11:00."
                .to_owned(),
            hash: "0123456789abcdef".repeat(4),
            missing: vec!["Prensa".to_owned(), "Cumplimiento".to_owned()],
            times: 0,
        },
        PlanNews::Drafted {
            message: "inicial".to_owned(),
            audience: "public".to_owned(),
            text: "Conocemos los mensajes que circulan.".to_owned(),
            hash: "0123456789abcdef".repeat(4),
            missing: vec!["Cumplimiento (Ana Mora)".to_owned()],
            times: 2,
        },
        PlanNews::Released {
            message: "inicial".to_owned(),
            text: "Conocemos los mensajes que circulan.".to_owned(),
            hash: "0123456789abcdef".repeat(4),
            contacts: vec![radio()],
        },
        PlanNews::Report(Box::new(report())),
        PlanNews::StoodDown {
            reason: text(),
            monitor_until: Some(at("2026-11-26T19:02:00Z")),
            review_due_at: Some(at("2026-11-30T23:00:00Z")),
        },
        PlanNews::Reopened { reason: text() },
        PlanNews::ReviewDue { questions: vec!["¿Qué llegó tarde?".to_owned()] },
        PlanNews::DrillAhead { begins_at: at("2026-11-24T10:00:00Z"), scenario: text() },
        PlanNews::DrillArticle {
            outlet: "El Diario".to_owned(),
            headline: "Colas en Vigo".to_owned(),
            text: text(),
            appeared_at: at("2026-11-23T19:02:00Z"),
        },
        PlanNews::DrillPaused { real: "INC-2026-0008".to_owned() },
        PlanNews::DrillOver { reason: text() },
    ]
}

fn notice(news: PlanNews) -> Notice {
    let mut incident = sample::incident();
    incident.state = IncidentState::Responding;
    let body = PlanNotice {
        alert_id: "01981f2e-7a00-7000-8000-000000000001".parse::<AlertId>().expect("an id"),
        title: "Colas en las oficinas del banco".to_owned(),
        incident,
        by: Some("Elena Ruiz".to_owned()),
        news,
    };
    Notice { body: NoticeBody::Plan(Box::new(body)), ..sample::notice(Locale::Es) }
}

#[test]
fn people_read_news_of_a_plan_in_their_language() {
    for locale in Locale::ALL {
        let mut all = String::new();
        for news in every_news() {
            let mail = render_mail(&notice(news), &sample::delivery(locale)).expect("rendered");
            let text = mail.text.split("\n-- \n").next().unwrap_or_default().trim_end();
            all += &["=== ", &mail.subject, "\n\n", text, "\n\n"].concat();
            assert!(!mail.text.contains("plan_"), "a phrase is missing: {}", mail.text);
        }
        insta::assert_snapshot!(format!("plan_news_{}", locale.code()), all);
    }
}

#[test]
fn what_people_write_does_nothing_in_a_message() {
    let evil = || EVIL.to_owned();
    let hostile =
        PlanTask { title: evil(), help: Some(evil()), person: evil(), ..task(true, true) };
    for news in [
        PlanNews::Rejected { reason: evil() },
        PlanNews::Late { task: hostile.clone() },
        PlanNews::Drafted {
            message: evil(),
            audience: evil(),
            text: evil(),
            hash: evil(),
            missing: vec![evil()],
            times: 0,
        },
        PlanNews::Report(Box::new(SituationReport { late: vec![hostile], ..report() })),
    ] {
        let mut notice = notice(news);
        if let NoticeBody::Plan(plan) = &mut notice.body {
            (plan.title, plan.by) = (evil(), Some(evil()));
        }
        let mail = render_mail(&notice, &sample::delivery(Locale::En)).expect("rendered");
        assert!(!mail.subject.contains(['\r', '\n']), "{}", mail.subject);
        let page = scraper::Html::parse_document(&mail.html);
        let loads = scraper::Selector::parse("script,img,iframe,[onerror]").expect("selector");
        assert_eq!(page.select(&loads).count(), 0, "{}", mail.html);
    }
}

#[test]
fn rooms_get_the_same_and_webhooks_their_types() {
    let types = every_news().into_iter().map(|news| {
        let notice = notice(news);
        let view = View::new(&notice, &sample::delivery(Locale::Es));
        let sections = outline(&view, 2000);
        let said = sections.iter().flatten().find_map(|line| match line {
            Line::Warning(text) => Some(text.clone()),
            _ => None,
        });
        assert!(said.is_some_and(|said| !said.is_empty()));
        let body = render_webhook(&notice);
        let back: Notice = serde_json::from_value(body["data"].clone()).expect("a notice");
        assert_eq!(back, notice);
        body["type"].as_str().expect("a type").to_owned()
    });
    let types: Vec<String> = types.collect();
    assert_eq!(
        types,
        [
            "incident.activated",
            "incident.rejected",
            "incident.cancelled",
            "incident.raised",
            "incident.lowered",
            "step.asked",
            "step.awaited",
            "deadline.awaited",
            "deadline.near",
            "step.late",
            "deadline.late",
            "incident.handed_over",
            "statement.drafted",
            "statement.awaited",
            "statement.approved",
            "incident.report",
            "incident.stood_down",
            "incident.reopened",
            "incident.review_due",
            "drill.ahead",
            "drill.article",
            "drill.paused",
            "drill.over",
        ]
    );
}

/// What is practised must never be taken for what is real: every subject, first line, page and payload
/// of a drill says so in the reader's language; nothing else does.
#[test]
fn a_drill_says_so_everywhere() {
    let mark = DrillMark {
        prefix: "[SIMULACRO-RS]".to_owned(),
        locale: Locale::Es,
        reach: DrillReach::Tabletop,
    };
    for (locale, word) in
        [(Locale::Es, "[SIMULACRO-RS]"), (Locale::En, "[DRILL]"), (Locale::Zh, "【演练】")]
    {
        for news in every_news() {
            let real = notice(news);
            let drill = Notice { drill: Some(Box::new(mark.clone())), ..real.clone() };
            let delivery = sample::delivery(locale);
            let mail = render_mail(&drill, &delivery).expect("rendered");
            assert!(mail.subject.starts_with(word), "{}", mail.subject);
            assert!(mail.text.starts_with(word), "{}", mail.text);
            let banner = mail.html.find("repeating-linear-gradient").expect("stripes");
            assert!(banner < mail.html.find("<table").expect("a table"), "over the page");
            let view = View::new(&drill, &delivery);
            assert!(view.subject.starts_with(word), "{}", view.subject);
            assert_eq!(render_webhook(&drill)["data"]["drill"], true);
            let mail = render_mail(&real, &delivery).expect("rendered");
            assert!(![&mail.subject, &mail.text].iter().any(|text| text.contains(word)));
            assert!(render_webhook(&real)["data"]["drill"].is_null());
        }
    }
}

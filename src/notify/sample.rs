//! A notice as the pipeline would make it, for the tests of this room.

mod summary;

pub use summary::{summaries, summary_of};

use jiff::Timestamp;

use crate::model::{
    Adjustment, AlertId, AlertNotice, AnswerBy, Cause, ChannelChange, ChannelState, ChannelsNotice,
    ComplaintItem, ComplaintsNotice, Delivery, DeliveryId, DeliveryState, EscalationNotice,
    Evidence, EvidenceKind, Fact, Field, Health, IncidentState, Level, LocalText, Locale, Notice,
    NoticeBody, NoticeId, NoticeIncident, NoticeStep, NoticeStory, Part, PartName, Place,
    PlanFinding, PlanTrouble, PlansNotice, PolarityLabel, Press, Reason, Recipient, Reminder,
    Severity, SilentTopic, SourceChange, SourcesNotice, Span, StoryId,
};

pub fn at(text: &str) -> Timestamp {
    text.parse().expect("instant")
}

fn id<T: std::str::FromStr<Err: std::fmt::Debug>>(last: u8) -> T {
    format!("01981f2e-7a00-7000-8000-0000000000{last:02x}").parse().expect("identifier")
}

/// Headline and excerpt by language, and in each: entity, event word.
fn article(locale: Locale) -> [&'static str; 4] {
    match locale {
        Locale::Es => [
            "El supervisor multa al Banco Acme por fraude en la venta de fondos",
            "El supervisor ha impuesto una multa de 12 millones al Banco Acme. Los clientes \
             afectados reclaman & exigen respuestas <hoy>.",
            "Banco Acme",
            "fraude",
        ],
        Locale::En => [
            "Regulator fines Acme Bank over fraud in fund sales",
            "The regulator has fined Acme Bank 12 million. Customers complain & demand answers \
             <today>.",
            "Acme Bank",
            "fraud",
        ],
        Locale::Zh => [
            "监管机构因基金销售欺诈处罚顶点银行",
            "监管机构对顶点银行处以1200万元罚款。受影响客户要求银行尽快答复。",
            "顶点银行",
            "欺诈",
        ],
    }
}

fn span(text: &str, word: &str) -> Span {
    let byte = text.find(word).expect("word stands in text");
    let from = text[..byte].chars().count();
    let to = from + word.chars().count();
    Span { field: Field::Title, from, to, text: word.to_owned(), term: word.to_lowercase() }
}

fn part(name: PartName, points: f64, max: f64, fact: Fact) -> Part {
    Part { name, points, max, fact }
}

fn severity() -> Severity {
    let event = Fact::Event {
        category: "fraud".to_owned(),
        name: names("Fraude", "Fraud", "欺诈"),
        weight: 0.9,
        hearsay: false,
    };
    Severity {
        score: 74.4,
        level: Some(Level::Orange),
        parts: vec![
            part(PartName::Negativity, 33.2, 35.0, Fact::Probability { p: 0.92 }),
            part(PartName::Event, 18.0, 20.0, event),
            part(PartName::Spread, 7.8, 12.0, Fact::Owners { owners: 5 }),
            part(PartName::Authority, 6.0, 10.0, Fact::Tier { tier: 2 }),
            part(PartName::Burst, 0.0, 8.0, Fact::Rate { now: 1, usual: 0.8, weekly: true }),
            part(
                PartName::Prominence,
                6.4,
                8.0,
                Fact::Named { place: Place::Headline, mentions: 1 },
            ),
            part(PartName::Novelty, 0.5, 4.0, Fact::Novelty { days: Some(1.4) }),
            part(PartName::Recency, 2.5, 3.0, Fact::Age { hours: 0.64 }),
        ],
        adjustments: vec![Adjustment::Floor { level: Level::Orange, category: "fraud".to_owned() }],
    }
}

fn names(es: &str, en: &str, zh: &str) -> LocalText {
    LocalText(
        [(Locale::Es, es), (Locale::En, en), (Locale::Zh, zh)]
            .map(|(locale, name)| (locale, name.to_owned()))
            .into(),
    )
}

/// An alert about an article in the given language, as a message.
pub fn notice(locale: Locale) -> Notice {
    of_alert(alert(locale))
}

/// An alert as a message.
pub fn of_alert(alert: AlertNotice) -> Notice {
    told(NoticeBody::Alert(Box::new(alert)))
}

/// An alert as the message to somebody who has steps to do.
pub fn of_steps(alert: AlertNotice) -> Notice {
    told(NoticeBody::Steps(Box::new(alert)))
}

fn told(body: NoticeBody) -> Notice {
    Notice {
        organisation: "Banco Acme".to_owned(),
        at: at("2026-11-23T19:02:00Z"),
        status_url: Some("https://atalaya.acme.example/".to_owned()),
        drill: None,
        body,
    }
}

/// An alert about an article in the given language.
pub fn alert(locale: Locale) -> AlertNotice {
    let [headline, excerpt, entity, event] = article(locale);
    AlertNotice {
        alert_id: id::<AlertId>(1),
        told: 1,
        reason: Reason::FirstHit,
        level: Level::Orange,
        previous_level: None,
        topic_id: "acme".to_owned(),
        topic: names("Banco Acme", "Acme Bank", "顶点银行"),
        rule: "brand".to_owned(),
        spans: vec![span(headline, entity)],
        categories: vec![
            ("fraud".to_owned(), names("Fraude", "Fraud", "欺诈")),
            ("mis_selling".to_owned(), names("Venta inadecuada", "Mis-selling", "不当销售")),
        ],
        category_spans: vec![span(headline, event)],
        polarity: PolarityLabel::Negative,
        p_negative: 0.92,
        evidence: vec![
            Evidence {
                from: 0,
                to: 5,
                text: event.to_owned(),
                kind: EvidenceKind::Event,
                value: -1.2,
            },
            Evidence {
                from: 9,
                to: 12,
                text: "¡12!".to_owned(),
                kind: EvidenceKind::Intensifier,
                value: 0.3,
            },
        ],
        hearsay: false,
        severity: severity(),
        headline: headline.to_owned(),
        excerpt: excerpt.to_owned(),
        url: "https://diario.example/economia/multa?id=7&x=1".to_owned(),
        source: "El Diario".to_owned(),
        language: Some(locale.code().to_owned()),
        appeared_at: at("2026-11-23T18:24:00Z"),
        story: NoticeStory {
            id: id::<StoryId>(2),
            articles: 7,
            owners: 5,
            media: ["El Diario", "La Gaceta", "Money & Co", "财经报", "Radio Uno", "El Norte"]
                .map(str::to_owned)
                .into(),
            first_seen_at: at("2026-11-23T18:05:00Z"),
        },
        incident: None,
    }
}

/// The crisis plan that the alert started.
pub fn incident() -> NoticeIncident {
    NoticeIncident {
        number: "INC-2026-0007".to_owned(),
        plan_id: "fraude".to_owned(),
        plan: "Fraude o estafa a clientes".to_owned(),
        level: Level::Orange,
        state: IncidentState::Proposed,
        confirm_by: Some(at("2026-11-23T19:17:00Z")),
        steps: vec![
            NoticeStep {
                key: "hechos".to_owned(),
                title: "Reunir los hechos confirmados".to_owned(),
                help: Some("Qué se sabe, quién lo dice, qué falta por saber.".to_owned()),
                role: "Unidad responsable".to_owned(),
                person: "Ana Pérez".to_owned(),
                due_at: Some(at("2026-11-23T20:00:00Z")),
            },
            NoticeStep {
                key: "portavoz".to_owned(),
                title: "Preparar la declaración".to_owned(),
                help: None,
                role: "Portavoz".to_owned(),
                person: "Li Wei".to_owned(),
                due_at: None,
            },
        ],
    }
}

/// A steps notice: the plan runs.
pub fn steps(locale: Locale) -> Notice {
    let mut incident = incident();
    incident.state = IncidentState::Responding;
    of_steps(AlertNotice { incident: Some(incident), ..alert(locale) })
}

/// Somebody is asked to take an alert: the second step of three.
pub fn escalation(locale: Locale) -> Notice {
    of_escalation(Cause::Raised, AlertNotice { incident: Some(incident()), ..alert(locale) })
}

/// As [`escalation`], about this alert and for this cause.
pub fn of_escalation(cause: Cause, alert: AlertNotice) -> Notice {
    told(NoticeBody::Escalation(Box::new(EscalationNotice {
        alert,
        policy: "desk".to_owned(),
        step: 2,
        steps: 3,
        round: 1,
        cause,
        since: at("2026-11-23T18:52:00Z"),
        asked: vec!["Ana Pérez".to_owned(), "李伟".to_owned()],
        before: vec!["Jo Smith".to_owned()],
        next_at: Some(at("2026-11-23T19:12:00Z")),
    })))
}

/// The same delivery with a link to answer by.
pub fn answerable(locale: Locale) -> Delivery {
    let url = "https://atalaya.acme.example/answer/01981f2e-6a-abc_DEF";
    let answer = AnswerBy { url: url.to_owned(), press: None };
    Delivery { answer: Some(answer), ..delivery(locale) }
}

/// As [`answerable`], and the service tells of presses of the button.
pub fn pressable(locale: Locale) -> Delivery {
    let url = "https://atalaya.acme.example/room/presses".to_owned();
    let press = Press { url, token: "01981f2e-6a-xyz_TOK".to_owned() };
    let delivery = answerable(locale);
    let answer = delivery.answer.map(|answer| AnswerBy { press: Some(press), ..answer });
    Delivery { answer, ..delivery }
}

/// A new complaint of the reader's, and one that is late.
pub fn complaints() -> Notice {
    let item = |number: &str, reminder, excerpt: &str| ComplaintItem {
        number: number.to_owned(),
        reminder,
        severity: "normal".to_owned(),
        product: Some("Tarjetas & <pagos>".to_owned()),
        branch: Some("Gran Vía".to_owned()),
        owner: "Ana Pérez".to_owned(),
        received_at: at("2026-11-23T08:30:00Z"),
        due_at: Some(at("2026-11-24T23:00:00Z")),
        excerpt: excerpt.to_owned(),
    };
    told(NoticeBody::Complaints(ComplaintsNotice {
        complaints: vec![
            item("C-2026-000007", Reminder::Late, "Me cobraron dos veces. Soy ▇▇▇, teléfono ▇▇▇."),
            item("C-2026-000123", Reminder::Asked, "银行乱收费 <b>"),
        ],
        more: 3,
        counts: [(Reminder::Late, 1), (Reminder::Asked, 4)].into(),
    }))
}

/// What the inspection found: something new, and something old of what no plan covers.
pub fn plans() -> Notice {
    let finding = |plan: Option<&str>, trouble: PlanTrouble, new| PlanFinding {
        plan_id: plan.map(|_| "rumour".to_owned()),
        plan: plan.map(str::to_owned),
        rule: trouble.rule().to_owned(),
        trouble,
        place: plan.map(|_| "config/plans/rumour.toml:12".to_owned()),
        since: at("2026-11-16T08:00:00Z"),
        new,
    };
    let lesson = PlanTrouble::Lesson {
        incident: "INC-2026-0007".to_owned(),
        text: "Teléfono <alternativo> de prensa\r\n# 备用".to_owned(),
        owner: "ana".to_owned(),
        due: "2026-11-20".parse().expect("a day"),
    };
    let uncovered = PlanTrouble::Uncovered { category: "fraud".to_owned() };
    told(NoticeBody::Plans(PlansNotice {
        findings: vec![
            finding(Some("Rumor de retirada & <pánico>"), lesson, true),
            finding(None, uncovered, false),
        ],
        more: 4,
        total: 6,
        new: 1,
    }))
}

fn change(id: &str, was: Health, now: Health, reason: Option<&str>) -> SourceChange {
    SourceChange {
        id: id.to_owned(),
        name: format!("El {id}"),
        was,
        now,
        since: at("2026-11-23T18:55:00Z"),
        reason: reason.map(str::to_owned),
        next_check_at: (now != Health::Gone).then(|| at("2026-11-23T19:10:00Z")),
    }
}

/// One source of each state, and many that are not shown.
pub fn sources() -> Notice {
    use Health::{Empty, Failing, Gone, Healthy, Stale};
    told(NoticeBody::Sources(SourcesNotice {
        changes: vec![
            change("Norte", Failing, Gone, Some("HTTP 410")),
            change("Diario", Healthy, Failing, Some("HTTP 503 from the <proxy>\r\n& more")),
            change("Sur", Healthy, Empty, Some("the selector finds no link")),
            change("Faro", Healthy, Stale, None),
            change("Gaceta", Failing, Healthy, None),
        ],
        more: 500,
        counts: [(Gone, 1), (Failing, 1), (Empty, 1), (Stale, 1), (Healthy, 501)].into(),
        silent: Vec::new(),
        healthy: 696,
        total: 700,
    }))
}

/// A topic that has fallen silent, and nothing else.
pub fn silence() -> Notice {
    let name = LocalText::same("Acme <Bank>");
    told(NoticeBody::Sources(SourcesNotice {
        changes: Vec::new(),
        more: 0,
        counts: std::collections::BTreeMap::new(),
        silent: vec![SilentTopic { id: "acme".to_owned(), name, seen: 2, expected: 31.6 }],
        healthy: 698,
        total: 700,
    }))
}

/// As many sources as a message lists, all failing for one reason, and more that are not shown.
pub fn sources_because(reason: &str) -> Notice {
    let reason = format!("because {reason}");
    let failing = change("Diario", Health::Healthy, Health::Failing, Some(&reason));
    told(NoticeBody::Sources(SourcesNotice {
        changes: vec![failing; SourcesNotice::SHOWN],
        more: 500,
        counts: [(Health::Failing, 520)].into(),
        silent: Vec::new(),
        healthy: 0,
        total: 520,
    }))
}

/// Channels that fail, lose messages and work again.
pub fn channels() -> Notice {
    let change = |id: &str, state, failures, dead| ChannelChange {
        id: id.to_owned(),
        now: state,
        since: at("2026-11-23T18:58:00Z"),
        failures,
        waiting: failures,
        dead,
        reason: (failures + dead > 0).then(|| "RCPT: 550 <no such user>\r\n& more".to_owned()),
        fallback: (failures > 0).then(|| "chat".to_owned()),
    };
    told(NoticeBody::Channels(ChannelsNotice {
        changes: vec![
            change("mail", ChannelState::Failing, 4, 0),
            change("siem", ChannelState::Dropping, 0, 2),
            change("teams", ChannelState::Working, 0, 0),
        ],
    }))
}

/// A delivery to a person who reads that language.
pub fn delivery(locale: Locale) -> Delivery {
    let (name, time_zone) = match locale {
        Locale::Es => ("Ana Pérez", "Europe/Madrid"),
        Locale::En => ("Jo Smith", "Europe/London"),
        Locale::Zh => ("李伟", "Asia/Shanghai"),
    };
    Delivery {
        id: id::<DeliveryId>(3),
        notice_id: id::<NoticeId>(4),
        channel: "mail".to_owned(),
        recipient: Recipient {
            id: "reader".to_owned(),
            address: "reader@acme.example".to_owned(),
            name: name.to_owned(),
            locale,
            time_zone: time_zone.to_owned(),
        },
        idempotency_key: "01981f2e-key-0001".to_owned(),
        thread_key: None,
        state: DeliveryState::Leased,
        attempts: 1,
        not_before: at("2026-11-23T19:02:00Z"),
        lease_epoch: 1,
        created_at: at("2026-11-23T19:02:00Z"),
        answer: None,
    }
}

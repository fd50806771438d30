//! Sample messages: what a channel is tried with, and what templates are held against.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::model::{
    AlertId, AlertNotice, Cause, ChannelChange, ChannelState, ChannelsNotice, ComplaintItem,
    ComplaintsNotice, Delivery, DeliveryId, DeliveryState, DigestFacts, EscalationNotice, Evidence,
    EvidenceKind, Fact, Field, Health, IncidentState, Level, LocalText, Locale, Notice, NoticeBody,
    NoticeId, NoticeIncident, NoticeKind, NoticeStep, NoticeStory, Part, PartName, Place,
    PlanFinding, PlanNews, PlanNotice, PlanTrouble, PlansNotice, PolarityLabel, Reason, Recipient,
    Reminder, Severity, SilenceFacts, SilentTopic, SourceChange, SourcesNotice, Span, StoryId,
    SummaryItem, SummaryNotice, SummaryOf, SummaryTopic,
};

const HEADLINE: &str = "PRUEBA · TEST · 测试: El supervisor multa al «Banco Ñandú & Cía.» por fraude 🚨 — \
    Regulator fines “Ñandú Bank” over mis-sold funds <b>today</b> — 监管机构因基金销售欺诈处罚银行【重磅】 \
    @channel @everyone @here <!channel> <@U0001> <users/all> [clic](https://evil.example/) *negrita* _cursiva_ `código`";

const EXCERPT: &str = "Éste es un mensaje de prueba: no ha ocurrido nada. Lleva a propósito comillas «españolas», \
    “inglesas” y 「中文」, emoji 👩🏽‍💼🏦📉, una ligadura ﬁ, un acento combinado é y un enlace falso \
    <https://evil.example|pinche aquí>. This is a test message: nothing has happened. The line below must not \
    become a heading, nor a list, nor ring anybody.\n# @all\n- item\n这是一条测试消息，没有发生任何事情。\
    链接、提及和格式都应当无效。&amp; &lt;script&gt;alert(1)&lt;/script&gt;";

/// A realistic long alert, marked as a test in three languages, with what attacks mentions, links and
/// formats in the places that other people write.
#[must_use]
pub fn trial(organisation: &str, status_url: Option<String>, now: Timestamp) -> Notice {
    let body = NoticeBody::Alert(Box::new(alert(Locale::Es, now)));
    Notice { organisation: organisation.to_owned(), at: now, status_url, drill: None, body }
}

/// One message of each kind, to a reader of the language.
pub(crate) fn samples(locale: Locale) -> Vec<(Notice, Delivery)> {
    let now = Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * 365 * 56);
    NoticeKind::ALL
        .into_iter()
        .map(|kind| {
            let body = match kind {
                NoticeKind::Alert => NoticeBody::Alert(Box::new(alert(locale, now))),
                NoticeKind::Steps => NoticeBody::Steps(Box::new(alert(locale, now))),
                NoticeKind::Escalation => escalation(locale, now),
                NoticeKind::Plan => plan(locale, now),
                NoticeKind::Sources => NoticeBody::Sources(sources(now)),
                NoticeKind::Group => summary(SummaryOf::Group { key: "sample".to_owned() }),
                NoticeKind::Reminder => summary(SummaryOf::Reminder { times: 2 }),
                NoticeKind::Storm => summary(SummaryOf::Storm { since: ago(now, 10), until: now }),
                NoticeKind::Silence => summary(SummaryOf::SilenceEnded(silence(now))),
                NoticeKind::Digest => summary(SummaryOf::Digest(digest(now))),
                NoticeKind::Channels => NoticeBody::Channels(channels(now)),
                NoticeKind::Complaints => NoticeBody::Complaints(complaints(now)),
                NoticeKind::Plans => NoticeBody::Plans(plans(now)),
            };
            let status_url = Some("https://atalaya.example/".to_owned());
            let notice = Notice {
                organisation: "Banco Ñandú".to_owned(),
                at: now,
                status_url,
                drill: None,
                body,
            };
            (notice, delivery(locale, now))
        })
        .collect()
}

fn complaints(now: Timestamp) -> ComplaintsNotice {
    let item = ComplaintItem {
        number: "C-2026-000123".to_owned(),
        reminder: Reminder::Late,
        severity: "normal".to_owned(),
        product: Some("Tarjetas & <pagos>".to_owned()),
        branch: Some("Gran Vía".to_owned()),
        owner: "Ana Pérez".to_owned(),
        received_at: ago(now, 60),
        due_at: Some(now),
        excerpt: HEADLINE.to_owned(),
    };
    let counts = BTreeMap::from([(Reminder::Late, 2)]);
    ComplaintsNotice { complaints: vec![item], more: 1, counts }
}

fn plans(now: Timestamp) -> PlansNotice {
    let trouble = PlanTrouble::IncidentReview {
        incident: "INC-TEST".to_owned(),
        due: now.to_zoned_datetime(jiff::tz::TimeZone::UTC).date(),
    };
    let finding = PlanFinding {
        plan_id: Some("test".to_owned()),
        plan: Some("Plan de prueba / test plan / 测试预案".to_owned()),
        rule: trouble.rule().to_owned(),
        trouble,
        place: Some("config/plans/test.toml:3".to_owned()),
        since: now,
        new: true,
    };
    PlansNotice { findings: vec![finding], more: 1, total: 2, new: 2 }
}

fn escalation(locale: Locale, now: Timestamp) -> NoticeBody {
    NoticeBody::Escalation(Box::new(EscalationNotice {
        alert: alert(locale, now),
        policy: "test".to_owned(),
        step: 2,
        steps: 3,
        round: 1,
        cause: Cause::Raised,
        since: ago(now, 10),
        asked: vec!["Ana Pérez".to_owned()],
        before: vec!["Jo Smith".to_owned()],
        next_at: Some(now),
    }))
}

fn plan(locale: Locale, now: Timestamp) -> NoticeBody {
    NoticeBody::Plan(Box::new(PlanNotice {
        alert_id: AlertId::new(),
        title: alert(locale, now).headline,
        incident: incident(now),
        by: Some("Ana Pérez".to_owned()),
        news: PlanNews::Level { from: Level::Yellow, reason: Some(EXCERPT.to_owned()) },
    }))
}

/// About two matters of one topic.
fn summary(of: SummaryOf) -> NoticeBody {
    let item = SummaryItem {
        alert: Some(AlertId::new()),
        headline: HEADLINE.to_owned(),
        url: Some("https://news.example/test".to_owned()),
        source: "Diario *Prueba* <test>".to_owned(),
        level: Some(Level::Orange),
        score: 74.4,
        at: Timestamp::UNIX_EPOCH,
        why: None,
    };
    let topic = SummaryTopic {
        id: "test".to_owned(),
        name: text("Prueba del canal", "Test of the channel", "渠道测试"),
        total: 2,
        items: vec![item; 2],
    };
    NoticeBody::Summary(Box::new(SummaryNotice {
        of,
        total: 3,
        levels: BTreeMap::from([(Level::Orange, 2)]),
        topics: vec![topic],
        more: 1,
    }))
}

fn silence(now: Timestamp) -> SilenceFacts {
    SilenceFacts {
        id: "S-12".to_owned(),
        query: "topic:test level:yellow".to_owned(),
        owner: "Ana Pérez".to_owned(),
        reason: "Mantenimiento <anunciado>".to_owned(),
        since: ago(now, 60),
        until: now,
    }
}

fn digest(now: Timestamp) -> DigestFacts {
    DigestFacts {
        digest: "morning".to_owned(),
        since: ago(now, 24 * 60),
        until: now,
        alerts: 4,
        sources: (96, 100),
        unsubscribe: Some("baja@example.org".to_owned()),
    }
}

fn ago(now: Timestamp, minutes: i64) -> Timestamp {
    now.checked_sub(SignedDuration::from_mins(minutes)).unwrap_or(now)
}

fn text(es: &str, en: &str, zh: &str) -> LocalText {
    let texts = [(Locale::Es, es), (Locale::En, en), (Locale::Zh, zh)];
    LocalText(texts.map(|(locale, text)| (locale, text.to_owned())).into())
}

fn alert(locale: Locale, now: Timestamp) -> AlertNotice {
    let word = "fraude";
    let from = HEADLINE.find(word).map_or(0, |byte| HEADLINE[..byte].chars().count());
    let span = Span {
        field: Field::Title,
        from,
        to: from + word.chars().count(),
        text: word.to_owned(),
        term: word.to_owned(),
    };
    let evidence = Evidence {
        from,
        to: from + word.chars().count(),
        text: word.to_owned(),
        kind: EvidenceKind::Event,
        value: -1.2,
    };
    AlertNotice {
        alert_id: AlertId::new(),
        told: 2,
        reason: Reason::SeverityRose,
        level: Level::Orange,
        previous_level: Some(Level::Yellow),
        topic_id: "test".to_owned(),
        topic: text("Prueba del canal", "Test of the channel", "渠道测试"),
        rule: "test".to_owned(),
        spans: vec![span.clone()],
        categories: vec![("fraud".to_owned(), text("Fraude", "Fraud", "欺诈"))],
        category_spans: vec![span],
        polarity: PolarityLabel::Negative,
        p_negative: 0.92,
        evidence: vec![evidence],
        hearsay: true,
        severity: severity(),
        headline: HEADLINE.to_owned(),
        excerpt: EXCERPT.to_owned(),
        url: "https://news.example/test?id=7&from=atalaya".to_owned(),
        source: "Diario *Prueba* <test>".to_owned(),
        language: Some(locale.code().to_owned()),
        appeared_at: ago(now, 40),
        story: NoticeStory {
            id: StoryId::new(),
            articles: 7,
            owners: 5,
            media: ["Diario Prueba", "Money & Co", "财经报", "@here News"]
                .map(str::to_owned)
                .into(),
            first_seen_at: ago(now, 60),
        },
        incident: Some(incident(now)),
    }
}

fn severity() -> Severity {
    let part = |name, points, max, fact| Part { name, points, max, fact };
    Severity {
        score: 74.4,
        level: Some(Level::Orange),
        parts: vec![
            part(PartName::Negativity, 33.2, 35.0, Fact::Probability { p: 0.92 }),
            part(PartName::Spread, 7.8, 12.0, Fact::Owners { owners: 5 }),
            part(PartName::Authority, 6.0, 10.0, Fact::Tier { tier: 2 }),
            part(
                PartName::Prominence,
                6.4,
                8.0,
                Fact::Named { place: Place::Headline, mentions: 1 },
            ),
        ],
        adjustments: Vec::new(),
    }
}

fn incident(now: Timestamp) -> NoticeIncident {
    NoticeIncident {
        number: "INC-TEST".to_owned(),
        plan_id: "test".to_owned(),
        plan: "Plan de prueba / test plan / 测试预案".to_owned(),
        level: Level::Orange,
        state: IncidentState::Proposed,
        confirm_by: Some(now),
        steps: vec![NoticeStep {
            key: "facts".to_owned(),
            title: "Reunir los hechos — gather the facts — 核实情况".to_owned(),
            help: Some("Qué se sabe, quién lo dice, qué falta por saber.".to_owned()),
            role: "Portavoz".to_owned(),
            person: "Ana Pérez".to_owned(),
            due_at: Some(now),
        }],
    }
}

fn sources(now: Timestamp) -> SourcesNotice {
    SourcesNotice {
        changes: vec![SourceChange {
            id: "diario".to_owned(),
            name: "Diario <Prueba>".to_owned(),
            was: Health::Healthy,
            now: Health::Failing,
            since: ago(now, 30),
            reason: Some("HTTP 503".to_owned()),
            next_check_at: Some(now),
        }],
        more: 3,
        silent: vec![SilentTopic {
            id: "test".to_owned(),
            name: text("Prueba del canal", "Test of the channel", "渠道测试"),
            seen: 1,
            expected: 12.5,
        }],
        counts: BTreeMap::from([(Health::Failing, 4)]),
        healthy: 96,
        total: 100,
    }
}

fn channels(now: Timestamp) -> ChannelsNotice {
    let change = |id: &str, state, failures, dead| ChannelChange {
        id: id.to_owned(),
        now: state,
        since: ago(now, 5),
        failures,
        waiting: failures,
        dead,
        reason: Some("RCPT: permanent error (550): <no such user>".to_owned()),
        fallback: (failures > 0).then(|| "chat".to_owned()),
    };
    ChannelsNotice {
        changes: vec![
            change("mail", ChannelState::Failing, 4, 0),
            change("siem", ChannelState::Dropping, 0, 2),
            change("teams", ChannelState::Working, 0, 0),
        ],
    }
}

fn delivery(locale: Locale, now: Timestamp) -> Delivery {
    Delivery {
        id: DeliveryId::new(),
        notice_id: NoticeId::new(),
        channel: "sample".to_owned(),
        recipient: Recipient {
            id: "sample".to_owned(),
            address: "sample@example.org".to_owned(),
            name: "Ana Pérez".to_owned(),
            locale,
            time_zone: "Europe/Madrid".to_owned(),
        },
        idempotency_key: "sample-key".to_owned(),
        thread_key: None,
        state: DeliveryState::Leased,
        attempts: 1,
        not_before: now,
        lease_epoch: 1,
        created_at: now,
        answer: None,
    }
}

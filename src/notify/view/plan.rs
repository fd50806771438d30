//! News of a running plan in their reader's language: a sentence, facts with their names, lists.

use jiff::Timestamp;
use serde::Serialize;

use super::alert::{colours, level_name};
use crate::model::{
    Locale, MediaContact, PlanNews, PlanNotice, PlanTask, SituationReport, Start, short_hash,
};
use crate::notify::clean::clean;
use crate::notify::clock::Clock;
use crate::phrases;

/// Characters of a line of a text for others: as many as one may have in all.
const LINE: usize = 10_000;
/// Items of one list.
const MOST: usize = 40;

/// News for one reader.
#[derive(Debug, Serialize)]
pub struct PlanView {
    pub colour: &'static str,
    pub ink: &'static str,
    pub heading: String,
    pub title: String,
    pub said: String,
    pub rows: Vec<PlanRow>,
    /// A text for others, line by line.
    pub text: Vec<String>,
    pub lists: Vec<PlanList>,
    pub url: Option<String>,
}

/// A fact with its name.
#[derive(Debug, Serialize)]
pub struct PlanRow {
    pub label: &'static str,
    pub value: String,
}

/// Things under a heading.
#[derive(Debug, Serialize)]
pub struct PlanList {
    pub heading: &'static str,
    pub items: Vec<String>,
}

/// Somebody's language and clock.
struct Reader<'a> {
    locale: Locale,
    clock: &'a Clock,
    notice: &'a PlanNotice,
}

impl PlanView {
    /// The news as somebody with this language and clock reads them.
    pub fn new(notice: &PlanNotice, locale: Locale, clock: &Clock) -> Self {
        let reader = Reader { locale, clock, notice };
        let incident = &notice.incident;
        let (colour, ink) = colours(incident.level);
        let level = level_name(incident.level, locale);
        let state = phrases::incident_state(incident.state, locale);
        let heading =
            [clean(&incident.number, 40), level, clean(&incident.plan, 160), state.to_owned()];
        Self {
            colour,
            ink,
            heading: heading.join(" · "),
            title: clean(&notice.title, 300),
            said: reader.said(),
            rows: reader.rows(),
            text: reader.text(),
            lists: reader.lists(),
            url: None,
        }
    }
}

/// The line that stands for the news in an inbox.
pub fn subject(notice: &PlanNotice, locale: Locale) -> String {
    let (key, task) = match &notice.news {
        PlanNews::Activated { .. } => ("activated", None),
        PlanNews::Rejected { .. } => ("rejected", None),
        PlanNews::Cancelled { .. } => ("cancelled", None),
        PlanNews::Level { from, .. } if *from < notice.incident.level => ("raised", None),
        PlanNews::Level { .. } => ("lowered", None),
        PlanNews::Asked { task, .. } if task.late => ("late", Some(task.title.clone())),
        PlanNews::Asked { task, .. } => ("asked", Some(task.title.clone())),
        PlanNews::Awaited { task, .. } => ("awaited", Some(task.title.clone())),
        PlanNews::Warned { task } => ("warned", Some(task.title.clone())),
        PlanNews::Late { task } => ("late", Some(task.title.clone())),
        PlanNews::HandedOver { what, .. } => ("handed_over", Some(what.clone())),
        PlanNews::Drafted { message, times: 0, .. } => ("drafted", Some(message.clone())),
        PlanNews::Drafted { message, .. } => ("unapproved", Some(message.clone())),
        PlanNews::Released { message, .. } => ("released", Some(message.clone())),
        PlanNews::Report(report) => ("report", Some(report.number.to_string())),
        PlanNews::StoodDown { .. } => ("stood_down", None),
        PlanNews::Reopened { .. } => ("reopened", None),
        PlanNews::ReviewDue { .. } => ("review_due", None),
        PlanNews::DrillAhead { .. } => ("drill_ahead", None),
        PlanNews::DrillArticle { headline, .. } => ("drill_article", Some(headline.clone())),
        PlanNews::DrillPaused { .. } => ("drill_paused", None),
        PlanNews::DrillOver { .. } => ("drill_over", None),
    };
    let what = clean(&task.unwrap_or_default(), 90);
    let what = phrases::fill(&format!("plan_subject.{key}"), locale, &[("what", &what)]);
    let values = [
        ("level", level_name(notice.incident.level, locale)),
        ("number", clean(&notice.incident.number, 40)),
        ("what", what),
        ("headline", clean(&notice.title, 70)),
    ];
    let values = values.each_ref().map(|(place, value)| (*place, value.as_str()));
    phrases::fill("subject.plan", locale, &values)
}

impl Reader<'_> {
    fn say(&self, key: &str, values: &[(&str, &str)]) -> String {
        phrases::fill(&format!("plan_news.{key}"), self.locale, values)
    }

    fn label(&self, key: &'static str) -> &'static str {
        phrases::text(key, self.locale)
    }

    fn time(&self, at: Option<Timestamp>) -> String {
        let none = || self.label("plan_news.no_clock").to_owned();
        at.map_or_else(none, |at| self.clock.show(at))
    }

    fn by(&self) -> String {
        let nobody = || self.label("plan_news.atalaya").to_owned();
        self.notice.by.as_ref().map_or_else(nobody, |by| clean(by, 80))
    }

    fn said(&self) -> String {
        let by = self.by();
        let by = ("by", by.as_str());
        match &self.notice.news {
            PlanNews::Activated { start } => self.say(
                match start {
                    Start::Confirmed => "confirmed",
                    Start::Unconfirmed => "unconfirmed",
                    Start::Automatic => "automatic",
                    Start::Red => "red",
                },
                &[by],
            ),
            PlanNews::Rejected { .. } => self.say("rejected", &[by]),
            PlanNews::Cancelled { .. } => self.say("cancelled", &[by]),
            PlanNews::Level { from, .. } => {
                let now = self.notice.incident.level;
                let key = if *from < now { "raised" } else { "lowered" };
                let (from, to) = (level_name(*from, self.locale), level_name(now, self.locale));
                self.say(key, &[by, ("from", &from), ("to", &to)])
            }
            PlanNews::Awaited { task, taken_by: Some(name), .. } => {
                let [title, name] = [(&task.title, 200), (name, 80)].map(|(t, n)| clean(t, n));
                self.say("awaited", &[("task", &title), ("name", &name)])
            }
            PlanNews::Asked { task, .. } if task.late => self.of_task("late", task),
            PlanNews::Asked { task, .. } | PlanNews::Awaited { task, .. } => {
                self.of_task("asked", task)
            }
            PlanNews::Warned { task } => self.of_task("warned", task),
            PlanNews::Late { task } if task.duty => self.of_task("duty_late", task),
            PlanNews::Late { task } => self.of_task("late", task),
            PlanNews::HandedOver { what, from, to, .. } => {
                let [what, from, to] = [what, from, to].map(|text| clean(text, 160));
                self.say("handed_over", &[by, ("what", &what), ("from", &from), ("to", &to)])
            }
            PlanNews::Drafted { message, audience, times, .. } => {
                let audience = phrases::audience(audience, self.locale);
                let key = if *times == 0 { "drafted" } else { "unapproved" };
                self.say(key, &[("what", &clean(message, 80)), ("audience", audience)])
            }
            PlanNews::Released { message, .. } => {
                self.say("released", &[("what", &clean(message, 80))])
            }
            PlanNews::Report(report) => {
                let since = self.clock.show(report.since);
                self.say("report", &[("n", &report.number.to_string()), ("since", &since)])
            }
            PlanNews::StoodDown { .. } => self.say("stood_down", &[by]),
            PlanNews::Reopened { .. } => self.say("reopened", &[by]),
            PlanNews::ReviewDue { .. } => self.say("review_due", &[]),
            PlanNews::DrillAhead { begins_at: at, .. } => {
                self.say("drill_ahead", &[("time", &self.clock.show(*at))])
            }
            PlanNews::DrillArticle { outlet, headline, .. } => {
                let [outlet, headline] = [(outlet, 80), (headline, 300)].map(|(t, n)| clean(t, n));
                self.say("drill_article", &[("outlet", &outlet), ("headline", &headline)])
            }
            PlanNews::DrillPaused { real } => {
                self.say("drill_paused", &[("real", &clean(real, 40))])
            }
            PlanNews::DrillOver { .. } => self.say("drill_over", &[]),
        }
    }

    fn of_task(&self, key: &str, task: &PlanTask) -> String {
        let values = [clean(&task.title, 200), clean(&task.person, 80), self.time(task.due_at)];
        let [title, person, due] = values.each_ref().map(String::as_str);
        self.say(key, &[("task", title), ("person", person), ("due", due)])
    }

    fn row(&self, key: &'static str, value: String) -> PlanRow {
        PlanRow { label: self.label(key), value }
    }

    fn rows(&self) -> Vec<PlanRow> {
        let reason = |reason: &str| self.row("mail.reason", clean(reason, 600));
        match &self.notice.news {
            PlanNews::Rejected { reason: why }
            | PlanNews::Cancelled { reason: why }
            | PlanNews::Reopened { reason: why }
            | PlanNews::DrillOver { reason: why }
            | PlanNews::Level { reason: Some(why), .. }
            | PlanNews::HandedOver { reason: Some(why), .. } => vec![reason(why)],
            PlanNews::StoodDown { reason: why, monitor_until, review_due_at } => {
                let mut rows = vec![reason(why)];
                let times = [
                    ("plan_news.monitor_until", monitor_until),
                    ("plan_news.review_until", review_due_at),
                ];
                rows.extend(
                    times.into_iter().filter_map(|(label, at)| {
                        at.map(|at| self.row(label, self.clock.show(at)))
                    }),
                );
                rows
            }
            PlanNews::Asked { task, asked, next_at, .. }
            | PlanNews::Awaited { task, asked, next_at, .. } => {
                let mut rows = self.task_rows(task);
                let separator = self.label("format.list_separator");
                let names: Vec<String> =
                    asked.iter().take(MOST).map(|name| clean(name, 80)).collect();
                rows.push(self.row("escalation.asked_now", names.join(separator)));
                rows.extend(next_at.map(|at| {
                    let at = self.clock.show(at);
                    let next = phrases::fill("escalation.next_at", self.locale, &[("time", &at)]);
                    self.row("escalation.next", next)
                }));
                rows.push(self.answer(&task.key));
                rows
            }
            PlanNews::Warned { task } | PlanNews::Late { task } => {
                let mut rows = self.task_rows(task);
                rows.push(self.answer(&task.key));
                rows
            }
            PlanNews::Drafted { message, hash, missing, .. } => {
                let roles: Vec<String> = missing.iter().map(|role| clean(role, 120)).collect();
                let number = clean(&self.notice.incident.number, 40);
                let (hash, key) = (short_hash(hash), clean(message, 80));
                let command = format!("atalaya incident approve {number} {key} --hash {hash}");
                vec![
                    self.row(
                        "plan_news.approvers",
                        roles.join(self.label("format.list_separator")),
                    ),
                    self.row("plan_news.hash", clean(hash, 64)),
                    self.row("plan_news.approve", command),
                ]
            }
            PlanNews::Released { hash, .. } => {
                vec![self.row("plan_news.hash", clean(short_hash(hash), 64))]
            }
            PlanNews::Report(report) => self.report_rows(report),
            PlanNews::DrillAhead { scenario, .. } => {
                vec![self.row("drill.scenario", clean(scenario, 200))]
            }
            PlanNews::DrillArticle { text, appeared_at, .. } => vec![
                self.row("drill.text", clean(text, 2000)),
                self.row("drill.appeared", self.clock.show(*appeared_at)),
            ],
            PlanNews::Activated { .. }
            | PlanNews::DrillPaused { .. }
            | PlanNews::Level { .. }
            | PlanNews::HandedOver { .. }
            | PlanNews::ReviewDue { .. } => Vec::new(),
        }
    }

    /// What to type: who is told has no other way to answer for a step.
    fn answer(&self, key: &str) -> PlanRow {
        let number = clean(&self.notice.incident.number, 40);
        let command = format!("atalaya incident ack {number} {}", clean(key, 80));
        self.row("plan_news.answer", command)
    }

    fn task_rows(&self, task: &PlanTask) -> Vec<PlanRow> {
        let colon = self.label("format.colon");
        let who = format!("{}{colon}{}", clean(&task.role, 120), clean(&task.person, 80));
        let mut rows = vec![
            self.row("page.holder", who),
            self.row("page.deputy", clean(&task.deputy, 80)),
            self.row("page.due", self.time(task.due_at)),
        ];
        let help = task.help.as_deref().map(|help| clean(help, 1000));
        rows.extend(
            help.filter(|help| !help.is_empty()).map(|help| self.row("plan_news.how", help)),
        );
        rows
    }

    fn report_rows(&self, report: &SituationReport) -> Vec<PlanRow> {
        let counts = [
            phrases::count("count.articles", self.locale, report.articles),
            phrases::count("count.owners", self.locale, report.owners),
        ];
        let hours =
            [("now", report.last_hour.to_string()), ("before", report.hour_before.to_string())];
        let hours = hours.each_ref().map(|(place, value)| (*place, value.as_str()));
        let media: Vec<String> = report.media.iter().map(|name| clean(name, 80)).collect();
        let mut rows = vec![
            self.row("mail.story", counts.join(" · ")),
            self.row("plan_news.last_hour", self.say("hours", &hours)),
        ];
        if !media.is_empty() {
            rows.push(self.row("mail.media", media.join(self.label("format.list_separator"))));
        }
        rows.extend(
            report.next_at.map(|at| self.row("plan_news.next_report", self.clock.show(at))),
        );
        let (entries, head) = &report.log;
        rows.push(self.row("plan_news.log", format!("{entries} · {}", clean(head, 64))));
        rows
    }

    /// Each line by itself: it is approved as it stands, paragraphs and all.
    fn text(&self) -> Vec<String> {
        match &self.notice.news {
            PlanNews::Drafted { text, .. } | PlanNews::Released { text, .. } => {
                text.lines().map(|line| clean(line, LINE)).collect()
            }
            _ => Vec::new(),
        }
    }

    /// Somebody of the media, on one line.
    fn contact(&self, contact: &MediaContact) -> String {
        let language = contact.language.map(|language| language.code().to_owned());
        let MediaContact { outlet, name, phone, email, note, .. } = contact;
        let rest = [name, phone, email, &language, note];
        let rest: Vec<String> = rest
            .into_iter()
            .flatten()
            .map(|part| clean(part, 120))
            .filter(|it| !it.is_empty())
            .collect();
        let separator = self.label("format.list_separator");
        format!("{}{}{}", clean(outlet, 80), self.label("format.colon"), rest.join(separator))
    }

    fn lists(&self) -> Vec<PlanList> {
        let list = |heading, items: Vec<String>| PlanList { heading: self.label(heading), items };
        let lists = match &self.notice.news {
            PlanNews::Released { contacts, .. } => {
                vec![list("plan_news.media", contacts.iter().map(|it| self.contact(it)).collect())]
            }
            PlanNews::Report(report) => {
                let done = report.done.iter().map(|done| {
                    let by = clean(&done.by, 80);
                    format!("{} — {by}, {}", clean(&done.title, 200), self.clock.show(done.at))
                });
                let tasks = |all: &[PlanTask]| all.iter().map(|task| self.line(task)).collect();
                vec![
                    list("plan_news.is_late", tasks(&report.late)),
                    list("plan_news.is_left", tasks(&report.left)),
                    list("plan_news.is_done", done.collect()),
                ]
            }
            PlanNews::ReviewDue { questions } => {
                let questions = questions.iter().take(MOST).map(|text| clean(text, 300));
                vec![list("plan_news.questions", questions.collect())]
            }
            PlanNews::Activated { .. } | PlanNews::Level { .. } | PlanNews::Reopened { .. } => {
                vec![list("plan_news.is_left", self.steps())]
            }
            _ => Vec::new(),
        };
        lists.into_iter().filter(|list| !list.items.is_empty()).collect()
    }

    fn steps(&self) -> Vec<String> {
        let steps = self.notice.incident.steps.iter().take(MOST);
        let line = |step: &crate::model::NoticeStep| {
            let (title, person) = (clean(&step.title, 200), clean(&step.person, 80));
            format!("{title} — {person}, {}", self.time(step.due_at))
        };
        steps.map(line).collect()
    }

    fn line(&self, task: &PlanTask) -> String {
        let (title, person) = (clean(&task.title, 200), clean(&task.person, 80));
        format!("{title} — {person}, {}", self.time(task.due_at))
    }
}

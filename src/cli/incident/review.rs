//! The after-action review: what happened when, against the plan, as a document to read and sign.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{Act, Answer, act_on, answered};
use crate::app::AppError;
use crate::app::incidents::{self, Dossier};
use crate::cli::document::{Block, Form};
use crate::cli::output;
use crate::cli::report::BAD_INPUT;
use crate::config::Config;
use crate::model::{Care, Happening, IncidentEvent, Locale, short_hash};
use crate::phrases;

/// Write the review document, or sign the review
#[derive(Args)]
#[command(group = clap::ArgGroup::new("how").required(true).args(["export", "sign"]))]
pub struct Review {
    /// `INC-2026-0007`
    number: String,
    /// Write the document
    #[arg(long, value_name = "FORM")]
    export: Option<Form>,
    /// Into this file. Default: standard output
    #[arg(long, value_name = "FILE", requires = "export")]
    out: Option<PathBuf>,
    /// es, en or zh. Default: the language of the plan
    #[arg(long, value_name = "CODE", requires = "export")]
    language: Option<Locale>,
    /// Sign it, with what it concludes
    #[arg(long, value_name = "TEXT", requires = "by")]
    sign: Option<String>,
    /// Who signs
    #[arg(long, value_name = "NAME")]
    by: Option<String>,
}

impl Review {
    pub async fn run(self, config: &Config) -> Result<ExitCode, AppError> {
        let number = self.number.clone();
        if let (Some(conclusions), Some(by)) = (self.sign, self.by) {
            return act_on(config, number, by, Act::Say(Happening::Reviewed { conclusions })).await;
        }
        let Some(found) = incidents::dossier(config, number.clone()).await? else {
            return Ok(answered(Answer::Unknown(format!("incident {number}"))));
        };
        let locale = self.language.unwrap_or(found.plan.locale);
        let reader = Reader::new(config, &found, locale);
        let blocks = reader.document();
        let title = format!("{} · {}", found.incident.number, found.incident.title);
        let text = self.export.unwrap_or_default().written(&title, locale.code(), &blocks);
        Ok(match self.out {
            None => output::print_text(|out| {
                out.push_str(&text);
                Ok(())
            }),
            Some(path) => match std::fs::write(&path, text) {
                Ok(()) => ExitCode::SUCCESS,
                Err(error) => {
                    let what = format!("{}: {error}", path.display());
                    output::refuse(&what, ExitCode::from(BAD_INPUT))
                }
            },
        })
    }
}

/// The document in somebody's language, by the clock of the plan.
pub struct Reader<'a> {
    config: &'a Config,
    found: &'a Dossier,
    locale: Locale,
    zone: TimeZone,
}

impl<'a> Reader<'a> {
    pub fn new(config: &'a Config, found: &'a Dossier, locale: Locale) -> Self {
        let zone = TimeZone::get(&found.plan.time_zone).unwrap_or(TimeZone::UTC);
        Self { config, found, locale, zone }
    }

    fn say(&self, key: &str) -> String {
        phrases::text(key, self.locale).to_owned()
    }

    /// As people call somebody.
    pub fn name(&self, id: &str) -> String {
        let person = self.config.people.get(id);
        person.map_or_else(|| id.to_owned(), |person| person.name.clone())
    }

    fn time(&self, at: Timestamp) -> String {
        let local = at.to_zoned_datetime(self.zone.clone());
        local.strftime("%Y-%m-%d %H:%M:%S %Z").to_string()
    }

    fn optional(&self, at: Option<Timestamp>) -> String {
        at.map_or_else(|| "–".to_owned(), |at| self.time(at))
    }

    /// What happened when: time of day, who, what, details.
    pub fn timeline(&self) -> Vec<[String; 4]> {
        let time = |at: Timestamp| at.to_zoned_datetime(self.zone.clone());
        self.log(false, &|at| time(at).strftime("%H:%M:%S").to_string())
    }

    /// The whole review.
    pub fn document(&self) -> Vec<Block> {
        let incident = &self.found.incident;
        let title = format!("{} — {}", self.say("review.title"), incident.number);
        let mut blocks = vec![Block::Heading(1, title), Block::Text(incident.title.clone())];
        blocks.push(self.summary());
        self.section(&mut blocks, "review.steps", self.steps());
        self.section(&mut blocks, "review.deadlines", self.deadlines());
        self.section(&mut blocks, "review.called", self.called());
        self.section(&mut blocks, "review.statements", self.statements());
        self.section(&mut blocks, "review.knew", self.knew());
        self.section(&mut blocks, "review.decisions", self.log_table(true));
        self.section(&mut blocks, "review.timeline", self.log_table(false));
        if let Some(review) = &self.found.plan.review {
            blocks.push(Block::Heading(2, self.say("review.questions")));
            for question in &review.questions {
                blocks.push(Block::Heading(3, question.clone()));
                blocks.push(Block::Text("…".to_owned()));
            }
        }
        let lesson = |it: &crate::model::Lesson| {
            vec![it.text.clone(), self.name(&it.owner), it.due.to_string()]
        };
        let lessons = incident.life.lessons.iter().map(lesson).collect();
        self.section(
            &mut blocks,
            "review.lessons",
            (self.head(&["lesson", "owner", "due"]), lessons),
        );
        if let Some(conclusions) = &incident.life.conclusions {
            blocks.push(Block::Heading(2, self.say("review.conclusions")));
            blocks.push(Block::Text(conclusions.clone()));
        }
        let head = self.found.head.clone().unwrap_or_else(|| "–".to_owned());
        let events = self.found.events.len().to_string();
        let values = [("n", events.as_str()), ("hash", head.as_str())];
        blocks.push(Block::Text(phrases::fill("review.log", self.locale, &values)));
        blocks
    }

    fn section(
        &self,
        blocks: &mut Vec<Block>,
        title: &str,
        (head, rows): (Vec<String>, Vec<Vec<String>>),
    ) {
        if !rows.is_empty() {
            blocks.push(Block::Heading(2, self.say(title)));
            blocks.push(Block::Table(head, rows));
        }
    }

    fn head(&self, columns: &[&str]) -> Vec<String> {
        columns.iter().map(|column| self.say(&format!("review.{column}"))).collect()
    }

    fn summary(&self) -> Block {
        let incident = &self.found.incident;
        let life = &incident.life;
        let peak = life.peak.unwrap_or(incident.level);
        let facts = [
            ("plan", format!("{} ({})", self.found.plan.title, self.found.plan.version)),
            ("state", phrases::incident_state(incident.state, self.locale).to_owned()),
            ("peak", phrases::level(peak, self.locale).to_owned()),
            ("detected", self.time(incident.detected_at)),
            ("opened", self.time(incident.opened_at)),
            ("activated", self.optional(incident.activated_at)),
            ("aware", self.optional(life.aware_at)),
            ("classified", self.optional(life.classified_at)),
            ("stood_down", self.optional(life.stood_down_at)),
        ];
        let colon = self.say("format.colon");
        let line = |(key, value): (&str, String)| {
            format!("{}{colon}{value}", self.say(&format!("review.{key}")))
        };
        Block::List(facts.into_iter().map(line).collect())
    }

    fn steps(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let rows = self.found.incident.steps.iter().map(|step| {
            let state = phrases::step_state(step.state, self.locale).to_owned();
            self.task(&step.title, &step.person, state, step.due_at, &step.care)
        });
        (self.head(&["step", "holder", "state", "due", "done", "margin", "note"]), rows.collect())
    }

    fn deadlines(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let rows = self.found.incident.life.duties.iter().map(|duty| {
            let state = phrases::step_state(duty.state(), self.locale).to_owned();
            self.task(&duty.title, &duty.person, state, duty.due_at, &duty.care)
        });
        let head = self.head(&["deadline", "holder", "state", "due", "done", "margin", "note"]);
        (head, rows.collect())
    }

    fn task(
        &self,
        title: &str,
        person: &str,
        state: String,
        due: Option<Timestamp>,
        care: &Care,
    ) -> Vec<String> {
        let done = care.finished.as_ref().map(|mark| mark.at);
        let margin = due.zip(done).map(|(due, done)| signed(due.duration_since(done)));
        vec![
            title.to_owned(),
            self.name(person),
            state,
            self.optional(due),
            self.optional(done),
            margin.unwrap_or_else(|| "–".to_owned()),
            care.note.clone().unwrap_or_default(),
        ]
    }

    /// Who was asked, and who answered.
    fn called(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let rows = self.found.called.iter().map(|it| {
            let answer = if it.never_answered {
                self.say("review.never_answered")
            } else {
                self.optional(it.answered_at)
            };
            vec![self.name(&it.person), it.asked.to_string(), answer]
        });
        (self.head(&["who", "asked", "answered"]), rows.collect())
    }

    /// Which texts were written and who approved which of them, by their fingerprints.
    fn statements(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let role = |key: &str| {
            let role = self.found.plan.roles.get(key);
            role.map_or_else(|| key.to_owned(), |role| role.title.clone())
        };
        let rows = self.found.events.iter().filter_map(|event| {
            let (key, what, role, hash) = match &event.what {
                Happening::Drafted { key, text, .. } => {
                    let hash = blake3::hash(text.as_bytes()).to_hex().to_string();
                    (key, text.clone(), String::new(), hash)
                }
                Happening::Approved { key, role: of, hash } => {
                    (key, self.say("log.approved"), role(of), hash.clone())
                }
                _ => return None,
            };
            let by = event.by.as_deref().map(|by| self.name(by)).unwrap_or_default();
            let hash = short_hash(&hash).to_owned();
            Some(vec![self.time(event.at), key.clone(), by, role, hash, what])
        });
        (self.head(&["at", "text", "who", "role", "hash", "what"]), rows.collect())
    }

    /// What the alert knew, and when.
    fn knew(&self) -> (Vec<String>, Vec<Vec<String>>) {
        let stories = self.found.stories.iter().map(|(headline, at, articles)| {
            let count = phrases::count("count.articles", self.locale, *articles);
            (*at, format!("{headline} ({count})"))
        });
        let alert = self.found.alert.iter().map(|event| {
            let what = phrases::alert_event(event.kind, self.locale);
            let told = event.note.as_deref().map(|note| self.noted(what, note));
            (event.at, told.unwrap_or_else(|| what.to_owned()))
        });
        let mut rows: Vec<(Timestamp, String)> = stories.chain(alert).collect();
        rows.sort();
        let rows = rows.into_iter().map(|(at, what)| vec![self.time(at), what]);
        (self.head(&["at", "what"]), rows.collect())
    }

    /// What happened to an alert, with its note: a level and why, or somebody's words.
    fn noted(&self, what: &str, note: &str) -> String {
        let reason = |name: &str| {
            name.parse().ok().map(|reason| phrases::reason(reason, self.locale).to_owned())
        };
        let decided = note.split_once(": ").and_then(|(level, why)| {
            let level = phrases::level(level.parse().ok()?, self.locale);
            Some(format!("{level} · {}", reason(why)?))
        });
        let told = decided.or_else(|| reason(note)).unwrap_or_else(|| note.to_owned());
        format!("{what} · {told}")
    }

    fn log_table(&self, decisions: bool) -> (Vec<String>, Vec<Vec<String>>) {
        let rows = self.log(decisions, &|at| self.time(at)).into_iter().map(Vec::from);
        (self.head(&["at", "who", "what", "details"]), rows.collect())
    }

    /// The log; with `decisions` only what people decided, with their reasons.
    fn log(&self, decisions: bool, time: &dyn Fn(Timestamp) -> String) -> Vec<[String; 4]> {
        let events = self.found.events.iter().zip(&self.found.concerned);
        let events = events.filter(|(event, _)| !decisions || is_decision(&event.what));
        let row = |(event, concerned): (&IncidentEvent, &BTreeSet<String>)| {
            let by = event.by.as_deref().map_or_else(|| "Atalaya".to_owned(), |by| self.name(by));
            let what = self.say(&format!("log.{}", event.what.name()));
            [time(event.at), by, what, self.details(&event.what, concerned)]
        };
        events.map(row).collect()
    }

    fn details(&self, what: &Happening, concerned: &BTreeSet<String>) -> String {
        let title = |key: &str| {
            let incident = &self.found.incident;
            let steps = incident.steps.iter().map(|step| (&step.key, &step.title));
            let duties = incident.life.duties.iter().map(|duty| (&duty.key, &duty.title));
            let role = self.found.plan.roles.get(key).map(|role| role.title.clone());
            let task = steps.chain(duties).find(|(other, _)| *other == key);
            task.map(|(_, title)| title.clone()).or(role).unwrap_or_else(|| key.to_owned())
        };
        let level = |level| phrases::level(level, self.locale).to_owned();
        let joined = |parts: Vec<String>| {
            let parts: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
            parts.join(" · ")
        };
        let optional = |text: &Option<String>| text.clone().unwrap_or_default();
        match what {
            Happening::Opened { origin, .. } => level(origin.level),
            Happening::Raised { level: to, reason } => joined(vec![level(*to), optional(reason)]),
            Happening::Lowered { level: to, reason } => joined(vec![level(*to), reason.clone()]),
            Happening::Done { key, evidence } => joined(vec![title(key), optional(evidence)]),
            Happening::Skipped { key, reason } => joined(vec![title(key), reason.clone()]),
            Happening::HandedOver { key, to, reason } => {
                joined(vec![title(key), self.name(to), optional(reason)])
            }
            Happening::Moved { state, reason } => {
                let state = phrases::incident_state(*state, self.locale).to_owned();
                joined(vec![state, optional(reason)])
            }
            Happening::Rejected { reason }
            | Happening::StoodDown { reason, .. }
            | Happening::Reopened { reason }
            | Happening::Cancelled { reason } => reason.clone(),
            Happening::Noted { text } => text.clone(),
            Happening::Learned { text, owner, due } => {
                joined(vec![text.clone(), self.name(owner), due.to_string()])
            }
            Happening::Reviewed { conclusions } => conclusions.clone(),
            Happening::Drafted { key, .. } => key.clone(),
            Happening::Unapproved { key } => joined(vec![key.clone(), self.told(concerned)]),
            Happening::Approved { key, role, hash } => {
                joined(vec![key.clone(), title(role), short_hash(hash).to_owned()])
            }
            Happening::Reported { number } => number.to_string(),
            Happening::Asked { key, .. }
            | Happening::Repeated { key, .. }
            | Happening::Late { key }
            | Happening::Warned { key, .. } => joined(vec![title(key), self.told(concerned)]),
            other => other.key().map(title).unwrap_or_default(),
        }
    }

    /// Whom a message went to.
    fn told(&self, concerned: &BTreeSet<String>) -> String {
        let names: Vec<String> = concerned.iter().map(|id| self.name(id)).collect();
        let names = names.join(&self.say("format.list_separator"));
        if names.is_empty() { names } else { format!("→ {names}") }
    }
}

fn is_decision(what: &Happening) -> bool {
    matches!(
        what,
        Happening::Activated { .. }
            | Happening::Rejected { .. }
            | Happening::Raised { .. }
            | Happening::Lowered { .. }
            | Happening::Classified
            | Happening::Skipped { .. }
            | Happening::Approved { .. }
            | Happening::HandedOver { .. }
            | Happening::Moved { .. }
            | Happening::StoodDown { .. }
            | Happening::Reopened { .. }
            | Happening::Cancelled { .. }
    )
}

/// `+1 h 05 min` where there was time left, `-0 h 12 min` where there was none; seconds below a minute.
fn signed(left: SignedDuration) -> String {
    let sign = if left.is_negative() { '-' } else { '+' };
    let (minutes, seconds) = (left.as_secs() / 60, left.as_secs() % 60);
    if minutes == 0 {
        return format!("{sign}{} s", seconds.abs());
    }
    format!("{sign}{} h {:02} min", (minutes / 60).abs(), (minutes % 60).abs())
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::signed;

    #[test]
    fn margins_say_on_which_side() {
        for (seconds, said) in [
            (3900, "+1 h 05 min"),
            (-720, "-0 h 12 min"),
            (-6, "-6 s"),
            (0, "+0 s"),
            (59, "+59 s"),
            (60, "+0 h 01 min"),
        ] {
            assert_eq!(signed(SignedDuration::from_secs(seconds)), said);
        }
    }
}

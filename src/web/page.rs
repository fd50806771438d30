//! The status page: what is going on, in the reader's language, from the store alone.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use minijinja::{AutoEscape, Environment, Value, context};

use crate::config::Config;
use crate::model::{
    Alert, Health, Incident, Level, Locale, Source, SourceState, StepState, Story, Vitals,
};
use crate::phrases;
use crate::store::{
    Store, StoreError, Transaction, alerts, answers, incidents, sources, status, stories,
};

const TEMPLATE: &str = include_str!("templates/status.html.j2");
/// Alerts and incidents shown.
const SHOWN: u32 = 50;
/// Sources shown.
const SOURCES: usize = 200;
/// How far back alerts are shown.
const BACK: SignedDuration = SignedDuration::from_hours(14 * 24);

pub(super) static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment
});

/// Why the page could not be made.
#[derive(Debug, thiserror::Error)]
pub enum PageError {
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The template does not fit its data.
    #[error("the page does not render: {0}")]
    Template(#[from] minijinja::Error),
}

/// What the page tells, read at one instant.
struct Facts {
    counts: status::Counts,
    alerts: Vec<(Alert, Option<Story>, Option<String>)>,
    incidents: Vec<Incident>,
    sources: Vec<(SourceState, Vitals)>,
    dead: Vec<(String, String)>,
    holding: status::Holding,
}

/// The page as HTML.
///
/// # Errors
/// If the store does not answer.
pub async fn render(store: &Store, config: &Config, locale: Locale) -> Result<String, PageError> {
    let now = Timestamp::now();
    let facts = store.read(move |tx| read(tx, now)).await?;
    let zone = TimeZone::get(&config.organisation.time_zone).unwrap_or(TimeZone::UTC);
    let page = Page { config, locale, zone, now };
    Ok(page.render(&facts)?)
}

fn read(tx: &mut dyn Transaction, now: Timestamp) -> Result<Facts, StoreError> {
    let mut told = Vec::new();
    for alert in alerts::recent(tx, now - BACK, SHOWN)? {
        let story = stories::find(tx, alert.story_id)?;
        let by = answers::standing(tx, &alert)?.by;
        told.push((alert, story, by));
    }
    Ok(Facts {
        counts: status::counts(tx)?,
        alerts: told,
        incidents: incidents::recent(tx, SHOWN)?,
        sources: sources::overview(tx)?,
        dead: status::dead_deliveries(tx, SHOWN)?,
        holding: status::holding(tx, now)?,
    })
}

struct Page<'a> {
    config: &'a Config,
    locale: Locale,
    zone: TimeZone,
    now: Timestamp,
}

impl Page<'_> {
    fn render(&self, facts: &Facts) -> Result<String, minijinja::Error> {
        let locale = self.locale;
        let say = move |key: &str| phrases::text(key, locale).to_owned();
        let mut counts = BTreeMap::new();
        for (name, value) in [
            ("articles", facts.counts.articles),
            ("stories", facts.counts.stories),
            ("alerts", facts.counts.alerts),
            ("incidents", facts.counts.incidents),
            ("entries_pending", facts.counts.entries_pending),
            ("deliveries_open", facts.counts.deliveries_open),
            ("deliveries_dead", facts.counts.deliveries_dead),
        ] {
            counts.insert(name, value);
        }
        let dead: Vec<Value> =
            facts.dead.iter().map(|(channel, error)| context! { channel, error }).collect();
        let (sources, left) = self.sources(&facts.sources);
        let highest = facts.incidents.iter().map(|incident| incident.level).max();
        ENVIRONMENT.render_str(
            TEMPLATE,
            context! {
                t => Value::from_function(move |key: &str| say(key)),
                lang => locale.code(),
                organisation => &self.config.organisation.name,
                now => self.time(self.now),
                calm => facts.alerts.is_empty(),
                highest => highest.map(Level::name),
                counts,
                alerts => facts.alerts.iter().map(|(alert, story, by)| self.alert(alert, story.as_ref(), by.as_deref())).collect::<Vec<_>>(),
                incidents => facts.incidents.iter().map(|incident| self.incident(incident)).collect::<Vec<_>>(),
                sources,
                more_sources => (left > 0).then(|| phrases::fill("page.more_sources", locale, &[("n", &left.to_string())])),
                dead,
                holding => self.holding(&facts.holding),
            },
        )
    }

    /// What is not told at once; nothing if nothing is held back.
    fn holding(&self, holding: &status::Holding) -> Value {
        let person =
            |id: &str| self.config.people.get(id).map_or(id, |person| &person.name).to_owned();
        let say = |key: &'static str| phrases::text(key, self.locale);
        let mut counts: Vec<(&str, u32)> = holding
            .held
            .iter()
            .map(|(why, n)| (phrases::held_why(*why, self.locale), *n))
            .collect();
        let waiting = [
            (say("page.held_group"), holding.grouped),
            (say("page.held_summary"), holding.summaries),
        ];
        counts.extend(waiting.into_iter().filter(|(_, n)| *n > 0));
        let silences = holding.silences.iter().map(|(silence, held)| {
            context! {
                id => &silence.id,
                query => &silence.query,
                owner => person(&silence.owner),
                reason => &silence.reason,
                until => self.time(silence.ends_at),
                held,
            }
        });
        let disabled = holding.disabled.iter();
        let disabled = disabled
            .map(|(channel, since, why)| context! { channel, since => self.time(*since), why });
        context! {
            counts,
            silences => silences.collect::<Vec<_>>(),
            disabled => disabled.collect::<Vec<_>>(),
        }
    }

    fn alert(&self, alert: &Alert, story: Option<&Story>, by: Option<&str>) -> Value {
        let topic = self.config.keywords.topics.iter().find(|topic| topic.id == alert.topic_id);
        let parts: Vec<Value> = alert
            .severity
            .parts
            .iter()
            .filter(|part| part.points != 0.0)
            .map(|part| {
                context! {
                    name => phrases::part(part.name, self.locale),
                    points => part.points,
                    fact => phrases::fact(&part.fact, self.locale),
                }
            })
            .collect();
        context! {
            level => alert.standing.name(),
            level_name => phrases::level(alert.standing, self.locale),
            score => format!("{:.0}", alert.severity.score.floor()),
            headline => story.map_or("", |story| &story.headline),
            articles => story.map_or(0, |story| story.articles),
            topic => topic.map_or(alert.topic_id.as_str(), |topic| topic.name.get(self.locale)),
            state => phrases::alert_state(alert.state, self.locale),
            by,
            told => alert.told,
            opened => self.time(alert.opened_at),
            updated => self.time(alert.updated_at),
            parts,
        }
    }

    fn incident(&self, incident: &Incident) -> Value {
        let person = |id: &str| {
            self.config.people.get(id).map_or_else(|| id.to_owned(), |person| person.name.clone())
        };
        let row = |title: &str,
                   (holder, deputy): (&str, &str),
                   due: Option<Timestamp>,
                   state: StepState| {
            context! {
                title,
                person => person(holder),
                backup => person(deputy),
                due => due.map(|at| self.time(at)),
                late => state.is_unfinished() && due.is_some_and(|at| at < self.now),
                state => phrases::step_state(state, self.locale),
            }
        };
        let steps = incident
            .steps
            .iter()
            .map(|step| row(&step.title, (&step.person, &step.backup), step.due_at, step.state));
        let duties =
            incident.life.duties.iter().map(|duty| {
                row(&duty.title, (&duty.person, &duty.backup), duty.due_at, duty.state())
            });
        let steps: Vec<Value> = steps.chain(duties).collect();
        context! {
            number => &incident.number,
            title => &incident.title,
            plan => &incident.plan_id,
            level => incident.level.name(),
            level_name => phrases::level(incident.level, self.locale),
            state => phrases::incident_state(incident.state, self.locale),
            opened => self.time(incident.opened_at),
            steps,
        }
    }

    /// Those that are not well first, and how many more there are.
    fn sources(&self, known: &[(SourceState, Vitals)]) -> (Vec<Value>, usize) {
        let configured: HashMap<&str, &Source> =
            self.config.sources.iter().map(|source| (source.id.as_str(), &**source)).collect();
        let mut shown: Vec<_> = known
            .iter()
            .filter_map(|one| Some((*configured.get(one.0.source_id.as_str())?, one)))
            .collect();
        shown.sort_by_key(|(_, (_, vitals))| is_well(vitals));
        let left = shown.len().saturating_sub(SOURCES);
        let rows = shown.iter().take(SOURCES);
        (rows.map(|(source, (state, vitals))| self.source(source, state, vitals)).collect(), left)
    }

    fn source(&self, source: &Source, state: &SourceState, vitals: &Vitals) -> Value {
        let is_well = is_well(vitals);
        context! {
            name => &source.name,
            tier => source.tier,
            health => phrases::health(vitals.health, self.locale),
            is_well,
            since => vitals.health_since.filter(|_| !is_well).map(|at| self.time(at)),
            reason => &vitals.health_reason,
            last => state.last_success_at.map(|at| self.time(at)),
            next => (vitals.health != Health::Gone).then(|| self.time(state.next_check_at)),
        }
    }

    fn time(&self, at: Timestamp) -> String {
        at.to_zoned_datetime(self.zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string()
    }
}

fn is_well(vitals: &Vitals) -> bool {
    matches!(vitals.health, Health::New | Health::Healthy)
}

//! Drills as they are played: made-up articles at their time, an incident that carries the mark, and a
//! stop at once where something real happens. Nothing of it is an article, a story or an alert.

use jiff::civil::Time;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};

use super::{Telling, begin, compose, record};
use crate::config::Config;
use crate::decide;
use crate::model::{
    AlertId, Drill, DrillClock, DrillMark, DrillReach, DrillState, Happening, Incident,
    IncidentEvent, IncidentId, IncidentState, Level, NoticeBody, NoticeIncident, Origin, Plan,
    PlanNews, PlanNotice, Scenario, ScenarioItem, StoryFacts, StoryId,
};
use crate::pipeline::{Pipeline, outbox};
use crate::plan;
use crate::store::{StoreError, Transaction, deliveries, drills, incidents};

/// A made-up article is as grave as any: its spread decides the level.
const SCORE: f64 = 100.0;
/// A drill that a real incident is in the way of is looked at again after this.
const LATER: i64 = 1;

/// Has everything happen to a drill that is due by now. Answers how many messages that makes.
fn play(
    tx: &mut dyn Transaction,
    config: &Config,
    number: &str,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let Some(mut drill) = drills::by_number(tx, number)? else { return Ok(0) };
    let mut messages = 0;
    if drill.state == DrillState::Planned {
        if drill.tells_at.is_some_and(|at| at <= now) && !drill.to_tell.is_empty() {
            messages += announce(tx, config, &drill, now)?;
            drill.to_tell.clear();
        }
        if drill.starts_at <= now {
            set_off(tx, &mut drill, now)?;
        }
        drills::save(tx, &drill, wakes_at(&drill))?;
    }
    // Each turn reads what the one before wrote: an event may end the drill.
    while let Some(drill) = drills::by_number(tx, number)?.filter(Drill::runs) {
        let shown = drill.shows(now);
        let next = usize::try_from(drill.played).ok().and_then(|at| drill.scenario.items.get(at));
        match next.cloned().filter(|item| drill.at(item.after) <= shown) {
            Some(item) => messages += appear(tx, config, drill, &item, now)?,
            None if drill.at(drill.scenario.lasts) <= shown => {
                messages += end(tx, config, drill, None, ("the time of the drill is over", now))?;
            }
            None => {
                drills::save(tx, &drill, wakes_at(&drill))?;
                break;
            }
        }
    }
    Ok(messages)
}

/// Begins, if nothing real is under way; a surprise waits for another day then.
fn set_off(tx: &mut dyn Transaction, drill: &mut Drill, now: Timestamp) -> Result<(), StoreError> {
    if !incidents::any_open(tx)? {
        (drill.state, drill.clock.began, drill.starts_at) = (DrillState::Running, now, now);
    } else if drill.by.is_none() {
        let utc = now.to_zoned_datetime(TimeZone::UTC);
        let later = utc.checked_add(LATER.weeks());
        drill.starts_at = later.map_or(Timestamp::MAX, |at| at.timestamp());
    } else {
        drill.state = DrillState::Over;
        (drill.ended_at, drill.reason) = (Some(now), Some("a real incident is open".to_owned()));
    }
    Ok(())
}

/// When something next happens to a drill by itself.
fn wakes_at(drill: &Drill) -> Option<Timestamp> {
    match drill.state {
        DrillState::Planned => {
            let told = drill.tells_at.filter(|_| !drill.to_tell.is_empty());
            Some(told.map_or(drill.starts_at, |at| at.min(drill.starts_at)))
        }
        DrillState::Running => {
            let played = usize::try_from(drill.played).unwrap_or(usize::MAX);
            let next = drill.scenario.items.get(played).map(|item| item.after);
            let next = next.map_or(drill.scenario.lasts, |after| after.min(drill.scenario.lasts));
            Some(drill.clock.real(drill.at(next)))
        }
        DrillState::Paused | DrillState::Over => None,
    }
}

/// The few who are to know before are told.
fn announce(
    tx: &mut dyn Transaction,
    config: &Config,
    drill: &Drill,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let Some(plan) = config.plans.iter().find(|plan| plan.id == drill.plan_id) else {
        return Ok(0);
    };
    let news =
        PlanNews::DrillAhead { begins_at: drill.starts_at, scenario: drill.scenario.title.clone() };
    let incident = NoticeIncident {
        number: drill.number.clone(),
        plan_id: plan.id.clone(),
        plan: plan.title.clone(),
        level: drill.scenario.level,
        state: IncidentState::Proposed,
        confirm_by: None,
        steps: Vec::new(),
    };
    let title = drill.scenario.title.clone();
    let facts = PlanNotice { alert_id: AlertId::new(), title, incident, by: None, news };
    let mut notice = outbox::notice(config, now, NoticeBody::Plan(Box::new(facts)));
    notice.drill = Some(Box::new(drill.mark.clone()));
    let to = decide::called(config, &drill.to_tell, &[]);
    outbox::enqueue(tx, &notice, &format!("{}/ahead", drill.number), &to)
}

/// A made-up article appears: the first opens the incident, later ones may raise it.
fn appear(
    tx: &mut dyn Transaction,
    config: &Config,
    mut drill: Drill,
    item: &ScenarioItem,
    now: Timestamp,
) -> Result<usize, StoreError> {
    drill.played = drill.played.saturating_add(1);
    let mut messages = 0;
    let incident = if let Some((incident, plan)) = incidents::by_number(tx, &drill.number)? {
        drills::save(tx, &drill, wakes_at(&drill))?;
        let level = level(&plan, &drill, incident.level);
        let mut incident = incident;
        for what in plan::rise(&plan, &incident, level) {
            let event = IncidentEvent::new(now, None, what);
            let done = record(tx, config, &plan, Some(&incident), &event, Telling::Own)?;
            let done = done.map_err(|why| StoreError::Mismatch(why.to_string()))?;
            (incident, messages) = (done.incident, messages + done.messages);
        }
        (incident, plan)
    } else {
        let Some(plan) = config.plans.iter().find(|plan| plan.id == drill.plan_id) else {
            let why = format!("there is no plan {} any more", drill.plan_id);
            over(tx, drill, (now, &why))?;
            return Ok(0);
        };
        drills::save(tx, &drill, wakes_at(&drill))?;
        let origin = origin(config, plan, &drill, item);
        let done = begin(tx, config, plan, origin, None, (Telling::Own, now))?;
        messages += done.messages;
        (done.incident, plan.clone())
    };
    let news = PlanNews::DrillArticle {
        outlet: item.outlet.clone(),
        headline: item.headline.clone(),
        text: item.text.clone(),
        appeared_at: drill.at(item.after),
    };
    let occasion = format!("{}/article-{}", drill.number, drill.played);
    Ok(messages + tell(tx, config, &incident, &incident.0, news, (&occasion, now))?)
}

fn origin(config: &Config, plan: &Plan, drill: &Drill, item: &ScenarioItem) -> Origin {
    let topic = config.keywords.topics.iter().find(|topic| topic.alerts);
    Origin {
        number: drill.number.clone(),
        title: drill.scenario.title.clone(),
        category: drill.scenario.category.clone(),
        level: level(plan, drill, drill.scenario.level),
        topic_id: topic.map(|topic| topic.id.clone()).unwrap_or_default(),
        story_id: StoryId::new(),
        alert_id: AlertId::new(),
        detected_at: drill.at(item.after),
        drill: Some(Box::new(drill.mark.clone())),
    }
}

/// The level that the plan's own rows give to what has appeared so far; it never falls here.
fn level(plan: &Plan, drill: &Drill, present: Level) -> Level {
    let played = usize::try_from(drill.played).unwrap_or(usize::MAX);
    let items: Vec<&ScenarioItem> = drill.scenario.items.iter().take(played).collect();
    let Some(last) = items.last().map(|item| item.after) else { return present };
    let hour = SignedDuration::from_hours(1);
    let within = |from: SignedDuration, to: SignedDuration| {
        let found = items.iter().filter(|item| item.after > from && item.after <= to).count();
        u32::try_from(found).unwrap_or(u32::MAX)
    };
    let outlets = |tier: Option<u8>| {
        let of = items.iter().filter(|item| tier.is_none_or(|tier| item.tier == tier));
        let names: std::collections::BTreeSet<&str> = of.map(|item| item.outlet.as_str()).collect();
        u32::try_from(names.len()).unwrap_or(u32::MAX)
    };
    let facts = StoryFacts {
        articles: drill.played,
        owners: outlets(None),
        negative_owners: outlets(None),
        sources: outlets(None),
        tier1: outlets(Some(1)),
        articles_last_hour: within(last - hour, last),
        articles_previous_hour: within(last - hour * 2, last - hour),
        ..StoryFacts::default()
    };
    let categories = [drill.scenario.category.clone()];
    // What is played has no labels: as with the score, nothing fails for want of them.
    let queries = plan.triggers.iter().filter_map(|row| row.query.clone()).collect();
    let seen = plan::Facts {
        categories: &categories,
        level: present,
        score: SCORE,
        facts: &facts,
        queries: &queries,
    };
    plan::triggered(plan, &seen).map_or(present, |(level, _)| level.max(present))
}

/// Ends a drill, and says so to those who took part.
///
/// # Errors
/// As the store's.
pub fn end(
    tx: &mut dyn Transaction,
    config: &Config,
    drill: Drill,
    by: Option<&str>,
    (why, now): (&str, Timestamp),
) -> Result<usize, StoreError> {
    let found = incidents::by_number(tx, &drill.number)?;
    let Some((incident, plan)) = found.filter(|(incident, _)| incident.state.is_open()) else {
        over(tx, drill, (now, why))?;
        return Ok(0);
    };
    let holder = || plan::holder(&plan, &incident, &plan.owner);
    let by = by.map(str::to_owned).or_else(|| drill.by.clone()).or_else(holder);
    let by = Some(by.unwrap_or_else(|| plan.owner.clone()));
    let event = IncidentEvent::new(now, by, Happening::Cancelled { reason: why.to_owned() });
    let done = record(tx, config, &plan, Some(&incident), &event, Telling::Own)?;
    Ok(done.map_err(|why| StoreError::Mismatch(why.to_string()))?.messages)
}

/// A drill is over: its incident was ended, or it never had one.
pub(super) fn over(
    tx: &mut dyn Transaction,
    mut drill: Drill,
    (now, why): (Timestamp, &str),
) -> Result<(), StoreError> {
    drill.state = DrillState::Over;
    (drill.ended_at, drill.reason) = (Some(now), Some(why.to_owned()));
    drills::save(tx, &drill, None)
}

/// Something real happened: every drill stands, what it has not yet sent is taken back, and whoever
/// takes part is told without any mark.
pub(super) fn pause_all(
    tx: &mut dyn Transaction,
    config: &Config,
    real: &Incident,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let mut messages = 0;
    for mut drill in drills::in_state(tx, DrillState::Running)? {
        (drill.state, drill.paused_at) = (DrillState::Paused, Some(now));
        drill.reason = Some(format!("{} began", real.number));
        drills::save(tx, &drill, None)?;
        let Some((incident, plan)) = incidents::by_number(tx, &drill.number)? else { continue };
        incidents::wake(tx, incident.id, None)?;
        deliveries::take_back(tx, &incident.alert_id.to_string())?;
        let news = PlanNews::DrillPaused { real: real.number.clone() };
        let occasion = format!("{}/paused-{}", drill.number, real.number);
        messages += tell(tx, config, &(incident, plan), real, news, (&occasion, now))?;
    }
    Ok(messages)
}

/// Goes on after a pause; its clock has stood meanwhile.
///
/// # Errors
/// As the store's.
pub fn resume(
    tx: &mut dyn Transaction,
    mut drill: Drill,
    now: Timestamp,
) -> Result<(), StoreError> {
    let stood = drill.paused_at.map_or(SignedDuration::ZERO, |at| now.duration_since(at));
    drill.clock.stood = drill.clock.stood.saturating_add(stood);
    (drill.state, drill.paused_at, drill.reason) = (DrillState::Running, None, None);
    drills::save(tx, &drill, wakes_at(&drill))?;
    if let Some((incident, plan)) = incidents::by_number(tx, &drill.number)? {
        let next = plan::wakes_at(&plan, &incident).map(|at| drill.clock.real(at));
        incidents::wake(tx, incident.id, next)?;
    }
    Ok(())
}

/// Tells those who take part in a drill something about an incident: the drill's own, marked, or a
/// real one, which is not.
fn tell(
    tx: &mut dyn Transaction,
    config: &Config,
    (incident, plan): &(Incident, Plan),
    about: &Incident,
    news: PlanNews,
    (occasion, now): (&str, Timestamp),
) -> Result<usize, StoreError> {
    let silent = incident.drill.as_ref().is_some_and(|mark| mark.reach == DrillReach::Tabletop);
    if silent && about.drill.is_some() {
        return Ok(0);
    }
    let effect = plan::everybody(plan, incident);
    let facts = PlanNotice {
        alert_id: about.alert_id,
        title: about.title.clone(),
        incident: compose::brief(config, plan, about, about),
        by: None,
        news,
    };
    let mut notice = outbox::notice(config, now, NoticeBody::Plan(Box::new(facts)));
    notice.drill.clone_from(&about.drill);
    let to = decide::called(config, &effect.people, &effect.via);
    outbox::enqueue(tx, &notice, occasion, &to)
}

/// What the messages of a plan's drill carry when they go to people; none for a plan without `[drill]`.
#[must_use]
pub fn mark(plan: &Plan) -> Option<DrillMark> {
    let settings = plan.drill.as_ref()?;
    let reach = DrillReach::People {
        recipients: settings.allow_recipients.clone(),
        channels: settings.allow_channels.clone(),
    };
    Some(DrillMark { prefix: settings.prefix.clone(), locale: plan.locale, reach })
}

/// A drill that begins at once, with the next number; not yet written.
///
/// # Errors
/// As the store's.
pub fn new(
    tx: &mut dyn Transaction,
    plan: &Plan,
    scenario: Scenario,
    (mark, speed): (DrillMark, u32),
    now: Timestamp,
) -> Result<Drill, StoreError> {
    let zone = TimeZone::get(&plan.time_zone).unwrap_or(TimeZone::UTC);
    Ok(Drill {
        number: drills::next_number(tx, now.to_zoned_datetime(zone).year())?,
        plan_id: plan.id.clone(),
        state: DrillState::Planned,
        scenario,
        mark,
        by: None,
        starts_at: now,
        clock: DrillClock { began: now, speed, stood: SignedDuration::ZERO },
        to_tell: Vec::new(),
        tells_at: None,
        played: 0,
        paused_at: None,
        ended_at: None,
        reason: None,
    })
}

/// Draws the next surprise of each plan that wants one and has none; once drawn it stays. `fresh` is
/// the seed where the store has none yet.
fn draw(
    tx: &mut dyn Transaction,
    config: &Config,
    fresh: &str,
    now: Timestamp,
) -> Result<usize, StoreError> {
    let seed = drills::seed(tx, fresh)?;
    let mut drawn = 0;
    for plan in &config.plans {
        let schedule = plan.drill.as_ref().and_then(|drill| drill.schedule.as_ref());
        let (Some(schedule), Some(mark)) = (schedule, mark(plan)) else { continue };
        let scenario = config.scenarios.iter().find(|it| it.id == schedule.scenario);
        let Some(scenario) = scenario.cloned() else {
            tracing::error!(plan.id, scenario = schedule.scenario, "no such scenario");
            continue;
        };
        let mut waiting = false;
        for state in [DrillState::Planned, DrillState::Running, DrillState::Paused] {
            waiting |= drills::in_state(tx, state)?.iter().any(|it| it.plan_id == plan.id);
        }
        if waiting {
            continue;
        }
        let before = drills::before(tx, &plan.id, now)?.map(|drill| drill.starts_at);
        let noted = plan.drilled_on.and_then(|day| {
            let midnight = day.to_datetime(Time::midnight());
            TimeZone::UTC.to_ambiguous_timestamp(midnight).compatible().ok()
        });
        let last = before.max(noted).unwrap_or(now);
        let Some(at) = plan::surprise(plan, schedule, last, &seed, now) else { continue };
        let mut drill = new(tx, plan, scenario, (mark, 1), now)?;
        (drill.starts_at, drill.clock.began) = (at, at);
        drill.to_tell.clone_from(&schedule.told);
        drill.tells_at = Some(at.checked_sub(schedule.told_before).unwrap_or(at));
        drills::save(tx, &drill, wakes_at(&drill))?;
        drawn += 1;
    }
    Ok(drawn)
}

/// As [`draw`], by the running daemon.
pub(in crate::pipeline) async fn draw_all(pipeline: &Pipeline, now: Timestamp) {
    let live = pipeline.snapshot();
    let wanted = |plan: &Plan| plan.drill.as_ref().is_some_and(|drill| drill.schedule.is_some());
    if !live.config.plans.iter().any(wanted) {
        return;
    }
    let fresh = IncidentId::new().to_string();
    let drawn = pipeline.store.write(move |tx| draw(tx, &live.config, &fresh, now)).await;
    if let Err(error) = drawn {
        tracing::error!(%error, "surprise drills could not be planned");
    }
}

/// One look: what is due happens, each drill by itself.
pub(in crate::pipeline) async fn look(pipeline: &Pipeline, now: Timestamp) {
    let due = match pipeline.store.read(move |tx| drills::due(tx, now)).await {
        Ok(due) => due,
        Err(error) => {
            tracing::error!(%error, "drills could not be looked after");
            return;
        }
    };
    for number in due {
        let (live, of) = (pipeline.snapshot(), number.clone());
        match pipeline.store.write(move |tx| play(tx, &live.config, &of, now)).await {
            Ok(0) => {}
            Ok(messages) => {
                tracing::info!(drill.number = %number, messages, "a drill went on");
                pipeline.wake.deliveries.notify_one();
            }
            Err(error) => tracing::error!(drill.number = %number, %error, "a drill cannot go on"),
        }
    }
}

//! The lives of incidents: what an officer would notice, and what holds for any life.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::statement::message_of;
use super::tests::plans;
use super::{
    Refusal, apply, awaited, due, effects, fill, holder, opening, rise, statement, wakes_at,
};
use crate::model::{
    AlertId, Happening, Incident, IncidentEvent, IncidentState, Level, Origin, Plan, Start,
    StepState, StoryId,
};

fn at(text: &str) -> Timestamp {
    text.parse().expect("time")
}

fn now() -> Timestamp {
    at("2026-11-23T10:00:00Z")
}

fn minutes(n: i64) -> SignedDuration {
    SignedDuration::from_mins(n)
}

fn origin(level: Level) -> Origin {
    Origin {
        number: "INC-2026-0007".to_owned(),
        title: "Colas en las oficinas".to_owned(),
        category: "solvency".to_owned(),
        level,
        topic_id: "bank".to_owned(),
        story_id: StoryId::new(),
        alert_id: AlertId::new(),
        detected_at: now() - minutes(20),
        drill: None,
    }
}

/// An incident with its log, driven by a clock of its own.
struct Life {
    plan: Plan,
    incident: Incident,
    log: Vec<IncidentEvent>,
    told: BTreeSet<String>,
}

impl Life {
    fn open(plan: Plan, level: Level) -> Self {
        let mut incident = None;
        let mut log = Vec::new();
        for what in opening(&plan, origin(level), String::new()) {
            let event = IncidentEvent::new(now(), None, what);
            incident = Some(apply(&plan, incident.as_ref(), &event).expect("an opening"));
            log.push(event);
        }
        Self { plan, incident: incident.expect("an incident"), log, told: BTreeSet::new() }
    }

    fn running(level: Level) -> Self {
        let mut life = Self::open(plans().swap_remove(0), level);
        if life.incident.state == IncidentState::Proposed {
            life.by("elena.ruiz", 0, Happening::Activated { start: Start::Confirmed });
        }
        life
    }

    fn happen(&mut self, at: Timestamp, by: Option<&str>, what: Happening) -> Result<(), Refusal> {
        let event = IncidentEvent::new(at, by.map(str::to_owned), what);
        let after = apply(&self.plan, Some(&self.incident), &event)?;
        let effect = effects(&self.plan, &self.incident, &event, &after);
        self.told = effect.map(|effect| effect.people).unwrap_or_default();
        self.incident = after;
        self.log.push(event);
        Ok(())
    }

    /// Something that a person does, so many minutes after the beginning.
    fn by(&mut self, by: &str, after: i64, what: Happening) {
        self.happen(now() + minutes(after), Some(by), what).expect("it can be done");
    }

    /// Everything that the clock brings by an instant, each at its time.
    fn until(&mut self, end: Timestamp) -> Vec<(i64, Happening)> {
        let mut happened = Vec::new();
        while let Some(at) = wakes_at(&self.plan, &self.incident).filter(|at| *at <= end) {
            let what = due(&self.plan, &self.incident, at).expect("something is due");
            happened.push(((at.as_second() - now().as_second()) / 60, what.clone()));
            self.happen(at, None, what).expect("the clock is right");
            assert!(happened.len() < 10_000, "the clock stands still at {at}");
        }
        happened
    }

    /// The text of the plan, with something in its fields.
    fn words(&self, message: &str) -> String {
        fill(&self.plan.messages[message].body, |_| Some("algo comprobado".to_owned()))
    }

    /// Drafts a text and has each role that the plan names approve it.
    fn approved(&mut self, at: Timestamp, message: &str) {
        let (key, text) = (message.to_owned(), format!("{} Y más.", self.words(message)));
        let again = self.incident.statement(message).is_some_and(|draft| draft.text == text);
        if !again {
            let drafted = Happening::Drafted { key, text, prepared: false };
            self.happen(at, Some("elena.ruiz"), drafted).expect("it can be drafted");
        }
        let missing = statement(&self.plan, &self.incident, message).expect("a text").missing;
        let roles: Vec<String> = missing.into_iter().map(str::to_owned).collect();
        for role in roles {
            let by = holder(&self.plan, &self.incident, &role).expect("a holder");
            let approved = approved(&self.incident, message, &role);
            self.happen(at, Some(&by), approved).expect("it can be approved");
        }
    }

    /// Does a step or a duty, after its text was approved if it uses one.
    fn finish(&mut self, at: Timestamp, by: &str, key: &str) {
        if let Some(message) = message_of(&self.plan, key).map(str::to_owned) {
            self.approved(at, &message);
        }
        self.happen(at, Some(by), done(key)).expect("it can be done");
    }

    fn step(&self, key: &str) -> &crate::model::Step {
        self.incident.steps.iter().find(|step| step.key == key).expect("a step")
    }

    fn duty(&self, key: &str) -> &crate::model::Duty {
        self.incident.life.duties.iter().find(|duty| duty.key == key).expect("a duty")
    }
}

fn done(key: &str) -> Happening {
    let evidence = Some("https://bank.example/nota".to_owned());
    Happening::Done { key: key.to_owned(), evidence }
}

/// Somebody approves the present draft.
fn approved(incident: &Incident, message: &str, role: &str) -> Happening {
    let hash = incident.statement(message).map(|draft| draft.hash.clone()).unwrap_or_default();
    Happening::Approved { key: message.to_owned(), role: role.to_owned(), hash }
}

fn names(happened: &[(i64, Happening)]) -> Vec<(i64, &'static str, &str)> {
    happened.iter().map(|(at, what)| (*at, what.name(), what.key().unwrap_or(""))).collect()
}

#[test]
fn a_proposal_that_nobody_answers_starts_by_itself() {
    let mut life = Life::open(plans().swap_remove(0), Level::Orange);
    assert_eq!(life.incident.state, IncidentState::Proposed);
    let by = now() + minutes(15);
    assert_eq!(wakes_at(&life.plan, &life.incident), Some(by));
    assert_eq!(due(&life.plan, &life.incident, by - SignedDuration::from_millis(1)), None);
    let early = Happening::Activated { start: Start::Unconfirmed };
    assert!(life.happen(now(), None, early).is_err(), "it is not its time");
    assert_eq!(names(&life.until(by)), [(15, "activated", "")]);
    assert_eq!(life.incident.state, IncidentState::Assessing);
    let verify = life.step("verificar");
    assert_eq!(verify.due_at, Some(by + minutes(30)));
    assert_eq!((verify.person.as_str(), verify.backup.as_str()), ("marta.leon", "ivan.soto"));
}

#[test]
fn a_person_can_say_no_and_a_rise_asks_again() {
    let mut life = Life::open(plans().swap_remove(0), Level::Orange);
    let no = |reason: &str| Happening::Rejected { reason: reason.to_owned() };
    assert_eq!(life.happen(now(), Some("elena.ruiz"), no(" ")), Err(Refusal::Reason));
    assert_eq!(life.happen(now(), None, no("x")), Err(Refusal::Person));
    life.by("elena.ruiz", 5, no("es otro banco"));
    assert_eq!(wakes_at(&life.plan, &life.incident), None, "nothing happens by itself");
    let events = rise(&life.plan, &life.incident, Level::Red);
    for what in events {
        life.happen(now() + minutes(60), None, what).expect("a rise");
    }
    assert_eq!(life.incident.state, IncidentState::Assessing, "at red nobody is asked");
    assert!(life.incident.steps.iter().any(|step| step.key == "comite"));
}

#[test]
fn red_and_automatic_plans_ask_nobody() {
    for (which, level) in [(0, Level::Red), (1, Level::Orange)] {
        let life = Life::open(plans().swap_remove(which), level);
        assert_eq!(life.incident.state, IncidentState::Assessing, "{}", life.plan.id);
        assert_eq!(life.incident.activated_at, Some(now()));
        assert!(life.incident.steps.iter().all(|step| step.due_at.is_some()));
    }
}

#[test]
fn whoever_does_not_answer_is_asked_again_then_the_deputy_then_the_others() {
    let mut life = Life::running(Level::Orange);
    let happened = life.until(now() + minutes(59));
    let of: Vec<_> =
        names(&happened).into_iter().filter(|(_, _, key)| *key == "verificar").collect();
    assert_eq!(
        of,
        [
            (10, "asked", "verificar"), // ack_within
            (20, "asked", "verificar"), // the deputy
            (30, "late", "verificar"),
            (30, "asked", "verificar"), // the holder, anew
            (40, "asked", "verificar"),
            (50, "asked", "verificar"), // the plan's escalation
        ]
    );
    assert!(life.step("verificar").care.escalated);
}

/// The row of the three roles wants everybody's answer, every ten minutes, six times at most.
#[test]
fn who_was_asked_with_others_is_asked_again_until_each_has_answered() {
    let mut life = Life::running(Level::Orange);
    let ack = || Happening::Acknowledged { key: "verificar".to_owned() };
    let repeats = |happened: &[(i64, Happening)]| -> Vec<i64> {
        let of = |what: &Happening| matches!(what, Happening::Repeated { key, .. } if key == "verificar");
        happened.iter().filter(|(_, what)| of(what)).map(|(at, _)| *at).collect()
    };
    assert_eq!(repeats(&life.until(now() + minutes(59))), [0; 0], "the row comes at 50");
    let again = || Happening::Repeated { key: "verificar".to_owned(), row: 4 };
    let early = life.happen(now() + minutes(59), None, again());
    assert_eq!(early, Err(Refusal::Time("repeated")), "it is not its time");
    life.happen(now() + minutes(60), None, again()).expect("due");
    let people = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    assert_eq!(life.told, people(&["ana.mora", "elena.ruiz", "rosa.vidal"]));
    life.by("marta.leon", 61, ack());
    assert_eq!(life.step("verificar").state, StepState::Acknowledged);
    life.by("rosa.vidal", 62, ack());
    let care = &life.step("verificar").care;
    let taken = care.acknowledged.as_ref().and_then(|mark| mark.by.as_deref());
    assert_eq!(taken, Some("marta.leon"), "whoever knows of it takes it from nobody");
    assert_eq!(repeats(&life.until(now() + minutes(69))), [0; 0]);
    life.happen(now() + minutes(70), None, again()).expect("due");
    assert_eq!(life.told, people(&["ana.mora", "elena.ruiz"]), "those who said nothing");
    life.by("jorge.rey", 76, ack()); // stands in for Ana Mora
    assert_eq!(awaited(&life.plan, &life.incident, "verificar"), ["elena.ruiz"]);
    life.by("elena.ruiz", 77, ack());
    assert_eq!(repeats(&life.until(now() + minutes(110))), [0; 0], "all have answered");
}

#[test]
fn who_never_answers_is_asked_again_as_often_as_the_plan_says() {
    let mut life = Life::running(Level::Orange);
    life.until(now() + minutes(55));
    life.by("marta.leon", 56, Happening::Acknowledged { key: "verificar".to_owned() });
    life.plan.activation.ack_valid = None;
    let happened = life.until(now() + minutes(600));
    let of =
        |what: &Happening| matches!(what, Happening::Repeated { key, .. } if key == "verificar");
    assert_eq!(happened.iter().filter(|(_, what)| of(what)).count(), 6);
    let mut done_before = Life::running(Level::Orange);
    done_before.until(now() + minutes(55));
    done_before.finish(now() + minutes(56), "marta.leon", "verificar");
    let happened = done_before.until(now() + minutes(600));
    assert!(!happened.iter().any(|(_, what)| of(what)), "what is done is asked for no more");
}

#[test]
fn each_rung_reaches_its_people() {
    let mut life = Life::running(Level::Orange);
    let ask = |rung| Happening::Asked { key: "verificar".to_owned(), rung };
    life.happen(now() + minutes(10), None, ask(0)).expect("due");
    assert_eq!(life.told, ["marta.leon".to_owned()].into());
    life.happen(now() + minutes(20), None, ask(1)).expect("due");
    assert_eq!(life.told, ["marta.leon".to_owned(), "ivan.soto".to_owned()].into());
    assert_eq!(
        life.happen(now() + minutes(20), None, ask(1)),
        Err(Refusal::Time("asked")),
        "nobody is asked twice"
    );
}

#[test]
fn the_deputy_who_takes_a_step_holds_it_and_nobody_further_is_asked() {
    let mut life = Life::running(Level::Orange);
    life.until(now() + minutes(20));
    life.by("ivan.soto", 21, Happening::Acknowledged { key: "verificar".to_owned() });
    assert_eq!(life.step("verificar").person, "ivan.soto");
    assert_eq!(life.step("verificar").state, StepState::Acknowledged);
    let asked = life.until(now() + minutes(29));
    assert!(asked.iter().all(|(_, what)| what.key() != Some("verificar")), "{asked:?}");
    // Late all the same; and an answer from which nothing comes lapses.
    let more = life.until(now() + minutes(145));
    let of: Vec<_> = names(&more).into_iter().filter(|(_, _, key)| *key == "verificar").collect();
    assert_eq!(of[0], (30, "late", "verificar"));
    assert!(of.contains(&(141, "lapsed", "verificar")), "{of:?}");
    assert_eq!(life.step("verificar").state, StepState::Due);
}

#[test]
fn steps_wait_for_what_comes_before() {
    let mut life = Life::running(Level::Orange);
    assert_eq!(life.step("clasificar").state, StepState::Waiting);
    let early = life.happen(now() + minutes(1), Some("elena.ruiz"), done("clasificar"));
    assert!(matches!(early, Err(Refusal::Step { state: StepState::Waiting, .. })), "{early:?}");
    let bare = Happening::Done { key: "verificar".to_owned(), evidence: None };
    let bare = life.happen(now() + minutes(1), Some("marta.leon"), bare);
    assert!(matches!(bare, Err(Refusal::Evidence { .. })), "{bare:?}");
    life.by("marta.leon", 12, done("verificar"));
    assert_eq!(life.step("clasificar").state, StepState::Due);
    assert!(!life.incident.steps.iter().any(|step| step.key == "comite"), "red only");
}

#[test]
fn external_clocks_start_with_their_anchors_and_the_earlier_limit_holds() {
    let mut life = Life::running(Level::Orange);
    let day = SignedDuration::from_hours(24);
    assert_eq!(life.duty("supervisor-inicial").due_at, Some(now() + day), "a day after awareness");
    assert_eq!(life.duty("supervisor-intermedio").due_at, None, "its clock does not run");
    life.by("marta.leon", 12, done("verificar"));
    life.by("elena.ruiz", 30, done("clasificar"));
    assert_eq!(life.incident.state, IncidentState::Responding);
    let four = now() + minutes(30 + 240);
    assert_eq!(life.duty("supervisor-inicial").due_at, Some(four), "four hours after the level");
    let happened = life.until(four);
    let of: Vec<_> =
        names(&happened).into_iter().filter(|(_, _, key)| *key == "supervisor-inicial").collect();
    assert_eq!(
        of[..3],
        [
            (150, "warned", "supervisor-inicial"),
            (240, "warned", "supervisor-inicial"),
            (270, "late", "supervisor-inicial"),
        ]
    );
    life.finish(now() + minutes(275), "ana.mora", "supervisor-inicial");
    let next = now() + minutes(275) + SignedDuration::from_hours(72);
    assert_eq!(life.duty("supervisor-intermedio").due_at, Some(next), "from the submission");
}

#[test]
fn after_a_night_without_power_what_was_missed_happens_once() {
    let mut life = Life::running(Level::Orange);
    let morning = now() + SignedDuration::from_hours(9);
    let mut happened = Vec::new();
    while let Some(what) = due(&life.plan, &life.incident, morning) {
        happened.push((what.name(), what.key().unwrap_or("").to_owned()));
        life.happen(morning, None, what).expect("the clock is right");
    }
    let count =
        |name, key: &str| happened.iter().filter(|it| **it == (name, key.to_owned())).count();
    assert_eq!(count("late", "verificar"), 1);
    assert_eq!(count("asked", "verificar"), 2, "once unanswered, once late: {happened:?}");
    assert_eq!(count("reported", ""), 1, "one report, not nine");
}

#[test]
fn only_people_lower_a_level_and_only_after_a_quiet_time() {
    let mut life = Life::running(Level::Red);
    let lower = || Happening::Lowered { level: Level::Orange, reason: "sin colas".to_owned() };
    assert_eq!(life.happen(now() + minutes(180), None, lower()), Err(Refusal::Person));
    let until = now() + minutes(120);
    let early = life.happen(now() + minutes(119), Some("elena.ruiz"), lower());
    assert_eq!(early, Err(Refusal::TooEarly(until)));
    life.by("elena.ruiz", 120, lower());
    assert_eq!(life.step("comite").state, StepState::Withdrawn);
    assert_eq!(life.incident.life.peak, Some(Level::Red));
    life.by("elena.ruiz", 130, Happening::Raised { level: Level::Red, reason: None });
    let meet = life.step("comite");
    assert_eq!(meet.state, StepState::Due, "what is asked for again comes back");
    assert_eq!(meet.due_at, Some(now() + minutes(130 + 45)), "with its full time");
    let told_all = life.told.contains("carmen.saez") && life.told.contains("ana.mora");
    assert!(told_all, "{:?}", life.told);
}

#[test]
fn it_ends_when_who_leads_says_so_and_nothing_is_left() {
    let mut life = Life::running(Level::Orange);
    let end = |met: &[u32]| Happening::StoodDown { met: met.to_vec(), reason: "calma".to_owned() };
    let at = |m| now() + minutes(m);
    let refused = life.happen(at(10), Some("marta.leon"), end(&[1, 2, 3]));
    assert_eq!(refused, Err(Refusal::Only(vec!["elena.ruiz".into(), "tomas.gil".into()])));
    let left = life.happen(at(10), Some("elena.ruiz"), end(&[1, 2, 3]));
    assert!(matches!(left, Err(Refusal::Left(keys)) if keys.len() == 6));
    for key in ["verificar", "clasificar", "declaracion-inicial", "guion-oficinas"] {
        life.finish(at(20), "marta.leon", key);
    }
    life.finish(at(25), "marta.leon", "respuesta-publica");
    let skip = |reason: &str| Happening::Skipped { key: "efectivo".into(), reason: reason.into() };
    assert_eq!(life.happen(at(26), Some("marta.leon"), skip("")), Err(Refusal::Reason));
    life.by("marta.leon", 26, skip("no hay colas"));
    assert_eq!(life.incident.state, IncidentState::Monitoring);
    let unmet = life.happen(at(30), Some("elena.ruiz"), end(&[1, 3]));
    assert!(
        matches!(&unmet, Err(Refusal::Conditions(list)) if list[0].starts_with("2. Operativa"))
    );
    life.by("elena.ruiz", 300, end(&[1, 2, 3]));
    assert_eq!(life.incident.state, IncidentState::StoodDown);
    // Five business days in Madrid: until the end of Monday 30 November.
    assert_eq!(
        life.incident.life.review_due_at,
        Some("2026-11-30T23:00:00Z".parse().expect("time"))
    );
    let late = life.until(now() + SignedDuration::from_hours(24 * 30));
    let later = names(&late);
    assert!(
        later.contains(&(270, "warned", "supervisor-inicial"))
            || later.iter().any(|it| it.1 == "late"),
        "what is owed stays owed: {later:?}"
    );
    assert!(later.iter().any(|it| it.1 == "review_due"), "{later:?}");
    let conclusions = "avisar antes a oficinas".to_owned();
    life.by("elena.ruiz", 60 * 24 * 6, Happening::Reviewed { conclusions });
    assert_eq!(life.incident.state, IncidentState::Reviewed);
}

#[test]
fn a_role_is_handed_over_with_all_that_is_left_of_it() {
    let mut life = Life::running(Level::Orange);
    life.by("marta.leon", 3, Happening::Acknowledged { key: "verificar".to_owned() });
    life.by("marta.leon", 4, done("verificar"));
    let hand_over = Happening::HandedOver {
        key: "tesoreria".to_owned(),
        to: "lin.min".to_owned(),
        reason: Some("fin de turno".to_owned()),
    };
    life.by("marta.leon", 5, hand_over);
    assert_eq!(life.step("verificar").person, "marta.leon", "what is done stays hers");
    assert_eq!(life.step("efectivo").person, "lin.min");
    assert_eq!(life.told, ["marta.leon".to_owned(), "lin.min".to_owned()].into());
}

#[cfg(test)]
mod leaving_out;
#[cfg(test)]
mod random;
#[cfg(test)]
mod texts;

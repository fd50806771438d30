//! Who may leave a step out, and waive a deadline.

use super::{Life, minutes, now};
use crate::model::{Happening, Level, Skipping, StepState};
use crate::plan::Refusal;

#[test]
fn a_step_is_left_out_by_whom_the_plan_lets() {
    let only =
        |people: &[&str]| Err(Refusal::Only(people.iter().map(|&it| it.to_owned()).collect()));
    for (skip, by, expected) in [
        (Skipping::Anyone, "marta.leon", Ok(())),
        (Skipping::Accountable, "elena.ruiz", Ok(())),
        (Skipping::Accountable, "tomas.gil", Ok(())),
        (Skipping::Command, "tomas.gil", Ok(())),
        (Skipping::Command, "marta.leon", only(&["elena.ruiz", "tomas.gil"])),
        (Skipping::Never, "elena.ruiz", Err(Refusal::Needed("verificar".to_owned()))),
    ] {
        let mut life = Life::running(Level::Orange);
        for step in life.plan.steps.iter_mut().filter(|step| step.key == "verificar") {
            (step.skip, step.accountable) = (skip, Some("direccion-crisis".to_owned()));
        }
        let (key, reason) = ("verificar".to_owned(), "no hace falta".to_owned());
        let left = life.happen(now() + minutes(1), Some(by), Happening::Skipped { key, reason });
        assert_eq!(left, expected, "{skip:?} by {by}");
        let skipped = life.step("verificar").state == StepState::Skipped;
        assert_eq!(skipped, expected.is_ok());
    }
}

#[test]
fn a_deadline_is_waived_by_whoever_leads() {
    let mut life = Life::running(Level::Orange);
    let waive = || Happening::Skipped {
        key: "supervisor-inicial".to_owned(),
        reason: "no aplica".to_owned(),
    };
    let classified = now() + minutes(1);
    life.happen(classified, Some("elena.ruiz"), Happening::Classified).expect("confirmed");
    let refused = life.happen(now() + minutes(2), Some("ana.mora"), waive());
    assert!(matches!(refused, Err(Refusal::Only(_))), "{refused:?}");
    life.by("elena.ruiz", 3, waive());
    assert!(life.duty("supervisor-inicial").waived);
}

//! What goes out was approved word for word.

use super::{Life, approved, done, minutes, now};
use crate::model::{Happening, Level, StepState};
use crate::plan::{Refusal, pending};

#[test]
fn a_text_goes_out_when_all_have_approved_exactly_this_text() {
    let mut life = Life::running(Level::Orange);
    let at = |m| now() + minutes(m);
    let unapproved = |missing: &[&str]| {
        let missing = missing.iter().map(|&role| role.to_owned()).collect();
        let (key, message) = ("guion-oficinas".to_owned(), "empleados".to_owned());
        Err(Refusal::Unapproved { key, message, missing })
    };
    assert_eq!(
        life.happen(at(5), Some("rosa.vidal"), done("guion-oficinas")),
        unapproved(&["reputacion"]),
        "nobody has written it"
    );
    let draft = |text: &str| {
        let (key, text) = ("empleados".to_owned(), text.to_owned());
        Happening::Drafted { key, text, prepared: false }
    };
    let bare = life.plan.messages["empleados"].body.clone();
    let empty = life.happen(at(6), Some("rosa.vidal"), draft(&bare));
    assert!(matches!(&empty, Err(Refusal::Fields { fields, .. }) if fields[0] == "{hechos}"));
    life.by("rosa.vidal", 7, draft("Calma."));
    assert_eq!(life.told, ["carmen.saez".to_owned(), "pablo.nieto".to_owned()].into());
    let refused = life.happen(at(8), Some("rosa.vidal"), draft("Calma."));
    assert_eq!(refused, Err(Refusal::SameText("empleados".into())));
    let approve = |life: &Life| approved(&life.incident, "empleados", "reputacion");
    let first = approve(&life);
    assert_eq!(
        life.happen(at(9), Some("rosa.vidal"), first.clone()),
        Err(Refusal::Only(vec!["carmen.saez".into(), "pablo.nieto".into()]))
    );
    assert_eq!(pending(&life.plan, &life.incident, "empleados", "pablo.nieto"), ["reputacion"]);
    life.by("pablo.nieto", 9, first.clone());
    assert!(life.told.contains("rosa.vidal"), "who waits for it is told: {:?}", life.told);
    assert!(matches!(
        life.happen(at(9), Some("carmen.saez"), first.clone()),
        Err(Refusal::Approved { .. })
    ));
    // A word more, and nobody has approved it.
    life.by("rosa.vidal", 10, draft("Calma. Nada más."));
    assert_eq!(
        life.happen(at(11), Some("rosa.vidal"), done("guion-oficinas")),
        unapproved(&["reputacion"])
    );
    assert_eq!(
        life.happen(at(11), Some("carmen.saez"), first),
        Err(Refusal::OtherText("empleados".into())),
        "what was read is not what would go out"
    );
    let second = approve(&life);
    life.by("carmen.saez", 12, second);
    life.by("rosa.vidal", 13, done("guion-oficinas"));
    assert_eq!(life.step("guion-oficinas").state, StepState::Done);
}

#[test]
fn what_was_approved_in_advance_holds_for_the_plans_own_words_alone() {
    let mut life = Life::running(Level::Orange);
    let draft = |text: &str, prepared| {
        let (key, text) = ("inicial".to_owned(), text.to_owned());
        Happening::Drafted { key, text, prepared }
    };
    let words = life.words("inicial");
    life.by("carmen.saez", 5, draft(&words, true));
    assert!(life.told.is_empty(), "nobody has to approve it: {:?}", life.told);
    life.by("carmen.saez", 6, draft(&format!("{words} Lo sentimos."), false));
    assert!(life.told.contains("ana.mora"), "{:?}", life.told);
    let refused = life.happen(now() + minutes(7), Some("carmen.saez"), done("declaracion-inicial"));
    assert!(matches!(&refused, Err(Refusal::Unapproved { missing, .. }) if missing.len() == 2));
    life.by("carmen.saez", 8, draft(&words, true));
    life.by("carmen.saez", 9, done("declaracion-inicial"));
}

/// Approvers who are silent are asked again, and whoever leads hears of it; whoever takes over is asked at once.
#[test]
fn who_has_to_approve_is_asked_again_until_they_do() {
    let mut life = Life::running(Level::Orange);
    let at = |m| now() + minutes(m);
    let draft = Happening::Drafted {
        key: "empleados".to_owned(),
        text: "Calma.".to_owned(),
        prepared: false,
    };
    life.by("rosa.vidal", 1, draft);
    let asked = |life: &Life| {
        let of =
            |what: &Happening| matches!(what, Happening::Unapproved { key } if key == "empleados");
        life.log.iter().filter(|event| of(&event.what)).count()
    };
    let command = "elena.ruiz".to_owned();
    let again = || Happening::Unapproved { key: "empleados".to_owned() };
    assert!(life.happen(at(2), None, again()).is_err(), "not yet");
    life.until(at(11));
    assert_eq!(asked(&life), 1, "after the first wait of the plan");
    life.until(at(21));
    assert_eq!(asked(&life), 2);
    let handed = Happening::HandedOver {
        key: "reputacion".to_owned(),
        to: "lin.min".to_owned(),
        reason: Some("de viaje".to_owned()),
    };
    life.by(&command, 22, handed);
    life.until(at(22));
    assert_eq!(asked(&life), 3, "at once");
    let approve = approved(&life.incident, "empleados", "reputacion");
    life.by("lin.min", 23, approve);
    life.until(at(120));
    assert_eq!(asked(&life), 3, "nobody is asked for what is approved");
}

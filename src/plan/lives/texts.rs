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

//! The plans that ship hold up; each way of breaking one is told where it stands.

use std::collections::BTreeSet;

use super::{PlanNames, load_people, load_plan};
use crate::config::{Finding, FindingSeverity, TomlFile};
use crate::model::{Anchor, Level, Locale, Plan};

const RUMOUR: &str = include_str!("../../../config/plans/rumor-solvencia.toml");
const LEAK: &str = include_str!("../../../config/plans/fuga-datos.toml");
const SALE: &str = include_str!("../../../config/plans/venta-inadecuada.toml");

fn load(text: &str) -> Result<(Plan, Vec<Finding>), Vec<Finding>> {
    let people = include_str!("../../../config/people.toml");
    let people = load_people(&TomlFile::new("people.toml", people), Locale::Es, "UTC");
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect();
    let categories: BTreeSet<String> = names(&["solvency", "data_breach", "mis_selling"]);
    let topics: BTreeSet<String> = names(&["bank"]);
    let channels: BTreeSet<String> = names(&["email", "chat"]);
    let file = TomlFile::new("plan.toml", text);
    let people = people.expect("people");
    let known = PlanNames {
        people: Some(&people),
        calendars: None,
        category_ids: Some(&categories),
        channel_ids: &channels,
        topic_ids: Some(&topics),
        lists: None,
    };
    load_plan(&file, &known)
}

fn told(findings: &[Finding]) -> String {
    findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_plans_that_ship_have_no_findings() {
    for (text, id, steps, deadlines) in [
        (RUMOUR, "rumor-solvencia", 7, 2),
        (LEAK, "fuga-datos", 8, 4),
        (SALE, "venta-inadecuada", 8, 2),
    ] {
        let (plan, warnings) =
            load(text).unwrap_or_else(|findings| panic!("{id}: {}", told(&findings)));
        assert_eq!(plan.id, id);
        assert_eq!((plan.steps.len(), plan.deadlines.len()), (steps, deadlines), "{id}");
        assert_eq!(warnings, [], "{id}");
        assert_eq!(plan.hash, blake3::hash(text.as_bytes()).to_hex().as_str());
        assert!(plan.triggers.iter().any(|row| row.level == Level::Red), "{id}");
    }
}

#[test]
fn tasks_and_triggers_may_be_written_either_way() {
    let plan = load(&RUMOUR.replace("[[step]]", "[[task]]")).expect("task for step").0;
    assert_eq!(plan.steps.len(), 7);
    let rows = "[[trigger]]\nlevel = \"red\"\ncategory = \"solvency\"\nmin_score = 99\n[plan]";
    let plan = load(&RUMOUR.replacen("[plan]", rows, 1)).expect("trigger on top").0;
    assert_eq!(plan.triggers.len(), 7);
    let text = RUMOUR.replace("\"classified\"\ndue", "\"task:clasificar\"\ndue");
    let plan = load(&text).expect("anchor on a step").0;
    assert_eq!(plan.deadlines[0].anchor, Anchor::Step("clasificar".to_owned()));
}

/// Replaces the first `old` of the rumour plan, and expects a finding that names `rule` at the
/// line of `at`.
fn check(old: &str, new: &str, rule: &str, at: &str) {
    assert!(RUMOUR.contains(old), "{old:?} is not in the plan");
    let text = RUMOUR.replacen(old, new, 1);
    let findings = load(&text).err().unwrap_or_default();
    let line = text.lines().position(|line| line.contains(at)).map(|index| index + 1);
    let found = findings.iter().any(|finding| {
        finding.what.starts_with(rule)
            && Some(finding.line) == line
            && finding.severity == FindingSeverity::Error
    });
    assert!(found, "{old:?} -> {new:?}: no {rule} at line {line:?} in {}", told(&findings));
}

#[test]
fn broken_roles_are_told() {
    check(
        "role = \"tesoreria\"",
        "role = \"tesorería\"",
        "L01 unknown role",
        "role = \"tesorería\"",
    );
    check("accountable = \"dir", "accountable = \"der", "L01", "accountable = \"der");
    check("\"reputacion:backup\"", "\"prensa:backup\"", "L01", "prensa:backup");
    check(
        ",  backup = \"tomas.gil\"",
        "",
        "L02 the role `direccion-crisis`",
        "direccion-crisis = {",
    );
    check("backup = \"tomas.gil\"", "backup = \"elena.ruiz\"", "L02", "backup = \"elena.ruiz\"");
    check("kind = \"business\"", "kind = \"legal\"", "L03", "id = \"rumor");
    check("\"marta.leon\"", "\"marta.lion\"", "L04 unknown person", "marta.lion");
    check("via = [\"chat\"]", "via = [\"chta\"]", "L04 unknown channel", "chta");
}

#[test]
fn broken_order_is_told() {
    check("after = [\"verificar\"]", "after = [\"verficar\"]", "L06 unknown", "verficar");
    check("after = [\"verificar\"]", "after = [\"comite\"]", "L06", "after = [\"comite\"]");
    let circle = "evidence = \"note\"\nafter = [\"clasificar\"]";
    check(
        "evidence = \"note\"",
        circle,
        "L06 `verificar` waits in a circle",
        "key = \"verificar\"",
    );
    check("due = \"4h\"\nafter", "due = \"59m\"\nafter", "L07", "due = \"59m\"");
    check("sets = \"classified\"", "", "L10", "anchor = \"classified\"");
    check("\"deadline:supervisor-inicial\"", "\"deadline:otro\"", "L10", "deadline:otro");
    check("anchor = \"classified\"", "anchor = \"clasified\"", "L10", "clasified");
    check("key = \"efectivo\"", "key = \"clasificar\" # 2", "L11 the key `clasificar`", "# 2");
}

#[test]
fn broken_texts_figures_and_names_are_told() {
    check(
        "message = \"inicial\"",
        "message = \"primera\"",
        "L08 unknown message",
        "message = \"primera\"",
    );
    check(
        "approvals = [\"cumplimiento\"]\n",
        "",
        "L08 message for regulator",
        "[message.supervisor]",
    );
    check("{contacto}\"\"\"", "{telefono}\"\"\"", "L08 unknown field {telefono}", "\"\"\"");
    check("min_score = 85, min_sources = 8,", "min_score = 70,", "L09 red", "\"red\", ");
    check("min_score = 40", "min_score = 400", "L09 `min_score`", "400");
    check(
        "category = \"solvency\"",
        "category = \"solvencia\"",
        "L11 unknown category",
        "solvencia\",",
    );
    check("confirm_within = \"15m\"", "confirm_within = \"15 min\"", "`15 min`", "15 min");
    check("due = \"72h\"", "due = \"72x\"", "`72x`", "72x");
    check("Europe/Madrid", "Europe/Madird", "`Europe/Madird`", "Madird");
    check("schema = 1", "schema = 2", "this format", "schema = 2");
    check("[\"*@almenara.example\"]", "[]", "L21", "allow_recipients");
    check("drill_every", "dril_every", "unknown key", "dril_every");
    check("min_score = 40 }", "query = \"palabra\" }", "L11", "palabra");
    check(
        "min_score = 40 }",
        "query = \"category:solvencia\" }",
        "L11 there is no",
        "solvencia\" }",
    );
    check("economia@litoral.example", "economia", "L04 `economia`", "\"economia\"");
    check("email = \"newsdesk@ledger.example\"", "", "L04 nobody", "The Daily Ledger");
    check("due = \"45m\"", "due = \"45m\"\nskip = \"accountable\" # 3", "L01 nobody", "# 3");
}

#[test]
fn everything_is_told_at_once_in_the_order_of_the_file() {
    let text = RUMOUR
        .replace("confirm_within = \"15m\"", "confirm_within = \"soon\"")
        .replace("\"marta.leon\"", "\"nadie\"")
        .replace("due = \"72h\"", "due = \"72x\"");
    let findings = load(&text).expect_err("three errors");
    assert_eq!(findings.len(), 3, "{}", told(&findings));
    assert!(findings.windows(2).all(|pair| pair[0].line < pair[1].line));
}

#[test]
fn a_plan_without_deadlines_is_only_warned_of() {
    let from = RUMOUR.find("[[deadline]]").expect("deadlines");
    let to = RUMOUR.find("[sitrep]").expect("sitrep");
    let (_, warnings) = load(&format!("{}{}", &RUMOUR[..from], &RUMOUR[to..])).expect("usable");
    assert_eq!(warnings.len(), 1);
    assert!(warnings[0].what.starts_with("L15"));
}

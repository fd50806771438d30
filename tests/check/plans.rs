//! `atalaya plan check` on plans that would fail the people who work by them: the real binary, the
//! shipped rumour plan with one defect each, one snapshot a case.

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// The day of the inspection.
const TODAY: &str = "2026-11-29";
const CONFIG: &str = "config/plans";
const PLANS: [&str; 3] = ["rumor-solvencia.toml", "fuga-datos.toml", "venta-inadecuada.toml"];

/// Name of the defect, the file, what stands there, what stands there instead.
const DEFECTS: [(&str, &str, &str, &str); 24] = [
    ("L01-role-unknown", PLANS[0], "role = \"tesoreria\"", "role = \"tesorería\""),
    ("L02-no-deputy", PLANS[0], ",  backup = \"tomas.gil\"", ""),
    ("L02-deputy-of-oneself", PLANS[0], "backup = \"tomas.gil\"", "backup = \"elena.ruiz\""),
    ("L03-party-missing", PLANS[0], "kind = \"business\"", "kind = \"legal\""),
    ("L04-person-unknown", PLANS[0], "\"marta.leon\"", "\"marta.lion\""),
    (
        "L04-calendar-unknown",
        PLANS[0],
        "backup = \"ivan.soto\"",
        "backup = \"ivan.soto\", calendar = \"guardai-madrid\"",
    ),
    ("L04-channel-unknown", PLANS[0], "via = [\"chat\"]", "via = [\"chta\"]"),
    (
        "L05-too-many-roles",
        PLANS[0],
        "[role]\n",
        "[role]\n\
         uno = { title = \"Uno\", kind = \"unit\", primary = \"marta.leon\", backup = \"ivan.soto\" }\n\
         dos = { title = \"Dos\", kind = \"unit\", primary = \"marta.leon\", backup = \"ivan.soto\" }\n\
         tres = { title = \"Tres\", kind = \"unit\", primary = \"marta.leon\", backup = \"ivan.soto\" }\n",
    ),
    (
        "L06-circle",
        PLANS[0],
        "evidence = \"note\"",
        "evidence = \"note\"\nafter = [\"clasificar\"]",
    ),
    ("L06-never-opens", PLANS[0], "after = [\"verificar\"]", "after = [\"comite\"]"),
    ("L07-due-before-what-it-waits-for", PLANS[0], "due = \"4h\"\nafter", "due = \"59m\"\nafter"),
    ("L08-field-unknown", PLANS[0], "{contacto}\"\"\"", "{telefono}\"\"\""),
    ("L08-nobody-approves", PLANS[0], "approvals = [\"cumplimiento\"]\n", ""),
    ("L09-red-is-easy", PLANS[0], "min_score = 85, min_sources = 8,", "min_score = 70,"),
    ("L10-clock-never-starts", PLANS[0], "sets = \"classified\"", ""),
    ("L11-key-twice", PLANS[0], "key = \"supervisor-inicial\"", "key = \"verificar\""),
    ("L12-review-overdue", PLANS[0], "reviewed_on = 2026-09-15", "reviewed_on = 2025-09-15"),
    ("L13-never-drilled", PLANS[0], "drilled_on = 2026-10-08", ""),
    (
        "L16-command-not-reached",
        PLANS[2],
        "[\"direccion-crisis\"], via = [\"email\", \"chat\"] },\n  \
         { from_level = \"orange\", wait = \"0m\",  notify = [\"direccion-crisis\", ",
        "[\"producto\"], via = [\"email\", \"chat\"] },\n  \
         { from_level = \"orange\", wait = \"0m\",  notify = [",
    ),
    ("L19-nothing-approved-in-advance", PLANS[0], "approved_on = 2026-10-15", ""),
    ("L21-drill-reaches-anybody", PLANS[0], "*@almenara.example", "*@*"),
    (
        "L24-surprise-of-an-unknown-scenario",
        PLANS[0],
        "[drill] ",
        "[drill]\nevery = \"6mo\"\nscenario = \"rumor-solvensia\" ",
    ),
    ("L23-calendar-unknown", PLANS[0], "calendar = \"ES\"", "calendar = \"EE\""),
    ("L23-no-calendar", PLANS[0], "calendar = \"ES\"", ""),
];

fn ours(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    std::fs::read_to_string(path).expect("a file of ours")
}

/// A configuration with some plans and nothing else.
fn laid_out(directory: &str, plans: &[&str]) -> TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    let write =
        |name: &str, text: &str| std::fs::write(dir.path().join(name), text).expect("written");
    std::fs::create_dir(dir.path().join("plans")).expect("made");
    for plan in plans {
        write(&format!("plans/{plan}"), &ours(&format!("{directory}/{plan}")));
    }
    write("people.toml", &ours("config/people.toml"));
    write("holidays.toml", &ours("config/holidays.toml"));
    let keywords = Path::new(env!("CARGO_MANIFEST_DIR")).join("keywords").display().to_string();
    let channel = |id: &str| {
        format!(
            "[[channel]]\nid = \"{id}\"\nkind = \"maildir\"\ndirectory = \"{id}\"\nfrom = \"a@bank.example\"\n"
        )
    };
    let text = format!(
        "keywords = {keywords:?}\npeople = \"people.toml\"\nplans = \"plans\"\nholidays = \"holidays.toml\"\n\
         [organisation]\nname = \"Banco\"\ntime_zone = \"Europe/Madrid\"\n\
         [[source]]\nid = \"daily\"\nurl = \"http://daily.example/feed\"\n{}{}",
        channel("email"),
        channel("chat")
    );
    write("atalaya.toml", &text);
    dir
}

fn check(dir: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_atalaya"))
        .args(["plan", "check", "--config", "atalaya.toml", "--on", TODAY])
        .args(arguments)
        .current_dir(dir)
        .env_clear()
        .output()
        .expect("started")
}

fn told(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).expect("UTF-8")
}

#[test]
fn the_plans_that_ship_are_good_in_each_language() {
    let english = ["withdrawal-rumour.toml", "data-leak.toml", "mis-selling.toml"];
    let chinese = ["jidui-chuanwen.toml", "shuju-xielou.toml", "wudao-xiaoshou.toml"];
    for (directory, plans) in
        [(CONFIG, PLANS), ("config/plans/en", english), ("config/plans/zh", chinese)]
    {
        let dir = laid_out(directory, &plans);
        let output = check(dir.path(), &[]);
        assert_eq!(told(&output), "atalaya.toml: the plans are good\n", "{directory}");
        assert_eq!(output.status.code(), Some(0));
    }
}

#[test]
fn each_defect_is_told_with_its_place_and_remedy() {
    for (name, plan, old, new) in DEFECTS {
        let dir = laid_out(CONFIG, &PLANS);
        let path = dir.path().join("plans").join(plan);
        let text = std::fs::read_to_string(&path).expect("a plan");
        assert!(text.contains(old), "{name}: {old:?} is not in the plan");
        std::fs::write(&path, text.replacen(old, new, 1)).expect("written");
        let output = check(dir.path(), &[]);
        let rule = name.split_once('-').expect("a rule").0;
        assert!(told(&output).contains(rule) || rule == "L23", "{name}: {}", told(&output));
        let json = check(dir.path(), &["--json"]);
        let report: serde_json::Value = serde_json::from_slice(&json.stdout).expect("one object");
        for finding in report["findings"].as_array().expect("a list") {
            assert!(finding["remedy"].as_str().is_some_and(|text| !text.is_empty()), "{name}");
        }
        let errors = report["errors"].as_u64().expect("a number");
        assert_eq!(output.status.code(), Some(if errors == 0 { 0 } else { 2 }), "{name}");
        insta::assert_snapshot!(format!("plan-{name}"), told(&output));
    }
}

#[test]
fn a_night_in_which_nobody_can_be_disturbed_is_told() {
    let dir = laid_out(CONFIG, &PLANS);
    let path = dir.path().join("people.toml");
    let quiet = "quiet = { from = \"22:00\", to = \"07:00\", below = \"red\" }\n";
    let mut text = std::fs::read_to_string(&path).expect("people");
    for person in ["marta.leon", "ivan.soto"] {
        let head = format!("[person.\"{person}\"]\n");
        text = text.replacen(&head, &format!("{head}{quiet}"), 1);
    }
    std::fs::write(&path, text).expect("written");
    insta::assert_snapshot!("plan-L18-asleep", told(&check(dir.path(), &[])));
}

/// Ninety days are believed, a day more is not; who never wrote a day is not asked.
#[test]
fn an_address_that_nobody_confirmed_for_long_is_told() {
    let dir = laid_out(CONFIG, &PLANS);
    let path = dir.path().join("people.toml");
    let mut text = std::fs::read_to_string(&path).expect("people");
    let today: jiff::civil::Date = TODAY.parse().expect("a day");
    for (person, days) in [("elena.ruiz", 90), ("marta.leon", 91)] {
        let day = today.checked_sub(jiff::ToSpan::days(days)).expect("a day");
        let head = format!("[person.\"{person}\"]\n");
        assert!(text.contains(&head), "{person}");
        text = text.replacen(&head, &format!("{head}checked_on = {day}\n"), 1);
    }
    std::fs::write(&path, text).expect("written");
    insta::assert_snapshot!("plan-L14-unconfirmed", told(&check(dir.path(), &[])));
}

#[test]
fn a_grave_category_without_a_plan_is_told() {
    let dir = laid_out(CONFIG, &PLANS[..1]);
    insta::assert_snapshot!("plan-L20-no-plan", told(&check(dir.path(), &[])));
}

//! The inspection of plans on an archive: the real binary.

use std::path::Path;
use std::process::{Command, Output};

use atalaya::model::{
    Analysis, EntryId, Fact, LocalText, Part, PartName, Reason, Severity, Source, StoryId,
};
use atalaya::store::articles::{self, Mark, Verdict};
use atalaya::store::{Location, Store, StoreError, Transaction, stories};
use jiff::{SignedDuration, Timestamp};

use super::binary::object;
use super::schemas::hold;
use super::verdicts::{article, opinion};

const DAY: i64 = 24;

fn laid_out() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a directory");
    let ours = |name: &str| {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config").join(name);
        std::fs::read_to_string(path).expect("a file of the repository")
    };
    let put = |name: &str, text: &str| std::fs::write(home.path().join(name), text).expect("put");
    std::fs::create_dir(home.path().join("plans")).expect("made");
    put("plans/rumour.toml", &ours("plans/rumor-solvencia.toml"));
    put("people.toml", &ours("people.toml"));
    put("holidays.toml", &ours("holidays.toml"));
    let keywords = Path::new(env!("CARGO_MANIFEST_DIR")).join("keywords").display().to_string();
    let channel = |id: &str| {
        format!(
            "[[channel]]\nid = \"{id}\"\nkind = \"maildir\"\ndirectory = \"{id}\"\nfrom = \"a@bank.example\"\n"
        )
    };
    let main = format!(
        "keywords = {keywords:?}\npeople = \"people.toml\"\nplans = \"plans\"\nholidays = \"holidays.toml\"\n\
         [organisation]\nname = \"Banco\"\n[store]\nurl = \"sqlite:archive.db\"\n\
         [[source]]\nid = \"diario\"\nurl = \"https://diario.example/feed\"\n{}{}",
        channel("email"),
        channel("chat")
    );
    put("atalaya.toml", &main);
    home
}

/// An archive whose first article is `days` old, with 21 stories of rumours in the last hour.
fn fill(home: &Path, days: i64) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let store = Store::open(&Location::Sqlite(home.join("archive.db"))).await.expect("opened");
        let past = SignedDuration::from_hours(days * DAY);
        store.write(move |tx| add(tx, past)).await.expect("added");
        store.close();
    });
}

fn add(tx: &mut dyn Transaction, past: SignedDuration) -> Result<(), StoreError> {
    let now = Timestamp::now();
    let mut first = article(99);
    first.discovered_at = now - past;
    articles::insert(tx, EntryId::new(), &first, StoryId::new(), &Analysis::default())?;
    for n in 0..21 {
        let (story, source, opinion) = (StoryId::new(), Source::unlisted("diario"), opinion());
        let article = article(n);
        let analysis = Analysis { topics: vec![opinion.clone()], ..Analysis::default() };
        articles::insert(tx, EntryId::new(), &article, story, &analysis)?;
        stories::add_article(tx, story, &article)?;
        let mark = Mark { negative: true, category: "solvency", voice: &source.name };
        articles::insert_topic(tx, &article, story, &source, &opinion, mark)?;
        let (topic_id, reason) = ("bank".to_owned(), Reason::FirstHit);
        let verdict = Verdict { topic_id, reason, severity: rumour(), at: now };
        articles::record_verdict(tx, article.id, &verdict)?;
    }
    Ok(())
}

/// Enough for blue, and for no other level of the plan.
fn rumour() -> Severity {
    let part = |name, fact| Part { name, points: 1.0, max: 1.0, fact };
    let event = Fact::Event {
        category: "solvency".to_owned(),
        name: LocalText::default(),
        weight: 0.5,
        hearsay: true,
    };
    let parts = vec![
        part(PartName::Event, event),
        part(PartName::Spread, Fact::Owners { owners: 1 }),
        part(PartName::Authority, Fact::Tier { tier: 3 }),
    ];
    Severity { score: 45.0, level: None, parts, adjustments: Vec::new() }
}

fn check(home: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atalaya"));
    command.args(["plan", "check", "--on", "2026-11-29", "--config", "atalaya.toml"]);
    command.args(arguments).current_dir(home).output().expect("started")
}

fn rehearsed(home: &Path) -> Vec<String> {
    let output = check(home, &["--archive", "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let report = object(&output);
    hold("check", &report);
    let findings = report["findings"].as_array().expect("findings").iter();
    let told = findings.map(|it| format!("{}: {}", it["line"], it["what"].as_str().unwrap_or("")));
    told.filter(|told| told.contains("L17")).collect()
}

#[test]
fn rows_that_nothing_reaches_and_rows_that_everything_does_are_told() {
    let home = laid_out();
    fill(home.path(), 91);
    let plan = std::fs::read_to_string(home.path().join("plans/rumour.toml")).expect("a plan");
    let line = |words: &str| {
        let found = plan.lines().position(|line| line.contains(words));
        found.expect("these words are in the plan") + 1
    };
    let never = |row: usize, words: &str| {
        let what = "would have held for no story of the last 90 days";
        format!("{}: L17 trigger row {row} {what}", line(words))
    };
    let often = "L17 trigger row 1 would have held for 21 stories of the last 90 days";
    let expected = [
        format!("{}: {often}", line("level = \"blue\"")),
        never(2, "level = \"yellow\""),
        never(3, "min_sources = 4"),
        never(4, "min_score = 70, min_tier1 = 1"),
        never(6, "level = \"red\""),
    ];
    assert_eq!(rehearsed(home.path()), expected, "complaints are not in the archive's sums");
    let without = check(home.path(), &["--json"]);
    let of_rows = |told: &str| told.contains("L17");
    let without = String::from_utf8_lossy(&without.stdout).into_owned();
    assert!(!of_rows(&without), "only with --archive: {without}");
}

#[test]
fn a_young_archive_tells_nothing_of_rows() {
    let home = laid_out();
    fill(home.path(), 80);
    assert_eq!(rehearsed(home.path()), Vec::<String>::new());
}

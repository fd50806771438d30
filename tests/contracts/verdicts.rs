//! What staff's verdicts come out as, and what thresholds are tuned by: on an archive made here.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use atalaya::model::{
    Analysis, Article, ArticleId, EntryId, Field, Part, PartName, Polarity, PolarityLabel, Reason,
    Severity, Source, Span, StoryId, TopicMatch, TopicOpinion,
};
use atalaya::store::articles::{self, Mark, Verdict};
use atalaya::store::{Location, Store, Transaction, stories};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::binary::{object, rows};
use super::schemas::hold;

/// Stories, an hour apart; the nth scores 2 n.
const COUNT: u32 = 45;

const MAIN: &str = r#"
keywords = "keywords"
[organisation]
name = "Banco Almenara"
[store]
url = "sqlite:archive.db"
[[source]]
id = "diario"
url = "https://diario.example/rss.xml"
"#;
const TOPICS: &str = r#"
[[topic]]
id = "bank"
name = { es = "El banco", en = "The bank", zh = "银行" }
[[topic.rule]]
id = "names"
any = ["Almenara"]
"#;

fn written(dir: &Path) -> PathBuf {
    std::fs::create_dir_all(dir.join("keywords/topics")).expect("made");
    std::fs::write(dir.join("keywords/topics/bank.toml"), TOPICS).expect("written");
    std::fs::write(dir.join("atalaya.toml"), MAIN).expect("written");
    dir.join("atalaya.toml")
}

pub fn article(n: u32) -> Article {
    Article {
        id: ArticleId::new(),
        source_id: "diario".to_owned(),
        story_id: None,
        duplicate_of: None,
        url: format!("https://diario.example/{n}"),
        original_url: None,
        title: format!("Noticia {n}"),
        body: "El Banco Almenara, multado.".to_owned(),
        authors: Vec::new(),
        language: Some("es".to_owned()),
        published_at: None,
        discovered_at: Timestamp::now(),
        method: "article".to_owned(),
        warnings: Vec::new(),
    }
}

pub fn opinion() -> TopicOpinion {
    let span = Span {
        field: Field::Body,
        from: 9,
        to: 17,
        text: "Almenara".to_owned(),
        term: "Almenara".to_owned(),
    };
    let topic = TopicMatch { id: "bank".to_owned(), rule: "names".to_owned(), spans: vec![span] };
    let polarity = Polarity {
        label: PolarityLabel::Negative,
        score: -0.5,
        p_negative: 0.8,
        evidence: Vec::new(),
    };
    TopicOpinion {
        topic,
        polarity,
        categories: Vec::new(),
        prominence: 1.0,
        hearsay: false,
        second: None,
    }
}

/// One of three stories has ten points from a verdict, which tuning must leave out.
fn severity(n: u32) -> Severity {
    let verdict = if n.is_multiple_of(3) { 10.0 } else { 0.0 };
    let part =
        |name, points| Part { name, points, max: points, fact: atalaya::model::Fact::NoEvent };
    let own = f64::from(2 * n);
    let parts = vec![part(PartName::Event, own), part(PartName::Verdict, verdict)];
    Severity { score: own + verdict, level: None, parts, adjustments: Vec::new() }
}

/// The archive; answers its articles.
fn filled(dir: &Path) -> Vec<ArticleId> {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let store = Store::open(&Location::Sqlite(dir.join("archive.db"))).await.expect("opened");
        let add = |tx: &mut dyn Transaction| {
            let (source, opinion) = (Source::unlisted("diario"), opinion());
            let analysis = Analysis { topics: vec![opinion.clone()], ..Analysis::default() };
            let mut ids = Vec::new();
            for n in 1..=COUNT {
                let (article, story) = (article(n), StoryId::new());
                articles::insert(tx, EntryId::new(), &article, story, &analysis)?;
                stories::add_article(tx, story, &article)?;
                let mark = Mark { negative: true, category: "", voice: &source.name };
                articles::insert_topic(tx, &article, story, &source, &opinion, mark)?;
                let at = Timestamp::now() - SignedDuration::from_hours(i64::from(COUNT - n));
                let reason = Reason::BelowThreshold;
                let verdict =
                    Verdict { topic_id: "bank".to_owned(), reason, severity: severity(n), at };
                articles::record_verdict(tx, article.id, &verdict)?;
                ids.push(article.id);
            }
            Ok(ids)
        };
        let ids = store.write(add).await.expect("added");
        store.close();
        ids
    })
}

fn atalaya(arguments: &[&str], config: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atalaya"));
    command.args(arguments).arg("--config").arg(config).output().expect("started")
}

fn levels(report: &Value) -> Vec<f64> {
    let levels = report["levels"].as_array().expect("a list").iter();
    levels.map(|one| one["advised"]["from"].as_f64().expect("a number")).collect()
}

#[test]
fn verdicts_are_listed_exported_learned_from_and_tuned_by() {
    let dir = tempfile::tempdir().expect("a directory");
    let config = written(dir.path());
    let ids = filled(dir.path());
    // The highest three are right, the next is not, the lowest is somebody else's.
    for (place, label) in [
        (44, "confirmed"),
        (43, "confirmed"),
        (42, "confirmed"),
        (41, "dismissed"),
        (0, "wrong-target"),
    ] {
        let id = ids[place].to_string();
        let said = atalaya(&["verdict", &id, label, "--by", "Ana"], &config);
        assert_eq!(said.status.code(), Some(0), "{}", String::from_utf8_lossy(&said.stderr));
    }
    let listed = rows(&atalaya(&["verdict", "--list", "--jsonl"], &config));
    assert_eq!(listed.len(), 5);
    for row in &listed {
        hold("verdict-row", row);
    }

    let export = dir.path().join("verdicts.jsonl").display().to_string();
    assert_eq!(atalaya(&["verdict", "--export", &export], &config).status.code(), Some(0));
    let exported = std::fs::read_to_string(&export).expect("written");
    for line in exported.lines() {
        let row: Value = serde_json::from_str(line).expect("JSON");
        hold("verdict-export-row", &row);
        let text = format!(
            "{}\n{}",
            row["title"].as_str().unwrap_or_default(),
            row["body"].as_str().unwrap_or_default()
        );
        let at =
            |end: &str| row["mentions"][0][end].as_u64().and_then(|it| usize::try_from(it).ok());
        let (from, to) = (at("from").expect("a place"), at("to").expect("a place"));
        assert_eq!(text.chars().skip(from).take(to - from).collect::<String>(), "Almenara");
    }
    // Too few to learn from, but every row is one to learn from.
    let trained = Command::new(env!("CARGO_BIN_EXE_atalaya"))
        .args(["train", &export, "--language", "es"])
        .output()
        .expect("started");
    let told = String::from_utf8_lossy(&trained.stderr).into_owned();
    assert!(told.contains("5 usable rows are too few"), "{told}");

    let report =
        object(&atalaya(&["tune", "--per-day", "3", "--per-day", "red=0.5", "--json"], &config));
    hold("tune", &report);
    assert_eq!(
        (&report["stories"], &report["judged"], &report["confirmed"]),
        (&45.into(), &5.into(), &3.into())
    );
    // 44 hours: 5 stories in all, the fifth from above scores 82; none of red.
    assert_eq!(levels(&report), [80.1, 81.1, 82.1, 90.1], "{report:#}");
    let blue = &report["levels"][0]["advised"];
    assert_eq!((&blue["precision"]["count"], &blue["precision"]["of"]), (&3.into(), &4.into()));
    assert_eq!(report["cautions"], serde_json::json!(["few_verdicts", "few_days"]));

    let drawing = dir.path().join("tune.svg").display().to_string();
    let shown = atalaya(&["tune", "--verdicts", &export, "--svg", &drawing], &config);
    let told = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(told.starts_with("5 stories in 1.0 days, 5 judged, 3 confirmed"), "{told}");
    assert!(std::fs::read_to_string(&drawing).is_ok_and(|svg| svg.contains("</svg>")));
    let nothing = atalaya(&["tune", "--since", "1m"], &config);
    assert_eq!(nothing.status.code(), Some(0), "the last story is of now");
}

//! What commands tell of an archive: one that is made here, without a daemon.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use atalaya::model::{Analysis, Article, ArticleId, EntryId, StoryId};
use atalaya::query::{INDEX_VERSION, index_words};
use atalaya::store::search as index;
use atalaya::store::{Location, Store, Transaction, articles};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::binary::{object, rows};
use super::schemas::hold;

/// Articles; all name the bank, and one in so many a rival.
const COUNT: usize = 120;
const RIVAL: usize = 10;

const MAIN: &str = r#"
keywords = "keywords"
[organisation]
name = "Banco Almenara"
language = "es"
[store]
url = "sqlite:archive.db"
[[source]]
id = "diario"
url = "https://diario.example/rss.xml"
tier = 1
"#;
const TOPICS: &str = r#"
[[topic]]
id = "bank"
name = { es = "El banco", en = "The bank", zh = "银行" }
[[topic.rule]]
id = "everywhere"
any = ["Almenara"]
[[topic.rule]]
id = "nowhere"
any = ["quimera tornasolada"]
[[topic.rule]]
id = "rivals"
query = "@rivals"
"#;

fn written(dir: &Path) -> PathBuf {
    for folder in ["keywords/topics", "keywords/lists"] {
        std::fs::create_dir_all(dir.join(folder)).expect("made");
    }
    let write = |name: &str, text: &str| std::fs::write(dir.join(name), text).expect("written");
    write("keywords/topics/bank.toml", TOPICS);
    write("keywords/lists/rivals.txt", "Caja Zurbarán\nBanca Ortuño\n");
    write("atalaya.toml", MAIN);
    dir.join("atalaya.toml")
}

fn article(n: usize) -> Article {
    let rival = if n.is_multiple_of(RIVAL) { " La Caja Zurbarán baja." } else { "" };
    Article {
        id: ArticleId::new(),
        source_id: "diario".to_owned(),
        story_id: None,
        duplicate_of: None,
        url: format!("https://diario.example/{n}"),
        original_url: None,
        title: format!("Noticia número {n}"),
        body: format!("El Banco Almenara abre hoy en la plaza.{rival}"),
        authors: Vec::new(),
        language: Some("es".to_owned()),
        published_at: None,
        discovered_at: Timestamp::now() - SignedDuration::from_hours(2),
        method: "article".to_owned(),
        warnings: Vec::new(),
    }
}

/// An archive with its index, as the daemon would have left it.
fn filled(dir: &Path) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let store = Store::open(&Location::Sqlite(dir.join("archive.db"))).await.expect("opened");
        let add = |tx: &mut dyn Transaction| {
            index::begin_anew_unless(tx, INDEX_VERSION)?;
            for article in (0..COUNT).map(article) {
                let analysis = Analysis::default();
                articles::insert(tx, EntryId::new(), &article, StoryId::new(), &analysis)?;
            }
            let waiting = index::waiting(tx, 1_000)?.into_iter();
            let cut: Vec<_> = waiting
                .map(|one| {
                    let words = index_words(&one.title, &one.body);
                    (one, words)
                })
                .collect();
            index::index(tx, &cut)
        };
        store.write(add).await.expect("added");
        store.close();
    });
}

fn atalaya(arguments: &[&str], config: &Path) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atalaya"));
    command.args(arguments).arg("--config").arg(config).output().expect("started")
}

#[test]
fn searches_backtests_and_rules_that_say_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    let config = written(dir.path());
    filled(dir.path());

    let found = object(&atalaya(&["search", "banco NEAR/1 almenara", "--json"], &config));
    hold("search", &found);
    assert_eq!(
        (&found["count"], &found["more"], &found["way"]),
        (&20.into(), &true.into(), &"index".into())
    );
    let output = atalaya(&["search", "@rivals AND NOT title:70", "--jsonl"], &config);
    let found = rows(&output);
    for row in &found {
        hold("search-row", row);
    }
    assert_eq!(found.len(), COUNT / RIVAL - 1);
    assert!(found.iter().all(|row| row["spans"][0]["text"] == "Caja Zurbarán"), "{found:?}");
    let unknown = atalaya(&["search", "@nobody", "--json"], &config);
    let told = String::from_utf8_lossy(&unknown.stderr);
    assert_eq!((unknown.status.code(), unknown.stdout.len()), (Some(2), 0));
    assert!(told.contains("@nobody"), "{told}");

    let report = object(&atalaya(&["backtest", "--since", "1d", "--json"], &config));
    hold("backtest", &report);
    assert_eq!(report["articles"], COUNT, "{report}");

    let output = atalaya(&["check", "--archive", "--json"], &config);
    let report = object(&output);
    hold("check", &report);
    assert_eq!(output.status.code(), Some(0), "{report}");
    let of_archive = |finding: &&Value| {
        finding["what"].as_str().is_some_and(|what| what.contains(" 120 articles"))
    };
    let findings = report["findings"].as_array().expect("a list").iter().filter(of_archive);
    let told: Vec<&str> = findings.filter_map(|finding| finding["what"].as_str()).collect();
    assert_eq!(
        told,
        [
            "topic `bank`, rule `everywhere`: holds for 100 % of 120 articles",
            "topic `bank`, rule `nowhere`: never held in 120 articles since 30d",
        ]
    );
}

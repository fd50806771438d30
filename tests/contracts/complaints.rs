//! Customers' complaints as other programs read them: the real binary beside no daemon.

use std::path::Path;
use std::process::{Command, Output};

use atalaya::store::{Location, Store};
use serde_json::Value;

use super::binary::object;
use super::schemas::hold;

const MAIN: &str = r#"
keywords = "keywords"
people = "people.toml"
[organisation]
name = "Banco Almenara"
language = "es"
time_zone = "Europe/Madrid"
[store]
url = "sqlite:archive.db"
[[source]]
id = "diario"
url = "https://diario.example/rss.xml"
[[channel]]
id = "mail"
kind = "maildir"
directory = "mails"
from = "atalaya@almenara.example"
[complaints]
topic = "bank"
desk = ["ana"]
manager = "bao"
via = ["mail"]
[[complaints.mailbox]]
id = "desk"
server = "127.0.0.1"
port = 9
username = "desk"
password = { file = "secret" }
"#;
const TOPICS: &str = r#"
[[topic]]
id = "bank"
name = { es = "Banco", en = "Bank", zh = "银行" }
[[topic.rule]]
id = "names"
any = ["Almenara"]
"#;
const PEOPLE: &str = r#"
[person.ana]
name = "Ana Mora"
email = "ana@almenara.example"
[person.bao]
name = "陈宇"
email = "bao@almenara.example"
"#;
const TABLE: &str = "reference,text,branch,name\n\
    a1,Me cobraron dos veces,Gran Vía,Eva Gil\n\
    a2,La app no funciona,,\n\
    a3,,Sol,\n";

fn laid_out() -> tempfile::TempDir {
    let home = tempfile::tempdir().expect("a directory");
    let put = |name: &str, text: &str| std::fs::write(home.path().join(name), text).expect("put");
    std::fs::create_dir_all(home.path().join("keywords/topics")).expect("made");
    put("atalaya.toml", MAIN);
    put("people.toml", PEOPLE);
    put("secret", "canary-41d2");
    put("keywords/topics/bank.toml", TOPICS);
    put("table.csv", TABLE);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let path = home.path().join("archive.db");
    runtime.block_on(async { Store::open(&Location::Sqlite(path)).await.expect("opened").close() });
    home
}

fn run(home: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_atalaya"));
    command.arg("complaint").args(arguments).current_dir(home);
    command.args(["--json", "--config", "atalaya.toml"]).output().expect("started")
}

fn answer(home: &Path, schema: &str, arguments: &[&str]) -> Value {
    let output = run(home, arguments);
    let object = object(&output);
    hold(schema, &object);
    object
}

#[test]
fn each_answer_has_its_schema() {
    let home = laid_out();
    let home = home.path();
    let imported = answer(home, "complaint-import", &["import", "table.csv"]);
    assert_eq!((&imported["filed"], &imported["refused"]), (&2.into(), &1.into()), "{imported}");

    let listed = answer(home, "complaints", &["list"]);
    let listed = listed["complaints"].as_array().expect("complaints");
    assert_eq!(listed.len(), 2);
    let number = listed[0]["number"].as_str().expect("a number").to_owned();
    for arguments in [["answer", &number, "--by", "ana"], ["resolve", &number, "--by", "ana"]] {
        assert_eq!(run(home, &arguments).status.code(), Some(0), "{arguments:?}");
    }
    assert_eq!(run(home, &["satisfaction", &number, "4"]).status.code(), Some(0));
    let shown = answer(home, "complaint", &["show", &number]);
    assert_eq!((&shown["satisfaction"], &shown["personal"]), (&4.into(), &Value::Null), "{shown}");
    answer(home, "complaint", &["show", &number, "--full"]);

    let days = ["--from", "2026-01-01", "--to", "2999-01-01"];
    for by in ["branch", "product", "owner", "severity", "channel"] {
        let report =
            answer(home, "complaint-report", &[&["report", "--by", by], &days[..]].concat());
        assert_eq!((&report["total"]["filed"], &report["by"]), (&2.into(), &by.into()), "{report}");
    }
    let none = answer(home, "complaint-report", &["report", "--month", "2026-01"]);
    assert_eq!(none["total"]["satisfaction"], Value::Null, "{none}");
}

#[test]
fn a_mailbox_that_nobody_answers_at_is_told_of_without_its_password() {
    let home = laid_out();
    let output = run(home.path(), &["mailboxes"]);
    assert_eq!(output.status.code(), Some(1));
    let object = object(&output);
    hold("complaint-mailboxes", &object);
    let row = &object["mailboxes"][0];
    assert_eq!((&row["id"], &row["waiting"]), (&"desk".into(), &Value::Null), "{object}");
    let error = row["error"].as_str().unwrap_or_default();
    assert!(error.contains("cannot be reached"), "{error}");
    let said = [output.stdout, output.stderr].concat();
    assert!(!String::from_utf8_lossy(&said).contains("canary"));
}

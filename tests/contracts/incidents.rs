//! What `atalaya incident` and `atalaya verify` answer, of an incident that was opened by hand.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

use super::schemas::hold;

fn object(output: &Output) -> Value {
    let told = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {told}"))
}

#[test]
fn incidents_and_their_log() {
    let directory = tempfile::tempdir().expect("a directory");
    let ours = |name: &str| Path::new(env!("CARGO_MANIFEST_DIR")).join(name).display().to_string();
    let channel = |id: &str| {
        format!(
            "[[channel]]\nid = \"{id}\"\nkind = \"maildir\"\ndirectory = \"{id}\"\nfrom = \"a@b.example\"\n"
        )
    };
    let config = format!(
        "keywords = {:?}\npeople = {:?}\nplans = {:?}\nholidays = {:?}\n[organisation]\nname = \"B\"\n\
         [store]\nurl = \"sqlite:a.db\"\n[[source]]\nid = \"a\"\nurl = \"http://127.0.0.1:9/feed\"\n\
         allow_private = true\n{}{}",
        ours("keywords"),
        ours("config/people.toml"),
        ours("config/plans"),
        ours("config/holidays.toml"),
        channel("email"),
        channel("chat")
    );
    std::fs::write(directory.path().join("a.toml"), config).expect("written");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_atalaya"));
        command.args(arguments).args(["--config", "a.toml"]).current_dir(directory.path());
        command.output().expect("started")
    };
    let code = |arguments: &[&str]| run(arguments).status.code();
    assert_eq!(code(&["incident", "list"]), Some(3), "there is no store yet");
    run(&["poll", "--once"]);
    let open = ["incident", "open", "rumor-solvencia", "--title", "Colas", "--by", "elena.ruiz"];
    assert_eq!(code(&open), Some(0));
    assert_eq!(code(&open), Some(1), "it is open already");
    assert_eq!(code(&["incident", "open", "nada", "--title", "x", "--by", "y"]), Some(2));

    let list = object(&run(&["incident", "list", "--json"]));
    hold("incidents", &list);
    let number = list["incidents"][0]["number"].as_str().expect("a number").to_owned();
    assert_eq!(list["incidents"][0]["state"], "assessing");
    let by = ["--by", "marta.leon"];
    let act = |words: &[&str]| {
        code(&[&["incident", words[0], number.as_str()], &words[1..], &by].concat())
    };
    assert_eq!(act(&["ack", "verificar"]), Some(0));
    assert_eq!(act(&["ack", "nada"]), Some(1));
    assert_eq!(act(&["hand-over", "efectivo", "--to", "nadie"]), Some(2));
    assert_eq!(act(&["level", "yellow", "--reason", "calma"]), Some(1), "too early");
    assert_eq!(act(&["draft", "nada"]), Some(1), "no such text");
    assert_eq!(act(&["draft", "empleados"]), Some(1), "nothing is known yet");
    assert_eq!(act(&["draft", "empleados", "--text-file", "nowhere"]), Some(2));
    std::fs::write(directory.path().join("t.txt"), "Calma.\n").expect("written");
    assert_eq!(act(&["draft", "empleados", "--text-file", "t.txt"]), Some(0));
    assert_eq!(act(&["approve", "empleados"]), Some(1), "not hers to approve");
    let approve = ["incident", "approve", &number, "empleados", "--by", "pablo.nieto"];
    let approved = run(&approve);
    let said = String::from_utf8_lossy(&approved.stdout).into_owned();
    assert!(said.starts_with("Calma.\n\nempleados "), "what is approved is shown: {said}");
    assert!(said.contains("approved by pablo.nieto as reputacion"), "{said}");
    let shown = object(&run(&["incident", "show", &number, "--json"]));
    hold("incident", &shown);
    assert_eq!(shown["steps"][0]["state"], "acknowledged");
    assert_eq!(shown["conditions"].as_array().map(Vec::len), Some(3));
    let what: Vec<_> = shown["events"].as_array().expect("events").iter().collect();
    assert_eq!(
        what.iter().map(|it| &it["what"]).collect::<Vec<_>>(),
        ["opened", "activated", "acknowledged", "drafted", "approved"]
    );

    let proof = object(&run(&["verify", "--json"]));
    hold("verify", &proof);
    assert_eq!((&proof["whole"], &proof["entries"]), (&true.into(), &5.into()));
    assert_eq!(proof["head"], what[4]["hash"]);
    assert_eq!(code(&["verify", "--head", what[1]["hash"].as_str().expect("a hash")]), Some(0));
    assert_eq!(code(&["verify", "--head", &"0".repeat(64)]), Some(1));
    for form in ["md", "html"] {
        let document = run(&["incident", "review", &number, "--export", form]);
        let text = String::from_utf8_lossy(&document.stdout).into_owned();
        assert!(text.contains("Marta León") && text.contains("Colas"), "{form}: {text}");
    }
}

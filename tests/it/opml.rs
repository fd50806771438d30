//! `atalaya opml`: feeds come in as a source file that `check` accepts, and go out again.

use std::path::Path;
use std::process::Output;

use tempfile::TempDir;

use crate::support::daemon::atalaya;

const OPML: &str = r#"<?xml version="1.0"?><opml version="2.0"><body><outline text="Prensa">
<outline type="rss" text="El Diario" xmlUrl="http://diario.example/rss?utm_source=opml"/>
<outline type="rss" text="La Gaceta" xmlUrl="https://gaceta.example/atom" language="es"/>
<outline type="rss" text="La Gaceta otra vez" xmlUrl="https://gaceta.example/atom#x"/>
<outline type="include" text="Más" url="https://lists.example/more.opml"/></outline></body></opml>"#;

/// A configuration with one source, a directory for source files and a document to import.
fn laid_out() -> TempDir {
    let dir = tempfile::tempdir().expect("a directory");
    let keywords = Path::new(env!("CARGO_MANIFEST_DIR")).join("keywords").display().to_string();
    let main = format!(
        "keywords = {keywords:?}\nsources = \"media\"\n[organisation]\nname = \"Almenara\"\n\
         [[source]]\nid = \"diario\"\nurl = \"https://diario.example/rss\"\n"
    );
    std::fs::create_dir(dir.path().join("media")).expect("made");
    std::fs::write(dir.path().join("atalaya.toml"), main).expect("written");
    std::fs::write(dir.path().join("mine.opml"), OPML).expect("written");
    dir
}

fn run(dir: &TempDir, arguments: &[&str]) -> Output {
    let config = ["--config", "atalaya.toml"];
    let mut command = atalaya();
    command.args(arguments).args(config).current_dir(dir.path()).output().expect("started")
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("UTF-8")
}

#[test]
fn what_is_new_becomes_a_source_file_and_what_is_not_is_named() {
    let dir = laid_out();
    let shown = run(&dir, &["sources", "import", "mine.opml"]);
    let source = "[[source]]\nid = \"la-gaceta\"\nname = \"La Gaceta\"\nurl = \"https://gaceta.example/atom\"\n\
                  language = \"es\"\ntags = [\"Prensa\"]\n";
    assert_eq!((shown.status.code(), text(&shown.stdout)), (Some(0), source));
    let told = text(&shown.stderr);
    for part in
        ["`El Diario`: it is the source `diario`", "`La Gaceta otra vez`", "`Más`", "1 feeds"]
    {
        assert!(told.contains(part), "{part} is not in\n{told}");
    }

    let out = ["sources", "import", "mine.opml", "--out", "media/mine.toml"];
    assert_eq!(run(&dir, &out).status.code(), Some(0));
    let written = std::fs::read_to_string(dir.path().join("media/mine.toml")).expect("written");
    assert_eq!(written, source);
    assert_eq!(run(&dir, &["check"]).status.code(), Some(0));

    let exported = run(&dir, &["sources", "export"]);
    let opml = text(&exported.stdout);
    assert_eq!(exported.status.code(), Some(0));
    assert!(opml.contains("xmlUrl=\"https://gaceta.example/atom\" language=\"es\""), "{opml}");
    assert!(opml.contains("https://diario.example/rss"), "{opml}");
}

#[test]
fn a_file_is_overwritten_only_by_force() {
    let dir = laid_out();
    let path = dir.path().join("media/mine.toml");
    std::fs::write(&path, "# mine\n").expect("written");
    let out = ["sources", "import", "mine.opml", "--out", "media/mine.toml"];
    let refused = run(&dir, &out);
    assert_eq!(refused.status.code(), Some(2));
    assert!(text(&refused.stderr).contains("--force"), "{refused:?}");
    assert_eq!(std::fs::read_to_string(&path).expect("read"), "# mine\n");
    for _ in 0..2 {
        assert_eq!(run(&dir, &[&out[..], &["--force"]].concat()).status.code(), Some(0));
        let written = std::fs::read_to_string(&path).expect("read");
        assert!(written.contains("id = \"la-gaceta\"\n"), "{written}");
    }
}

#[test]
fn bad_documents_and_private_addresses_are_refused() {
    let dir = laid_out();
    std::fs::write(dir.path().join("page.html"), "<html></html>").expect("written");
    let page = run(&dir, &["sources", "import", "page.html"]);
    assert_eq!((page.status.code(), text(&page.stdout)), (Some(2), ""));
    let inside = run(&dir, &["sources", "import", "http://127.0.0.1:9/mine.opml"]);
    assert_eq!(inside.status.code(), Some(3));
    assert!(text(&inside.stderr).contains("refused"), "{inside:?}");
}

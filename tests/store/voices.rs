//! Who counts as one voice, and what silence is: a story's rows joined with what `media.toml` says.

use std::fmt::Write as _;

use atalaya::config::{self, Config};
use atalaya::model::{ArticleId, Spread, StoryId};
use atalaya::pipeline::told_by;
use atalaya::store::spread::Member;
use atalaya::store::{Store, quiet_topics};

use crate::samples::{TOPIC, at};

const MEDIA: &str = r#"
[[owner]]
name = "Grupo Poniente"
sites = ["poniente.example", "lavoz.example"]
tier = 2

[[agency]]
name = "Agencia Levante"
credits = ["Levante"]
clients = ["costa.example"]
"#;

/// Media by id, each at the site `id.example`; one owns itself whatever the file says.
fn configuration() -> Config {
    let keywords = concat!(env!("CARGO_MANIFEST_DIR"), "/keywords");
    let mut text = format!(
        "keywords = \"{keywords}\"\nmedia = \"media.toml\"\n[organisation]\nname = \"B\"\n"
    );
    for (id, more) in [
        ("poniente", ""),
        ("lavoz", ""),
        ("sierra", ""),
        ("costa", ""),
        ("valle", "owner = \"Valle\"\ntier = 1\n"),
    ] {
        writeln!(text, "[[source]]\nid = \"{id}\"\nurl = \"https://www.{id}.example/rss\"\n{more}")
            .expect("memory");
    }
    let directory = tempfile::tempdir().unwrap();
    std::fs::write(directory.path().join("media.toml"), MEDIA).unwrap();
    let path = directory.path().join("atalaya.toml");
    std::fs::write(&path, text).unwrap();
    config::load(&path).unwrap_or_else(|findings| panic!("{findings:?}")).0
}

fn member(source: &str, body: &str) -> Member {
    Member {
        id: ArticleId::new(),
        source_id: source.to_owned(),
        story: StoryId::new(),
        discovered_at: at(0),
        published_at: None,
        title: "Multa al banco".to_owned(),
        body: body.to_owned(),
        url: format!("https://www.{source}.example/multa"),
        language: None,
        authors: Vec::new(),
        original_url: None,
        duplicate_of: None,
    }
}

fn told(members: Vec<Member>) -> Spread {
    told_by(&configuration(), StoryId::new(), members)
}

#[test]
fn sources_take_owner_and_tier_from_the_media_file_unless_they_say() {
    let config = configuration();
    let of = |id: &str| {
        let source = config.sources.iter().find(|source| source.id == id).unwrap();
        (source.owner.clone(), source.tier)
    };
    assert_eq!(of("poniente"), ("Grupo Poniente".to_owned(), 2));
    assert_eq!(of("lavoz"), ("Grupo Poniente".to_owned(), 2));
    assert_eq!(of("sierra"), ("sierra".to_owned(), 3));
    assert_eq!(of("valle"), ("Valle".to_owned(), 1));
}

#[test]
fn a_wire_text_is_one_voice_however_many_run_it() {
    let wire = "MADRID, 20 nov (Levante).- El supervisor multa al banco.";
    let credited = ["poniente", "sierra", "valle"].map(|source| member(source, wire));
    let mut uncredited = member("costa", "El supervisor multa al banco.");
    uncredited.duplicate_of = Some(credited[0].id);
    let mut members: Vec<Member> = credited.into();
    members.push(uncredited);
    let spread = told(members.clone());
    assert_eq!((spread.voices, spread.owners.len()), (1, 4));
    let named: Vec<(&str, u32)> =
        spread.according_to.iter().map(|it| (it.name.as_str(), it.articles)).collect();
    assert_eq!(named, [("Agencia Levante", 3)]);

    members.push(member("lavoz", "La Voz ha visto el expediente de la multa."));
    assert_eq!(told(members).voices, 2, "a second witness");
}

#[test]
fn owners_are_one_voice_and_a_canonical_link_names_another() {
    let mut copy = member("sierra", "El supervisor multa al banco.");
    copy.original_url = Some("https://lavoz.example/multa".to_owned());
    let mut stranger = member("valle", "El supervisor multa al banco.");
    stranger.original_url = Some("https://nobody-knows.example/multa".to_owned());
    let members =
        vec![copy, stranger, member("poniente", "Una multa."), member("lavoz", "La multa.")];
    let spread = told(members);
    assert_eq!(
        (spread.voices, spread.owners.len()),
        (2, 3),
        "the group, and who names nobody known"
    );
    assert_eq!(spread.original.unwrap().source, "lavoz");
    let credits: Vec<(&str, &str)> =
        spread.credits.iter().map(|it| (it.medium.as_str(), it.from.as_str())).collect();
    assert_eq!(credits, [("sierra", "lavoz")]);
}

/// Hours are counted back from now, and a silence is told until it ends.
pub async fn silence_is_counted_and_remembered(store: &Store) {
    let now = at(3_600 * 5);
    let counted = store.read(move |tx| {
        let arrivals = quiet_topics::arrivals(tx, at(0) - std::time::Duration::from_secs(1), now)?;
        let none = quiet_topics::arrivals(tx, now, now)?;
        let by_topic = quiet_topics::by_topic(tx, at(0), now)?;
        Ok((arrivals, none, by_topic))
    });
    let (arrivals, none, by_topic) = counted.await.unwrap();
    assert!(arrivals.iter().any(|&(ago, count)| ago == 4 && count > 0), "{arrivals:?}");
    assert!(none.is_empty() && arrivals.iter().all(|&(ago, _)| ago <= 5));
    assert!(by_topic.iter().any(|(topic, ago, count)| topic == TOPIC && *ago == 4 && *count > 0));

    let job = move |tx: &mut dyn atalaya::store::Transaction| {
        quiet_topics::remember(tx, TOPIC, now)?;
        quiet_topics::remember(tx, TOPIC, now)?;
        let told = quiet_topics::told(tx)?;
        quiet_topics::forget(tx, TOPIC)?;
        Ok((told, quiet_topics::told(tx)?))
    };
    let (told, after) = store.write(job).await.unwrap();
    assert_eq!((told, after), (vec![TOPIC.to_owned()], Vec::new()));
}

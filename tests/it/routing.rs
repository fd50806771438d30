//! No storm and nothing dropped, from outside: a tree of routes, groups, silences and digests.

use std::path::Path;
use std::process::Output;
use std::time::Duration;

use jiff::{Timestamp, ToSpan};
use serde_json::Value;

use crate::support::chat::Chat;
use crate::support::daemon::{Daemon, atalaya};
use crate::support::mail::{Mail, mails};
use crate::support::settings::Settings;
use crate::support::site::{LEAK, Site};
use crate::support::wait_for;

const SOON: Duration = Duration::from_mins(1);
/// A digest comes at a whole minute, of which the next may be too near.
const A_DIGEST: Duration = Duration::from_mins(4);
const LEAK_TEXT: &str = "El Banco Almenara confirma que ha sufrido un ciberataque. Los delincuentes \
    robaron datos personales de miles de clientes, según la entidad.";
const FINE: &str =
    "El supervisor multa al Banco Almenara por vender fondos sin informar del riesgo";
const FINE_TEXT: &str = "El supervisor ha impuesto al Banco Almenara una multa de doce millones de euros \
    por vender fondos de riesgo a clientes mayores sin informarles.";
const FESTIVAL: &str = "El Banco Almenara inaugura una oficina en el centro de Sevilla";
const FESTIVAL_TEXT: &str =
    "La oficina abre de lunes a viernes. A la inauguración asistieron vecinos.";

#[tokio::test(flavor = "multi_thread")]
async fn a_route_gives_an_alert_to_the_first_of_its_own_and_groups_the_rest() {
    let site = Site::open().await;
    let settings = Settings::new().source("diario", &site.feed_url()).mail_channel().routes(
        "[[route]]\npeople = [\"carmen.saez\"]\nvia = [\"mail\"]\n\
         group_by = \"topic\"\ngroup_wait = \"8s\"\n\
         [[route.route]]\nmatch = \"lang:zh\"\npeople = [\"chen.yu\"]\n\
         [[route.route]]\nmatch = \"category:data_breach\"\npeople = [\"grace.hughes\"]\n\
         group_by = \"none\"\ncontinue = true\n\
         [[route.route]]\nmatch = \"topic:banco-almenara\"\n",
    );
    site.publish(LEAK, LEAK_TEXT);
    site.publish(FINE, FINE_TEXT);
    let daemon = Daemon::start(&settings.write()).await;
    let arrived = || Some(mails(&settings.mails())).filter(|mails| mails.len() >= 2);
    let mut arrived = wait_for("both hear of it", SOON, arrived).await;
    arrived.sort_by(|a, b| a.to.cmp(&b.to));
    let [carmen, grace] = arrived.as_slice() else { panic!("{arrived:?}") };
    assert!(grace.to.starts_with("grace.hughes"), "{grace:?}");
    assert!(grace.subject.contains(LEAK) && !grace.text.contains(FINE), "{grace:?}");
    assert!(carmen.to.starts_with("carmen.saez"), "{carmen:?}");
    assert!(carmen.subject.contains("2 alertas: "), "{}", carmen.subject);
    assert!(carmen.text.contains(LEAK) && carmen.text.contains(FINE), "{}", carmen.text);
    assert!(carmen.html.contains(LEAK) && carmen.html.contains(FINE), "{}", carmen.html);
    drop(daemon);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silence_holds_back_and_reports() {
    let site = Site::open().await;
    let settings = Settings::new()
        .source("diario", &site.feed_url())
        .mail_channel()
        .routes("[[route]]\npeople = [\"grace.hughes\"]\nvia = [\"mail\"]\n");
    let config = settings.write();
    let daemon = Daemon::start(&config).await;
    let add = |query: &str, owner: &str| {
        let about = ["--for", "2h", "--reason", "Mudanza anunciada", "--owner", owner];
        run(&config, &[&["silence", "add", query], about.as_slice()].concat())
    };
    for (query, owner, complaint) in [
        ("ciberataque", "carmen.saez", "is a word of a text"),
        ("topic:banco-almenar", "carmen.saez", "did you mean `banco-almenara`?"),
        ("topic:banco-almenara", "nobody", "there is no person `nobody`"),
    ] {
        let refused = add(query, owner);
        assert_eq!(refused.status.code(), Some(2), "{query}");
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert!(said.contains(complaint), "{said}");
    }
    let added = add("topic:banco-almenara", "carmen.saez");
    assert_eq!(added.status.code(), Some(0), "{added:?}");
    assert!(String::from_utf8_lossy(&added.stderr).starts_with("S-1: until "), "{added:?}");

    site.publish(LEAK, LEAK_TEXT);
    let held = || {
        let rows = json(&run(&config, &["held", "--json"]));
        rows.as_array().filter(|rows| !rows.is_empty()).cloned()
    };
    let held = wait_for("the alert is held back", SOON, held).await;
    assert_eq!((held.len(), &held[0]["headline"]), (1, &LEAK.into()));
    assert_eq!((&held[0]["why"], &held[0]["by"]), (&"silenced".into(), &"S-1".into()));
    let listed = json(&run(&config, &["silence", "list", "--json"]));
    assert_eq!((&listed[0]["held"], &listed[0]["running"]), (&1.into(), &true.into()));
    assert!(mails(&settings.mails()).is_empty());
    let (_, page) = daemon.get("/?lang=en");
    for shown in
        ["Held back", "<dt>silenced</dt><dd>1</dd>", "S-1", "Carmen Sáez", "Mudanza anunciada"]
    {
        assert!(page.contains(shown), "{shown}: {page}");
    }
    assert_eq!(daemon.metric("atalaya_alerts_held{why=\"silenced\"}"), Some(1.0));
    assert_eq!(daemon.metric("atalaya_alerts_held{why=\"storm\"}"), Some(0.0));
    assert_eq!(daemon.metric("atalaya_silences_running"), Some(1.0));

    assert_eq!(run(&config, &["silence", "end", "S-2"]).status.code(), Some(1));
    assert_eq!(run(&config, &["silence", "end", "S-1"]).status.code(), Some(0));
    let told = || Some(mails(&settings.mails())).filter(|mails| mails.len() >= 2);
    let told = wait_for("the report and the alert arrive", SOON, told).await;
    let to = |who: &str| -> Mail {
        let mut mails =
            mails(&settings.mails()).into_iter().filter(|mail| mail.to.starts_with(who));
        mails.next().unwrap_or_else(|| panic!("none to {who}: {told:?}"))
    };
    let report = to("carmen.saez");
    assert_eq!(report.subject, "El silencio S-1 ha acabado: 1 alerta sin avisar");
    for words in [LEAK, "Mudanza anunciada", "topic:banco-almenara", "Carmen Sáez"] {
        assert!(report.text.contains(words), "{words} in {}", report.text);
    }
    assert!(to("grace.hughes").subject.contains(LEAK));
    drop(daemon);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_tells_what_was_not_told_at_once() {
    let (site, chat) = (Site::open().await, Chat::open().await);
    let at = (Timestamp::now() + 120.seconds()).strftime("%H:%M").to_string();
    let settings = Settings::new()
        .source("diario", &site.feed_url())
        .room(
            "chat",
            "kind = \"slack\"\nurl = { file = \"chat-url\" }\nallow_private = true\ntime_zone = \"UTC\"\n",
        )
        .routes(&format!(
            "[[route]]\nmatch = \"category:regulator\"\ndigest = \"morning\"\n\
             [[digest]]\nid = \"morning\"\nrooms = [\"chat\"]\nat = \"{at}\"\n"
        ));
    std::fs::write(settings.file("chat-url"), chat.url("desk")).expect("written");
    let daemon = Daemon::start(&settings.write()).await;
    site.publish(FESTIVAL, FESTIVAL_TEXT);
    let post = wait_for("the digest comes", A_DIGEST, || {
        let mut posts = chat.posts("desk").into_iter().map(|post| post.body().to_string());
        posts.find(|body| body.contains("Boletín"))
    });
    let post = post.await;
    assert!(post.contains(FESTIVAL) && post.contains("por debajo de los niveles"), "{post}");
    drop(daemon);
}

fn run(config: &Path, arguments: &[&str]) -> Output {
    let mut command = atalaya();
    command.args(arguments).arg("--config").arg(config).output().expect("started")
}

fn json(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stdout);
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {output:?}"))
}

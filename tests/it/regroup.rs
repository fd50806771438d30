//! Stories merged and taken apart by hand while the daemon runs: it heeds that at once.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::support::daemon::{Daemon, atalaya};
use crate::support::settings::Settings;
use crate::support::site::Site;
use crate::support::wait_for;

const SOON: Duration = Duration::from_mins(1);
const LEAK: (&str, &str) = (
    "Roban los datos de miles de clientes del Banco Almenara en un ciberataque",
    "El Banco Almenara confirma que ha sufrido un ciberataque. Los delincuentes robaron datos \
     personales de miles de clientes y los venden en un foro, según la entidad, que ha avisado a \
     la policía y a la autoridad de protección de datos.",
);
const STRIKE: (&str, &str) = (
    "Huelga en el centro telefónico del Banco Almenara en Málaga",
    "Los teleoperadores del Banco Almenara iniciaron en Málaga una huelga indefinida contra el \
     despido de trescientos compañeros. El comité denuncia turnos de once horas y la inspección \
     de trabajo visitó el edificio el jueves.",
);

fn run(config: &Path, arguments: &[&str]) -> String {
    let mut command = atalaya();
    let output = command.args(arguments).arg("--config").arg(config).output().expect("started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// Identifier and articles of each story, by the word of its headlines.
fn story(config: &Path, word: &str) -> Option<(String, u64)> {
    let report: Value = serde_json::from_str(&run(config, &["stories", "--json"])).expect("JSON");
    let stories = report["stories"].as_array().expect("a list");
    let found =
        stories.iter().find(|it| it["headline"].as_str().is_some_and(|h| h.contains(word)))?;
    Some((found["id"].as_str()?.to_owned(), found["articles"].as_u64()?))
}

async fn holds(config: &Path, id: &str, articles: u64) {
    let holds = || {
        let told: Value =
            serde_json::from_str(&run(config, &["stories", "--story", id, "--json"])).ok()?;
        (told["articles"].as_u64() == Some(articles)).then_some(())
    };
    wait_for(&format!("story {id} holds {articles} articles"), SOON, holds).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_merge_and_its_undo_are_heeded_by_the_running_daemon() {
    let site = Site::open().await;
    site.publish(LEAK.0, LEAK.1);
    site.publish(STRIKE.0, STRIKE.1);
    let settings =
        Settings::new().source("diario", &site.feed_url()).mail_to_files(&["carmen.saez"]);
    let config = settings.write();
    let _daemon = Daemon::start(&config).await;
    let both = || Some((story(&config, "ciberataque")?, story(&config, "Huelga")?));
    let ((leak, _), (strike, _)) = wait_for("two stories", SOON, both).await;

    let told = run(&config, &["stories", "merge", &leak, &strike]);
    let edit = told.trim().rsplit(' ').next().expect("the name of the change").to_owned();
    site.publish("Paro sin fin de los teleoperadores malagueños", STRIKE.1);
    holds(&config, &leak, 3).await;
    holds(&config, &strike, 3).await;

    run(&config, &["stories", "undo", &edit]);
    holds(&config, &strike, 1).await;
    site.publish("Los teleoperadores siguen en huelga", STRIKE.1);
    holds(&config, &strike, 2).await;
}

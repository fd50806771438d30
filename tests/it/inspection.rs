//! The daemon inspects its plans, and who keeps them reads what is to be done.

use std::time::Duration;

use jiff::Timestamp;

use crate::support::daemon::Daemon;
use crate::support::mail::mails;
use crate::support::settings::Settings;
use crate::support::site::Site;
use crate::support::wait_for;

const SOON: Duration = Duration::from_mins(1);

/// Reviewed long ago and never drilled.
pub const PLAN: &str = r#"
schema = 1
[plan]
id = "fuga"
title = "Fuga de datos"
owner = "prensa"
version = "1"
timezone = "Europe/Madrid"
language = "es"
reviewed_on = 2020-01-02
review_every = "180d"
drill_every = "180d"
[activation]
mode = "confirm"
confirm_within = "10m"
[[trigger]]
level = "orange"
category = "data_breach"
min_score = 1
[role]
mando = { title = "Mando", kind = "command", primary = "elena.ruiz", backup = "tomas.gil" }
sistemas = { title = "Sistemas", kind = "unit", primary = "marta.leon", backup = "ivan.soto" }
oficinas = { title = "Oficinas", kind = "business", primary = "rosa.vidal", backup = "luis.prado" }
prensa = { title = "Prensa", kind = "reputation", primary = "carmen.saez", backup = "pablo.nieto" }
[[escalation.steps]]
from_level = "orange"
wait = "0s"
notify = ["mando"]
via = ["mail"]
[[step]]
key = "hechos"
title = "Comprobar los hechos"
role = "sistemas"
from_level = "orange"
due = "4h"
[review]
due = { orange = "5bd" }
questions = ["¿Qué llegó tarde?"]
"#;

#[tokio::test(flavor = "multi_thread")]
async fn who_keeps_a_plan_reads_what_the_inspection_finds_and_a_reader_abroad_in_their_language() {
    let site = Site::open().await;
    let now = Timestamp::now().strftime("%H:%M").to_string();
    let settings = Settings::new()
        .source("diario", &site.feed_url())
        .mail_channel()
        .routes("[[route]]\nabout = \"plans\"\npeople = [\"chen.yu\"]\nvia = [\"mail\"]\n")
        .plan(PLAN)
        .inspected_at(&now);
    let daemon = Daemon::start(&settings.write()).await;
    let both = || {
        let all = mails(&settings.mails());
        (all.len() >= 2).then_some(all)
    };
    let mut all = wait_for("both are told", SOON, both).await;
    all.sort_by(|a, b| a.to.cmp(&b.to));
    let [keeper, abroad] = all.as_slice() else { panic!("{} mails", all.len()) };
    assert!(keeper.to.starts_with("carmen.saez"), "{}", keeper.to);
    assert!(keeper.subject.starts_with("Planes de crisis: "), "{}", keeper.subject);
    for line in [
        "Fuga de datos (nuevo): la revisión tocaba el 2020-06-30",
        "Fuga de datos (nuevo): nunca se ha hecho un simulacro",
        "- Qué hacer: hágala y anote el día en `reviewed_on`",
        "plans/plan.toml:10",
    ] {
        assert!(keeper.text.contains(line), "{line}: {}", keeper.text);
    }
    assert!(keeper.html.contains("la revisión tocaba el 2020-06-30"), "{}", keeper.html);
    assert!(abroad.to.starts_with("chen.yu"), "{}", abroad.to);
    assert!(
        abroad.text.contains("Fuga de datos（新）：复核应于 2020-06-30 前完成"),
        "{}",
        abroad.text
    );
    drop(daemon);
}

//! Faults on real sockets and disks around the real daemon: what its readers get all the same. Each
//! test shows that its fault was met, else it proves nothing. The whole list: docs/faults.md.

mod clock;
mod disk;
mod log;
mod mail;
mod posts;
mod storm;

use std::time::Duration;

use crate::support::daemon::Daemon;
use crate::support::settings::Settings;
use crate::support::site::{LEAK as HEADLINE, LEAK_TEXT as TEXT, Site};

/// On a machine that is busy.
const SOON: Duration = Duration::from_mins(1);
/// Another matter.
const OTHER: &str =
    "El supervisor multa al Banco Almenara por vender fondos sin informar del riesgo";
const OTHER_TEXT: &str = "El supervisor ha impuesto al Banco Almenara una multa de doce millones de euros \
    por vender fondos de riesgo a clientes mayores sin informarles.";

/// A daemon that has one thing to tell, by these channels and routes.
struct Scene {
    daemon: Daemon,
    settings: Settings,
    site: Site,
}

async fn scene(ways: &str, secrets: &[(&str, &str)]) -> Scene {
    let site = Site::open().await;
    site.publish(HEADLINE, TEXT);
    let settings = Settings::new().source("diario", &site.feed_url()).ways(ways);
    for (name, text) in secrets {
        std::fs::write(settings.file(name), text).expect("written");
    }
    let daemon = Daemon::start(&settings.write()).await;
    Scene { daemon, settings, site }
}

/// Every delivery: channel, state, attempts; in the order of their creation.
fn outbox(settings: &Settings) -> Vec<(String, String, u32)> {
    let database = rusqlite::Connection::open(settings.file("atalaya.db")).expect("opened");
    let sql = "SELECT channel, state, attempts FROM delivery ORDER BY id";
    let mut statement = database.prepare(sql).expect("a query");
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)));
    rows.expect("rows").map(|row| row.expect("a row")).collect()
}

fn mail_channel(id: &str, port: u16, more: &str) -> String {
    format!(
        "[[channel]]\nid = \"{id}\"\nkind = \"email\"\nserver = \"127.0.0.1\"\nport = {port}\n\
         tls = \"none\"\nfrom = \"atalaya@almenara.example\"\n{more}"
    )
}

fn room(id: &str, more: &str) -> String {
    format!(
        "[[channel]]\nid = \"{id}\"\nkind = \"slack\"\nurl = {{ file = \"{id}-url\" }}\n\
         allow_private = true\n{more}"
    )
}

//! How sources are, as people and a dead man's switch see it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::get;
use tokio::net::TcpListener;

use crate::support::daemon::{Daemon, atalaya};
use crate::support::settings::Settings;
use crate::support::wait_for;

/// A host that failed five times rests for a minute and more.
const SOON: Duration = Duration::from_mins(3);
const FEED: &str = "<rss version='2.0'><channel><title>T</title></channel></rss>";

/// A feed that can be broken, and the service that waits for pings.
#[derive(Default)]
struct World {
    is_broken: AtomicBool,
    refused: AtomicU32,
    pings: AtomicU32,
}

async fn open() -> (SocketAddr, Arc<World>) {
    let world = Arc::new(World::default());
    let feed = async |State(world): State<Arc<World>>| {
        if world.is_broken.load(Ordering::SeqCst) {
            world.refused.fetch_add(1, Ordering::SeqCst);
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        FEED.into_response()
    };
    let ping = async |State(world): State<Arc<World>>| {
        world.pings.fetch_add(1, Ordering::SeqCst);
        StatusCode::NO_CONTENT
    };
    let routes = Router::new().route("/feed", get(feed)).route("/ping", get(ping));
    let routes = routes.with_state(Arc::clone(&world));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, routes).await });
    (address, world)
}

async fn rises(what: &str, counter: &AtomicU32, by: u32) {
    let before = counter.load(Ordering::SeqCst);
    let look = || (counter.load(Ordering::SeqCst) >= before + by).then_some(());
    wait_for(what, SOON, look).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_heart_beats_while_the_sources_are_healthy_and_only_then() {
    let (address, world) = open().await;
    let settings = Settings::new()
        .source("diario", &format!("http://{address}/feed"))
        .collect(
            "heartbeat = { file = \"ping-url\" }\nheartbeat_every = \"1s\"\nheartbeat_allow_private = true\n",
        );
    std::fs::write(settings.file("ping-url"), format!("http://{address}/ping")).expect("written");
    let config = settings.write();
    let mut daemon = Daemon::start(&config).await;
    rises("pings while all is well", &world.pings, 2).await;

    world.is_broken.store(true, Ordering::SeqCst);
    // Whoever says so knows that the failure is recorded: from then on no ping is begun.
    daemon.says("no heartbeat is sent").await;
    let pings = world.pings.load(Ordering::SeqCst);
    // Polls go on.
    rises("another failing poll", &world.refused, 1).await;
    assert_eq!(world.pings.load(Ordering::SeqCst), pings, "silence is the message");

    // Beside the running daemon, as its people would look.
    let table = || {
        let mut command = atalaya();
        command.args(["sources", "--check", "--config"]).arg(&config).output().expect("started")
    };
    let output = table();
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(text.contains("failing") && text.contains("the server answered 503"), "{text}");
    assert!(text.contains("0 of 1 sources healthy"), "{text}");
    let (_, page) = daemon.get("/?lang=en");
    assert!(page.contains("failing") && page.contains("the server answered 503"), "{page}");

    world.is_broken.store(false, Ordering::SeqCst);
    rises("pings after the repair", &world.pings, 1).await;
    assert!(!daemon.log().contains("/ping"), "the address is a secret");
    assert!(daemon.stop(SOON).await.success());
    assert_eq!(table().status.code(), Some(0), "what it knew can be read when it is stopped");
}

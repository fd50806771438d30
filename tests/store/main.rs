//! The store's promises, kept by both databases: what was committed stays, what is claimed has one
//! owner, and who lost a claim changes nothing. Time is an argument throughout: no test waits.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "a test that cannot set itself up has failed"
)]

mod archive;
mod backend;
mod channels;
mod claims;
mod collecting;
mod complaints;
mod crisis;
mod escalation;
mod identity;
mod incidents;
mod inspection;
mod operators;
mod outbox;
mod race;
mod routing;
mod samples;
mod search;
mod stories;
mod voices;

use atalaya::store::{Store, StoreError};

use backend::Backend;

/// One life of a store, told in order, because each chapter builds on the rows of the last.
async fn live(backend: &Backend) {
    let store = backend.open().await;
    collecting::sources_are_claimed_by_one(&store).await;
    collecting::polls_are_recorded_whole_or_not_at_all(&store).await;
    collecting::entries_are_claimed_by_one(&store).await;
    let told = archive::an_article_is_committed_with_what_follows(&store).await;
    outbox::deliveries_go_out_in_order(&store, &told).await;
    outbox::a_claim_that_was_given_back_does_not_count(&store).await;
    outbox::who_lost_a_claim_changes_nothing(&store).await;
    outbox::what_was_in_doubt_is_taken_again(&store).await;
    incidents::an_incident_runs_once_a_story(&store, &told).await;
    let before = archive::everything(&store).await;
    archive::counts_are_as_told(&before);
    stories::are_regrouped_and_nothing_is_lost(&store).await;
    voices::silence_is_counted_and_remembered(&store).await;
    let before = archive::everything(&store).await;
    close(store).await;

    let again = backend.open().await;
    assert_eq!(archive::everything(&again).await, before, "reopening changed something");
    schema_of_the_future(&again).await;
    close(again).await;
    let refused = Store::open(&backend.location).await.expect_err("it is from the future");
    assert!(matches!(refused, StoreError::Newer { found: 999, .. }), "{refused}");
}

async fn schema_of_the_future(store: &Store) {
    let insert = "INSERT INTO schema_version (version) VALUES (?1)";
    store.write(move |tx| tx.execute(insert, &[999_i64.into()])).await.unwrap();
}

/// Joins the store's threads, off the runtime.
async fn close(store: Store) {
    tokio::task::spawn_blocking(move || store.close()).await.unwrap();
}

fn on_runtime(test: impl Future<Output = ()>) {
    tokio::runtime::Runtime::new().unwrap().block_on(test);
}

#[test]
fn the_life_of_a_store_on_sqlite() {
    let backend = Backend::sqlite();
    on_runtime(live(&backend));
}

#[test]
fn the_life_of_a_store_on_postgresql() {
    let backend = Backend::postgres();
    on_runtime(live(&backend));
}

#[test]
fn a_second_daemon_is_kept_out_of_the_file() {
    let backend = Backend::sqlite();
    on_runtime(async {
        let first = backend.open().await;
        let second = Store::open(&backend.location).await.expect_err("it is in use");
        assert!(matches!(&second, StoreError::Unavailable(why) if why.contains("another atalaya")));
        close(first).await;
        close(backend.open().await).await;
    });
}

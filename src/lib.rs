//! Atalaya: an unattended watchtower over media and public opinion.
//!
//! `collect → extract → analyse → story → score → decide → notify, plan`: a functional core in an
//! imperative shell. ARCHITECTURE.md holds the floor plan; `tests/architecture.rs` holds the code to it.

pub mod analyse;
pub mod app;
pub mod archive;
pub mod cli;
pub mod collect;
pub mod complaint;
pub mod config;
pub mod decide;
pub mod demo;
pub mod extract;
pub mod guard;
pub mod mailbox;
pub mod model;
pub mod notify;
pub mod phrases;
pub mod pipeline;
pub mod plan;
pub mod query;
pub mod sandbox;
pub mod score;
pub mod second_opinion;
pub mod store;
pub mod story;
pub mod telemetry;
pub mod text;
pub mod web;

/// For every program that is built of this library, so that benches measure what users run.
#[cfg(all(target_os = "linux", not(fuzzing)))]
#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

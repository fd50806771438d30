//! Atalaya: an unattended watchtower over media and public opinion.
//!
//! `collect → extract → analyse → story → score → decide → notify, plan`: a functional core in an
//! imperative shell. ARCHITECTURE.md holds the floor plan; `tests/architecture.rs` holds the code to it.

pub mod cli;
pub mod config;
pub mod model;
pub mod plan;
pub mod story;
pub mod text;

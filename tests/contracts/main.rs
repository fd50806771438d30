//! The command line's contracts: the JSON that staff and other programs rely on, by its schemas in
//! docs/schemas/ and by its field names, and how streams behave. Runs the real binary.

#![allow(clippy::expect_used, reason = "a test that cannot set itself up has failed")]

mod archive;
mod binary;
mod complaints;
mod incidents;
mod outbox;
mod places;
mod plans;
mod schemas;
mod shapes;
mod streams;
mod training;
mod verdicts;

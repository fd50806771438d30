//! `atalaya demo`: a bank's bad day in two minutes, without a network.

pub mod clock;
pub mod newsroom;
pub mod pages;
pub mod phrases;
pub mod script;
mod script_file;

//! The program as its users meet it: the real binary, real files, real servers on this machine.
//! Nothing here reaches into the library: a test knows what a user can see.

#![allow(clippy::expect_used, reason = "a test that cannot set itself up has failed")]

mod answers;
mod archive;
mod buttons;
mod complaints;
mod crisis;
mod daemon;
mod demo;
mod drills;
mod editions;
mod edits;
mod faults;
mod health;
mod hostile_page;
mod inspect_text;
mod inspection;
mod mailbox;
mod operators;
mod opml;
mod poll;
mod regroup;
mod reload;
mod rooms;
mod routing;
mod second_opinion;
mod slow_clients;
mod smtp;
mod support;

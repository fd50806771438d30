//! The command line: one file a command. JSON goes to standard output, everything else to
//! standard error; exit codes: 0 done, 1 the answer is no, 2 bad input or configuration,
//! 3 a dependency failed.

mod alerts;
mod backtest;
mod cases;
mod channel;
mod check;
mod complaint;
mod deliveries;
mod demo;
mod document;
mod drill;
mod explain;
mod held;
mod hot;
mod incident;
mod inspect;
mod opml;
mod output;
mod parse;
mod plan;
mod poll;
mod quiz;
mod report;
mod run;
mod schemas;
mod search;
mod silence;
mod sources;
mod span;
mod stories;
mod table;
mod train;
mod tune;
mod verdict;
mod verify;
mod watch;
mod watch_report;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use schemas::schemas;

/// An unattended watchtower over media and public opinion.
#[derive(Parser)]
#[command(name = "atalaya", version, about, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the daemon until SIGTERM; SIGHUP reloads its configuration
    Run(run::Run),
    /// Poll every source once, judge and tell what is new, and exit
    Poll(poll::Poll),
    /// Check configuration, rules, lexicons and plans without starting anything
    Check(check::Check),
    /// Show how every source is, since when and why; import and export feeds as OPML
    Sources(sources::Sources),
    /// List alerts, show what happened to one, take, resolve or dismiss it
    Alerts(alerts::Alerts),
    /// List messages, show every attempt at one, send again what was given up
    Deliveries(deliveries::Deliveries),
    /// Send a test message over a channel
    Channel(channel::Channel),
    /// List customers' complaints, show one, take, answer and resolve it; import a table of them
    Complaint(complaint::ComplaintCommand),
    /// List stories, show how one spread, merge and split them
    Stories(stories::Stories),
    /// Show which terms, stories and topics rise now, and which topic has fallen silent
    Hot(hot::Hot),
    /// Explain why one article would alert, or did, or did not
    Explain(explain::Explain),
    /// Hold alerts back for a while: add, list, end
    Silence(silence::Silence),
    /// Show which alerts were held back, and by what
    Held(held::Held),
    /// Work a running crisis plan: list, show, take and finish its steps, hand over, end, review
    Incident(incident::IncidentCommand),
    /// Practise a plan: begin a drill, list drills, show the scorecard, end one
    Drill(drill::DrillCommand),
    /// Inspect the crisis plans
    #[command(subcommand)]
    Plan(plan::PlanCommand),
    /// Prove that nobody has changed the log of incidents
    Verify(verify::Verify),
    /// Say whether an alert was right; list or export what was said
    Verdict(verdict::Verdict),
    /// Train an opinion model from labelled texts or verdicts; written only if it is better
    Train(train::Train),
    /// Show what other thresholds would have told, by the verdicts; recommend some
    Tune(tune::Tune),
    /// Show watches before a launch, settle their questions, write the closing report
    Watch(watch::Watch),
    /// List the library of cases, read one, search in it
    Cases(cases::Cases),
    /// Take a short quiz about a case; show who has taken them
    Quiz(quiz::Quiz),
    /// Search the archive by a query: docs/query-language.md
    Search(search::Search),
    /// Replay the past under other rules: what they would have raised
    Backtest(backtest::Backtest),
    /// Replay a bank's bad day on an embedded newsroom, with no network and no set-up
    Demo(demo::Demo),
    /// Show what the daemon sees in a feed, a page, a text
    #[command(subcommand)]
    Inspect(inspect::Inspect),
    /// Read feeds and pages for the daemon, which starts this itself
    #[command(hide = true)]
    Parse,
}

/// Runs the command that the arguments name.
#[must_use]
pub fn main() -> ExitCode {
    match Cli::parse().command {
        Command::Run(run) => run.run(),
        Command::Poll(poll) => poll.run(),
        Command::Check(check) => check.run(),
        Command::Sources(sources) => sources.run(),
        Command::Alerts(alerts) => alerts.run(),
        Command::Deliveries(deliveries) => deliveries.run(),
        Command::Channel(channel) => channel.run(),
        Command::Complaint(complaint) => complaint.run(),
        Command::Stories(stories) => stories.run(),
        Command::Hot(hot) => hot.run(),
        Command::Explain(explain) => explain.run(),
        Command::Silence(silence) => silence.run(),
        Command::Held(held) => held.run(),
        Command::Incident(incident) => incident.run(),
        Command::Drill(drill) => drill.run(),
        Command::Plan(plan) => plan.run(),
        Command::Verify(verify) => verify.run(),
        Command::Verdict(verdict) => verdict.run(),
        Command::Train(train) => train.run(),
        Command::Tune(tune) => tune.run(),
        Command::Watch(watch) => watch.run(),
        Command::Cases(cases) => cases.run(),
        Command::Quiz(quiz) => quiz.run(),
        Command::Search(search) => search.run(),
        Command::Backtest(backtest) => backtest.run(),
        Command::Demo(demo) => demo.run(),
        Command::Inspect(inspect) => inspect.run(),
        Command::Parse => parse::run(),
    }
}

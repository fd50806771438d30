//! `atalaya channel`: tries the ways out.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use super::{output, report};
use crate::app::{self, AppError, deliveries, trial};
use crate::config;

/// Try a channel
#[derive(Args)]
pub struct Channel {
    #[command(subcommand)]
    what: What,
}

#[derive(Subcommand)]
enum What {
    /// Send a realistic long message over a channel and tell what its receiver answered
    Test(Test),
    /// Let a channel have messages again whose receiver had said that it is gone (410)
    Enable(Enable),
}

/// The running daemon sends what waits within a second. What was given up: `atalaya deliveries retry`.
#[derive(Args)]
struct Enable {
    /// The channel, by id
    channel: String,
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml")]
    config: PathBuf,
}

/// Three languages, a long headline, emoji, and what tries to ring everybody or to set a link: marked
/// as a test throughout.
#[derive(Args)]
struct Test {
    /// The channel, by id
    channel: String,
    /// To whom, by their id in people.toml; for channels that carry mail
    #[arg(long, value_name = "PERSON")]
    to: Option<String>,
    /// Configuration file
    #[arg(long, value_name = "FILE", default_value = "config/atalaya.toml")]
    config: PathBuf,
    /// One JSON object on standard output
    #[arg(long)]
    json: bool,
}

impl Channel {
    /// Exit code 1 if the message was not taken or the channel not disabled, 2 for an unknown channel or person or a bad
    /// configuration.
    pub fn run(self) -> ExitCode {
        report::on_runtime(async {
            let done = match self.what {
                What::Test(test) => test.run().await,
                What::Enable(enable) => enable.run().await,
            };
            match done {
                Ok(code) => code,
                Err(error) => report::fault(&error),
            }
        })
    }
}

impl Enable {
    async fn run(self) -> Result<ExitCode, AppError> {
        let (config, _) = config::load(&self.config).map_err(AppError::Config)?;
        if !config.channels.iter().any(|channel| channel.id == self.channel) {
            let unknown = trial::TrialError::Channel(self.channel);
            return Ok(output::refuse(&unknown, ExitCode::from(report::BAD_INPUT)));
        }
        let was_disabled = deliveries::enable(&config, &self.channel).await?;
        let what = if was_disabled { "has messages again" } else { "was not disabled" };
        eprintln!("{}: {what}", self.channel);
        Ok(ExitCode::from(u8::from(!was_disabled)))
    }
}

impl Test {
    async fn run(self) -> Result<ExitCode, AppError> {
        let (live, _) = app::prepare(&self.config).await?;
        let bad = ExitCode::from(report::BAD_INPUT);
        let Some(notifier) = live.notifiers.get(&self.channel) else {
            return Ok(output::refuse(&trial::TrialError::Channel(self.channel), bad));
        };
        let tried =
            trial::try_channel(&live.config, notifier, &self.channel, self.to.as_deref()).await;
        let told = match tried {
            Ok(told) => told,
            Err(error) => return Ok(output::refuse(&error, bad)),
        };
        if self.json {
            output::print_json(&told);
        } else {
            let (to, time, answer) = (&told.recipient, told.milliseconds, &told.answer);
            match (told.accepted, told.worth_another) {
                (true, _) => eprintln!("{to}: taken after {time} ms: {answer}"),
                (false, true) => eprintln!("{to}: not taken, another try may help: {answer}"),
                (false, false) => eprintln!("{to}: refused for good: {answer}"),
            }
        }
        Ok(ExitCode::from(u8::from(!told.accepted)))
    }
}

//! Plays the day: newsroom and sinks around the daemon proper, until the last word has been read
//! and the last message has arrived.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{broadcast, mpsc};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::cast::Cast;
use super::officers::{LastNews, Mailbag, Officers};
use super::stage::{Stage, Surroundings};
use super::{ChatSink, Clock, Life, Newsroom, ReceivedMail, ReceivedPost, Script, SmtpSink};
use crate::app::incidents;
use crate::app::sources::SourcesReport;
use crate::app::{self, App, AppError, Parsing};
use crate::config::{self, Config};
use crate::pipeline::{self, LiveError};

/// The day begins when the daemon has read what each medium had published before, or after this.
const BEFORE: Duration = Duration::from_secs(30);
/// Between two polls at speed 1.
const POLL: Duration = Duration::from_secs(2);
/// At any speed the daemon polls no faster than this.
const FASTEST_POLL: Duration = Duration::from_millis(200);
/// Messages of a sink that nobody has looked at yet.
const RECEIVED: usize = 256;
/// After the last publication, nothing may be left to do for this many polls.
const QUIET_POLLS: u32 = 3;
/// A demo that is not done by then will not be.
const PATIENCE: Duration = Duration::from_mins(2);

/// Why the day could not be played.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    /// The day is badly written: a mistake of the build.
    #[error(transparent)]
    Script(#[from] super::script::ScriptError),
    /// The speed is out of range.
    #[error(transparent)]
    Speed(#[from] super::clock::SpeedError),
    /// The newsroom did not open.
    #[error(transparent)]
    Newsroom(#[from] super::newsroom::NewsroomError),
    /// A port or a file of the working directory.
    #[error("the demo's surroundings failed: {0}")]
    Surroundings(#[from] std::io::Error),
    /// The daemon did not start.
    #[error(transparent)]
    App(#[from] AppError),
}

/// A day that is being played.
pub struct Play {
    /// The day.
    pub script: Arc<Script>,
    /// Who does what on it.
    pub cast: Cast,
    /// Its files.
    pub stage: Stage,
    /// The daemon.
    pub app: App,
    /// Its script time.
    pub clock: Clock,
    /// How often the daemon polls.
    poll: Duration,
    newsroom: Newsroom,
    officers: Officers,
    smtp: SmtpSink,
    chat: ChatSink,
    cancel: CancellationToken,
}

/// What is heard of a day while it is played.
pub struct Heard {
    /// What the daemon does.
    pub events: broadcast::Receiver<pipeline::Event>,
    /// Mails that arrived.
    pub mails: mpsc::Receiver<ReceivedMail>,
    /// Chat posts that arrived.
    pub posts: mpsc::Receiver<ReceivedPost>,
}

impl Play {
    /// Opens newsroom and sinks, writes the daemon's files into `directory`, starts it, and sets the people
    /// to work.
    ///
    /// # Errors
    /// What could not be opened, written or started.
    pub async fn begin(
        directory: &Path,
        speed: f64,
        parsing: &Parsing,
    ) -> Result<(Self, Heard), PlayError> {
        let script = Arc::new(Script::load()?);
        let cast = Cast::load()?;
        let clock = Clock::held(speed)?;
        let stage = Stage::in_directory(directory);
        std::fs::create_dir_all(directory)?;
        let cancel = CancellationToken::new();
        let newsroom =
            Newsroom::start(loopback().await?, Arc::clone(&script), clock.clone(), cancel.clone())?;
        let (on_mail, arrived) = mpsc::channel(RECEIVED);
        let smtp =
            SmtpSink::start(loopback().await?, stage.mailbox.clone(), on_mail, cancel.clone())
                .await?;
        let (on_post, posts) = mpsc::channel(RECEIVED);
        let chat =
            ChatSink::start(loopback().await?, &stage.posts, on_post, cancel.clone()).await?;
        let poll = POLL.div_f64(speed).clamp(FASTEST_POLL, POLL * 10);
        let around = Surroundings {
            newsroom: newsroom.base(),
            smtp: smtp.address(),
            chat: chat.address(),
            poll,
        };
        stage.build(&script, around)?;
        let (live, _) = app::prepare(&stage.config).await?;
        let app = App::open(&stage.config, live, parsing).await?;
        // Where its page is reached is known only now; links in messages lead there.
        stage.configure(&script, around, app.web_address())?;
        app.reload().await?;
        let (onward, mails) = mpsc::channel(RECEIVED);
        let last_news = LastNews { clock: clock.clone(), at: script.length() };
        let mailbag = Mailbag { arrived, onward };
        let people = (cast.clone(), mailbag, last_news);
        let officers = Officers::at_work(configuration(&stage).await?, people, cancel.clone())?;
        let events = app.pipeline().events();
        let begun = jiff::Timestamp::now();
        app.begin().await.map_err(AppError::Store)?;
        polled_once(&app, begun).await?;
        clock.start(Instant::now());
        let play =
            Self { script, cast, stage, app, clock, poll, newsroom, officers, smtp, chat, cancel };
        Ok((play, Heard { events, mails, posts }))
    }

    /// Where a person can look at the newsroom.
    #[must_use]
    pub fn newsroom_url(&self) -> String {
        self.newsroom.base().to_string()
    }

    /// Waits until the day is over, the plan ended, and nothing has been left to do for a while; false
    /// if that does not come about.
    pub async fn over(&self) -> bool {
        let length = self.script.length();
        let mut quiet = 0;
        let mut deadline = None;
        while quiet < QUIET_POLLS {
            tokio::time::sleep(self.poll.min(Duration::from_secs(1))).await;
            if self.clock.elapsed() < length {
                continue;
            }
            if Instant::now() > *deadline.get_or_insert(Instant::now() + PATIENCE) {
                return false;
            }
            let backlog = self.app.pipeline().backlog().await;
            let is_quiet = self.officers.are_done() && matches!(backlog, Ok((0, 0)));
            quiet = if is_quiet { quiet + 1 } else { 0 };
        }
        true
    }

    /// How the daemon's sources are.
    ///
    /// # Errors
    /// If its store cannot be read.
    pub async fn sources(&self) -> Result<SourcesReport, AppError> {
        let config = configuration(&self.stage).await?;
        app::sources::report(&config, false).await
    }

    /// The lives of its incidents, and whether their log is whole.
    ///
    /// # Errors
    /// If its store cannot be read.
    pub async fn lives(&self) -> Result<(Vec<Life>, bool), AppError> {
        let config = configuration(&self.stage).await?;
        let proof = incidents::verify(&config, None).await?;
        Ok((Life::all(&config).await?, proof.whole))
    }

    /// Stops the daemon, then newsroom, people and sinks.
    pub async fn end(self) {
        self.app.stop().await;
        self.cancel.cancel();
        if let Err(error) = self.newsroom.stopped().await {
            tracing::warn!(%error, "the newsroom did not close well");
        }
        self.officers.stopped().await;
        self.smtp.stopped().await;
        self.chat.stopped().await;
    }
}

/// Waits until each source was polled, so that what is published from now on is news.
async fn polled_once(app: &App, since: jiff::Timestamp) -> Result<(), AppError> {
    let deadline = Instant::now() + BEFORE;
    while Instant::now() < deadline && app.pipeline().unpolled(since).await? > 0 {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Ok(())
}

/// What the daemon runs by, read off the runtime.
async fn configuration(stage: &Stage) -> Result<Config, AppError> {
    let path = stage.config.clone();
    let read = tokio::task::spawn_blocking(move || config::load(&path)).await;
    let cut_off = |error| LiveError::Rules(format!("the reading was cut off: {error}"));
    let read = read.map_err(cut_off)?;
    read.map(|(config, _)| config).map_err(AppError::Config)
}

async fn loopback() -> std::io::Result<TcpListener> {
    TcpListener::bind(("127.0.0.1", 0)).await
}

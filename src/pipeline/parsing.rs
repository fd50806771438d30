//! Reading feeds, pages and mails in child processes, where what they do to the parser costs one child.
//!
//! [`answer`] is what the child does, [`Parsers`] how the workers ask for it. What comes back is plain
//! text, which the daemon then analyses on threads of its own.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use url::Url;

use super::layouts::{self, Known};
use crate::collect::{self, Announced, Document, ReadError};
use crate::complaint::{self, Letter, NoLetter};
use crate::extract::{Edition, Explained, Sketch, Template};
use crate::model::{Extracted, SiteLayout};
use crate::sandbox::{Fault, Limits, Pool, Why};

/// Where untrusted bytes are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Parsing {
    /// In processes of this program, which is the `atalaya` binary.
    Processes(PathBuf),
    /// On threads of this process: for programs that are not the binary.
    Threads,
}

impl Parsing {
    /// Processes of the program that runs now, for the binary itself.
    #[must_use]
    pub fn own_processes() -> Self {
        // Not its path: an upgrade may have put another version there since.
        let running = PathBuf::from("/proc/self/exe");
        if running.exists() {
            return Self::Processes(running);
        }
        std::env::current_exe().map_or(Self::Threads, Self::Processes)
    }
}

/// What is to be read; its bytes stand behind it.
#[derive(Debug, Serialize, Deserialize)]
enum Job {
    /// A document of a source; its `body` is empty here.
    Document(Box<Document>),
    /// The page of an article.
    Page(Box<Page>),
    /// A mail in a mailbox.
    Mail,
}

/// What is known of a page beside its bytes.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Page {
    /// `Content-Type` as received.
    pub content_type: Option<String>,
    /// Where it was found.
    pub url: Option<Url>,
    /// What an operator wrote down of its site.
    pub layout: Option<SiteLayout>,
    /// What other pages of its host have taught.
    pub template: Option<Template>,
    /// When it was fetched: later dates are not believed.
    pub now: Option<Timestamp>,
}

/// What was read in a page.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Read {
    /// The article.
    pub extracted: Extracted,
    /// What the page teaches of its host.
    pub sketch: Sketch,
    /// Those of the warnings by which this may not be the article.
    pub doubts: Vec<String>,
    /// Where it may be read better, if there are doubts.
    pub edition: Option<Edition>,
}

#[derive(Debug, Serialize, Deserialize)]
enum Answer {
    Document(Result<Announced, ReadError>),
    Page(Box<Read>),
    Mail(Result<Letter, NoLetter>),
    /// The request makes no sense: it comes from another version.
    Misunderstood,
}

/// What a parser process makes of a request. Never panics but by fault of a parser.
#[must_use]
pub fn answer(request: &[u8]) -> Vec<u8> {
    let answer = match postcard::take_from_bytes::<Job>(request) {
        Ok((Job::Document(document), body)) => {
            Answer::Document(collect::read(&Document { body: body.to_vec(), ..*document }))
        }
        Ok((Job::Page(page), body)) => {
            let Page { content_type, url, layout, template, now } = *page;
            let known =
                Known { layout: layout.as_ref(), template: template.as_ref(), now, why: false };
            let read = layouts::explain(body, content_type.as_deref(), url.as_ref(), &known);
            let Explained { extracted, sketch, doubts, edition, .. } = read;
            Answer::Page(Box::new(Read { extracted, sketch, doubts, edition }))
        }
        Ok((Job::Mail, body)) => Answer::Mail(complaint::letter(body)),
        Err(_) => Answer::Misunderstood,
    };
    // Plain data always encodes; nothing at all would be refused as an answer.
    postcard::to_stdvec(&answer).unwrap_or_default()
}

/// Reads documents and pages wherever [`Parsing`] says.
#[derive(Debug, Clone)]
pub struct Parsers(Arc<Pools>);

#[derive(Debug)]
struct Pools {
    first: Pool,
    /// Does the work while no process can be started.
    spare: Pool,
    has_warned: AtomicBool,
}

impl Parsers {
    /// Starts nothing yet.
    #[must_use]
    pub fn new(parsing: &Parsing) -> Self {
        match parsing {
            Parsing::Processes(program) => {
                Self::on(Pool::processes(program.clone(), &["parse"], Limits::default()))
            }
            Parsing::Threads => Self::on(threads()),
        }
    }

    /// Reads with a pool whose workers do what [`answer`] does, or fail at it.
    #[must_use]
    pub fn on(pool: Pool) -> Self {
        Self(Arc::new(Pools { first: pool, spare: threads(), has_warned: AtomicBool::new(false) }))
    }

    /// Reads a document, see [`collect::read`].
    ///
    /// # Errors
    /// What the document is at fault for; [`ReadError::Stopped`] if it made its reader exceed a limit.
    pub async fn document(&self, mut document: Document) -> Result<Announced, ReadError> {
        let body = std::mem::take(&mut document.body);
        match self.run(&Job::Document(Box::new(document)), &body).await {
            Ok(Answer::Document(read)) => read,
            Ok(_) => Err(ReadError::Unavailable("the reader answered something else".to_owned())),
            Err(fault @ Fault::Killed { .. }) => Err(ReadError::Stopped(fault.to_string())),
            Err(fault @ Fault::TooLarge) => Err(ReadError::Refused(fault.to_string())),
            Err(fault @ Fault::Unavailable) => Err(ReadError::Unavailable(fault.to_string())),
        }
    }

    /// Reads a page, see [`crate::extract::page`].
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn page(&self, body: &[u8], page: Page) -> Result<Read, Fault> {
        match self.run(&Job::Page(Box::new(page)), body).await? {
            Answer::Page(read) => Ok(*read),
            _ => Err(Fault::Unavailable),
        }
    }

    /// Reads a mail, see [`complaint::letter`].
    ///
    /// # Errors
    /// See [`Fault`].
    pub async fn mail(&self, body: &[u8]) -> Result<Result<Letter, NoLetter>, Fault> {
        match self.run(&Job::Mail, body).await? {
            Answer::Mail(read) => Ok(read),
            _ => Err(Fault::Unavailable),
        }
    }

    async fn run(&self, job: &Job, body: &[u8]) -> Result<Answer, Fault> {
        let Pools { first, spare, has_warned } = self.0.as_ref();
        let job = postcard::to_stdvec(job).map_err(|_| Fault::TooLarge)?;
        let answer = match first.run(&job, body).await {
            Err(Fault::Unavailable) => {
                if !has_warned.swap(true, Ordering::Relaxed) {
                    tracing::warn!(
                        "feeds and pages are read on threads, without limits of memory and CPU time"
                    );
                }
                spare.run(&job, body).await?
            }
            answer => answer?,
        };
        // Whoever answers in another tongue was taken over by what it read.
        postcard::from_bytes(&answer).map_err(|_| Fault::Killed { why: Why::Crashed })
    }
}

fn threads() -> Pool {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    Pool::threads(answer, Limits { size: cores.max(2), ..Limits::default() })
}

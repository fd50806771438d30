//! The wording of messages: templates of the organisation's own where it has some, else ours.
//!
//! Its own are tried on sample messages before they are used, and are bounded in work and length. One
//! that fails on a real message all the same gives way to ours: a message is never lost to its wording.

mod own;
mod sample;

use std::collections::BTreeMap;
use std::io;

use minijinja::value::Serde;
use minijinja::{Environment, Error, ErrorKind, Value};

use super::clean::clean;
use super::mail::{self, RenderedMail};
use super::outline::{Line, Section};
use super::view::View;
use super::{RenderError, render_mail};
use crate::config::{Channel, TemplateFile};
use crate::model::{Delivery, Locale, Notice, NoticeKind};

pub use own::TemplateFault;
pub(crate) use sample::samples;
pub use sample::trial;

/// Steps of a template's program: a hundred times what the longest of ours takes.
const FUEL: u64 = 500_000;
/// Bytes that a template may make.
const MOST_BYTES: usize = 256 * 1024;
/// Lines of a room's message.
const MOST_LINES: usize = 200;

/// The wording of all channels.
#[derive(Default)]
pub struct Wording {
    /// Of a channel, or of all that have none of their own.
    own: BTreeMap<(Option<String>, Locale), Environment<'static>>,
}

impl Wording {
    /// Reads the organisation's own templates and tries each on samples.
    ///
    /// # Errors
    /// Every template that does not parse, is called as no message is, or fails on a sample.
    pub fn build(files: &[TemplateFile], channels: &[Channel]) -> Result<Self, Vec<TemplateFault>> {
        own::build(files, channels)
    }

    /// A notice as a mail.
    ///
    /// # Errors
    /// Only by a defect of an embedded template.
    pub(super) fn mail(
        &self,
        notice: &Notice,
        delivery: &Delivery,
    ) -> Result<RenderedMail, RenderError> {
        let Some(own) = self.of(delivery) else { return render_mail(notice, delivery) };
        match own_mail(own, notice, delivery) {
            Ok(mail) => Ok(mail),
            Err(error) => {
                tracing::error!(%error, "a template of your own failed; the usual one is used");
                render_mail(notice, delivery)
            }
        }
    }

    /// The sections of a room's message, if the organisation words it itself.
    pub(super) fn room(&self, notice: &Notice, delivery: &Delivery) -> Option<Vec<Section>> {
        let own = self.of(delivery)?;
        match own_room(own, notice, &View::new(notice, delivery)) {
            Ok(sections) => sections,
            Err(error) => {
                tracing::error!(%error, "a template of your own failed; the usual one is used");
                None
            }
        }
    }

    fn of(&self, delivery: &Delivery) -> Option<&Environment<'static>> {
        let locale = delivery.recipient.locale;
        let own = self.own.get(&(Some(delivery.channel.clone()), locale));
        own.or_else(|| self.own.get(&(None, locale)))
    }
}

/// Each part by its own template if there is one.
fn own_mail(
    own: &Environment<'_>,
    notice: &Notice,
    delivery: &Delivery,
) -> Result<RenderedMail, Error> {
    let view = View::new(notice, delivery);
    let names = mail::names(notice.kind());
    let facts = Value::from(Serde(&view));
    let subject = match render(own, &subject_name(notice.kind()), facts.clone())? {
        Some(subject) => clean(&subject, 200),
        None => view.subject.clone(),
    };
    let missing = || Error::new(ErrorKind::TemplateNotFound, "a part of the mail");
    let text = render(own, &names.0, facts.clone())?.ok_or_else(missing)?;
    let html = render(own, &names.1, facts)?.ok_or_else(missing)?;
    Ok(RenderedMail { subject, text, html }.marked(&view))
}

fn subject_name(kind: NoticeKind) -> String {
    format!("{}.subject.j2", kind.name())
}

fn room_name(kind: NoticeKind) -> String {
    format!("{}.room.j2", kind.name())
}

/// Lines of plain text, each what its first characters say: `# ` a heading, `- ` one of a list, `> ` a
/// quotation, `! ` a warning. An empty line parts sections. The headline with its link stays ours.
fn own_room(
    own: &Environment<'_>,
    notice: &Notice,
    view: &View,
) -> Result<Option<Vec<Section>>, Error> {
    let facts = Value::from(Serde(view));
    let Some(text) = render(own, &room_name(notice.kind()), facts)? else { return Ok(None) };
    let mut sections: Vec<Section> = vec![view.headline().into_iter().collect()];
    for line in text.lines().take(MOST_LINES) {
        if line.trim().is_empty() {
            sections.push(Section::new());
        } else if let Some(section) = sections.last_mut() {
            section.push(marked(line));
        }
    }
    sections.retain(|section| !section.is_empty());
    Ok(Some(sections))
}

fn marked(line: &str) -> Line {
    let text = |text: &str| clean(text, 2000);
    match line.trim_start().split_once(' ') {
        Some(("#", rest)) => Line::Heading(text(rest)),
        Some(("-", rest)) => Line::Item(text(rest)),
        Some((">", rest)) => Line::Quote(text(rest)),
        Some(("!", rest)) => Line::Warning(text(rest)),
        _ => Line::Text(text(line)),
    }
}

/// What a template makes; none if there is no such template.
fn render(own: &Environment<'_>, name: &str, facts: Value) -> Result<Option<String>, Error> {
    let template = match own.get_template(name) {
        Ok(template) => template,
        Err(error) if error.kind() == ErrorKind::TemplateNotFound => return Ok(None),
        Err(error) => return Err(error),
    };
    let mut made = Bounded::default();
    template.render_captured_to(facts, &mut made)?;
    let text = String::from_utf8(made.bytes);
    text.map(Some).map_err(|_| Error::new(ErrorKind::BadSerialization, "it does not make text"))
}

/// Takes [`MOST_BYTES`] and no more.
#[derive(Default)]
struct Bounded {
    bytes: Vec<u8>,
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > MOST_BYTES {
            let what = format!("it makes more than {} KB", MOST_BYTES / 1024);
            return Err(io::Error::other(what));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;

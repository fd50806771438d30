//! The organisation's own templates laid over ours, and tried on samples.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error as _;

use minijinja::{Environment, Error};

use super::{FUEL, Wording, own_mail, own_room, room_name, samples, subject_name};
use crate::config::{Channel, TemplateFile};
use crate::model::{Locale, NoticeKind};
use crate::notify::clean::clean;
use crate::notify::mail;
use crate::notify::view::View;

/// What is wrong with a template.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
#[error("{path}:{line}: {what}")]
pub struct TemplateFault {
    /// The file, as findings name it.
    pub path: String,
    /// From 1.
    pub line: usize,
    /// What, as a fragment.
    pub what: String,
}

/// The environments of all channels that have templates of their own, and of the others.
pub(super) fn build(
    files: &[TemplateFile],
    channels: &[Channel],
) -> Result<Wording, Vec<TemplateFault>> {
    let mut faults: BTreeSet<TemplateFault> = files.iter().filter_map(misnamed).collect();
    let mut own = BTreeMap::new();
    let wanted: BTreeSet<Option<&String>> =
        files.iter().map(|file| file.channel.as_ref()).collect();
    for channel in wanted {
        for locale in Locale::ALL {
            let layers = layers(files, channel, locale);
            if layers.is_empty() {
                continue;
            }
            let is_mail = channel.is_none_or(|id| {
                channels.iter().any(|channel| channel.id == *id && channel.is_mail())
            });
            let (environment, broken) = overlaid(&layers, locale);
            faults.extend(broken);
            faults.extend(tried(&environment, &layers, locale, is_mail));
            own.insert((channel.cloned(), locale), environment);
        }
    }
    if faults.is_empty() { Ok(Wording { own }) } else { Err(faults.into_iter().collect()) }
}

/// Names that no message asks for are slips of the pen; those that begin with `_` are parts of others.
fn misnamed(file: &TemplateFile) -> Option<TemplateFault> {
    let known = known();
    if file.name.starts_with('_') || known.contains(&file.name) {
        return None;
    }
    let what = format!("no message has a template `{}`; there are {}", file.name, list(&known));
    Some(TemplateFault { path: file.path.clone(), line: 1, what })
}

fn list(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

fn known() -> BTreeSet<String> {
    let ours = mail::TEMPLATES.iter().map(|(name, _)| (*name).to_owned());
    let kinds = NoticeKind::ALL.into_iter().flat_map(|kind| [subject_name(kind), room_name(kind)]);
    ours.chain(kinds).collect()
}

/// What counts for a channel and a language; of two files of one name the later one.
fn layers<'f>(
    files: &'f [TemplateFile],
    channel: Option<&String>,
    locale: Locale,
) -> Vec<&'f TemplateFile> {
    let fits = |file: &&TemplateFile| {
        (file.channel.is_none() || file.channel.as_ref() == channel)
            && file.locale.is_none_or(|wanted| wanted == locale)
    };
    let mut layers: Vec<&TemplateFile> = files.iter().filter(fits).collect();
    layers.sort_by_key(|file| (file.channel.is_some(), file.locale.is_some()));
    layers
}

fn overlaid(
    layers: &[&TemplateFile],
    locale: Locale,
) -> (Environment<'static>, Vec<TemplateFault>) {
    let mut environment = mail::environment(locale);
    environment.set_fuel(Some(FUEL));
    let mut faults = Vec::new();
    for file in layers {
        let added = environment.add_template_owned(file.name.clone(), file.text.to_string());
        faults.extend(added.err().map(|error| fault(&error, layers, &file.name)));
    }
    (environment, faults)
}

/// Renders every kind of message in the language.
fn tried(
    environment: &Environment<'_>,
    layers: &[&TemplateFile],
    locale: Locale,
    is_mail: bool,
) -> Vec<TemplateFault> {
    let mut faults = Vec::new();
    for (notice, delivery) in samples(locale) {
        let kind = notice.kind();
        let names = mail::names(kind);
        let concerned = |name: &str| layers.iter().any(|file| file.name == name);
        if is_mail && layers.iter().any(|file| !file.name.ends_with(".room.j2")) {
            let made = own_mail(environment, &notice, &delivery);
            let first = if concerned(&names.1) { &names.1 } else { &names.0 };
            faults.extend(made.err().map(|error| fault(&error, layers, first)));
        }
        if concerned(&room_name(kind)) {
            let made = own_room(environment, &notice, &View::new(&notice, &delivery));
            faults.extend(made.err().map(|error| fault(&error, layers, &room_name(kind))));
        }
    }
    faults
}

/// The place that the engine names, else the template that was asked for.
fn fault(error: &Error, layers: &[&TemplateFile], asked: &str) -> TemplateFault {
    // An error inside an included part is the source of the one about the include.
    let mut deepest = error;
    while let Some(inner) = deepest.source().and_then(|inner| inner.downcast_ref::<Error>()) {
        deepest = inner;
    }
    let of = |name: &str| layers.iter().rev().find(|file| file.name == name);
    let named = [deepest, error].into_iter().find_map(|error| {
        let file = of(error.name()?)?;
        Some((file, error.line().unwrap_or(1)))
    });
    let place = named.or_else(|| of(asked).or_else(|| layers.last()).map(|file| (file, 1)));
    let what = match deepest.detail() {
        Some(detail) => format!("{}: {detail}", deepest.kind()),
        None => deepest.kind().to_string(),
    };
    let (path, line) =
        place.map_or_else(Default::default, |(file, line)| (file.path.clone(), line));
    TemplateFault { path, line: line.max(1), what: clean(&what, 300) }
}

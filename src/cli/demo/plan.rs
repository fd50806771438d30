//! How the plan of the day went: its timeline on the terminal, and its after-action review as documents.

use std::io;
use std::path::Path;

use console::style;

use crate::cli::document::Form;
use crate::cli::incident::Reader;
use crate::cli::table::table;
use crate::config::Config;
use crate::demo::{Life, ReviewFiles};
use crate::model::Locale;
use crate::phrases;

/// The language of whoever sits at the terminal.
pub fn language_of_terminal() -> Locale {
    let set = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    set.map(|value| Locale::of_tag(value.split('.').next().unwrap_or_default()))
        .next()
        .flatten()
        .unwrap_or_default()
}

/// Shows what happened to an incident, who did it, and who never answered.
pub fn show(config: &Config, life: &Life, locale: Locale) {
    let reader = Reader::new(config, &life.dossier, locale);
    let rows: Vec<[String; 4]> = reader.timeline();
    let head = ["review.at", "review.who", "review.what", "review.details"];
    let head = head.map(|key| phrases::text(key, locale));
    let number = &life.dossier.incident.number;
    let title = phrases::text("review.timeline", locale);
    eprintln!("\n{}", style(format!("{title} — {number}")).bold());
    let mut text = String::new();
    if table(&mut text, head, &rows).is_ok() {
        eprint!("{text}");
    }
    for id in life.never_answered() {
        let said = phrases::text("review.never_answered", locale);
        let name = reader.name(&id);
        let colon = phrases::text("format.colon", locale);
        eprintln!("{}", style(format!("{name}{colon}{said}")).yellow());
    }
}

/// Writes the after-action review of an incident into a directory.
///
/// # Errors
/// If a file cannot be written.
pub fn write_review(
    config: &Config,
    life: &Life,
    locale: Locale,
    directory: &Path,
) -> io::Result<ReviewFiles> {
    let reader = Reader::new(config, &life.dossier, locale);
    let incident = &life.dossier.incident;
    let title = format!("{} · {}", incident.number, incident.title);
    let blocks = reader.document();
    let write = |form: Form, ending: &str| {
        let file = directory.join(format!("review-{}.{ending}", incident.number));
        std::fs::write(&file, form.written(&title, locale.code(), &blocks)).map(|()| file)
    };
    Ok(ReviewFiles { html: write(Form::Html, "html")?, markdown: write(Form::Md, "md")? })
}

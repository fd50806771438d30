//! `atalaya complaint report`: how complaints were served in a month, as a table and as a document.

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use jiff::Timestamp;
use jiff::civil::Date;

use crate::app::AppError;
use crate::app::service::{self, ServiceReport};
use crate::cli::document::{Block, Form};
use crate::cli::{output, report};
use crate::config::Config;
use crate::model::{Locale, Service, ServiceBy};
use crate::phrases::text;

#[derive(Args)]
pub(super) struct Asked {
    /// The month, `2026-10`; else the last whole one
    #[arg(long, value_name = "YYYY-MM")]
    month: Option<String>,
    /// First day, `2026-10-05`, with `--to`
    #[arg(long, value_name = "DAY", requires = "to", conflicts_with = "month")]
    from: Option<Date>,
    /// Last day
    #[arg(long, value_name = "DAY", requires = "from")]
    to: Option<Date>,
    /// What it is broken down by
    #[arg(long, value_name = "WHAT", default_value = "branch")]
    by: By,
    /// Markdown, or one HTML file
    #[arg(long, value_name = "FORM", default_value = "md", conflicts_with = "json")]
    export: Form,
    /// `es`, `en` or `zh`; else the organisation's
    #[arg(long, value_name = "LANGUAGE")]
    language: Option<Locale>,
}

#[derive(Clone, Copy, ValueEnum)]
enum By {
    Branch,
    Product,
    Owner,
    Severity,
    Channel,
}

/// Exit code 2 for days that are none.
pub(super) async fn print(config: &Config, asked: Asked, json: bool) -> Result<ExitCode, AppError> {
    let days = match days(config, &asked) {
        Ok(days) => days,
        Err(what) => return Ok(output::refuse(&what, ExitCode::from(report::BAD_INPUT))),
    };
    let by = match asked.by {
        By::Branch => ServiceBy::Branch,
        By::Product => ServiceBy::Product,
        By::Owner => ServiceBy::Owner,
        By::Severity => ServiceBy::Severity,
        By::Channel => ServiceBy::Channel,
    };
    let found = service::report(config, days, by).await?;
    if json {
        return Ok(output::print_json(&found));
    }
    let locale = asked.language.unwrap_or(config.organisation.locale);
    let title = text("service.title", locale);
    let blocks = blocks(&found, config, locale);
    let written = asked.export.written(title, locale.code(), &blocks);
    Ok(output::print_text(|text| std::fmt::Write::write_str(text, &written)))
}

fn days(config: &Config, asked: &Asked) -> Result<(Date, Date), String> {
    if let (Some(from), Some(to)) = (asked.from, asked.to) {
        return if from <= to {
            Ok((from, to))
        } else {
            Err("`--to` lies before `--from`".to_owned())
        };
    }
    let Some(month) = &asked.month else {
        return Ok(service::last_month(config, Timestamp::now()));
    };
    let first: Date = format!("{month}-01")
        .parse()
        .map_err(|_| format!("`{month}` is no month; write year and month: 2026-10"))?;
    Ok((first, first.last_of_month()))
}

fn blocks(found: &ServiceReport, config: &Config, locale: Locale) -> Vec<Block> {
    let word = |key: &str| text(key, locale).to_owned();
    let by = match found.by {
        ServiceBy::Branch => "complaint.branch",
        ServiceBy::Product => "complaint.product",
        ServiceBy::Owner => "complaint.owner",
        ServiceBy::Severity => "complaint.severity",
        ServiceBy::Channel => "service.channel",
    };
    let head = [by, "service.filed", "service.answered", "service.late", "service.open"]
        .into_iter()
        .chain(["service.reopened", "service.hours", "service.satisfaction"]);
    let mut rows = vec![row(word("service.all"), &found.total)];
    for one in &found.rows {
        let name = one.name.clone().map(|name| match found.by {
            ServiceBy::Owner => config.people.get(&name).map_or(name, |person| person.name.clone()),
            _ => name,
        });
        rows.push(row(name.unwrap_or_else(|| word("service.unknown")), &one.service));
    }
    let organisation = &config.organisation;
    vec![
        Block::Heading(1, word("service.title")),
        Block::Text(format!("{} · {} – {}", organisation.name, found.from, found.to)),
        Block::Table(head.map(word).collect(), rows),
        Block::Text(word("service.note")),
    ]
}

fn row(name: String, service: &Service) -> Vec<String> {
    let dash = || "–".to_owned();
    let hours = service.hours_to_answer.map(|hours| format!("{hours:.1}"));
    let content = service.satisfaction.map(|mean| format!("{mean:.1} ({})", service.rated));
    vec![
        name,
        service.filed.to_string(),
        service.answered.to_string(),
        service.late.to_string(),
        service.open.to_string(),
        service.reopened.to_string(),
        hours.unwrap_or_else(dash),
        content.unwrap_or_else(dash),
    ]
}

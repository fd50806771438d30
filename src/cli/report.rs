//! Findings and faults as a person at a terminal sees them.

use std::process::ExitCode;

use indicatif::{ProgressBar, ProgressStyle};
use miette::{
    GraphicalReportHandler, LabeledSpan, MietteDiagnostic, MietteError, MietteSpanContents, Report,
    Severity, SourceCode, SourceSpan, SpanContents,
};

use crate::app::AppError;
use crate::archive::ArchiveError;
use crate::config::{Finding, FindingSeverity};

/// The input or the configuration is wrong.
pub const BAD_INPUT: u8 = 2;
/// A dependency failed.
pub const DEPENDENCY: u8 = 3;

/// Shows findings on standard error, each with its place in the file.
pub fn findings(findings: &[Finding]) {
    for finding in findings {
        eprintln!("{}", rendered(finding));
    }
    let errors =
        findings.iter().filter(|finding| finding.severity == FindingSeverity::Error).count();
    let warnings = findings.len() - errors;
    let plural = |count: usize| if count == 1 { "" } else { "s" };
    if !findings.is_empty() {
        let (of_errors, of_warnings) = (plural(errors), plural(warnings));
        eprintln!("{errors} error{of_errors}, {warnings} warning{of_warnings}");
    }
}

/// A finding with its line, a caret and the remedy.
pub fn rendered(finding: &Finding) -> String {
    let Finding { file, line, column, what, remedy, span, source, .. } = finding;
    let severity = match finding.severity {
        FindingSeverity::Error => Severity::Error,
        FindingSeverity::Warning => Severity::Warning,
    };
    // A finding about a file as a whole has no line to show.
    let whole = source.is_empty() || *span == (0..0);
    let title = if whole { format!("{file}:{line}:{column}: {what}") } else { what.clone() };
    let diagnostic = MietteDiagnostic::new(title).with_severity(severity).with_help(remedy);
    let report = if whole {
        Report::new(diagnostic)
    } else {
        let place = Place { file: file.clone(), column: *column, text: source.to_string() };
        Report::new(diagnostic.with_label(LabeledSpan::underline(span.clone())))
            .with_source_code(place)
    };
    let mut text = String::new();
    let handler = GraphicalReportHandler::new().with_width(100);
    match handler.render_report(&mut text, report.as_ref()) {
        Ok(()) => text,
        Err(std::fmt::Error) => finding.to_string(),
    }
}

/// A file whose columns count characters, as editors do; miette's count bytes.
struct Place {
    file: String,
    column: usize,
    text: String,
}

impl SourceCode for Place {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let read = self.text.read_span(span, before, after)?;
        if before + after > 0 {
            return Ok(read); // the lines around; the place alone is asked for without them
        }
        let (data, lines) = (read.data(), read.line_count());
        let (line, column) = (read.line(), self.column.saturating_sub(1));
        let name = self.file.clone();
        let named = MietteSpanContents::new_named(name, data, *read.span(), line, column, lines);
        Ok(Box::new(named))
    }
}

/// Shows why the daemon did not start; answers the exit code.
pub fn fault(error: &AppError) -> ExitCode {
    match error {
        AppError::Config(list) => {
            findings(list);
            ExitCode::from(BAD_INPUT)
        }
        AppError::Live(_) => {
            eprintln!("atalaya: {error}");
            ExitCode::from(BAD_INPUT)
        }
        AppError::Store(_) | AppError::Listen { .. } | AppError::AnswerKey { .. } => {
            eprintln!("atalaya: {error}");
            ExitCode::from(DEPENDENCY)
        }
    }
}

/// Shows why the archive could not be looked at; answers the exit code.
pub fn archive_fault(error: &ArchiveError) -> ExitCode {
    match error {
        ArchiveError::App(error) => fault(error),
        ArchiveError::Compile(_) | ArchiveError::File(_) => {
            eprintln!("atalaya: {error}");
            ExitCode::from(BAD_INPUT)
        }
    }
}

/// Runs a command on a new runtime.
pub fn on_runtime(command: impl Future<Output = ExitCode>) -> ExitCode {
    answer_on_runtime(command).unwrap_or_else(|code| code)
}

/// A bar over `total` articles, on a terminal; without a total only a count.
pub fn progress(total: Option<u64>) -> ProgressBar {
    let template = "{bar:30} {pos}/{len} articles, {per_sec}, {eta} left";
    let (bar, template) = match total {
        Some(total) => (ProgressBar::new(total), template),
        None => (ProgressBar::no_length(), "{spinner} {pos} articles, {per_sec}"),
    };
    let style = ProgressStyle::with_template(template);
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// Runs a part of a command on a new runtime; the exit code if there is none to be had. Its threads only
/// wait for sockets, and wake one another less the fewer they are: parsers, store and analysis have processes
/// and threads of their own.
pub fn answer_on_runtime<T>(work: impl Future<Output = T>) -> Result<T, ExitCode> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads((cores / 2).max(1)).enable_all().build();
    let runtime = runtime.map_err(|error| {
        eprintln!("atalaya: no runtime: {error}");
        ExitCode::from(DEPENDENCY)
    })?;
    Ok(runtime.block_on(work))
}

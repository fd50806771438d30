//! Findings and faults as a person at a terminal sees them.

use std::process::ExitCode;

use miette::{
    GraphicalReportHandler, LabeledSpan, MietteDiagnostic, NamedSource, Report, Severity,
};

use crate::app::AppError;
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
    if !findings.is_empty() {
        eprintln!("{errors} errors, {warnings} warnings");
    }
}

/// A finding with its line, a caret and the remedy.
pub fn rendered(finding: &Finding) -> String {
    let Finding { file, line, column, what, remedy, span, source, .. } = finding;
    let severity = match finding.severity {
        FindingSeverity::Error => Severity::Error,
        FindingSeverity::Warning => Severity::Warning,
    };
    let diagnostic = MietteDiagnostic::new(format!("{file}:{line}:{column}: {what}"))
        .with_severity(severity)
        .with_help(remedy);
    // A finding about a file as a whole has no line to show.
    let report = if source.is_empty() || *span == (0..0) {
        Report::new(diagnostic)
    } else {
        let label = LabeledSpan::at(span.clone(), "here");
        Report::new(diagnostic.with_label(label))
            .with_source_code(NamedSource::new(file, source.to_string()))
    };
    let mut text = String::new();
    let handler = GraphicalReportHandler::new().with_width(100);
    match handler.render_report(&mut text, report.as_ref()) {
        Ok(()) => text,
        Err(std::fmt::Error) => finding.to_string(),
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
        AppError::Store(_) | AppError::Listen { .. } => {
            eprintln!("atalaya: {error}");
            ExitCode::from(DEPENDENCY)
        }
    }
}

/// Runs a command on a new runtime.
pub fn on_runtime(command: impl Future<Output = ExitCode>) -> ExitCode {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime {
        Ok(runtime) => runtime.block_on(command),
        Err(error) => {
            eprintln!("atalaya: no runtime: {error}");
            ExitCode::from(DEPENDENCY)
        }
    }
}

//! Collects what is wrong in one plan file, so that its author sees everything at once.

use std::ops::Range;

use jiff::SignedDuration;

use super::raw::Text;
use crate::config::explain::did_you_mean;
use crate::config::toml_file::within_string;
use crate::config::{Finding, FindingSeverity, TomlFile};
use crate::model::PlanDuration;

/// The findings of one file.
pub struct Report<'a> {
    file: &'a TomlFile,
    findings: Vec<Finding>,
}

impl<'a> Report<'a> {
    pub fn new(file: &'a TomlFile) -> Self {
        Self { file, findings: Vec::new() }
    }

    pub fn error(&mut self, span: Range<usize>, what: impl Into<String>, remedy: &str) {
        self.findings.push(self.file.error(span, what, remedy));
    }

    /// An error at a part of a string.
    pub fn within(&mut self, text: &Text, part: Range<usize>, what: String, remedy: &str) {
        let at = within_string(self.file.text(), text, part);
        self.error(at, what, remedy);
    }

    pub fn warning(&mut self, span: Range<usize>, what: impl Into<String>, remedy: &str) {
        self.findings.push(self.file.warning(span, what, remedy));
    }

    /// A duration by the clock. A bad one is reported and read as zero.
    pub fn clock(&mut self, text: &Text) -> SignedDuration {
        if let Some(PlanDuration::Clock(duration)) = PlanDuration::parse(text.get_ref()) {
            return duration;
        }
        let what = format!("`{}` is not a duration by the clock", text.get_ref());
        self.error(text.span(), what, "write a number and m, h or d, such as \"15m\" or \"2h\"");
        SignedDuration::ZERO
    }

    /// The same where it may be missing.
    pub fn optional_clock(&mut self, text: Option<&Text>) -> Option<SignedDuration> {
        text.map(|text| self.clock(text))
    }

    /// A duration in any notation, kept as it is written.
    pub fn notation(&mut self, text: &Text) -> String {
        if PlanDuration::parse(text.get_ref()).is_none() {
            let what = format!("`{}` is not a duration", text.get_ref());
            let remedy = "write a number and m, h, d, bd (business days) or mo (months)";
            self.error(text.span(), what, remedy);
        }
        text.get_ref().clone()
    }

    /// Reports a name that `known` does not hold, with the nearest that it does.
    pub fn unknown<'k>(
        &mut self,
        name: &Text,
        lint: &str,
        kind: &str,
        known: impl Iterator<Item = &'k str>,
    ) {
        let known: Vec<&str> = known.collect();
        let remedy = if known.is_empty() {
            format!("define a {kind} first")
        } else {
            did_you_mean(name.get_ref(), &known)
        };
        self.error(name.span(), format!("{lint} unknown {kind} `{}`", name.get_ref()), &remedy);
    }

    /// The findings in the order of the file, apart by whether one of them is an error.
    pub fn finish<T>(mut self, value: T) -> Result<(T, Vec<Finding>), Vec<Finding>> {
        self.findings.sort_by_key(|finding| finding.span.start);
        if self.findings.iter().any(|finding| finding.severity == FindingSeverity::Error) {
            Err(self.findings)
        } else {
            Ok((value, self.findings))
        }
    }
}

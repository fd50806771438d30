//! The rows that start a plan: do they name what exists, and is each higher level harder to reach.

use toml::Spanned;

use super::Known;
use crate::config::matchers::read_alert_query;
use crate::config::plans::raw::{RawPlan, RawTrigger, Text};
use crate::config::plans::report::Report;

/// Rules L09 and L11 for triggers.
pub fn lint(raw: &RawPlan, known: &Known<'_>, report: &mut Report<'_>) {
    let rows: Vec<&Spanned<RawTrigger>> = raw.triggers().collect();
    if rows.is_empty() {
        let remedy = "add `[[trigger]]` rows with a level and conditions";
        report.error(raw.plan.id.span(), "L09 nothing starts this plan", remedy);
    }
    for row in &rows {
        names(row.get_ref(), known, report);
        figures(row, report);
        if let Some(query) = &row.get_ref().query {
            asked(query, known, report);
        }
    }
    for (index, row) in rows.iter().enumerate() {
        let easier = rows.iter().enumerate().find(|&(other, higher)| {
            other != index
                && higher.get_ref().level > row.get_ref().level
                && holds_whenever(higher.get_ref(), row.get_ref())
        });
        if let Some((_, higher)) = easier {
            let level = higher.get_ref().level;
            let what = format!("L09 {level} is as easy to reach as {}", row.get_ref().level);
            report.error(higher.span(), what, "ask more of the higher level");
        }
    }
}

fn names(row: &RawTrigger, known: &Known<'_>, report: &mut Report<'_>) {
    for category in row.category.iter().chain(&row.complaint_category) {
        if let Some(ids) = known.category_ids
            && !ids.contains(category.get_ref())
        {
            report.unknown(category, "L11", "category", ids.iter().map(String::as_str));
        }
    }
}

/// A query asks for labels that alerts have, and for topics and categories that exist.
fn asked(query: &Text, known: &Known<'_>, report: &mut Report<'_>) {
    let names = known.topic_ids.zip(known.category_ids);
    match read_alert_query(query.get_ref(), known.lists, names) {
        Ok(unknown) => {
            for (what, remedy) in unknown {
                report.error(query.span(), format!("L11 {what}"), &remedy);
            }
        }
        Err(error) => {
            report.within(query, error.span, format!("L11 {}", error.message), &error.remedy);
        }
    }
}

fn figures(row: &Spanned<RawTrigger>, report: &mut Report<'_>) {
    let RawTrigger { min_score, growth_1h, complaint_category, min_complaints_1h, .. } =
        row.get_ref();
    if min_score.is_some_and(|score| !(0.0..=100.0).contains(&score)) {
        report.error(row.span(), "L09 `min_score` outside 0 to 100", "write a score that can be");
    }
    if growth_1h.is_some_and(|growth| !growth.is_finite() || growth < 0.0) {
        report.error(row.span(), "L09 `growth_1h` is not a factor", "write a factor such as 3.0");
    }
    if complaint_category.is_some() != min_complaints_1h.is_some() {
        let what = "L09 complaints need a category and a number";
        report.error(row.span(), what, "write both `complaint_category` and `min_complaints_1h`");
    }
    if no_condition(row.get_ref()) {
        report.error(row.span(), "L09 a row without any condition", "say what must hold");
    }
}

fn no_condition(row: &RawTrigger) -> bool {
    let numbers = [row.min_sources, row.min_tier1, row.min_complaints_1h];
    row.category.is_none()
        && row.query.is_none()
        && row.min_score.is_none()
        && row.growth_1h.is_none()
        && numbers.iter().all(Option::is_none)
}

/// Whether `easy` holds each time that `hard` does: it asks nothing that `hard` does not ask.
fn holds_whenever(easy: &RawTrigger, hard: &RawTrigger) -> bool {
    same_or_any(easy.query.as_ref(), hard.query.as_ref())
        && same_or_any(easy.category.as_ref(), hard.category.as_ref())
        && same_or_any(easy.complaint_category.as_ref(), hard.complaint_category.as_ref())
        && at_most(easy.min_score, hard.min_score)
        && at_most(easy.min_sources, hard.min_sources)
        && at_most(easy.min_tier1, hard.min_tier1)
        && at_most(easy.growth_1h, hard.growth_1h)
        && at_most(easy.min_complaints_1h, hard.min_complaints_1h)
}

fn same_or_any(easy: Option<&Text>, hard: Option<&Text>) -> bool {
    easy.is_none_or(|easy| hard.is_some_and(|hard| easy.get_ref() == hard.get_ref()))
}

fn at_most<N: PartialOrd>(easy: Option<N>, hard: Option<N>) -> bool {
    easy.is_none_or(|easy| hard.is_some_and(|hard| easy <= hard))
}

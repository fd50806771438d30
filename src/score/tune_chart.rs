//! The figures of other thresholds as SVG: precision and recall with their intervals, alerts a day, and
//! where the levels stand. No script, no font; curves are told by their dashes and names, not by colour
//! alone.

use std::fmt::Write as _;

use super::tune::{Proportion, ThresholdRow, Tuning};

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 60.0;
const TOP: f64 = 70.0;
const BOTTOM: f64 = 60.0;
const PRECISION: &str = "#7a1f2b";
const RECALL: &str = "#1f4e7a";
const ALERTS: &str = "#555";
/// Heights of lines across the plot, as shares of it.
const LINES: [f64; 5] = [0.0, 0.25, 0.5, 0.75, 1.0];

/// Draws what other thresholds would have told.
#[must_use]
pub fn svg(tuning: &Tuning) -> String {
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <title>Precision, recall and alerts a day by threshold</title>\n\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>\n"
    );
    let facts = format!(
        "{} stories in {:.0} days, {} judged, {} confirmed; bands: 95 % intervals",
        tuning.stories, tuning.days, tuning.judged, tuning.confirmed
    );
    label(&mut out, LEFT, 22.0, "start", "What thresholds would have told");
    label(&mut out, LEFT, 40.0, "start", &facts);
    let most = tuning.thresholds.iter().map(|row| row.per_day).fold(0.0, f64::max).max(0.1);
    axes(&mut out, most);
    for (share, colour, dash, name) in [
        (shares(tuning, |row| row.precision), PRECISION, "", "precision"),
        (shares(tuning, |row| row.recall), RECALL, "8 4", "recall"),
    ] {
        band(&mut out, &share, colour);
        let line: Vec<_> = share.iter().map(|(from, it)| (*from, it.share)).collect();
        curve(&mut out, &line, colour, dash, name);
    }
    let alerts: Vec<_> =
        tuning.thresholds.iter().map(|row| (row.from, row.per_day / most)).collect();
    curve(&mut out, &alerts, ALERTS, "2 3", "alerts a day");
    levels(&mut out, tuning);
    legend(&mut out);
    out.push_str("</svg>\n");
    out
}

fn x(score: f64) -> f64 {
    LEFT + score / 100.0 * (WIDTH - LEFT - RIGHT)
}

fn y(share: f64) -> f64 {
    HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM)
}

fn shares(
    tuning: &Tuning,
    of: impl Fn(&ThresholdRow) -> Option<Proportion>,
) -> Vec<(f64, Proportion)> {
    tuning.thresholds.iter().filter_map(|row| Some((row.from, of(row)?))).collect()
}

/// Writes a line; writing to a text never fails.
fn line(out: &mut String, text: std::fmt::Arguments<'_>) {
    if out.write_fmt(text).is_ok() {
        out.push('\n');
    }
}

fn label(out: &mut String, x: f64, y: f64, anchor: &str, text: &str) {
    line(
        out,
        format_args!("<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{text}</text>"),
    );
}

fn axes(out: &mut String, most: f64) {
    for share in LINES {
        let (from, to, at) = (x(0.0), x(100.0), y(share));
        line(
            out,
            format_args!(
                "<line x1=\"{from}\" y1=\"{at:.1}\" x2=\"{to}\" y2=\"{at:.1}\" stroke=\"#ddd\"/>"
            ),
        );
        label(out, from - 6.0, at + 4.0, "end", &format!("{:.0} %", share * 100.0));
        label(out, to + 6.0, at + 4.0, "start", &format!("{:.1}", share * most));
    }
    for score in (0..=100).step_by(20) {
        label(out, x(f64::from(score)), y(0.0) + 18.0, "middle", &score.to_string());
    }
    label(out, x(50.0), y(0.0) + 36.0, "middle", "least score");
    label(out, WIDTH - 6.0, TOP - 10.0, "end", "alerts a day");
}

fn points(points: impl Iterator<Item = (f64, f64)>) -> String {
    points
        .map(|(score, share)| format!("{:.1},{:.1}", x(score), y(share)))
        .collect::<Vec<_>>()
        .join(" ")
}

fn band(out: &mut String, shares: &[(f64, Proportion)], colour: &str) {
    let there = shares.iter().map(|(from, it)| (*from, it.low));
    let back = shares.iter().rev().map(|(from, it)| (*from, it.high));
    let points = points(there.chain(back));
    line(
        out,
        format_args!("<polygon points=\"{points}\" fill=\"{colour}\" fill-opacity=\"0.12\"/>"),
    );
}

fn curve(out: &mut String, of: &[(f64, f64)], colour: &str, dash: &str, name: &str) {
    let points = points(of.iter().copied());
    line(
        out,
        format_args!(
            "<polyline points=\"{points}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\" \
             stroke-dasharray=\"{dash}\"><title>{name}</title></polyline>"
        ),
    );
}

/// Where each level stands: present below the axis, recommended above the plot if it differs.
fn levels(out: &mut String, tuning: &Tuning) {
    for one in &tuning.levels {
        let moved = (one.advised.from - one.present.from).abs() > 0.05;
        for (from, dash, shown) in
            [(one.present.from, "1 4", !moved), (one.advised.from, "", moved)]
        {
            let at = x(from);
            line(
                out,
                format_args!(
                    "<line x1=\"{at:.1}\" y1=\"{TOP}\" x2=\"{at:.1}\" y2=\"{}\" stroke=\"#999\" \
                     stroke-dasharray=\"{dash}\"/>",
                    y(0.0)
                ),
            );
            if shown {
                label(out, at, TOP - 6.0, "middle", &format!("{} {from:.1}", one.level));
            }
        }
    }
}

fn legend(out: &mut String) {
    for (at, (colour, dash, name)) in [
        (PRECISION, "", "precision"),
        (RECALL, "8 4", "recall"),
        (ALERTS, "2 3", "alerts a day (right scale)"),
    ]
    .into_iter()
    .enumerate()
    {
        let from = LEFT + 220.0 * at as f64;
        let baseline = HEIGHT - 8.0;
        line(
            out,
            format_args!(
                "<line x1=\"{from}\" y1=\"{}\" x2=\"{}\" y2=\"{}\" stroke=\"{colour}\" \
                 stroke-width=\"2\" stroke-dasharray=\"{dash}\"/>",
                baseline - 4.0,
                from + 30.0,
                baseline - 4.0
            ),
        );
        label(out, from + 36.0, baseline, "start", name);
    }
}

#[cfg(test)]
mod tests {
    use super::svg;
    use crate::model::{Standing, VerdictLabel};
    use crate::score::tune;

    #[test]
    fn every_curve_is_drawn_and_every_level_is_named() {
        let verdict = |at: u32| match at % 3 {
            0 => Some(VerdictLabel::Confirmed),
            1 => Some(VerdictLabel::Dismissed),
            _ => None,
        };
        let record: Vec<_> = (0..100)
            .map(|at| Standing { score: f64::from(at), floor: None, verdict: verdict(at) })
            .collect();
        let tuning = tune(&record, 10.0, [40.0, 55.0, 70.0, 85.0], [Some(2.0), None, None, None]);
        let drawn = svg(&tuning);
        assert_eq!(drawn.matches("<polyline").count(), 3);
        assert_eq!(drawn.matches("<polygon").count(), 2);
        for name in ["blue 79.1", "yellow 80.1", "orange 81.1", "red 85.0"] {
            assert!(drawn.contains(name), "{name} in {drawn}");
        }
        assert!(!drawn.contains("NaN") && drawn.ends_with("</svg>\n"));
        let empty = svg(&tune(&[], 1.0, [40.0, 55.0, 70.0, 85.0], [None; 4]));
        assert!(!empty.contains("NaN"), "{empty}");
    }
}

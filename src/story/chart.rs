//! A story's timeline as SVG: one bar an hour, by tier. No script, no font, no colour alone: tiers
//! are told by their place in the bar and by the text of each.

use crate::model::{Spread, SpreadHour};

const WIDTH: f64 = 900.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 40.0;
const TOP: f64 = 70.0;
const BOTTOM: f64 = 40.0;
const COLOURS: [&str; 3] = ["#7a1f2b", "#c8743a", "#e0c9a6"];

/// Draws how a story spread.
#[must_use]
pub fn svg(spread: &Spread) -> String {
    let mut out = String::new();
    let mut line = |text: &str| {
        out.push_str(text);
        out.push('\n');
    };
    line(&format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" font-family=\"sans-serif\" font-size=\"12\">"
    ));
    line(&format!("<title>{}</title>", escaped(&spread.headline)));
    line(&format!("<rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"#fff\"/>"));
    line(&format!(
        "<text x=\"{LEFT}\" y=\"24\" font-size=\"16\" font-weight=\"bold\">{}</text>",
        escaped(&cut(&spread.headline, 90))
    ));
    line(&format!("<text x=\"{LEFT}\" y=\"44\">{}</text>", escaped(&facts(spread))));
    let most = spread.hours.iter().map(total).max().unwrap_or(0).max(1);
    let floor = HEIGHT - BOTTOM;
    let step = (WIDTH - LEFT - 20.0) / spread.hours.len().max(1) as f64;
    for (at, hour) in spread.hours.iter().enumerate() {
        let x = LEFT + step * at as f64;
        let mut y = floor;
        for (count, colour) in [hour.tier1, hour.tier2, hour.tier3].into_iter().zip(COLOURS) {
            let height = f64::from(count) / f64::from(most) * (floor - TOP);
            y -= height;
            if count > 0 {
                let width = (step - 1.0).clamp(0.5, 60.0);
                line(&format!(
                    "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{colour}\"><title>{}</title></rect>",
                    escaped(&bar(hour))
                ));
            }
        }
    }
    line(&format!(
        "<line x1=\"{LEFT}\" y1=\"{floor}\" x2=\"{}\" y2=\"{floor}\" stroke=\"#333\"/>",
        WIDTH - 20.0
    ));
    line(&format!(
        "<text x=\"{}\" y=\"{}\" text-anchor=\"end\">{most}</text>",
        LEFT - 6.0,
        TOP + 8.0
    ));
    let end = floor + 18.0;
    let begin = spread.hours.first().map(|hour| hour.at.as_str()).unwrap_or_default();
    let last = spread.hours.last().map(|hour| hour.at.as_str()).unwrap_or_default();
    line(&format!("<text x=\"{LEFT}\" y=\"{end}\">{}</text>", escaped(begin)));
    line(&format!(
        "<text x=\"{}\" y=\"{end}\" text-anchor=\"end\">{}</text>",
        WIDTH - 20.0,
        escaped(last)
    ));
    line("</svg>");
    out
}

fn facts(spread: &Spread) -> String {
    let text = format!(
        "{} articles, {} copies, {} owners; dark to light: tier 1, 2, 3",
        spread.articles,
        spread.copies,
        spread.owners.len()
    );
    let first = spread.first.as_ref();
    let first = first.map(|it| format!("; first: {}, {}", it.source, it.at));
    text + &first.unwrap_or_default()
}

fn bar(hour: &SpreadHour) -> String {
    format!(
        "{}: tier 1 {}, tier 2 {}, tier 3 {}, copies {}",
        hour.at, hour.tier1, hour.tier2, hour.tier3, hour.copies
    )
}

fn total(hour: &SpreadHour) -> u32 {
    hour.tier1 + hour.tier2 + hour.tier3
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars().take(most - 1).chain(['…']).collect()
}

fn escaped(text: &str) -> String {
    let plain = text.chars().filter(|c| !c.is_control());
    let mut out = String::new();
    for c in plain {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::svg;
    use crate::model::{Spread, SpreadHour};

    #[test]
    fn hostile_headlines_stay_text_and_each_tier_has_its_bar() {
        let hour = SpreadHour {
            at: "2026-11-20T08:00:00Z".to_owned(),
            tier1: 1,
            tier3: 2,
            ..SpreadHour::default()
        };
        let headline = "<script>alert(1)</script> & \u{1b}[2J".to_owned();
        let drawn = svg(&Spread { headline, hours: vec![hour], ..Spread::default() });
        assert!(!drawn.contains("<script") && !drawn.contains('\u{1b}'), "{drawn}");
        assert_eq!(drawn.matches("<rect x=").count(), 2, "{drawn}");
    }
}

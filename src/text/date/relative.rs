//! Dates that count from now: "2 hours ago", "hace 2 horas", "3小时前", "yesterday".

use jiff::{SignedDuration, Timestamp};

use super::{Written, instant};

/// Beginnings of units, and their seconds. Months and years are too coarse to date anything by.
const UNITS: [(&[&str], i64); 5] = [
    (&["sec", "seg", "sek", "秒", "초"], 1),
    (&["min", "分", "분"], 60),
    (
        &[
            "hour", "hr", "hora", "heure", "stunde", "std", "ora", "ore", "小时", "小時", "時間",
            "시간",
        ],
        3600,
    ),
    (&["day", "día", "dia", "jour", "tag", "giorn", "天", "日", "일"], 86400),
    (&["week", "semana", "semaine", "woche", "settiman", "周", "週", "주"], 604_800),
];

/// Words that turn a span into a past one.
const PAST: [&str; 12] =
    ["ago", "hace", "il y a", "vor ", "há ", "ha ", "atrás", " fa", "前", "전", "fa ", "geleden"];

const YESTERDAY: [&str; 11] = [
    "yesterday",
    "ayer",
    "hier",
    "gestern",
    "ontem",
    "ieri",
    "昨天",
    "昨日",
    "어제",
    "gisteren",
    "ahir",
];

const JUST_NOW: [&str; 7] =
    ["just now", "ahora mismo", "刚刚", "剛剛", "たった今", "방금", "à l'instant"];

/// Reads a date relative to `now`.
pub(super) fn read(raw: &str, now: Timestamp) -> Option<Written> {
    let text = raw.to_lowercase();
    if JUST_NOW.iter().any(|words| text.starts_with(words)) {
        return instant(now);
    }
    if YESTERDAY.contains(&text.as_str()) {
        let at = instant(now.checked_sub(SignedDuration::from_hours(24)).ok()?)?;
        return Some(Written { time: None, offset: None, ..at });
    }
    if !PAST.iter().any(|word| text.contains(word)) {
        return None;
    }
    let start = text.find(|c: char| c.is_ascii_digit());
    let (count, unit) = match start {
        Some(start) => {
            let digits = text.get(start..)?;
            let end = digits.find(|c: char| !c.is_ascii_digit())?;
            (digits[..end].parse::<i64>().ok()?, digits[end..].trim_start())
        }
        // "an hour ago", "hace una hora"
        None => (1, text.split_whitespace().rfind(|word| unit_seconds(word).is_some())?),
    };
    let seconds = unit_seconds(unit)?.checked_mul(count).filter(|span| *span < 400 * 86400)?;
    instant(now.checked_sub(SignedDuration::from_secs(seconds)).ok()?)
}

fn unit_seconds(unit: &str) -> Option<i64> {
    let found = UNITS.iter().find(|(starts, _)| starts.iter().any(|start| unit.starts_with(start)));
    found.map(|(_, seconds)| *seconds)
}

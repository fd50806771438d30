//! The facts behind the parts of a score, in words.

use super::{count, fill, polarity, text};
use crate::model::{Fact, Locale, Place, VerdictLabel};

/// Days from which an age is told in days.
const DAYS: f64 = 2.0;
/// Characters of a quotation that are shown.
const QUOTE: usize = 60;

/// The fact behind a part, as a sentence in brackets would say it: `3 propietarios`.
#[must_use]
pub fn fact(fact: &Fact, locale: Locale) -> String {
    match fact {
        Fact::Probability { p } => fill("fact.probability", locale, &[("n", &percent(*p))]),
        Fact::SecondOpinion { label, quote, p } => {
            let quote = cut(quote);
            let values =
                [("label", polarity(*label, locale)), ("quote", &quote), ("n", &percent(*p))];
            fill("fact.second_opinion", locale, &values)
        }
        Fact::Event { name, weight, hearsay, .. } => {
            let key = if *hearsay { "fact.event_hearsay" } else { "fact.event" };
            let weight = figure(*weight, 2, locale);
            fill(key, locale, &[("name", name.get(locale)), ("weight", &weight)])
        }
        Fact::NoEvent => text("fact.no_event", locale).to_owned(),
        Fact::Owners { owners } => count("fact.owners", locale, *owners),
        Fact::Tier { tier } => fill("fact.tier", locale, &[("n", &tier.to_string())]),
        Fact::Rate { now, usual, weekly } => {
            let key = if *weekly { "fact.rate_weekly" } else { "fact.rate" };
            let values = [("now", now.to_string()), ("usual", figure(*usual, 1, locale))];
            fill(key, locale, &values.each_ref().map(|(name, value)| (*name, value.as_str())))
        }
        Fact::Named { place, mentions } => {
            let times = count("fact.times", locale, *mentions);
            fill("fact.named", locale, &[("place", named(*place, locale)), ("times", &times)])
        }
        Fact::Novelty { days: None } => text("fact.never_before", locale).to_owned(),
        Fact::Novelty { days: Some(days) } => {
            fill("fact.last_such", locale, &[("age", &age(days * 24.0, locale))])
        }
        Fact::Age { hours } => fill("fact.appeared", locale, &[("age", &age(*hours, locale))]),
        Fact::Watch { reason } => reason.clone(),
        Fact::Verdict { label } => verdict(*label, locale).to_owned(),
        Fact::Text { said } => said.clone(),
    }
}

/// A verdict of staff.
#[must_use]
pub fn verdict(label: VerdictLabel, locale: Locale) -> &'static str {
    text(
        match label {
            VerdictLabel::Confirmed => "verdict.confirmed",
            VerdictLabel::Dismissed => "verdict.dismissed",
            VerdictLabel::WrongTarget => "verdict.wrong_target",
        },
        locale,
    )
}

/// The beginning of a quotation, on one line.
fn cut(quote: &str) -> String {
    let mut chars = quote.chars().map(|c| if c.is_control() { ' ' } else { c });
    let mut text: String = chars.by_ref().take(QUOTE).collect();
    if chars.next().is_some() {
        text.push('…');
    }
    text
}

fn named(place: Place, locale: Locale) -> &'static str {
    text(
        match place {
            Place::Headline => "fact.in_headline",
            Place::Lead => "fact.in_lead",
            Place::Body => "fact.in_body",
        },
        locale,
    )
}

/// Minutes below an hour, hours below two days, then days; rounded down.
fn age(hours: f64, locale: Locale) -> String {
    let hours = hours.max(0.0);
    let (unit, n) = if hours < 1.0 {
        ("fact.minutes", hours * 60.0)
    } else if hours < DAYS * 24.0 {
        ("fact.hours", hours)
    } else {
        ("fact.days", hours / 24.0)
    };
    let n = format!("{:.0}", (n + 1e-6).floor());
    count(unit, locale, n.parse().unwrap_or(u32::MAX))
}

/// Whole per cent, rounded down: 0.996 is not certainty.
fn percent(p: f64) -> String {
    format!("{:.0}", (p.clamp(0.0, 1.0) * 100.0 + 1e-9).floor())
}

fn figure(value: f64, decimals: usize, locale: Locale) -> String {
    format!("{value:.decimals$}").replace('.', text("format.decimal_mark", locale))
}

#[cfg(test)]
mod tests {
    use super::fact;
    use crate::model::{Fact, LocalText, Locale, Place, PolarityLabel, VerdictLabel};

    fn check(what: &Fact, es: &str, en: &str, zh: &str) {
        for (locale, said) in [(Locale::Es, es), (Locale::En, en), (Locale::Zh, zh)] {
            assert_eq!(fact(what, locale), said);
        }
    }

    #[test]
    fn facts_read_well_in_each_language() {
        let names = [(Locale::Es, "Fraude"), (Locale::En, "Fraud"), (Locale::Zh, "欺诈")];
        let name = LocalText(names.map(|(locale, name)| (locale, name.to_owned())).into());
        let event = Fact::Event { category: "fraud".to_owned(), name, weight: 0.9, hearsay: true };
        check(
            &event,
            "Fraude, peso 0,90, solo rumor",
            "Fraud, weight 0.90, only hearsay",
            "欺诈，权重0.90，仅为传闻",
        );
        let quote = "the bank is fined".to_owned();
        check(
            &Fact::SecondOpinion { label: PolarityLabel::Negative, quote, p: 0.881 },
            "opinión negativa por «the bank is fined»; con ella, probabilidad de 88 %",
            "negative, for “the bank is fined”; with it probability 88%",
            "负面，依据“the bank is fined”；采纳后概率88%",
        );
        check(&Fact::Owners { owners: 1 }, "1 propietario", "1 owner", "1家媒体集团");
        check(&Fact::Owners { owners: 3 }, "3 propietarios", "3 owners", "3家媒体集团");
        check(
            &Fact::Rate { now: 3, usual: 0.5, weekly: true },
            "negativos en la última hora: 3; lo habitual a esta hora de la semana: 0,5",
            "3 negative in the last hour; usual at this hour of the week: 0.5",
            "最近一小时负面报道3篇，每周此时通常0.5篇",
        );
        check(
            &Fact::Named { place: Place::Headline, mentions: 2 },
            "en el titular, 2 menciones",
            "in the headline, named 2 times",
            "出现在标题，共提及2次",
        );
        check(
            &Fact::Novelty { days: Some(3.4) },
            "la última noticia así, hace 3 días",
            "last such news 3 days ago",
            "上次此类报道在3天前",
        );
        check(
            &Fact::Age { hours: 0.64 },
            "publicado hace 38 minutos",
            "published 38 minutes ago",
            "38分钟前发布",
        );
        check(
            &Fact::Verdict { label: VerdictLabel::WrongTarget },
            "habla de otro",
            "about somebody else",
            "说的是别家",
        );
        check(&Fact::Text { said: "z=0".to_owned() }, "z=0", "z=0", "z=0");
    }
}

//! Waves of complaints in words.

use super::{fill, text};
use crate::model::{Locale, Wave, WaveAbout};

/// How many complained about what in which time: a headline.
#[must_use]
pub fn wave_headline(wave: &Wave, locale: Locale) -> String {
    let key = match wave.about {
        WaveAbout::Branch => "wave.branch",
        WaveAbout::Product => "wave.product",
    };
    let (n, hours) = (wave.customers.to_string(), wave.hours.to_string());
    fill(key, locale, &[("n", &n), ("name", &wave.name), ("hours", &hours)])
}

/// The same, with what is usual.
#[must_use]
pub fn wave(wave: &Wave, locale: Locale) -> String {
    let headline = wave_headline(wave, locale);
    let Some(usual) = wave.usual else {
        return fill("wave.young", locale, &[("wave", &headline)]);
    };
    fill("wave.usual", locale, &[("wave", &headline), ("usual", &figure(usual, locale))])
}

/// Whole numbers from ten on, one decimal below, none where it is zero.
fn figure(usual: f64, locale: Locale) -> String {
    let written = if usual >= 10.0 { format!("{usual:.0}") } else { format!("{usual:.1}") };
    let written = written.strip_suffix(".0").unwrap_or(&written);
    written.replace('.', text("format.decimal_mark", locale))
}

#[cfg(test)]
mod tests {
    use super::wave;
    use crate::model::{Locale, Wave, WaveAbout};

    #[test]
    fn waves_are_explained_in_each_language() {
        let mut seen = Wave {
            about: WaveAbout::Branch,
            name: "Gran Vía".to_owned(),
            customers: 23,
            hours: 2,
            usual: Some(1.04),
        };
        let said = Locale::ALL.map(|locale| wave(&seen, locale));
        for expected in [
            "23 clientes reclaman sobre la oficina Gran Vía en 2 h; lo habitual: 1",
            "23 customers complained about branch Gran Vía in 2 h; usually 1",
            "2小时内有23名客户投诉网点“Gran Vía”；通常为1名",
        ] {
            assert!(said.iter().any(|text| text == expected), "{said:?}");
        }
        seen.usual = None;
        assert!(wave(&seen, Locale::En).ends_with("the record is too young to say what is usual"));
    }
}

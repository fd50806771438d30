//! The words of dates: months and days of the week in the languages of feeds, and time zones.

use jiff::tz::Offset;

/// Month names by the letters that tell them apart: English, Spanish, French, German, Italian,
/// Portuguese, Dutch, Catalan, Hungarian, Greek, Russian, Polish, Czech, Turkish, the Nordic ones.
const MONTHS: [&[&str]; 12] = [
    &["jan", "ene", "gen", "jän", "gener", "ιαν", "янв", "sty", "led", "oca", "янva"],
    &["feb", "fév", "fev", "φεβ", "фев", "lut", "úno", "şub"],
    &["mar", "mär", "mrz", "maa", "mrt", "már", "μάρ", "μαρ", "μαώ", "μάώ", "мар", "bře"],
    &["apr", "abr", "avr", "ápr", "απρ", "апр", "kwi", "dub", "nis"],
    &["may", "mai", "mag", "mei", "maj", "máj", "μάι", "μαι", "μαϊ", "мая", "май", "kvě"],
    &["jun", "jui", "giu", "jún", "ιου", "ιον", "июн", "cze", "čer", "haz"],
    &["jul", "juil", "lug", "júl", "ιούλ", "ιουλ", "ιολ", "июл", "lip", "čvc", "červenec", "tem"],
    &["aug", "ago", "aoû", "aou", "αύγ", "αυγ", "авг", "sie", "srp", "ağu"],
    &["sep", "set", "sze", "σεπ", "сен", "wrz", "zář", "eyl"],
    &["oct", "okt", "ott", "out", "οκτ", "окт", "paź", "říj", "eki"],
    &["nov", "νοέ", "νοε", "ноя", "lis", "kas"],
    &["dec", "dic", "dez", "déc", "des", "δεκ", "дек", "gru", "pro", "ara"],
];

/// A month by its name in lower case: the longest beginning that fits, so that `juillet` is not
/// `juin`.
pub(super) fn month(name: &str) -> Option<i8> {
    let mut best: Option<(usize, usize)> = None;
    for (at, starts) in MONTHS.iter().enumerate() {
        for start in starts.iter().filter(|start| name.starts_with(**start)) {
            if best.is_none_or(|(length, _)| start.len() > length) {
                best = Some((start.len(), at));
            }
        }
    }
    i8::try_from(best?.1 + 1).ok()
}

/// Words that stand in dates and say nothing.
pub(super) fn is_filler(word: &str) -> bool {
    const WORDS: [&str; 43] = [
        "de", "del", "of", "at", "a", "las", "la", "el", "le", "les", "il", "alle", "ore", "às",
        "as", "à", "um", "den", "der", "dem", "am", "on", "the", "uhr", "h", "t", "st", "nd", "rd",
        "th", "er", "º", "ª", "r", "d'", "de_", "kl", "klo", "om", "o", "г", "года", "i",
    ];
    WORDS.contains(&word)
}

/// Whether a word names a day of the week, by its beginning.
pub(super) fn is_weekday(word: &str) -> bool {
    const STARTS: [&str; 67] = [
        "mon", "tue", "wed", "thu", "fri", "sat", "sun", "lun", "mar", "mié", "mie", "jue", "vie",
        "sáb", "sab", "dom", "mer", "jeu", "ven", "sam", "dim", "die", "mit", "don", "fre", "son",
        "mo", "di", "mi", "do", "fr", "sa", "so", "gio", "seg", "ter", "qua", "qui", "sex", "κυρ",
        "δευ", "τρι", "τετ", "πεμ", "παρ", "σαβ", "hét", "ked", "sze", "csü", "pén", "szo", "vas",
        "пн", "вт", "ср", "чт", "пт", "сб", "вс", "пон", "вто", "чет", "пят", "суб", "вос", "星期",
    ];
    STARTS.iter().any(|start| word.starts_with(start))
}

/// The offset of a time zone's abbreviation, in upper case: those that have one meaning in feeds
/// (RFC 822 §5.1 and the common ones elsewhere). `CST` is China's where the caller knows it.
pub(super) fn zone(name: &str, china: bool) -> Option<Offset> {
    let minutes = match name {
        "Z" | "GMT" | "UT" | "UTC" | "WET" | "ETC" => 0,
        "CST" if china => 480,
        "EST" | "CDT" | "COT" | "PET" | "ET" | "ECT" => -300,
        "EDT" | "CLT" | "AST" | "VET" | "BOT" => -240,
        "CST" | "MDT" | "CT" => -360,
        "MST" | "PDT" | "MT" => -420,
        "PST" | "AKDT" | "PT" => -480,
        "AKST" => -540,
        "HST" => -600,
        "NST" => -210,
        "NDT" => -150,
        "CET" | "MEZ" | "MET" | "BST" | "WEST" | "WAT" => 60,
        "CEST" | "MESZ" | "MEST" | "EET" | "SAST" | "CAT" | "IDT" => 120,
        "EEST" | "MSK" | "EAT" | "TRT" => 180,
        "IRST" => 210,
        "GST" => 240,
        "PKT" => 300,
        "IST" => 330,
        "NPT" => 345,
        "ICT" | "WIB" => 420,
        "HKT" | "SGT" | "PHT" | "AWST" | "MYT" | "CHINA" => 480,
        "JST" | "KST" | "WIT" => 540,
        "ACST" => 570,
        "AEST" => 600,
        "ACDT" => 630,
        "AEDT" => 660,
        "NZST" => 720,
        "NZDT" => 780,
        "ART" | "BRT" | "CLST" | "UYT" | "ADT" => -180,
        _ => return None,
    };
    Offset::from_seconds(minutes * 60).ok()
}

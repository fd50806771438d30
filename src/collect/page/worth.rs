//! How much a link looks like one to an article, by what it says and where it leads. 0 to 1.

use std::sync::LazyLock;

use regex::Regex;
use url::Url;

use crate::text;

/// Path segments behind which no article lies.
const SERVICE: [&str; 62] = [
    "about",
    "about-us",
    "account",
    "acerca",
    "acerca-de",
    "advertise",
    "advertising",
    "author",
    "authors",
    "autor",
    "autores",
    "aviso-legal",
    "ayuda",
    "buscador",
    "buscar",
    "busqueda",
    "categoria",
    "categorias",
    "category",
    "contact",
    "contact-us",
    "contacta",
    "contacto",
    "contributors",
    "cookies",
    "cuenta",
    "denglu",
    "etiqueta",
    "etiquetas",
    "faq",
    "feed",
    "firmas",
    "guanyu",
    "help",
    "hemeroteca",
    "join",
    "legal",
    "login",
    "logout",
    "mapa-web",
    "newsletter",
    "newsletters",
    "page",
    "pagina",
    "privacidad",
    "privacy",
    "publicidad",
    "quienes-somos",
    "register",
    "registro",
    "rss",
    "search",
    "share",
    "signin",
    "signup",
    "sitemap",
    "subscribe",
    "suscribete",
    "suscripcion",
    "suscripciones",
    "tag",
    "tags",
];

/// Words of a short segment that make it one of the publisher's own affairs.
const OWN_AFFAIRS: [&str; 10] = [
    "aviso",
    "condiciones",
    "cookie",
    "cookies",
    "gdpr",
    "privacidad",
    "privacy",
    "suscripcion",
    "terminos",
    "terms",
];

/// Endings of files that are no pages.
const FILES: [&str; 14] = [
    "jpg", "jpeg", "png", "gif", "webp", "svg", "mp3", "mp4", "zip", "xls", "xlsx", "ics", "apk",
    "css",
];

/// What a link is, apart from its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Looks<'a> {
    /// Where it leads.
    pub link: &'a Url,
    /// What it says.
    pub title: &'a str,
    /// Whether it stands in a heading, or a heading in it.
    pub heading: bool,
    /// Whether a date stands beside it.
    pub dated: bool,
}

/// The worth of a link: half its headline, two fifths its URL, the rest its surroundings.
pub(super) fn worth(looks: Looks<'_>) -> f64 {
    let Some(address) = address(looks.link) else { return 0.0 };
    let headline = headline(looks.title);
    let around = 0.2 * f64::from(u8::from(looks.heading)) + 0.1 * f64::from(u8::from(looks.dated));
    let sum = (0.5 * headline + 0.4 * address + around).min(1.0);
    // "All the news about the economy" reads like a headline and leads to a section; "Read more"
    // leads to an article and says nothing.
    if (address < 0.25 || headline < 0.4) && !looks.heading { sum * 0.6 } else { sum }
}

/// By length: five words or eight hanzi are a headline, one word is a section.
fn headline(title: &str) -> f64 {
    let hanzi = title.chars().filter(|c| text::is_han(*c)).count() as f64;
    let spaced: String = title.chars().map(|c| if text::is_han(c) { ' ' } else { c }).collect();
    let has_letter = |word: &&str| word.chars().any(char::is_alphanumeric);
    let words = spaced.split_whitespace().filter(has_letter).count() as f64;
    match words + hanzi * 0.6 {
        length if length > 60.0 => 0.5,
        length if length >= 4.5 => 1.0,
        length if length >= 3.9 => 0.8,
        length if length >= 2.9 => 0.5,
        length if length >= 1.9 => 0.2,
        _ => 0.0,
    }
}

/// By shape: dates, long slugs and numbers are articles; none for what cannot be one.
fn address(link: &Url) -> Option<f64> {
    static DATE: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(
            r"(?:^|[^0-9])(?:19|20)\d{2}[-/_]?(?:0?[1-9]|1[0-2])(?:[-/_]?[0-3]?\d)?(?:[^0-9]|$)",
        )
        .ok()
    });
    let path = link.path().to_ascii_lowercase();
    let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).collect();
    let query = link.query().unwrap_or_default().to_ascii_lowercase();
    let number = query_number(&query);
    let last = match segments.last() {
        Some(last) => *last,
        None if number => "",
        None => return None,
    };
    let (stem, ending) = last.rsplit_once('.').unwrap_or((last, ""));
    let paged = query.split('&').any(|pair| {
        ["page=", "pag=", "paged=", "pagina="].iter().any(|name| pair.starts_with(name))
    });
    if paged || FILES.contains(&ending) || segments.iter().any(|part| is_service(part)) {
        return None;
    }
    let words = stem.split(['-', '_', '+']).filter(|word| word.len() > 1).count();
    let longest = digits(last);
    let mut score = 0.1_f64;
    score += if DATE.as_ref().is_some_and(|date| date.is_match(&path)) { 0.5 } else { 0.0 };
    score += match words {
        0..=2 => 0.0,
        3 => 0.3,
        _ => 0.5,
    };
    score += if longest >= 5 || number { 0.4 } else { 0.0 };
    score += if longest < 5 && longest > 0 && segments.len() > 1 { 0.2 } else { 0.0 };
    score += if matches!(ending, "html" | "htm" | "shtml" | "php" | "aspx") { 0.2 } else { 0.0 };
    score += if segments.len() > 1 { 0.1 } else { 0.0 };
    Some(score.min(1.0))
}

fn is_service(segment: &str) -> bool {
    let stem = segment.rsplit_once('.').map_or(segment, |(stem, _)| stem);
    let words: Vec<&str> = stem.split(['-', '_']).collect();
    SERVICE.contains(&stem)
        || (words.len() <= 4 && words.iter().any(|word| OWN_AFFAIRS.contains(word)))
}

/// `id=123`, `p=77`, `newsid=5`: a page known by its number.
fn query_number(query: &str) -> bool {
    query.split('&').filter_map(|pair| pair.split_once('=')).any(|(name, value)| {
        let is_number = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
        is_number && (name == "p" || name.ends_with("id") || name.ends_with("no"))
    })
}

/// The longest run of digits.
fn digits(text: &str) -> usize {
    text.split(|c: char| !c.is_ascii_digit()).map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::{Looks, worth};

    fn check(link: &str, title: &str, heading: bool, is_article: bool) {
        let link = &format!("https://example.org{link}").parse().unwrap();
        let worth = worth(Looks { link, title, heading, dated: false });
        assert_eq!(worth >= super::super::GOOD, is_article, "{worth}: {link} {title}");
    }

    #[test]
    fn articles_and_others() {
        check(
            "/economia/2024/05/01/banco-cierra-oficinas.html",
            "El banco cierra oficinas",
            false,
            true,
        );
        check(
            "/news/uk-lender-fined-over-savings-accounts",
            "UK lender fined over savings accounts",
            false,
            true,
        );
        check("/a/202405/t20240501_88213.shtml", "央行下调存款准备金率", false, true);
        check("/?p=4512", "We have moved the office to a new place", false, true);
        check("/node/312", "Nota sobre la intervención del supervisor", true, true);
        check("/economia/", "Economía", false, false);
        check("/economia/", "Todas las noticias de economía de hoy", false, false);
        check(
            "/author/jane-doe-financial-editor",
            "Jane Doe, financial editor of the paper",
            false,
            false,
        );
        check(
            "/politica-de-privacidad",
            "Política de privacidad y protección de datos",
            false,
            false,
        );
        check("/news?page=2", "Older stories from the archive of news", false, false);
        check("/", "The Daily Example, all the news of today", true, false);
        check("/news/2024/05/01/uk-lender-fined-over-accounts", "Read more", false, false);
        check(
            "/img/2024/05/01/foto-de-la-junta-general.jpg",
            "Foto de la junta general de ayer",
            false,
            false,
        );
    }
}

//! Pages that do not show their article: behind a paywall, or only to those who run scripts.

use std::sync::LazyLock;

use super::blocks::Blocks;
use super::dom::Dom;
use super::phrases::Finder;

/// A body heavier than this is more than the part before a paywall.
const MAX_STUB: usize = 1_800;

/// A notice is no longer than this.
const MAX_NOTICE: usize = 400;

/// How paywalls speak, in lower case.
const PAYWALL: [&str; 52] = [
    "subscribe to continue",
    "subscribe to read",
    "subscribe now to",
    "to continue reading",
    "continue reading your article",
    "subscribers only",
    "for subscribers",
    "subscriber-only",
    "subscriber exclusive",
    "already a subscriber",
    "sign in to read",
    "log in to read",
    "register to read",
    "to read the full",
    "unlock this article",
    "unlimited access",
    "free articles",
    "para suscriptores",
    "solo para suscriptores",
    "exclusivo para suscriptores",
    "contenido exclusivo",
    "suscríbete para",
    "suscríbase para",
    "para seguir leyendo",
    "sigue leyendo",
    "¿ya eres suscriptor",
    "réservé aux abonnés",
    "réservé à nos abonnés",
    "il vous reste",
    "abonnez-vous pour",
    "pour lire la suite",
    "déjà abonné",
    "la suite est réservée",
    "nur für abonnenten",
    "weiterlesen mit",
    "jetzt weiterlesen",
    "mit plus weiterlesen",
    "mit einem abo",
    "testen sie",
    "jetzt abonnieren und",
    "bereits abonnent",
    "um diesen artikel zu lesen",
    "exklusiv für abonnenten",
    "artikel freischalten",
    "exclusivo para assinantes",
    "conteúdo exclusivo",
    "assine para",
    "para continuar lendo",
    "já é assinante",
    "订阅后",
    "付费阅读",
    "登录后阅读",
];

/// How pages speak that are built by scripts, or that take us for a robot.
const SCRIPTS: [&str; 23] = [
    "enable javascript",
    "javascript is disabled",
    "javascript is not available",
    "javascript is required",
    "requires javascript",
    "turn on javascript",
    "without javascript",
    "you are not a robot",
    "are you a robot",
    "checking your browser",
    "verify you are human",
    "enable cookies",
    "active javascript",
    "habilite javascript",
    "habilita javascript",
    "activar javascript",
    "activez javascript",
    "activer javascript",
    "javascript aktivieren",
    "aktivieren sie javascript",
    "ative o javascript",
    "启用javascript",
    "开启javascript",
];

static PAYWALL_FINDER: LazyLock<Finder> = LazyLock::new(|| Finder::of(&PAYWALL));
static SCRIPTS_FINDER: LazyLock<Finder> = LazyLock::new(|| Finder::of(&SCRIPTS));

/// Why the article may not be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Doubt {
    Paywall,
    Scripts,
}

impl Doubt {
    /// What the reader is told.
    pub(super) fn warning(self) -> &'static str {
        match self {
            Self::Paywall => "the article is behind a paywall: this may be only its beginning",
            Self::Scripts => "the page shows its article only to browsers that run scripts",
        }
    }
}

/// Looks for reasons why a body of this weight is not the whole article.
pub(super) fn of(dom: &Dom<'_>, blocks: &Blocks, weight: usize) -> Option<Doubt> {
    if weight > MAX_STUB {
        return None;
    }
    let mut says_pay = false;
    let mut says_scripts = false;
    for (at, block) in blocks.list.iter().enumerate() {
        if block.weight <= MAX_NOTICE {
            let text = plain(blocks.text(at));
            says_pay |= PAYWALL_FINDER.is_in(&text);
            says_scripts |= SCRIPTS_FINDER.is_in(&text);
        }
    }
    if is_declared(dom) || says_pay && weight <= MAX_STUB / 2 {
        return Some(Doubt::Paywall);
    }
    (weight < super::body::THIN && (says_scripts || unscripted_notice(dom)))
        .then_some(Doubt::Scripts)
}

/// The lines of a text that are no such notices: they are not passed off as the article.
pub(super) fn without_notices(text: &str) -> String {
    let is_notice = |line: &str| {
        let line = plain(line);
        line.len() <= MAX_NOTICE && (PAYWALL_FINDER.is_in(&line) || SCRIPTS_FINDER.is_in(&line))
    };
    text.lines().filter(|line| !is_notice(line)).collect::<Vec<_>>().join("\n")
}

fn plain(text: &str) -> String {
    text.to_lowercase().replace('\u{2019}', "'")
}

/// JSON-LD: `"isAccessibleForFree": false`, written in any of the ways seen.
fn is_declared(dom: &Dom<'_>) -> bool {
    scripts(dom, "script").any(|text| {
        text.match_indices("isAccessibleForFree").any(|(at, name)| {
            let rest = &text[at + name.len()..];
            let value = rest.trim_start_matches(|c: char| c.is_whitespace() || "\":".contains(c));
            value.get(..5).is_some_and(|value| value.eq_ignore_ascii_case("false"))
        })
    })
}

fn unscripted_notice(dom: &Dom<'_>) -> bool {
    scripts(dom, "noscript")
        .any(|text| text.len() <= 2 * MAX_NOTICE && SCRIPTS_FINDER.is_in(&plain(text)))
}

/// The raw text of elements of one name.
fn scripts<'d>(dom: &'d Dom<'_>, name: &'static str) -> impl Iterator<Item = &'d str> {
    let named = move |node: &super::dom::Node<'_>| {
        node.element.is_some_and(|element| element.name() == name)
    };
    let nodes = dom.nodes.iter().enumerate().filter(move |(_, node)| named(node));
    nodes.filter(|(at, node)| node.end > at + 1).map(|(at, _)| dom.nodes[at + 1].text)
}

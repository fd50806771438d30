//! Phrases of all media by which a short line shows that it is none of the text: credits, calls to
//! subscribe, pointers to other articles. Two signs must agree: the phrase, and the shape of the line.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::blocks::{Block, Kind};

/// A line that speaks of itself is no longer than this.
const MAX_LINE: usize = 260;

/// How captions and credits begin.
const CREDITS: [&str; 26] = [
    "image:",
    "images:",
    "image credit",
    "image source",
    "photo:",
    "photos:",
    "photo by",
    "photo credit",
    "photograph:",
    "picture:",
    "foto:",
    "fotos:",
    "foto de ",
    "bild:",
    "bilder:",
    "bildquelle",
    "crédit photo",
    "crédits photo",
    "crédito",
    "créditos",
    "imagen:",
    "imagem:",
    "© ",
    "copyright ",
    "video:",
    "quelle: ",
];

/// How pointers to other articles and pages begin.
const POINTERS: [&str; 62] = [
    "read more",
    "read also",
    "read next",
    "also read",
    "read:",
    "see also",
    "see more",
    "more:",
    "related:",
    "related articles",
    "related coverage",
    "related stories",
    "recommended",
    "don't miss",
    "watch:",
    "watch |",
    "listen:",
    "watch now",
    "click here",
    "you may also like",
    "up next",
    "editor's note: this",
    "lesen sie auch",
    "lesen sie mehr",
    "lesen sie hier",
    "lesen sie dazu",
    "lesen sie jetzt",
    "mehr zum thema",
    "mehr dazu",
    "auch interessant",
    "auch spannend",
    "das könnte sie auch",
    "ähnliche beiträge",
    "ähnliche artikel",
    "weiterlesen",
    "hier geht es",
    "alle artikel zu",
    "weitere artikel",
    "weitere informationen:",
    "mehr lesen",
    "lire aussi",
    "à lire aussi",
    "lire également",
    "voir aussi",
    "à lire",
    "sur le même sujet",
    "lea también",
    "lee también",
    "leer más",
    "te puede interesar",
    "ver más",
    "también te puede",
    "más información en",
    "lea además",
    "mira también",
    "noticias relacionadas",
    "leia também",
    "leia mais",
    "veja também",
    "les også",
    "lees ook",
    "leggi anche",
];

/// What calls to subscribe, follow or share speak of; the line must hold a link or end the text.
const CALLS: [&str; 40] = [
    "newsletter",
    "subscribe",
    "sign up",
    "signing up",
    "follow us",
    "join our",
    "our app",
    "whatsapp channel",
    "on whatsapp",
    "google news",
    "on facebook",
    "abonnieren sie",
    "whatsapp-kanal",
    "kostenlos abonnieren",
    "jetzt anmelden",
    "folgen sie uns",
    "abonniere ",
    "abonnez-vous",
    "inscrivez-vous",
    "suivez-nous",
    "recevez ",
    "infolettre",
    "suscríbete",
    "suscríbase",
    "suscribirte",
    "boletín",
    "síguenos",
    "siga-nos",
    "canal de whatsapp",
    "inscreva-se",
    "assine ",
    "receba ",
    "nieuwsbrief",
    "nyhetsbrev",
    "订阅",
    "关注我们",
    "公众号",
    "扫码",
    "客户端",
    "会員登録",
];

/// What only rights and terms speak of.
const RIGHTS: [&str; 14] = [
    "all rights reserved",
    "alle rechte vorbehalten",
    "tous droits réservés",
    "todos los derechos reservados",
    "todos os direitos reservados",
    "无断转载",
    "無断転載",
    "版权所有",
    "未经授权",
    "may not be reproduced",
    "earn a commission",
    "affiliate commission",
    "affiliate link",
    "affiliate-link",
];

/// Who speaks of cookies and of one of these is a banner.
const CONSENT: [&str; 22] = [
    "this website",
    "this site",
    "our website",
    "our site",
    "browser",
    "third-party",
    "third party",
    "consent",
    "privacy",
    "personali",
    "diese website",
    "unsere website",
    "webseite",
    "datenschutz",
    "einwilligung",
    "ce site",
    "notre site",
    "confidentialité",
    "este sitio",
    "sitio web",
    "privacidad",
    "site usa",
];

static CALLS_FINDER: LazyLock<Finder> = LazyLock::new(|| Finder::of(&CALLS));
static RIGHTS_FINDER: LazyLock<Finder> = LazyLock::new(|| Finder::of(&RIGHTS));
static CONSENT_FINDER: LazyLock<Finder> = LazyLock::new(|| Finder::of(&CONSENT));

/// Looks for many phrases at once.
pub(super) struct Finder(Option<AhoCorasick>);

impl Finder {
    /// Phrases in lower case.
    pub(super) fn of(phrases: &[&str]) -> Self {
        Self(AhoCorasick::new(phrases).ok())
    }

    /// Whether a text in lower case holds one of them.
    pub(super) fn is_in(&self, text: &str) -> bool {
        self.0.as_ref().is_some_and(|phrases| phrases.is_match(text))
    }
}

/// Whether a line is none of the text by what it says. `tail`: nothing longer follows it.
pub(super) fn is_aside(block: &Block, text: &str, tail: bool) -> bool {
    let names_cookies = text.contains("ookie");
    if names_cookies && block.kind != Kind::Heading {
        return CONSENT_FINDER.is_in(&text.to_lowercase());
    }
    if block.weight > MAX_LINE || matches!(block.kind, Kind::Pre | Kind::Cell) {
        return false;
    }
    let lower = text.to_lowercase();
    let starts = |phrases: &[&str]| phrases.iter().any(|phrase| lower.starts_with(phrase));
    let short = block.weight <= 160;
    let pointer = lower.trim_start_matches(|c: char| !c.is_alphanumeric());
    if short && starts(&CREDITS) || RIGHTS_FINDER.is_in(&lower) {
        return true;
    }
    if POINTERS.iter().any(|phrase| pointer.starts_with(phrase)) {
        return block.linked > 0 || block.weight <= 60 || tail && short;
    }
    (block.linked > 0 || tail) && CALLS_FINDER.is_in(&lower)
}

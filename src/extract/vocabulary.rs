//! What the names that authors give to elements (class, id, role, microdata) say of their contents.
//!
//! Generic words of content management systems and themes only; no name of any one site.

use std::collections::HashMap;
use std::sync::LazyLock;

use scraper::node::Element;

use super::phrases::Finder;

/// A set of hints.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Hints(u32);

impl Hints {
    /// Holds the body of an article.
    pub(super) const BODY: Self = Self(1);
    /// Is marked as the body by microdata or role: no guess.
    pub(super) const MARKED: Self = Self(1 << 1);
    /// A lead, standfirst or summary.
    pub(super) const LEAD: Self = Self(1 << 2);
    /// Around the text: shares, teasers, newsletters, banners, menus.
    pub(super) const JUNK: Self = Self(1 << 3);
    /// What readers wrote below.
    pub(super) const COMMENTS: Self = Self(1 << 4);
    /// Caption or credit of a picture.
    pub(super) const CAPTION: Self = Self(1 << 5);
    /// Author, date, place: the line under a headline.
    pub(super) const BYLINE: Self = Self(1 << 6);
    /// Nobody sees it.
    pub(super) const HIDDEN: Self = Self(1 << 7);
    /// One contribution to a conversation.
    pub(super) const POST: Self = Self(1 << 8);
    /// Asks for money before the rest is shown.
    pub(super) const PAYWALL: Self = Self(1 << 9);
    /// Never the text, however much of the page it fills.
    pub(super) const FIRM: Self = Self(1 << 12);
    /// A question or an answer to it: what is said below is a remark on it.
    pub(super) const QUESTION: Self = Self(1 << 11);
    /// A quotation or post of a social network that is shown in the text.
    pub(super) const EMBED: Self = Self(1 << 10);

    /// May carry a date or a name of an author: `survey` looks at it.
    pub(super) const TELLS: Self = Self(1 << 13);
    /// Class or id begin with what stands beside an article, or end with it: its dates and names are
    /// another's.
    pub(super) const ELSEWHERE: Self = Self(1 << 14);
    /// Class or id say "date" …
    pub(super) const DATED: Self = Self(1 << 15);
    /// … or "changed", which makes it that of the last change.
    pub(super) const CHANGED: Self = Self(1 << 16);

    /// Has a type of schema.org.
    pub(super) const TYPED: Self = Self(1 << 17);

    /// Whether one of `other` is among them.
    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// Both sets.
    pub(super) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    fn remove(&mut self, other: Self) {
        self.0 &= !other.0;
    }

    fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// Bytes of one attribute that are looked at: utility classes run to thousands.
const MAX_NAME_BYTES: usize = 600;

/// Reads the elements of one page: the same names come again and again.
#[derive(Debug, Default)]
pub(super) struct Reader<'a> {
    known: HashMap<&'a str, Hints>,
}

impl<'a> Reader<'a> {
    /// Reads an element's attributes.
    pub(super) fn hints(&mut self, element: &'a Element) -> Hints {
        let mut hints = Hints::default();
        for (name, value) in element.attrs() {
            match name {
                "class" | "id" => hints.add(self.known(value)),
                "data-testid" | "data-component" | "data-type" | "data-qa" => {
                    let mut known = self.known(value);
                    known.remove(OF_CLASS);
                    hints.add(known);
                }
                "itemprop" => hints.add(of_property(value.trim()).and(Hints::TELLS)),
                "itemtype" => hints.add(Hints::TYPED),
                "datetime" | "pubdate" => hints.add(Hints::TELLS),
                "rel" if value.contains("author") => hints.add(Hints::TELLS),
                "role" => match value.trim() {
                    "navigation" | "banner" | "complementary" | "contentinfo" | "search"
                    | "dialog" | "menu" | "menubar" | "toolbar" | "tablist" | "button"
                    | "alert" | "alertdialog" | "tooltip" => hints.add(Hints::JUNK),
                    _ => {}
                },
                "hidden" => hints.add(Hints::HIDDEN),
                "aria-hidden" if value.trim() == "true" && element.name() != "p" => {
                    hints.add(Hints::HIDDEN);
                }
                "style" if is_invisible(value) => hints.add(Hints::HIDDEN),
                _ => {}
            }
        }
        hints
    }

    fn known(&mut self, value: &'a str) -> Hints {
        *self.known.entry(value).or_insert_with(|| of_names(cut(value)))
    }
}

/// Reads what microdata calls an element.
fn of_property(name: &str) -> Hints {
    match name {
        "articleBody" | "reviewBody" => Hints::MARKED,
        "author" | "datePublished" | "dateModified" | "publisher" => Hints::BYLINE,
        "caption" | "copyrightHolder" => Hints::CAPTION,
        "comment" => Hints::COMMENTS.and(Hints::POST),
        "text" => Hints::POST,
        "answer" | "suggestedAnswer" | "acceptedAnswer" => Hints::POST.and(Hints::QUESTION),
        _ => Hints::default(),
    }
}

/// Reads the names in one attribute.
fn of_names(value: &str) -> Hints {
    let mut hints = of_metadata(value);
    // Frameworks hide for one width and show for another.
    let everywhere = !value.contains(':') && !value.contains("d-sm-");
    for name in value.split_ascii_whitespace().take(40) {
        hints.add(of_name(name));
        if matches!(name, "hidden" | "d-none") && everywhere {
            hints.add(Hints::HIDDEN);
        }
    }
    hints
}

/// Parts of names of elements that hold dates, in lower case.
const DATED: [&str; 15] = [
    "date",
    "datum",
    "fecha",
    "publi",
    "posted",
    "timestamp",
    "entry-meta",
    "post-meta",
    "postmeta",
    "article-meta",
    "article-info",
    "byline",
    "created",
    "pubtime",
    "veroeff",
];
const CHANGED: [&str; 2] = ["update", "modif"];
const TELLS: [&str; 6] = ["published", "byline", "author", "autor", "auteur", "firma"];

static DATED_FINDER: LazyLock<Finder> = LazyLock::new(|| Finder::of(&DATED));
static CHANGED_FINDER: LazyLock<Finder> = LazyLock::new(|| Finder::of(&CHANGED));
static TELLS_FINDER: LazyLock<Finder> = LazyLock::new(|| Finder::of(&TELLS));

/// What only class and id say.
const OF_CLASS: Hints = Hints::TELLS.and(Hints::ELSEWHERE).and(Hints::DATED).and(Hints::CHANGED);

/// What the names in a class or id say of dates and authors in the element.
fn of_metadata(value: &str) -> Hints {
    const STARTS: [&str; 14] = [
        "comment",
        "kommentar",
        "disqus",
        "related",
        "sidebar",
        "footer",
        "recommend",
        "popular",
        "trending",
        "newsletter",
        "breadcrumb",
        "cookie",
        "archive-list",
        "calendar",
    ];
    const ENDS: [&str; 3] = ["-comments", "_comments", "-related"];
    let value = value.to_ascii_lowercase();
    let mut hints = Hints::default();
    if DATED_FINDER.is_in(&value) {
        hints.add(Hints::DATED);
    }
    if CHANGED_FINDER.is_in(&value) {
        hints.add(Hints::CHANGED);
    }
    if TELLS_FINDER.is_in(&value) {
        hints.add(Hints::TELLS);
    }
    let is_elsewhere = |name: &str| {
        STARTS.iter().any(|start| name.starts_with(start))
            || ENDS.iter().any(|end| name.ends_with(end))
    };
    if value.split_ascii_whitespace().any(is_elsewhere) {
        hints.add(Hints::ELSEWHERE);
    }
    hints
}

fn cut(value: &str) -> &str {
    let mut end = value.len().min(MAX_NAME_BYTES);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    &value[..end]
}

fn is_invisible(style: &str) -> bool {
    let plain: String = style.chars().filter(|c| !c.is_whitespace()).take(400).collect();
    let plain = plain.to_ascii_lowercase();
    plain.contains("display:none") || plain.contains("visibility:hidden")
}

/// Reads one name: its words one by one, and each with the word before it.
fn of_name(name: &str) -> Hints {
    // Utility classes (`md:hidden`, `w-[97%]`) say how it looks, not what it is.
    if name.contains([':', '[', '!', '@', '(']) {
        return Hints::default();
    }
    if matches!(name, "widget" | "widgets" | "sidebar-widget" | "not-prose" | "hidden-print") {
        return Hints::JUNK;
    }
    let mut hints = Hints::default();
    let mut pair = String::with_capacity(32);
    let mut before = 0;
    for word in words(name) {
        let start = pair.len();
        pair.extend(word.chars().map(|c| c.to_ascii_lowercase()));
        hints.add(of_word(&pair[start..]));
        if start > before {
            hints.add(of_pair(&pair[before..start], &pair[start..]));
        }
        before = start;
    }
    // `article-body-infobox`: what stands in a body is none.
    if hints.has(Hints::JUNK) {
        hints.remove(Hints::BODY);
    }
    hints
}

/// The words of `storyBody_main-text2`.
fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphabetic()).flat_map(|part| {
        let mut rest = part;
        std::iter::from_fn(move || {
            if rest.is_empty() {
                return None;
            }
            let mut lower = false;
            let end = rest.char_indices().find(|(_, c)| {
                let hump = lower && c.is_ascii_uppercase();
                lower = c.is_ascii_lowercase();
                hump
            });
            let (word, tail) = rest.split_at(end.map_or(rest.len(), |(at, _)| at));
            rest = tail;
            Some(word)
        })
    })
}

fn of_word(word: &str) -> Hints {
    match word {
        "articlebody" | "storybody" | "postbody" | "newsbody" | "articlecontent"
        | "storycontent" | "postcontent" | "entrycontent" | "articletext" | "storytext"
        | "newstext" | "bodytext" | "maintext" | "textbody" | "contentbody" | "bodycopy"
        | "fulltext" | "richtext" | "pagecontent" | "artikeltext" | "newscontent"
        | "articledetail" | "maincontent" => Hints::BODY,
        "lead" | "intro" | "standfirst" | "deck" | "dek" | "subtitle" | "summary" | "chapo"
        | "sapo" | "bajada" | "entradilla" | "vorspann" | "strapline" | "subheadline"
        | "subheading" | "introduction" | "leadtext" | "introtext" | "abstract" | "ingress"
        | "sommario" | "subhead" | "excerpt" | "synopsis" | "lede" | "lide" | "perex" => {
            Hints::LEAD
        }
        "share" | "sharing" | "social" | "socials" | "sharebar" | "addthis" | "addtoany"
        | "sharedaddy" | "sharethis" | "sociable" | "related" | "relateds" | "relatedposts"
        | "newsletter" | "newsletters" | "promo" | "promobox" | "promotion" | "sidebar"
        | "banner" | "ad" | "ads" | "advert" | "adverts" | "advertisement" | "advertising"
        | "advertorial" | "adsense" | "adslot" | "adbox" | "sponsor" | "sponsored" | "sponsors"
        | "breadcrumb" | "breadcrumbs" | "nav" | "navbar" | "navigation" | "menu" | "submenu"
        | "recommend" | "recommended" | "recommendation" | "recommendations" | "popular"
        | "trending" | "tags" | "tag" | "taglist" | "toolbar" | "pagination" | "pager"
        | "login" | "signin" | "signup" | "register" | "registration" | "modal" | "popup"
        | "overlay" | "lightbox" | "taboola" | "outbrain" | "zergnet" | "disclaimer" | "donate"
        | "donation" | "subscribe" | "subscription" | "cta" | "teaser" | "teasers" | "readmore"
        | "morenews" | "mostread" | "carousel" | "slider" | "slideshow" | "bookmark" | "rating"
        | "ratings" | "vote" | "votes" | "poll" | "quiz" | "survey" | "noprint" | "printhidden"
        | "skip" | "masthead" | "topbar" | "ticker" | "marketing" | "affiliate" | "shop"
        | "weather" | "toc" | "feedback" | "jobs" | "playlist" | "authorbox" | "authorbio"
        | "bio" | "aside" | "search" | "searchform" | "form" | "factbox" | "authorprofile"
        | "infobox" | "faktabox" | "infokasten" | "userinfo" | "signature" | "rss" | "follow"
        | "apps" | "correction" | "transparency" => Hints::JUNK,
        "footer" | "cookie" | "cookies" | "consent" | "gdpr" | "privacy" | "onetrust"
        | "didomi" => Hints::JUNK.and(Hints::FIRM),
        "comment" | "comments" | "disqus" | "commentlist" | "respond" | "kommentare"
        | "kommentar" | "comentarios" | "commentaires" | "talkback" | "livefyre" | "commenting" => {
            Hints::COMMENTS.and(Hints::POST)
        }
        "reply" | "message" | "postbit" => Hints::POST,
        "question" | "answer" => Hints::POST.and(Hints::QUESTION),
        "caption" | "captions" | "credit" | "credits" | "copyright" | "figcaption" | "legend"
        | "bildunterschrift" | "photographer" | "imagecredit" | "photocredit" | "gallery"
        | "wpcaption" => Hints::CAPTION,
        "byline" | "author" | "authors" | "dateline" | "timestamp" | "pubdate" | "datetime"
        | "updated" | "published" | "dates" | "contributor" | "contributors" | "date"
        | "postmeta" | "metadata" | "meta" | "autor" | "autoren" | "auteur" => Hints::BYLINE,
        "invisible" => Hints::HIDDEN,
        "paywall" | "piano" | "regwall" | "paidcontent" | "premium" => Hints::PAYWALL,
        "twitter" | "tweet" | "instagram" | "tiktok" | "facebook" => Hints::EMBED,
        _ => Hints::default(),
    }
}

fn of_pair(first: &str, second: &str) -> Hints {
    match (first, second) {
        (
            "article" | "story" | "post" | "entry" | "news" | "blog" | "artikel" | "page"
            | "paragraph" | "content" | "main" | "text" | "detail" | "single" | "rich" | "nota"
            | "noticia",
            "body" | "content" | "text" | "copy" | "contents" | "inhalt" | "cuerpo" | "texto"
            | "main" | "container" | "wrapper",
        )
        | ("body", "text" | "copy" | "content" | "article" | "main")
        | ("full", "text" | "article" | "story" | "content")
        | ("text", "block" | "long" | "formatted") => Hints::BODY,
        ("sr", "only") | ("visually" | "is", "hidden") | ("screen", "reader") => Hints::HIDDEN,
        ("fact" | "facts" | "info", "box")
        | ("user", "details" | "extras" | "title" | "stats" | "info" | "profile" | "signature")
        | ("similar", "threads" | "questions")
        | (
            "author",
            "bio" | "box" | "info" | "card" | "about" | "profile" | "description" | "pane",
        )
        | ("post", "profile" | "signature" | "tags" | "navigation" | "nav" | "ratings")
        | ("read", "more" | "next" | "also")
        | ("most", "read" | "popular" | "viewed")
        | ("see", "also")
        | ("more", "from" | "on")
        | ("also" | "further", "read" | "reading")
        | ("up" | "prev", "next")
        | ("you", "may")
        | ("inline", "related" | "promo" | "newsletter")
        | ("about", "author")
        | ("table", "contents")
        | ("back", "top")
        | (
            "recent" | "latest" | "featured" | "similar" | "other" | "more" | "popular" | "top"
            | "next" | "previous" | "suggested",
            "news" | "articles" | "posts" | "stories" | "article" | "post" | "story" | "content"
            | "videos" | "reads" | "topics",
        ) => Hints::JUNK,
        (
            "image" | "photo" | "media" | "picture" | "img" | "video",
            "caption" | "credit" | "description" | "source" | "copyright" | "info" | "text",
        )
        | ("wp", "caption") => Hints::CAPTION,
        (
            "forum" | "thread" | "topic" | "user" | "bb" | "message",
            "post" | "posts" | "message" | "content" | "body" | "text",
        ) => Hints::POST,
        ("posted" | "published" | "updated", "on" | "by" | "at")
        | (
            "post" | "entry" | "article" | "story",
            "meta" | "date" | "info" | "byline" | "author",
        ) => Hints::BYLINE,
        _ => Hints::default(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Hints, of_name, words};

    #[test]
    fn names_fall_apart_at_humps_and_signs() {
        let parts: Vec<_> = words("storyBody_main-text2 URLbox").collect();
        assert_eq!(parts, ["story", "Body", "main", "text", "URLbox"]);
    }

    #[test]
    fn names_say_what_they_hold() {
        let check = |name: &str, hint: Hints| assert!(of_name(name).has(hint), "{name}");
        check("article-body", Hints::BODY);
        check("td-post-content", Hints::BODY);
        check("articleBody", Hints::BODY);
        check("c-share__list", Hints::JUNK);
        check("comments-area", Hints::COMMENTS);
        check("wp-caption-text", Hints::CAPTION);
        assert!(!of_name("leadership").has(Hints::LEAD));
        assert!(!of_name("shadow").has(Hints::JUNK));
    }
}

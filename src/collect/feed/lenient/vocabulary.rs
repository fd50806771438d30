//! Which element means what: namespaces by their URI, elements by their local name, in any case.

/// Families of namespaces that feeds draw from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ns {
    /// The feed's own: RSS of every version, Atom of every version, no namespace at all.
    Core,
    /// Atom within another dialect.
    Atom,
    Dc,
    DcTerms,
    Content,
    Itunes,
    Media,
    Rdf,
    Xhtml,
    Other,
}

/// The family of a namespace URI. Publishers vary case, `http(s)`, and the trailing slash or `#`.
pub(super) fn family(uri: &str) -> Ns {
    let uri = uri.trim().to_ascii_lowercase();
    let bare = uri.split_once("://").map_or(uri.as_str(), |(_, rest)| rest);
    match bare.trim_end_matches(['/', '#']) {
        ""
        | "purl.org/rss/1.0"
        | "my.netscape.com/rdf/simple/0.9"
        | "channel.netscape.com/rdf/simple/0.9"
        | "blogs.law.harvard.edu/tech/rss"
        | "cyber.law.harvard.edu/rss"
        | "purl.org/rss/2.0"
        | "purl.org/rss/1.0/modules/rss091"
        | "purl.org/net/rss1.1" => Ns::Core,
        // The drafts before Atom 1.0, under their working names.
        "www.w3.org/2005/atom"
        | "purl.org/atom/ns"
        | "purl.org/atom"
        | "purl.org/echo"
        | "purl.org/pie"
        | "example.com/necho"
        | "example.com/newformat"
        | "uri/of/echo/namespace" => Ns::Atom,
        "purl.org/dc/elements/1.1" | "purl.org/dc/elements/1.0" | "purl.org/dc" => Ns::Dc,
        "purl.org/dc/terms" => Ns::DcTerms,
        "purl.org/rss/1.0/modules/content" => Ns::Content,
        "search.yahoo.com/mrss" | "video.search.yahoo.com/mrss" => Ns::Media,
        "www.w3.org/1999/02/22-rdf-syntax-ns" => Ns::Rdf,
        "www.w3.org/1999/xhtml" => Ns::Xhtml,
        other if other.starts_with("backend.userland.com/rss") => Ns::Core,
        other if other.ends_with("/dtds/podcast-1.0.dtd") => Ns::Itunes,
        _ => Ns::Other,
    }
}

/// What a prefix means where nobody declared it.
pub(super) fn customary(prefix: &str) -> Ns {
    match prefix.to_ascii_lowercase().as_str() {
        "rss" => Ns::Core,
        "atom" | "atom10" | "a10" => Ns::Atom,
        "dc" => Ns::Dc,
        "dcterms" => Ns::DcTerms,
        "content" => Ns::Content,
        "itunes" => Ns::Itunes,
        "media" => Ns::Media,
        "rdf" => Ns::Rdf,
        "xhtml" => Ns::Xhtml,
        _ => Ns::Other,
    }
}

/// What an element is to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    /// `rss`, `rdf:RDF`: holds a feed.
    Root,
    /// `channel`, `feed`.
    Feed,
    /// `item`, `entry`.
    Entry,
    /// Holds media of its parent.
    Group,
    /// A text of its parent.
    Text(Text),
    /// Empty, or a text.
    Link,
    Enclosure,
    Category,
    Author,
    /// Speaks of something else than its parent: image, text input, source, contributor.
    Aside,
    /// Something unknown, perhaps with known things inside.
    Wrapper,
}

/// The texts of a feed or entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Text {
    Title,
    Summary,
    Content,
    Id,
    Published,
    Updated,
    /// Either date, where there is no better one.
    Date,
    Language,
    Author,
    Keywords,
}

/// What an element is, and how little its word counts: 0 is the dialect's own element.
pub(super) fn element(ns: Ns, local: &str) -> (Element, u8) {
    use Text::{Author, Content, Date, Id, Keywords, Language, Published, Summary, Title, Updated};
    let mut lower = [0; 20];
    let name = lowercase(local, &mut lower);
    let text = |text, rank| (Element::Text(text), rank);
    match (ns, name) {
        (Ns::Core, b"channel" | b"feed") => (Element::Feed, 0),
        (Ns::Core, b"item" | b"entry") => (Element::Entry, 0),
        (Ns::Core, b"rss") | (Ns::Core | Ns::Rdf, b"rdf") => (Element::Root, 0),
        (Ns::Core, b"title") => text(Title, 0),
        (Ns::Atom, b"title") => text(Title, 1),
        (Ns::Dc, b"title") => text(Title, 2),
        (Ns::Itunes | Ns::Media, b"title") => text(Title, 3),
        (Ns::Core, b"description" | b"summary" | b"subtitle" | b"tagline" | b"abstract") => {
            text(Summary, 0)
        }
        (Ns::Atom, b"summary" | b"subtitle") => text(Summary, 1),
        (Ns::Dc, b"description") => text(Summary, 2),
        (Ns::Itunes, b"summary") => text(Summary, 3),
        (Ns::Itunes, b"subtitle") | (Ns::DcTerms, b"abstract") => text(Summary, 4),
        (Ns::Media, b"description") => text(Summary, 5),
        (Ns::Content, b"encoded") | (Ns::Core, b"content" | b"encoded" | b"fullitem") => {
            text(Content, 0)
        }
        (Ns::Atom, b"content") | (Ns::Core | Ns::Xhtml, b"body") => text(Content, 1),
        (Ns::Core, b"guid" | b"id") => text(Id, 0),
        (Ns::Atom, b"id") => text(Id, 1),
        (Ns::Dc, b"identifier") => text(Id, 3),
        (Ns::Core, b"pubdate" | b"published" | b"issued") => text(Published, 0),
        (Ns::Core, b"lastbuilddate" | b"updated" | b"modified") => text(Updated, 0),
        (Ns::Atom, b"published" | b"issued") => text(Published, 1),
        (Ns::Atom, b"updated" | b"modified") => text(Updated, 1),
        (Ns::DcTerms, b"issued") => text(Published, 2),
        (Ns::DcTerms, b"modified") => text(Updated, 2),
        (Ns::Dc, b"date") => text(Date, 3),
        (Ns::Core | Ns::DcTerms, b"created") => text(Published, 4),
        (Ns::Core | Ns::DcTerms, b"date") => text(Date, 5),
        (Ns::Core, b"language") => text(Language, 0),
        (Ns::Dc, b"language") => text(Language, 1),
        (Ns::Core | Ns::Atom, b"author") | (Ns::Core, b"managingeditor") => (Element::Author, 0),
        (Ns::Dc, b"creator" | b"author") => text(Author, 1),
        (Ns::Itunes, b"author") => text(Author, 2),
        (Ns::Core | Ns::Atom | Ns::Media, b"category") | (Ns::Dc, b"subject") => {
            (Element::Category, 0)
        }
        (Ns::Itunes | Ns::Media, b"keywords") | (Ns::Core, b"tags") => text(Keywords, 0),
        (Ns::Core | Ns::Atom, b"link") => (Element::Link, u8::from(ns == Ns::Atom)),
        (Ns::Core, b"enclosure") | (Ns::Media, b"content") => (Element::Enclosure, 0),
        (Ns::Media, b"group") => (Element::Group, 0),
        (
            Ns::Core | Ns::Atom,
            b"image" | b"textinput" | b"source" | b"contributor" | b"logo" | b"icon" | b"rights"
            | b"copyright" | b"generator" | b"skiphours" | b"skipdays" | b"comments" | b"info",
        )
        | (Ns::Itunes, b"owner") => (Element::Aside, 0),
        _ => (Element::Wrapper, 0),
    }
}

/// Whether a start tag of this name shows that a text before it was never closed. `within_markup`:
/// in a text that may hold HTML, whose own names prove nothing.
pub(super) fn ends_texts(name: &str, within_markup: bool) -> bool {
    let mut lower = [0; 20];
    match lowercase(name, &mut lower) {
        b"item" | b"entry" | b"channel" | b"feed" | b"rss" | b"guid" | b"pubdate"
        | b"lastbuilddate" | b"enclosure" | b"description" | b"category" | b"published"
        | b"updated" | b"issued" | b"modified" | b"comments" | b"ttl" | b"generator"
        | b"managingeditor" | b"webmaster" | b"copyright" | b"textinput" | b"content:encoded" => {
            true
        }
        b"title" | b"link" | b"summary" | b"content" | b"author" | b"id" | b"image"
        | b"language" | b"source" => !within_markup,
        _ => false,
    }
}

/// Whether an element is a whole entry or more: nothing that stood open before it goes on.
pub(super) fn is_container(name: &str) -> bool {
    let mut lower = [0; 20];
    matches!(
        lowercase(super::super::scan::local(name), &mut lower),
        b"item" | b"entry" | b"channel" | b"feed" | b"rss" | b"rdf"
    )
}

/// Names of HTML elements that stray into texts, without prefix.
pub(super) fn is_html(name: &str) -> bool {
    let mut lower = [0; 20];
    matches!(
        lowercase(name, &mut lower),
        b"a" | b"abbr"
            | b"b"
            | b"big"
            | b"blockquote"
            | b"body"
            | b"br"
            | b"center"
            | b"cite"
            | b"code"
            | b"dd"
            | b"del"
            | b"div"
            | b"dl"
            | b"dt"
            | b"em"
            | b"embed"
            | b"figcaption"
            | b"figure"
            | b"font"
            | b"form"
            | b"h1"
            | b"h2"
            | b"h3"
            | b"h4"
            | b"h5"
            | b"h6"
            | b"head"
            | b"hr"
            | b"html"
            | b"i"
            | b"iframe"
            | b"img"
            | b"input"
            | b"ins"
            | b"label"
            | b"li"
            | b"meta"
            | b"object"
            | b"ol"
            | b"option"
            | b"p"
            | b"param"
            | b"pre"
            | b"q"
            | b"s"
            | b"script"
            | b"section"
            | b"select"
            | b"small"
            | b"span"
            | b"strike"
            | b"strong"
            | b"style"
            | b"sub"
            | b"sup"
            | b"svg"
            | b"table"
            | b"tbody"
            | b"td"
            | b"th"
            | b"thead"
            | b"tr"
            | b"tt"
            | b"u"
            | b"ul"
            | b"video"
            | b"audio"
    )
}

/// HTML elements without an end tag.
pub(super) fn is_void(name: &str) -> bool {
    let mut lower = [0; 20];
    matches!(
        lowercase(name, &mut lower),
        b"br"
            | b"hr"
            | b"img"
            | b"input"
            | b"meta"
            | b"param"
            | b"embed"
            | b"col"
            | b"wbr"
            | b"area"
    )
}

/// In lower case; empty where it is longer than any name that matters.
fn lowercase<'b>(name: &str, buffer: &'b mut [u8; 20]) -> &'b [u8] {
    let Some(lower) = buffer.get_mut(..name.len()) else { return b"" };
    lower.copy_from_slice(name.as_bytes());
    lower.make_ascii_lowercase();
    lower
}

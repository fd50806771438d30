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
        (Ns::Core, "channel" | "feed") => (Element::Feed, 0),
        (Ns::Core, "item" | "entry") => (Element::Entry, 0),
        (Ns::Core, "rss") | (Ns::Core | Ns::Rdf, "rdf") => (Element::Root, 0),
        (Ns::Core, "title") => text(Title, 0),
        (Ns::Atom, "title") => text(Title, 1),
        (Ns::Dc, "title") => text(Title, 2),
        (Ns::Itunes | Ns::Media, "title") => text(Title, 3),
        (Ns::Core, "description" | "summary" | "subtitle" | "tagline" | "abstract") => {
            text(Summary, 0)
        }
        (Ns::Atom, "summary" | "subtitle") => text(Summary, 1),
        (Ns::Dc, "description") => text(Summary, 2),
        (Ns::Itunes, "summary") => text(Summary, 3),
        (Ns::Itunes, "subtitle") | (Ns::DcTerms, "abstract") => text(Summary, 4),
        (Ns::Media, "description") => text(Summary, 5),
        (Ns::Content, "encoded") | (Ns::Core, "content" | "encoded" | "fullitem") => {
            text(Content, 0)
        }
        (Ns::Atom, "content") | (Ns::Core | Ns::Xhtml, "body") => text(Content, 1),
        (Ns::Core, "guid" | "id") => text(Id, 0),
        (Ns::Atom, "id") => text(Id, 1),
        (Ns::Dc, "identifier") => text(Id, 3),
        (Ns::Core, "pubdate" | "published" | "issued") => text(Published, 0),
        (Ns::Core, "lastbuilddate" | "updated" | "modified") => text(Updated, 0),
        (Ns::Atom, "published" | "issued") => text(Published, 1),
        (Ns::Atom, "updated" | "modified") => text(Updated, 1),
        (Ns::DcTerms, "issued") => text(Published, 2),
        (Ns::DcTerms, "modified") => text(Updated, 2),
        (Ns::Dc, "date") => text(Date, 3),
        (Ns::Core | Ns::DcTerms, "created") => text(Published, 4),
        (Ns::Core | Ns::DcTerms, "date") => text(Date, 5),
        (Ns::Core, "language") => text(Language, 0),
        (Ns::Dc, "language") => text(Language, 1),
        (Ns::Core | Ns::Atom, "author") | (Ns::Core, "managingeditor") => (Element::Author, 0),
        (Ns::Dc, "creator" | "author") => text(Author, 1),
        (Ns::Itunes, "author") => text(Author, 2),
        (Ns::Core | Ns::Atom | Ns::Media, "category") | (Ns::Dc, "subject") => {
            (Element::Category, 0)
        }
        (Ns::Itunes | Ns::Media, "keywords") | (Ns::Core, "tags") => text(Keywords, 0),
        (Ns::Core | Ns::Atom, "link") => (Element::Link, u8::from(ns == Ns::Atom)),
        (Ns::Core, "enclosure") | (Ns::Media, "content") => (Element::Enclosure, 0),
        (Ns::Media, "group") => (Element::Group, 0),
        (
            Ns::Core | Ns::Atom,
            "image" | "textinput" | "source" | "contributor" | "logo" | "icon" | "rights"
            | "copyright" | "generator" | "skiphours" | "skipdays" | "comments" | "info",
        )
        | (Ns::Itunes, "owner") => (Element::Aside, 0),
        _ => (Element::Wrapper, 0),
    }
}

/// Whether a start tag of this name shows that a text before it was never closed. `within_markup`:
/// in a text that may hold HTML, whose own names prove nothing.
pub(super) fn ends_texts(name: &str, within_markup: bool) -> bool {
    let mut lower = [0; 20];
    match lowercase(name, &mut lower) {
        "item" | "entry" | "channel" | "feed" | "rss" | "guid" | "pubdate" | "lastbuilddate"
        | "enclosure" | "description" | "category" | "published" | "updated" | "issued"
        | "modified" | "comments" | "ttl" | "generator" | "managingeditor" | "webmaster"
        | "copyright" | "textinput" | "content:encoded" => true,
        "title" | "link" | "summary" | "content" | "author" | "id" | "image" | "language"
        | "source" => !within_markup,
        _ => false,
    }
}

/// Whether an element is a whole entry or more: nothing that stood open before it goes on.
pub(super) fn is_container(name: &str) -> bool {
    let mut lower = [0; 20];
    matches!(
        lowercase(super::super::scan::local(name), &mut lower),
        "item" | "entry" | "channel" | "feed" | "rss" | "rdf"
    )
}

/// Names of HTML elements that stray into texts, without prefix.
pub(super) fn is_html(name: &str) -> bool {
    let mut lower = [0; 20];
    matches!(
        lowercase(name, &mut lower),
        "a" | "abbr"
            | "b"
            | "big"
            | "blockquote"
            | "body"
            | "br"
            | "center"
            | "cite"
            | "code"
            | "dd"
            | "del"
            | "div"
            | "dl"
            | "dt"
            | "em"
            | "embed"
            | "figcaption"
            | "figure"
            | "font"
            | "form"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "head"
            | "hr"
            | "html"
            | "i"
            | "iframe"
            | "img"
            | "input"
            | "ins"
            | "label"
            | "li"
            | "meta"
            | "object"
            | "ol"
            | "option"
            | "p"
            | "param"
            | "pre"
            | "q"
            | "s"
            | "script"
            | "section"
            | "select"
            | "small"
            | "span"
            | "strike"
            | "strong"
            | "style"
            | "sub"
            | "sup"
            | "svg"
            | "table"
            | "tbody"
            | "td"
            | "th"
            | "thead"
            | "tr"
            | "tt"
            | "u"
            | "ul"
            | "video"
            | "audio"
    )
}

/// HTML elements without an end tag.
pub(super) fn is_void(name: &str) -> bool {
    let mut lower = [0; 20];
    matches!(
        lowercase(name, &mut lower),
        "br" | "hr" | "img" | "input" | "meta" | "param" | "embed" | "col" | "wbr" | "area"
    )
}

/// In lower case; empty where it is longer than any name that matters.
fn lowercase<'b>(name: &str, buffer: &'b mut [u8; 20]) -> &'b str {
    let Some(lower) = buffer.get_mut(..name.len()) else { return "" };
    lower.copy_from_slice(name.as_bytes());
    lower.make_ascii_lowercase();
    std::str::from_utf8(lower).unwrap_or_default()
}

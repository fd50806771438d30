//! One pass over a document before any parser sees it: refuses what is built to exhaust one, and tells
//! whether the strict reader can be trusted with it.

use crate::model::UpdateHints;

use super::FeedError;
use super::hints;
use super::scan::{Kind, Piece, Scanner, Tag, local};

/// Elements inside one another. Feeds need about ten, XHTML content some more.
const MAX_DEPTH: usize = 64;

/// Attributes of one tag, namespace declarations included.
const MAX_ATTRIBUTES: usize = 256;

/// Namespaces that are declared at one place.
const MAX_NAMESPACES: usize = 64;

/// What a document holds.
#[derive(Debug, Default)]
pub(super) struct Survey {
    /// Entries that were written, whether they can be read or not.
    pub(super) entries: usize,
    /// Dates that were written in entries.
    pub(super) dates: usize,
    /// Whether it holds nothing but what the strict reader reads, as it reads it.
    pub(super) is_plain: bool,
    /// Whether identifiers are said not to be links.
    pub(super) has_opaque_ids: bool,
    /// The declared language.
    pub(super) language: Option<String>,
    /// How often it changes.
    pub(super) hints: UpdateHints,
}

struct Pass<'a> {
    found: Survey,
    hints: hints::Gatherer<'a>,
    has_root: bool,
    links_of_entry: usize,
    in_entry: bool,
    depth: usize,
    /// Namespaces declared by the elements that stand open, by their depth.
    declared: [usize; MAX_DEPTH],
    wants_language: bool,
}

/// Surveys an XML document.
///
/// # Errors
/// [`FeedError::Refused`] for entity declarations (billion laughs, external entities), tags with
/// hundreds of attributes, and dozens of namespaces.
pub(super) fn survey(document: &str) -> Result<Survey, FeedError> {
    let mut pass = Pass {
        found: Survey { is_plain: true, ..Survey::default() },
        hints: hints::Gatherer::default(),
        has_root: false,
        links_of_entry: 0,
        in_entry: false,
        depth: 0,
        declared: [0; MAX_DEPTH],
        wants_language: false,
    };
    for (index, piece) in Scanner::new(document).enumerate() {
        match piece.kind {
            Kind::Open(tag) => pass.open(piece, tag)?,
            Kind::Close { name } => {
                pass.depth = pass.depth.saturating_sub(1);
                if let Some(declared) = pass.declared.get_mut(pass.depth) {
                    *declared = 0;
                }
                pass.hints.close();
                pass.in_entry &= !matches!(local(name), "item" | "entry");
            }
            Kind::Text | Kind::Cdata => pass.text(piece),
            Kind::Other if piece.raw.starts_with("<!ENTITY") => {
                return Err(FeedError::Refused("the document declares entities"));
            }
            // The strict reader panics at a second declaration of an encoding.
            Kind::Other if index > 0 && piece.raw.starts_with("<?xml") => {
                pass.found.is_plain = false;
            }
            Kind::Other => {}
        }
    }
    let Pass { mut found, hints, has_root, .. } = pass;
    found.hints = hints.finish();
    found.is_plain &= has_root;
    Ok(found)
}

impl<'a> Pass<'a> {
    fn open(&mut self, piece: Piece<'a>, tag: Tag<'a>) -> Result<(), FeedError> {
        if tag.attributes > MAX_ATTRIBUTES {
            return Err(FeedError::Refused("a tag has too many attributes"));
        }
        let name = local(tag.name);
        if tag.attributes > 0 {
            self.attributes(piece.raw, tag, name)?;
        }
        if !tag.empty {
            self.depth += 1;
            // Markup that was never closed nests too: the lenient reader can tell them apart.
            self.found.is_plain &= self.depth < MAX_DEPTH;
        }
        if self.found.is_plain {
            self.found.is_plain = if self.has_root {
                self.is_known(tag, name)
            } else {
                is_known_root(piece.raw, tag.name)
            };
            self.has_root = true;
        }
        if name.eq_ignore_ascii_case("item") || name.eq_ignore_ascii_case("entry") {
            self.found.entries += 1;
            self.in_entry = true;
            self.links_of_entry = 0;
        } else if self.in_entry {
            let is_date = matches!(name, "pubDate" | "date" | "published" | "updated");
            self.found.dates += usize::from(is_date && !tag.empty);
        } else {
            self.hints.open(name);
            self.wants_language = name == "language" && !tag.empty;
        }
        Ok(())
    }

    fn attributes(&mut self, raw: &'a str, tag: Tag<'a>, name: &str) -> Result<(), FeedError> {
        let namespaces = raw.matches("xmlns").count();
        if let Some(declared) = self.declared.get_mut(self.depth) {
            *declared = namespaces;
        }
        if namespaces > 0 {
            let standing: usize = self.declared.iter().take(self.depth + 1).sum();
            if standing > MAX_NAMESPACES {
                return Err(FeedError::Refused("the document declares too many namespaces"));
            }
            // What a prefix means inside an element is not followed here.
            self.found.is_plain &= !self.has_root;
        }
        if raw.contains("xml:base") || raw.contains("mode=") {
            self.found.is_plain = false;
        }
        match name {
            "guid" if raw.contains("alse") => self.found.has_opaque_ids = true,
            "title" | "summary" | "content" | "subtitle" if !tag.name.contains(':') => {
                let is_known = ["\"text\"", "\"html\"", "'text'", "'html'"]
                    .iter()
                    .any(|kind| raw.contains(kind));
                self.found.is_plain &= is_known;
            }
            "feed" | "rss" => {
                let tag = raw.split_once("xml:lang=").and_then(|(_, rest)| rest.get(1..3));
                self.found.language = tag.map(str::to_owned);
            }
            _ => {}
        }
        Ok(())
    }

    /// Whether the strict reader reads the element, or nobody needs to.
    fn is_known(&mut self, tag: Tag<'a>, name: &str) -> bool {
        if tag.name.contains(':') {
            return matches!(
                tag.name,
                "dc:creator" | "content:encoded" | "atom:link" | "media:content"
            ) || !is_telling(name);
        }
        match tag.name {
            // RSS means the last of several links, Atom the first of its relation.
            "link" if tag.attributes == 0 => {
                self.links_of_entry += usize::from(self.in_entry);
                self.links_of_entry <= 1 && !tag.empty
            }
            "channel" | "item" | "title" | "link" | "description" | "language" | "copyright"
            | "managingEditor" | "webMaster" | "pubDate" | "lastBuildDate" | "category"
            | "generator" | "docs" | "ttl" | "image" | "url" | "width" | "height" | "guid"
            | "author" | "comments" | "enclosure" | "cloud" | "skipHours" | "hour" | "skipDays"
            | "day" | "entry" | "id" | "updated" | "published" | "summary" | "content"
            | "subtitle" | "rights" | "icon" | "logo" | "name" | "email" | "uri"
            | "contributor" | "rating" => true,
            _ => false,
        }
    }

    fn text(&mut self, piece: Piece<'a>) {
        if self.in_entry {
            return;
        }
        let text = if piece.kind == Kind::Cdata { piece.cdata() } else { piece.raw };
        self.hints.text(text);
        if self.wants_language {
            self.found.language = Some(text.trim().to_owned());
            self.wants_language = false;
        }
    }
}

/// Names that say something of a feed or entry, whatever namespace they come from.
fn is_telling(local: &str) -> bool {
    matches!(
        local,
        "title"
            | "link"
            | "description"
            | "summary"
            | "subtitle"
            | "abstract"
            | "content"
            | "encoded"
            | "body"
            | "id"
            | "identifier"
            | "guid"
            | "date"
            | "pubDate"
            | "issued"
            | "modified"
            | "created"
            | "published"
            | "updated"
            | "language"
            | "creator"
            | "author"
            | "category"
            | "subject"
            | "keywords"
            | "item"
            | "entry"
            | "channel"
            | "feed"
            | "group"
    )
}

/// A root that the strict reader knows for what it is. RSS 1.0 is not among them: it loses items
/// without a link there, and their identifiers.
fn is_known_root(raw: &str, name: &str) -> bool {
    match name {
        "rss" => {
            let has_version = ["2.0", "0.91", "0.92"].iter().any(|version| raw.contains(version));
            has_version && !raw.contains("xmlns=")
        }
        "feed" => {
            raw.contains("xmlns=\"http://www.w3.org/2005/Atom\"") && !raw.contains("version=")
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::survey;

    #[test]
    fn hostile_documents_are_refused() {
        let laughs = "<!DOCTYPE rss [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><rss/>";
        let attributes = format!("<rss{}>", " a='1'".repeat(800_000));
        let namespaces: String =
            (0..100_000).fold(String::new(), |all, n| all + &format!(" xmlns:n{n}='u'"));
        let nested = "<a xmlns:a='u' xmlns:b='v'>".repeat(40);
        for (document, why) in [
            (laughs, "entities"),
            (&attributes, "attributes"),
            (&format!("<rss{namespaces}>"), "attributes"),
            (&nested, "namespaces"),
        ] {
            let refused = survey(document).expect_err(why).to_string();
            assert!(refused.contains(why), "{refused}");
        }
    }

    #[test]
    fn ordinary_ones_pass_and_are_told_apart() {
        let description = format!("<![CDATA[{}]]>", "<div>".repeat(200));
        let item = |name: &str| {
            format!(
                "<item><title>1 &lt; 2</title><{name}>x</{name}><description>{description}</description></item>"
            )
        };
        let feed = |name: &str| {
            let head = "<?xml version='1.0'?><!-- <a> --><!DOCTYPE rss SYSTEM 'x'><rss version='2.0' xmlns:a='b'>";
            format!(
                "{head}<channel><language>zh-CN</language>{}</channel></rss>",
                item(name).repeat(500)
            )
        };
        for (name, plain) in
            [("pubDate", true), ("slash:comments", true), ("x:date", false), ("p", false)]
        {
            let found = survey(&feed(name)).unwrap();
            assert_eq!((found.is_plain, found.entries), (plain, 500), "{name}");
            assert_eq!(found.language.as_deref(), Some("zh-CN"));
        }
        let many = "<entry xmlns:a='u'><title>x</title></entry>".repeat(200);
        assert!(survey(&format!("<feed>{many}</feed>")).is_ok());
    }
}

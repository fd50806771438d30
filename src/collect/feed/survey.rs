//! One pass over a document before it is read: refuses what is built to exhaust a reader, and notes
//! what is said of the whole.

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
    /// The declared language.
    pub(super) language: Option<String>,
    /// How often it changes.
    pub(super) hints: UpdateHints,
}

struct Pass<'a> {
    found: Survey,
    hints: hints::Gatherer<'a>,
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
        found: Survey::default(),
        hints: hints::Gatherer::default(),
        in_entry: false,
        depth: 0,
        declared: [0; MAX_DEPTH],
        wants_language: false,
    };
    for piece in Scanner::new(document) {
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
            Kind::Other => {}
        }
    }
    let Pass { found, hints, .. } = pass;
    Ok(Survey { hints: hints.finish(), ..found })
}

impl<'a> Pass<'a> {
    fn open(&mut self, piece: Piece<'a>, tag: Tag<'a>) -> Result<(), FeedError> {
        if tag.attributes > MAX_ATTRIBUTES {
            return Err(FeedError::Refused("a tag has too many attributes"));
        }
        let name = local(tag.name);
        if tag.attributes > 0 {
            self.attributes(piece.raw, name)?;
        }
        self.depth += usize::from(!tag.empty);
        if name.eq_ignore_ascii_case("item") || name.eq_ignore_ascii_case("entry") {
            self.found.entries += 1;
            self.in_entry = true;
        } else if !self.in_entry {
            self.hints.open(name);
            self.wants_language = name == "language" && !tag.empty;
        }
        Ok(())
    }

    fn attributes(&mut self, raw: &str, name: &str) -> Result<(), FeedError> {
        let namespaces = raw.matches("xmlns").count();
        if let Some(declared) = self.declared.get_mut(self.depth) {
            *declared = namespaces;
        }
        if namespaces > 0 {
            let standing: usize = self.declared.iter().take(self.depth + 1).sum();
            if standing > MAX_NAMESPACES {
                return Err(FeedError::Refused("the document declares too many namespaces"));
            }
        }
        if matches!(name, "feed" | "rss") {
            let tag = raw.split_once("xml:lang=").and_then(|(_, rest)| rest.get(1..3));
            self.found.language = tag.map(str::to_owned);
        }
        Ok(())
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
    fn ordinary_ones_pass() {
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
        for name in ["pubDate", "slash:comments", "p"] {
            let found = survey(&feed(name)).unwrap();
            assert_eq!((found.entries, found.language.as_deref()), (500, Some("zh-CN")), "{name}");
        }
        let many = "<entry xmlns:a='u'><title>x</title></entry>".repeat(200);
        assert!(survey(&format!("<feed>{many}</feed>")).is_ok());
    }
}

//! A newsroom's documents: feeds, list pages, article pages. Pure: what is out is an argument.
//!
//! Knows no clock and no HTTP.

use jiff::Timestamp;
use minijinja::{Environment, Value, context};
use serde_json::json;
use url::Url;

use crate::demo::phrases::phrases;
use crate::demo::script::{Medium, MediumKind, Metadata, ScriptedArticle};

/// Articles of the same medium that a page points to.
const MAX_RELATED: usize = 3;

/// The templates; every value is escaped unless it is our own markup or a checked path.
const TEMPLATES: [(&str, &str); 8] = [
    ("rss.xml", include_str!("templates/rss.xml")),
    ("atom.xml", include_str!("templates/atom.xml")),
    ("list.html", include_str!("templates/list.html")),
    ("article.html", include_str!("templates/article.html")),
    ("index.html", include_str!("templates/index.html")),
    ("top.html", include_str!("templates/top.html")),
    ("bottom.html", include_str!("templates/bottom.html")),
    ("style.html", include_str!("templates/style.html")),
];

/// An article that is out, and the real times of its publication and last change.
#[derive(Debug, Clone, Copy)]
pub struct Published<'a> {
    /// The article.
    pub article: &'a ScriptedArticle,
    /// When it came out.
    pub at: Timestamp,
    /// When it was changed, if it was by now.
    pub updated: Option<Timestamp>,
}

/// Writes the documents of a newsroom at one address.
#[derive(Debug)]
pub struct Pages {
    templates: Environment<'static>,
    base: Url,
}

/// An article as templates see it.
#[derive(Debug)]
struct Item<'a> {
    title: &'a str,
    summary: &'a str,
    author: &'a str,
    paragraphs: &'a [String],
    /// The paragraphs as HTML, for feeds.
    html: String,
    path: String,
    url: String,
    published: String,
    published_rfc2822: String,
    updated: Option<String>,
    /// The time of publication for people.
    shown: String,
}

impl Pages {
    /// Compiles the templates for a newsroom at `base`, whose path is `/`.
    ///
    /// # Errors
    /// A template is malformed: a mistake of the build.
    pub fn new(base: Url) -> Result<Self, minijinja::Error> {
        let mut templates = Environment::new();
        for (name, source) in TEMPLATES {
            templates.add_template(name, source)?;
        }
        Ok(Self { templates, base })
    }

    /// The RSS 2.0 feed of a medium.
    ///
    /// # Errors
    /// A template fails.
    pub fn rss(&self, medium: &Medium, out: &[Published]) -> Result<String, minijinja::Error> {
        self.listing("rss.xml", medium, out)
    }

    /// The Atom feed (RFC 4287) of a medium.
    ///
    /// # Errors
    /// A template fails.
    pub fn atom(&self, medium: &Medium, out: &[Published]) -> Result<String, minijinja::Error> {
        self.listing("atom.xml", medium, out)
    }

    /// The front page of a medium.
    ///
    /// # Errors
    /// A template fails.
    pub fn list(&self, medium: &Medium, out: &[Published]) -> Result<String, minijinja::Error> {
        self.listing("list.html", medium, out)
    }

    /// The page of an article; `out` is what its medium has published, newest first. It points
    /// to older articles only, so that it does not change while the day goes on.
    ///
    /// # Errors
    /// A template fails.
    pub fn article(
        &self,
        medium: &Medium,
        shown: &Published,
        out: &[Published],
    ) -> Result<String, minijinja::Error> {
        let item = self.item(shown);
        let older = out.iter().filter(|other| other.article.at < shown.article.at);
        let related: Vec<_> =
            older.take(MAX_RELATED).map(|other| self.item(other).value()).collect();
        self.templates.get_template("article.html")?.render(context! {
            medium => medium_value(medium),
            phrases => phrases(medium.language).value(),
            json_ld => json_ld(medium, &item),
            item => item.value(),
            related,
        })
    }

    /// The overview for a person who opens the newsroom: each medium with what it has published.
    ///
    /// # Errors
    /// A template fails.
    pub fn index(
        &self,
        media: &[(&Medium, Vec<Published>)],
        total: usize,
    ) -> Result<String, minijinja::Error> {
        let row = |(medium, out): &(&Medium, Vec<Published>)| {
            context! {
                medium => medium_value(medium),
                path => medium.poll_path(),
                count => out.len(),
                latest => out.first().map(|newest| newest.article.title.as_str()),
            }
        };
        let published: usize = media.iter().map(|(_, out)| out.len()).sum();
        let rows: Vec<_> = media.iter().map(row).collect();
        self.templates.get_template("index.html")?.render(context! { rows, published, total })
    }

    fn listing(
        &self,
        template: &str,
        medium: &Medium,
        out: &[Published],
    ) -> Result<String, minijinja::Error> {
        let changed = out.iter().flat_map(|one| [Some(one.at), one.updated]).flatten().max();
        let items: Vec<_> = out.iter().map(|one| self.item(one).value()).collect();
        let (feed_url, feed_type) = match medium.kind {
            MediumKind::Page => (None, ""),
            MediumKind::Rss => (Some(self.url(&medium.poll_path())), "application/rss+xml"),
            MediumKind::Atom => (Some(self.url(&medium.poll_path())), "application/atom+xml"),
        };
        self.templates.get_template(template)?.render(context! {
            medium => medium_value(medium),
            phrases => phrases(medium.language).value(),
            site => self.url(&format!("/m/{}/", medium.id)),
            feed_url,
            feed_type,
            changed => rfc3339(changed.unwrap_or_default()),
            items,
        })
    }

    fn item<'a>(&self, published: &Published<'a>) -> Item<'a> {
        let article = published.article;
        let path = article.path();
        let paragraph = |text: &String| format!("<p>{}</p>", escape(text));
        let paragraphs: Vec<String> = article.paragraphs.iter().map(paragraph).collect();
        Item {
            title: &article.title,
            summary: &article.summary,
            author: &article.author,
            paragraphs: &article.paragraphs,
            html: paragraphs.concat(),
            url: self.url(&path),
            path,
            published: rfc3339(published.at),
            published_rfc2822: published.at.strftime("%a, %d %b %Y %H:%M:%S +0000").to_string(),
            updated: published.updated.map(rfc3339),
            shown: published.at.strftime("%Y-%m-%d %H:%M UTC").to_string(),
        }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base.as_str().trim_end_matches('/'))
    }
}

impl Item<'_> {
    fn value(&self) -> Value {
        context! {
            title => self.title,
            summary => self.summary,
            author => self.author,
            paragraphs => self.paragraphs.to_vec(),
            html => self.html.as_str(),
            path => self.path.as_str(),
            url => self.url.as_str(),
            published => self.published.as_str(),
            published_rfc2822 => self.published_rfc2822.as_str(),
            updated => self.updated.as_deref(),
            shown => self.shown.as_str(),
        }
    }
}

fn medium_value(medium: &Medium) -> Value {
    let kind = match medium.kind {
        MediumKind::Rss => "RSS",
        MediumKind::Atom => "Atom",
        MediumKind::Page => "page",
    };
    let metadata = match medium.metadata {
        Metadata::JsonLd => "json-ld",
        Metadata::OpenGraph => "open-graph",
        Metadata::Bare => "bare",
    };
    context! {
        id => medium.id.as_str(),
        name => medium.name.as_str(),
        owner => medium.owner.as_str(),
        tier => medium.tier,
        language => medium.language.code(),
        accent => medium.accent.as_str(),
        full_text => medium.full_text,
        kind,
        metadata,
    }
}

/// schema.org's `NewsArticle`, safe inside a `script` element.
fn json_ld(medium: &Medium, item: &Item) -> String {
    let article = json!({
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": item.title,
        "description": item.summary,
        "inLanguage": medium.language.code(),
        "datePublished": item.published,
        "dateModified": item.updated.as_ref().unwrap_or(&item.published),
        "author": [{ "@type": "Person", "name": item.author }],
        "publisher": { "@type": "NewsMediaOrganization", "name": medium.name },
        "mainEntityOfPage": item.url,
    });
    article.to_string().replace('<', "\\u003c")
}

fn rfc3339(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

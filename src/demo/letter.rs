//! A mail as its reader sees it, and the page behind its link: subject, text, forms and their buttons.

use std::io;
use std::path::Path;

use mail_parser::MessageParser;
use scraper::{ElementRef, Html, Selector};
use url::Url;

/// How numbers of incidents begin.
const NUMBER: &str = "INC-";

/// A mail that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// What it is about.
    pub subject: String,
    /// What it says, without markup.
    pub text: String,
}

impl Letter {
    /// Opens a mail that lies in the mailbox.
    ///
    /// # Errors
    /// If it cannot be read.
    pub async fn open(file: &Path) -> io::Result<Self> {
        let bytes = tokio::fs::read(file).await?;
        let mail = MessageParser::default().parse(&bytes);
        let mail = mail.ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "no mail"))?;
        let text = mail.body_text(0).unwrap_or_default().into_owned();
        Ok(Self { subject: mail.subject().unwrap_or_default().to_owned(), text })
    }

    /// The first incident that it names.
    #[must_use]
    pub fn incident(&self) -> Option<String> {
        let (_, rest) = self.text.split_once(NUMBER)?;
        let number: String = rest.chars().take_while(|c| c.is_ascii_digit() || *c == '-').collect();
        (!number.is_empty()).then(|| format!("{NUMBER}{number}"))
    }

    /// The link by which it is answered, below the address of the page.
    #[must_use]
    pub fn link(&self, page: &Url) -> Option<Url> {
        let mut lines = self.text.lines().map(str::trim);
        let link = lines.find(|line| line.starts_with(page.as_str()) && line.contains("/answer/"));
        link?.parse().ok()
    }
}

/// The page behind a link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AnswerPage {
    /// What a reader sees of it, in one line.
    pub text: String,
    forms: Vec<Form>,
}

/// A form: its fields with what stands in them.
type Form = Vec<(String, String)>;

impl AnswerPage {
    /// Reads a page.
    #[must_use]
    pub fn of(html: &str) -> Self {
        let page = Html::parse_document(html);
        let words: Vec<&str> = page.root_element().text().flat_map(str::split_whitespace).collect();
        let forms = all(page.root_element(), "form").into_iter().map(form).collect();
        Self { text: words.join(" "), forms }
    }

    /// The form of a page that has a single button, as a browser would send it.
    #[must_use]
    pub fn only(&self) -> Option<String> {
        let [form] = self.forms.as_slice() else { return None };
        Some(sent(form, &[]))
    }

    /// The form behind a button, filled in, as a browser would send it; none if the page has no such
    /// button.
    #[must_use]
    pub fn filled(&self, way: &str, written: &[(&str, &str)]) -> Option<String> {
        let says = |form: &&Form| form.iter().any(|(name, value)| name == "way" && value == way);
        let form = self.forms.iter().find(says)?;
        Some(sent(form, written))
    }
}

fn sent(form: &Form, written: &[(&str, &str)]) -> String {
    let mut sent = url::form_urlencoded::Serializer::new(String::new());
    for (name, value) in form {
        let own = written.iter().find(|(field, _)| field == name).map(|(_, text)| *text);
        sent.append_pair(name, own.unwrap_or(value));
    }
    sent.finish()
}

fn form(element: ElementRef<'_>) -> Form {
    let text = |field: ElementRef<'_>, name: &str| field.attr(name).map(str::to_owned);
    let field = |field: ElementRef<'_>| {
        let value = match field.value().name() {
            // What stands first is chosen until somebody chooses.
            "select" => all(field, "option").first().and_then(|first| text(*first, "value")),
            _ => text(field, "value"),
        };
        Some((text(field, "name")?, value.unwrap_or_default()))
    };
    all(element, "input,select").into_iter().filter_map(field).collect()
}

fn all<'a>(element: ElementRef<'a>, selector: &str) -> Vec<ElementRef<'a>> {
    match Selector::parse(selector) {
        Ok(selector) => element.select(&selector).collect(),
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{AnswerPage, Letter};

    #[test]
    fn a_letter_gives_its_link_and_its_incident() {
        let letter = |text: &str| Letter { subject: String::new(), text: text.to_owned() };
        let page = "http://127.0.0.1:8/".parse().expect("a URL");
        let link = "http://127.0.0.1:8/answer/x-y";
        let found = letter(&format!("PLAN · INC-2026-0007 · NARANJA\n>> Responder\n   {link}\n"));
        assert_eq!(found.incident().as_deref(), Some("INC-2026-0007"));
        assert_eq!(found.link(&page).map(String::from).as_deref(), Some(link));
        let other = letter("INC- http://127.0.0.1:8/answer/x\nhttp://evil.example/answer/x");
        assert_eq!((other.incident(), other.link(&page)), (None, None));
    }

    #[test]
    fn a_form_is_sent_as_a_browser_would() {
        let page = AnswerPage::of(
            "<p><b>Holder: </b>Ana\n Mora</p><form method=post><input type=hidden name=proof value=\"a&amp;b\">\
             <input type=hidden name=way value=hand_over><select name=to><option value=jo>Jo</option>\
             <option value=el>El</option></select><input name=reason></form>",
        );
        assert_eq!(page.text, "Holder: Ana Mora Jo El");
        let sent = page.filled("hand_over", &[("reason", "no contesta")]);
        assert_eq!(sent.as_deref(), Some("proof=a%26b&way=hand_over&to=jo&reason=no+contesta"));
        assert_eq!(page.filled("done", &[]), None);
    }
}

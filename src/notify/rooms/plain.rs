//! Plain text, for services and fields that read no markup.

use crate::notify::markup::Markup;

/// Plain text in which nothing means anything.
pub(super) struct Plain;

impl Markup for Plain {
    fn escape(&self, text: &str) -> String {
        text.to_owned()
    }

    fn bold(&self, text: &str) -> String {
        text.to_owned()
    }

    fn italic(&self, text: &str) -> String {
        text.to_owned()
    }

    fn link(&self, text: &str, _: &str) -> String {
        text.to_owned()
    }

    fn address(&self, text: &str, url: &str) -> String {
        format!("{text}: {url}")
    }

    fn quote(&self, text: &str) -> String {
        format!("“{text}”")
    }
}

//! Reads what came back. The envelope is the common chat format; what it carries must be exactly what
//! was asked for.

use serde::Deserialize;
use thiserror::Error;

use super::Answer;
use super::question::{Excerpt, Question};
use crate::model::PolarityLabel;

/// Characters of a quotation.
const MOST_QUOTE: usize = 300;

/// How an answer differs from what it must be. None of it is shown: it may be the article's own words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum Deviation {
    /// Not a chat completion with one finished choice.
    #[error("not one finished chat completion")]
    Envelope,
    /// Not one JSON object of the wanted keys and values.
    #[error("not the object that was asked for")]
    Shape,
    /// Another case's number: copied from somewhere, not an answer to this question.
    #[error("the answer is not about this case")]
    Case,
    /// The quotation does not stand in the text.
    #[error("the quotation does not stand in the text")]
    Quote,
    /// The quotation proves nothing: empty, too long, or the target's name alone.
    #[error("the quotation is no evidence")]
    NoEvidence,
}

#[derive(Deserialize)]
struct Completion {
    choices: Vec<Choice>,
}

#[derive(Deserialize)]
struct Choice {
    message: Message,
    #[serde(default)]
    finish_reason: Option<String>,
}

#[derive(Deserialize)]
struct Message {
    content: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    case: String,
    polarity: PolarityLabel,
    quote: String,
}

/// The answer in a body, if it is one.
pub(super) fn read(
    body: &[u8],
    case: &str,
    question: &Question<'_>,
    excerpt: &Excerpt<'_>,
) -> Result<Answer, Deviation> {
    let completion: Completion = serde_json::from_slice(body).map_err(|_| Deviation::Envelope)?;
    let [Choice { message, finish_reason }] = completion.choices.as_slice() else {
        return Err(Deviation::Envelope);
    };
    if finish_reason.as_deref().is_some_and(|reason| reason != "stop") {
        return Err(Deviation::Envelope);
    }
    let said: Said = serde_json::from_str(&message.content).map_err(|_| Deviation::Shape)?;
    if said.case != case {
        return Err(Deviation::Case);
    }
    let quote = said.quote.as_str();
    let length = quote.chars().count();
    let empty = !quote.chars().any(char::is_alphanumeric);
    if empty || length > MOST_QUOTE || question.is_only_a_name(quote) {
        return Err(Deviation::NoEvidence);
    }
    let at = excerpt.text.find(quote).ok_or(Deviation::Quote)?;
    let before = excerpt.text.get(..at).unwrap_or_default().chars().count();
    let from = excerpt.skipped + before;
    Ok(Answer { label: said.polarity, quote: from..from + length })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Deviation, read};
    use crate::model::PolarityLabel;
    use crate::second_opinion::{Answer, Question};

    const TEXT: &str = "El Banco Alba, multado\nEl regulador “no ve” más riesgo.";

    fn told(content: &str) -> Result<Answer, Deviation> {
        let body = json!({ "id": "x", "choices": [
            { "index": 0, "message": { "role": "assistant", "content": content }, "finish_reason": "stop" }
        ] });
        told_raw(&body.to_string())
    }

    fn told_raw(body: &str) -> Result<Answer, Deviation> {
        let question = Question { text: TEXT, names: vec!["Banco Alba"], first: 3 };
        read(body.as_bytes(), "c1", &question, &question.excerpt())
    }

    #[test]
    fn a_good_answer_has_its_place() {
        let good = r#"{"case":"c1","polarity":"negative","quote":"“no ve” más"}"#;
        let quote = TEXT
            .chars()
            .collect::<Vec<_>>()
            .windows(11)
            .position(|w| w.iter().collect::<String>() == "“no ve” más");
        let from = quote.expect("it stands there");
        assert_eq!(
            told(good),
            Ok(Answer { label: PolarityLabel::Negative, quote: from..from + 11 })
        );
    }

    #[test]
    fn whatever_deviates_does_not_count() {
        for (content, why) in [
            ("", Deviation::Shape),
            ("negative", Deviation::Shape),
            (r#"```json{"case":"c1","polarity":"neutral","quote":"multado"}```"#, Deviation::Shape),
            (r#"{"case":"c1","polarity":"bad","quote":"multado"}"#, Deviation::Shape),
            (r#"{"case":"c1","polarity":"neutral"}"#, Deviation::Shape),
            (
                r#"{"case":"c1","polarity":"neutral","quote":"multado","note":"x"}"#,
                Deviation::Shape,
            ),
            (r#"{"case":"c1","polarity":"neutral","quote":"multado"} and more"#, Deviation::Shape),
            (
                r#"{"case":"c1","case":"c1","polarity":"neutral","quote":"multado"}"#,
                Deviation::Shape,
            ),
            (r#"{"polarity":"neutral","quote":"multado"}"#, Deviation::Shape),
            (r#"{"case":"c2","polarity":"neutral","quote":"multado"}"#, Deviation::Case),
            (r#"{"case":"c1","polarity":"neutral","quote":"absuelto"}"#, Deviation::Quote),
            (r#"{"case":"c1","polarity":"neutral","quote":"Multado"}"#, Deviation::Quote),
            (r#"{"case":"c1","polarity":"neutral","quote":" … "}"#, Deviation::NoEvidence),
            (r#"{"case":"c1","polarity":"neutral","quote":"Banco Alba"}"#, Deviation::NoEvidence),
        ] {
            assert_eq!(told(content), Err(why), "{content}");
        }
        let long = json!({ "case": "c1", "polarity": "neutral", "quote": "a".repeat(400) });
        assert_eq!(told(&long.to_string()), Err(Deviation::NoEvidence));
    }

    #[test]
    fn an_envelope_of_another_kind_does_not_count() {
        let good = r#"{\"case\":\"c1\",\"polarity\":\"neutral\",\"quote\":\"multado\"}"#;
        let choice = format!(r#"{{"message":{{"content":"{good}"}}}}"#);
        assert!(told_raw(&format!(r#"{{"choices":[{choice}]}}"#)).is_ok());
        for body in [
            String::new(),
            "<html>".to_owned(),
            r#"{"choices":[]}"#.to_owned(),
            format!(r#"{{"choices":[{choice},{choice}]}}"#),
            r#"{"choices":[{"message":{"content":null}}]}"#.to_owned(),
            format!(
                r#"{{"choices":[{{"message":{{"content":"{good}"}},"finish_reason":"length"}}]}}"#
            ),
        ] {
            assert_eq!(told_raw(&body), Err(Deviation::Envelope), "{body}");
        }
    }
}

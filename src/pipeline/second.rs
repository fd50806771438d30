//! Asks the second reader about what the rules are unsure of, between the analysis of an article and
//! its judgement. An article waits for it no longer than its timeout; without an answer that counts
//! it goes on as it was.

use futures_util::future::join_all;
use jiff::Timestamp;

use super::{Live, Pipeline};
use crate::analyse::weigh_in;
use crate::model::{Analysis, Article, Field, PolarityLabel, Span, TopicOpinion};
use crate::second_opinion::{Answer, Question, Silence};

/// Topics of one article that are asked about; they are asked at the same time.
const MOST_TOPICS: usize = 4;

/// The analysis with the second reader's answers in it. What nobody will be told of is not asked
/// about: history, and topics that are only read along.
pub(super) async fn weighed(
    pipeline: &Pipeline,
    live: &Live,
    article: &Article,
    analysis: Analysis,
    is_history: bool,
) -> Analysis {
    let Some(reader) = live.config.second_reader.as_ref().filter(|_| !is_history) else {
        return analysis;
    };
    let alerts = |id: &str| live.config.keywords.topics.iter().any(|it| it.id == id && it.alerts);
    let unsure = |opinion: &TopicOpinion| {
        (opinion.polarity.p_negative - 0.5).abs() <= reader.margin && alerts(&opinion.topic.id)
    };
    let places = analysis.topics.iter().enumerate().filter(|(_, opinion)| unsure(opinion));
    let places: Vec<usize> = places.map(|(at, _)| at).take(MOST_TOPICS).collect();
    if places.is_empty() {
        return analysis;
    }
    let text = format!("{}\n{}", article.title, article.body);
    let now = Timestamp::now();
    let asked = places.iter().filter_map(|&at| analysis.topics.get(at)).map(|opinion| async {
        let question = question(&text, article, opinion);
        pipeline.second.ask(reader, &live.client, &question, now).await
    });
    let answers = join_all(asked).await;
    let mut weighed = analysis;
    for (at, answer) in places.into_iter().zip(answers) {
        report(pipeline, article, &answer);
        if let (Some(opinion), Ok(answer)) = (weighed.topics.get_mut(at), answer) {
            *opinion = weigh_in(opinion, answer.label, answer.quote, &text);
        }
    }
    weighed
}

fn question<'a>(text: &'a str, article: &Article, opinion: &'a TopicOpinion) -> Question<'a> {
    let spans = &opinion.topic.spans;
    let title = article.title.chars().count() + 1;
    let place = |span: &Span| if span.field == Field::Body { title + span.from } else { span.from };
    let mut names: Vec<&str> = spans.iter().map(|span| span.text.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    Question { text, names, first: spans.iter().map(place).min().unwrap_or(0) }
}

fn report(pipeline: &Pipeline, article: &Article, answer: &Result<Answer, Silence>) {
    let outcome = match answer {
        Ok(Answer { label: PolarityLabel::Negative, .. }) => "negative",
        Ok(Answer { label: PolarityLabel::Neutral, .. }) => "neutral",
        Ok(Answer { label: PolarityLabel::Positive, .. }) => "positive",
        Err(silence) => silence.name(),
    };
    pipeline.metrics.second_opinion(outcome);
    match answer {
        Ok(_) => tracing::debug!(article.url = %article.url, outcome, "a second opinion"),
        Err(Silence::Budget | Silence::Resting { .. }) => {
            tracing::debug!(article.url = %article.url, outcome, "no second opinion");
        }
        Err(silence) => {
            tracing::warn!(article.url = %article.url, why = %silence, "no second opinion; the rules' own stands");
        }
    }
}

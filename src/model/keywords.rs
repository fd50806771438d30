//! Keyword files after checking: who is watched, which risks, which words of opinion.

use super::query::Query;
use super::{Level, LocalText, Locale};

/// Everything under `keywords/`.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Keywords {
    /// Who and what is watched.
    pub topics: Vec<Topic>,
    /// Risks.
    pub categories: Vec<Category>,
    /// Words of opinion, one lexicon a language.
    pub lexicons: Vec<Lexicon>,
    /// Files of trained models, unread.
    pub models: Vec<Vec<u8>>,
}

/// A watched entity or matter.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Topic {
    /// Unique name.
    pub id: String,
    /// As people call it.
    pub name: LocalText,
    /// The organisation's business line.
    pub business_line: Option<String>,
    /// Whether bad news of it is an alert, or only read along (the sector, competitors).
    pub alerts: bool,
    /// The topic holds where any of its rules does.
    pub rules: Vec<Rule>,
}

/// One way to recognise a topic: it holds for an article where both of its queries do.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rule {
    /// Unique in its topic.
    pub id: String,
    /// Names, aliases, tickers, products, people. Its places are the topic's mentions.
    pub names: Query,
    /// What else must hold, anywhere in the article.
    pub context: Option<Query>,
    /// Tests of the rule, run by `atalaya check`.
    pub examples: Vec<Example>,
}

/// A sentence that a rule must or must not match.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    /// The sentence.
    pub text: String,
    /// Whether the rule must match it.
    pub expect: bool,
    /// Where it stands: file and line, for the report.
    pub place: String,
}

/// A kind of harm to the organisation's name.
#[derive(Debug, Clone, PartialEq)]
pub struct Category {
    /// Unique name.
    pub id: String,
    /// As people call it.
    pub name: LocalText,
    /// Gravity, 0 to 1.
    pub weight: f64,
    /// If the category is spoken of in the headline, plainly and against the entity,
    /// the severity is at least this.
    pub floor: Option<Level>,
    /// Counts in favour of any other category's doubt rather than as an event (rumour).
    pub modifier: bool,
    /// Its words, by language.
    pub terms: Vec<LanguageTerms>,
}

/// A category's words in one language.
#[derive(Debug, Clone, PartialEq)]
pub struct LanguageTerms {
    /// Which language.
    pub locale: Locale,
    /// Its places speak of the category.
    pub terms: Query,
    /// Tests, run by `atalaya check`.
    pub examples: Vec<Example>,
}

/// Words of opinion in one language.
#[derive(Debug, Clone, PartialEq)]
pub struct Lexicon {
    /// Which language.
    pub locale: Locale,
    /// Opinion words and event words with weights.
    pub entries: Vec<LexiconEntry>,
    /// Words that change the weight of others.
    pub modifiers: Modifiers,
}

/// A word of opinion.
#[derive(Debug, Clone, PartialEq)]
pub struct LexiconEntry {
    /// A word or phrase; `*` at the end matches any word ending.
    pub term: String,
    /// -3 (very bad) to 3 (very good).
    pub weight: f64,
    /// Something that happened (fined, hacked) rather than an opinion (awful).
    pub event: bool,
}

/// Words that change the weight of the words around them.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Modifiers {
    /// no, nunca, sin; not, never; 不, 没有.
    pub negation: Vec<String>,
    /// Negation for all time, so that what never happened speaks well: nunca, never, 从未.
    pub never: Vec<String>,
    /// Phrases that look like negation and are not ("no solo", "not only", 不仅).
    pub not_negation: Vec<String>,
    /// muy, gravemente; very; 严重.
    pub stronger: Vec<String>,
    /// levemente; slightly; 略.
    pub weaker: Vec<String>,
    /// presuntamente, según rumores; allegedly; 据传.
    pub hedge: Vec<String>,
    /// What makes the harm behind it a mere case: if, en caso de, 如果.
    pub condition: Vec<String>,
    /// Words at which another thought begins: mientras; while; 相反.
    pub contrast: Vec<String>,
    /// Words behind which stands what counts: pero; but; 但是.
    pub adversative: Vec<String>,
    /// What is granted and counts less: aunque, pese a; despite; 虽然.
    pub concession: Vec<String>,
    /// Verbs that undo what they are about: anula, absuelve; overturns, acquits; 推翻.
    pub reversal: Vec<String>,
    /// Words for those who are not the target: rival, competidor; competitor; 对手.
    pub others: Vec<String>,
    /// Verbs with which an entity fights a harm rather than suffers it: alerta de, warns of, 防范.
    pub shield: Vec<String>,
    /// Verbs with which an entity denies what is said of it: desmiente, denies, 辟谣.
    pub denial: Vec<String>,
    /// Verbs of speaking, after which what follows is the speaker's claim: dijo, said, 表示.
    pub speech: Vec<String>,
    /// Words for going up, judged by what goes up: sube, rises, 上升.
    pub rise: Vec<String>,
    /// Words for going down: cae, falls, 下降.
    pub fall: Vec<String>,
    /// Things that are welcome when they rise: beneficio, profit, 利润.
    pub welcome: Vec<String>,
    /// Things that are unwelcome when they rise: morosidad, losses, 不良率.
    pub unwelcome: Vec<String>,
}

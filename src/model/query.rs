//! A query as a tree, and what each node means. Written by `query`, heeded by `analyse`.
//!
//! **Words.** A text is a row of words (`text::words` of the folded text): runs of letters and digits in
//! scripts that put spaces between words, single characters in the others (Han, kana, Hangul). `S&P` and
//! `ex-jefe` are two words each. Distances count words. Texts and terms are compared folded
//! (`text::fold`) unless a term asks for its exact form.
//!
//! **A term** stands where its words stand one after the other as whole words, and what is written between them
//! and at its ends stands there too: a blank means one blank or more (no line break), other signs mean
//! themselves (`AMN.MC`, `C++`), nothing means nothing. A term without letter or digit stands nowhere. `*` by
//! itself is any one word; next to a word of one character it means nothing (`挤兑*` is `挤兑`).
//!
//! **Disguises.** A `Disguised` term without wildcards, and without `@`, `$`, `!` or `|` between its words, stands also
//! where its words are read in disguise; its places are the words that such a reading covers. Right before and behind
//! each word of a script with spaces there is still no letter or digit, and what stands between, before and behind the
//! words stands there too. Of the folded characters of a text
//! - `4 @` may be `a`, `3` `e`, `1 ! |` `i` or `l`, `0` `o`, `5 $` `s`, `7` `t`, and the letters of Latin, Cyrillic and
//!   Greek whose small or capital forms look alike are one another;
//! - a letter written three times or more in a row may be one, in a word of four letters or more where it does not stand
//!   twice in a row;
//! - the letters of a word of three or more may all stand apart, a *mark* between each two: blanks, among them at most one of
//!   `. - _ * · ・ • / \ + ~ # = ^`, or that sign alone;
//! - a mark may stand where nothing stands between two words of the term (`挤*兑`).
//!
//! Of the term's letters at least two, and no fewer than are replaced by others, are the text's own where any is replaced:
//! `4x4` is no `axa`, `505` no `sos`, and a Russian word no Latin one.
//!
//! **Texts of an article.** Headline and body, apart: no phrase, distance or sentence crosses from one to
//! the other. Paragraphs are lines; sentences are those of `text`.
//!
//! **Holds and places.** Each node holds for an article or does not; nodes about words also have
//! *places*, stretches of words of one text. A node with places holds where it has at least one.
//!
//! | Node | Holds | Places |
//! |---|---|---|
//! | `Term` | has a place | where it stands as words of its own |
//! | `Matches` | has a place | the words that a match of the expression covers or touches |
//! | `Any` | one part holds | of all parts that hold |
//! | `All` | every part holds | of all parts |
//! | `Not` | its part does not | none |
//! | `AtLeast` | that many parts hold | of all parts that hold |
//! | `Near` | has a place | each stretch from one place of `first` to one of `second` that do not overlap and have at most `gap` words between them; if `ordered`, `first` comes first |
//! | `Same` | one sentence or paragraph has a place of every part that begins in it | those of the parts in such units |
//! | `Except` | has a place | those of `of` that share no word with a place of `within` |
//! | `In` | its part holds, seen only in that text | of its part there |
//! | `Meta`, `Between` | the article's field fits | none |
//!
//! Parts of `Near`, `Same` and `Except` are *positional*: `Term`, `Matches`, `Near`, `Except`, or `Any` of
//! such. The parser lets nothing else through.

/// A query. See the table above. The default holds nowhere.
#[derive(Debug, Clone, PartialEq)]
pub enum Query {
    /// A word or phrase.
    Term(Term),
    /// A regular expression over the original text, case-insensitive unless it says otherwise.
    Matches(String),
    /// OR.
    Any(Vec<Query>),
    /// AND.
    All(Vec<Query>),
    /// NOT.
    Not(Box<Query>),
    /// At least `count` of them.
    AtLeast {
        /// How many must hold; 1 to the number of parts.
        count: u32,
        /// The parts.
        of: Vec<Query>,
    },
    /// NEAR, ONEAR.
    Near {
        /// Most words between the two, 0 to 100.
        gap: u32,
        /// Whether the order of writing is the order in the text.
        ordered: bool,
        /// One side.
        first: Box<Query>,
        /// The other.
        second: Box<Query>,
    },
    /// In one sentence or paragraph.
    Same {
        /// Which.
        unit: Unit,
        /// At least two.
        parts: Vec<Query>,
    },
    /// Except where it is part of something else: `santander` but not in `calle Santander`.
    Except {
        /// What is looked for.
        of: Box<Query>,
        /// What it must not touch.
        within: Box<Query>,
    },
    /// Only in one of an article's texts.
    In {
        /// Which.
        field: TextField,
        /// What must hold there.
        query: Box<Query>,
    },
    /// What is known of an article beside its text.
    Meta {
        /// Which field.
        field: MetaField,
        /// Compared folded with the whole field, with `*` and `?`; one value is enough where a field has many.
        value: String,
    },
    /// A date or number within bounds.
    Between {
        /// Which field.
        field: RangeField,
        /// From here, included.
        from: Option<Bound>,
        /// To here, included: a date means its whole day, UTC.
        to: Option<Bound>,
    },
}

impl Default for Query {
    fn default() -> Self {
        Self::Any(Vec::new())
    }
}

impl Query {
    /// The terms whose places can be places of the query, in the order of writing: none that it
    /// denies or excludes.
    #[must_use]
    pub fn terms(&self) -> Vec<&Term> {
        let mut terms = Vec::new();
        self.add_terms(&mut terms);
        terms
    }

    fn add_terms<'a>(&'a self, terms: &mut Vec<&'a Term>) {
        match self {
            Self::Term(term) => terms.push(term),
            Self::Any(parts)
            | Self::All(parts)
            | Self::AtLeast { of: parts, .. }
            | Self::Same { parts, .. } => {
                for part in parts {
                    part.add_terms(terms);
                }
            }
            Self::Near { first, second, .. } => {
                first.add_terms(terms);
                second.add_terms(terms);
            }
            Self::Except { of: part, .. } | Self::In { query: part, .. } => part.add_terms(terms),
            Self::Not(_) | Self::Matches(_) | Self::Meta { .. } | Self::Between { .. } => {}
        }
    }
}

/// A word or phrase that is looked for.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Term {
    /// Its words, as written, without quotes and marks; `*` stands for any letters of one word, none
    /// included, `?` for exactly one.
    pub text: String,
    /// How it is compared.
    pub form: Form,
}

/// How a term is compared with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Form {
    /// Without regard to case, accents, width and the like.
    Folded(Inflection),
    /// As [`Form::Folded`] without inflection, and disguises are found too: see above.
    Disguised,
    /// Letter by letter: case and accents count (composed, NFC; signs and blanks between words are folded).
    Exact,
}

/// Which other forms of a term's words count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Inflection {
    /// None.
    None,
    /// The regular plural of the last word: `s`; `es` after a consonant. What is written with a capital is
    /// a name or an acronym and has none (`ERE` is not `eres`), nor has a single letter, nor Han.
    Plural,
    /// Each word in every form whose folded letters have the same Spanish stem (Snowball).
    Spanish,
    /// Each word in every form whose folded letters have the same English stem (Snowball).
    English,
}

/// A stretch of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// A sentence.
    Sentence,
    /// A paragraph.
    Paragraph,
}

/// A text of an article.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TextField {
    /// The headline.
    Title,
    /// The first two paragraphs of the body.
    Lead,
    /// The body, lead included.
    Body,
}

/// What is known of an article, or of an alert, beside its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum MetaField {
    /// Any of its authors.
    Author,
    /// Its address.
    Url,
    /// The identifier of its source.
    Source,
    /// The registrable domain of its address or any host below it: `site:elpais.com`.
    Site,
    /// Its language, by the first part of the tag: `lang:es`.
    Language,
    /// The region of its source.
    Region,
    /// Any tag of its source.
    Tag,
    /// The topic of an alert. This and those below are known of alerts alone: they fit no article.
    Topic,
    /// Any risk category of an alert.
    Category,
    /// The level of an alert, by its colour: `level:red`.
    Level,
    /// The business line of the source that decided an alert.
    Line,
}

impl MetaField {
    /// Whether it is known of an article.
    #[must_use]
    pub fn is_of_articles(self) -> bool {
        !matches!(self, Self::Topic | Self::Category | Self::Level | Self::Line)
    }

    /// Whether it is known of an alert.
    #[must_use]
    pub fn is_of_alerts(self) -> bool {
        !matches!(self, Self::Author | Self::Url | Self::Site)
    }
}

/// What can be within bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RangeField {
    /// When it was published, else found.
    Date,
    /// The tier of its source, 1 to 3.
    Tier,
    /// Severity of its story, 0 to 100; only in the archive.
    Severity,
    /// Words of the body.
    Words,
}

/// An end of a range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Bound {
    /// A number.
    Number(f64),
    /// A day, UTC.
    Day(jiff::civil::Date),
}

/// An article as a query sees it. What is not known fits no field.
#[derive(Debug, Clone, Copy, Default)]
pub struct Document<'a> {
    /// Headline.
    pub title: &'a str,
    /// Paragraphs, one a line.
    pub body: &'a str,
    /// Who wrote it.
    pub authors: &'a [String],
    /// Its address.
    pub url: Option<&'a str>,
    /// Identifier of its source.
    pub source: Option<&'a str>,
    /// BCP-47.
    pub language: Option<&'a str>,
    /// Region of its source.
    pub region: Option<&'a str>,
    /// Tags of its source.
    pub tags: &'a [String],
    /// When it was published, else found.
    pub date: Option<jiff::Timestamp>,
    /// Tier of its source, 1 to 3.
    pub tier: Option<u8>,
    /// Severity of its story, 0 to 100.
    pub severity: Option<f64>,
}

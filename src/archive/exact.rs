//! One query, compiled: whether it holds for an article, and where.

use crate::analyse::CompileError;
use crate::analyse::matching::{Place, Rules, Scratch};
use crate::model::query::{Document, Query};
use crate::model::{Field, Span};

/// Places that are told of one article.
const PLACES: usize = 100;

/// A compiled query.
#[derive(Debug)]
pub struct Exact(Rules);

impl Exact {
    /// Compiles a query.
    ///
    /// # Errors
    /// See [`CompileError`]; the parser lets nothing of it through.
    pub fn compile(query: &Query) -> Result<Self, CompileError> {
        Rules::compile([(query, None)]).map(Self)
    }

    /// Where the query holds in the document, or none if it does not hold.
    pub fn look(&self, document: &Document, scratch: &mut Scratch) -> Option<Vec<Span>> {
        let found = self.0.matches(document, scratch);
        let &query = found.queries.first()?;
        Some(found.places(query).iter().take(PLACES).map(|place| span(document, place)).collect())
    }
}

fn span(document: &Document, place: &Place) -> Span {
    let text = match place.field {
        Field::Title => document.title,
        Field::Body => document.body,
    };
    let (from, to) = (place.chars.start, place.chars.end);
    Span {
        field: place.field,
        from,
        to,
        text: text.chars().skip(from).take(to.saturating_sub(from)).collect(),
        term: place.term.to_owned(),
    }
}

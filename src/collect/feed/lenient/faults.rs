//! What was wrong with a document, and how it is told.

/// What was wrong with a document.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a list of findings")]
pub(super) struct Faults {
    pub(super) before_root: bool,
    pub(super) after_root: bool,
    pub(super) unknown_version: bool,
    pub(super) draft_of_atom: bool,
    pub(super) references: bool,
    pub(super) odd_types: bool,
    pub(super) unclosed: bool,
    pub(super) mismatched: bool,
    pub(super) naked_markup: bool,
    pub(super) undeclared_prefix: bool,
    pub(super) cut: Option<Cut>,
    pub(super) unread_dates: usize,
}

/// What became of the entry in which a document breaks off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cut {
    Dropped,
    Kept,
    BetweenEntries,
}

impl Faults {
    /// In words.
    pub(super) fn warnings(&self) -> Vec<String> {
        let known = [
            (self.before_root, "dropped what stood before the root element"),
            (self.after_root, "dropped what stood after the root element"),
            (self.unknown_version, "read an RSS of unknown version as 2.0"),
            (self.draft_of_atom, "read a draft of Atom as Atom 1.0"),
            (self.references, "repaired character references"),
            (self.odd_types, "read texts of unknown types as HTML"),
            (self.unclosed, "closed elements that were left open"),
            (self.mismatched, "ignored end tags without a start"),
            (self.naked_markup, "read markup that was not escaped as text"),
            (self.undeclared_prefix, "took undeclared namespace prefixes for the usual ones"),
            (self.cut == Some(Cut::Dropped), "the document breaks off: left out its last entry"),
            (self.cut == Some(Cut::Kept), "the document breaks off: its last entry may lack texts"),
            (self.cut == Some(Cut::BetweenEntries), "the document breaks off after an entry"),
        ];
        let known = known.into_iter().filter(|(is_so, _)| *is_so).map(|(_, text)| text.to_owned());
        let dates = Some(self.unread_dates).filter(|count| *count > 0);
        known.chain(dates.map(|count| format!("{count} dates could not be read"))).collect()
    }
}

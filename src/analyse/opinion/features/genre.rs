//! What kind of text it is, guessed from how it ends, its length and its words: the same words speak
//! otherwise of a company's quarter and of a candidate, in a headline and in a sentence. Headlines and
//! sentences of money are one genre: apart, too few sentences of it are there to learn from.

use std::collections::HashSet;
use std::sync::LazyLock;

use crate::analyse::joined::Joined;
use crate::analyse::opinion::layout::Layout;

/// The genre of markets and companies, whose own words say more than general ones.
pub(super) const MONEY: &str = "money";
/// A headline has no more words.
const HEADLINE_WORDS: usize = 20;
/// How sentences end, and headlines do not.
const SENTENCE_ENDS: [char; 5] = ['.', '!', '"', '\'', ')'];
/// Longer texts need two words of money to speak of it.
const ONE_WORD_TELLS: usize = 15;

/// Words of markets, companies and their figures.
const OF_MONEY: &str = "analyst analysts asset assets bank banking banks billion bn bond bonds bps brokerage \
    bse buy capital commodities commodity company crore crude debt dividend dollar dollars earnings equities \
    equity export exports fed fii fiis firm fund funds futures gold growth hold index indices inflation \
    inr investment investor investors ipo lakh lender lenders loan loans margin margins market markets \
    merger million mn acquisition net nifty nse oil pct percent price prices profit profits q1 q2 q3 q4 \
    quarter quarterly rate rates rating ratings downgrade upgrade rbi revenue revenues rs rupee rupees \
    sales sell sensex share shares silver stake stock stocks target tax trade traded trader traders \
    trading usd yield yields";

static MONEY_WORDS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| OF_MONEY.split_ascii_whitespace().collect());

/// A name for the genre of a text.
pub(super) fn of(text: &Joined, layout: &Layout) -> &'static str {
    let words = layout.places.len();
    let ends = text.folded.text.trim_end().ends_with(SENTENCE_ENDS);
    let needed = if words <= ONE_WORD_TELLS { 1 } else { 2 };
    match (words <= HEADLINE_WORDS && !ends, of_money(text, layout) >= needed) {
        (_, true) => MONEY,
        (true, false) => "headline",
        (false, false) => "sentence",
    }
}

fn of_money(text: &Joined, layout: &Layout) -> usize {
    let words = layout.places.iter().filter_map(|place| text.folded.text.get(place.bytes.clone()));
    words.filter(|&word| MONEY_WORDS.contains(word)).count()
}

#[cfg(test)]
mod tests {
    use super::{Joined, Layout, of};

    #[test]
    fn headlines_and_sentences_of_money_and_of_all_else() {
        for (text, genre) in [
            ("Acme profit falls 4% in Q2", "money"),
            ("Mayor opens the new library", "headline"),
            ("Shares of Acme rose after the bank had raised its target.", "money"),
            ("The mayor said that she would open the library in May.", "sentence"),
        ] {
            let text = Joined::bare(text);
            assert_eq!(of(&text, &Layout::new(&text, &[])), genre);
        }
    }
}

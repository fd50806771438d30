//! Where words of opinion are looked for in an article: what stands far from every mention has no weight, so that only
//! the sentences around them are searched, and the headline, which tells whether all is hearsay.

use std::ops::Range;

use super::layout::Layout;
use super::scope::FARTHEST;

/// Words beyond those sentences in which a cue or a longer phrase may begin that changes words within them.
pub(super) const MARGIN: usize = 24;

/// Stretches of words (places in the layout, in order and apart): the headline, given by its words, and all that weighs
/// for one of the mentions, with all that bears on its weight.
pub(in crate::analyse) fn windows(
    layout: &Layout,
    headline: Range<usize>,
    mentions: impl Iterator<Item = Range<usize>>,
) -> Vec<Range<usize>> {
    let all = layout.places.len();
    let mut around: Vec<Range<usize>> = mentions
        .map(|mention| {
            let near = mention.start.saturating_sub(FARTHEST)..(mention.end + FARTHEST).min(all);
            layout.sentences_of(&near)
        })
        .collect();
    around.push(headline);
    around.sort_unstable_by_key(|words| words.start);
    let mut windows: Vec<Range<usize>> = Vec::new();
    for words in around {
        let words = words.start.saturating_sub(MARGIN)..(words.end + MARGIN).min(all);
        match windows.last_mut() {
            Some(last) if words.start <= last.end => last.end = last.end.max(words.end),
            _ => windows.push(words),
        }
    }
    windows
}

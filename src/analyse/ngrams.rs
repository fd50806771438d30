//! How likely a run of Latin letters is in each of some twenty languages: a table of one to five
//! letters (Cavnar and Trenkle 1994; Dunning 1994), pruned to what tells languages apart.
//!
//! The table was counted by others: it is made from the letter statistics of lingua 1.3 (Apache-2.0,
//! Peter M. Stahl; see `NOTICE`). How: `docs/language-table.md`. Galician is not in it: each of its letters costs what
//! it costs in the likelier of Spanish and Portuguese, and a little more.

use std::sync::LazyLock;

/// Header, languages, sorted hashes of letters, one row of nibbles for each.
static TABLE: &[u8] = include_bytes!("ngrams.bin");

/// Letters of the longest run.
const LONGEST: usize = 5;
/// What a letter costs in Galician above the cheaper of its neighbours, in nats: it wins only where
/// both are at home by turns, or by its grammar words.
const GALICIAN: f64 = 0.24;
/// Bytes of the header: magic, number of languages, bytes a row, step in thousandths, number of rows.
const HEADER: usize = 12;
/// Leading bits of a hash by which the directory finds its place.
const DIRECTORY_BITS: u32 = 12;

static MODEL: LazyLock<Option<Ngrams>> = LazyLock::new(|| Ngrams::read(TABLE));

/// The table, ready for search.
pub(super) struct Ngrams {
    /// BCP-47 codes, in the order of the columns; Galician is the last.
    pub(super) languages: Vec<&'static str>,
    /// Columns of Spanish and Portuguese.
    neighbours: [usize; 2],
    keys: Vec<u32>,
    rows: &'static [u8],
    row_bytes: usize,
    /// Nats that a nibble counts in.
    step: f64,
    /// Where the keys with each leading bits begin.
    directory: Vec<usize>,
}

impl Ngrams {
    /// The table that is built in.
    pub(super) fn built_in() -> Option<&'static Self> {
        MODEL.as_ref()
    }

    fn read(table: &'static [u8]) -> Option<Self> {
        let header = table.get(..HEADER).filter(|header| header.starts_with(b"NGR1"))?;
        let (languages, row_bytes) = (usize::from(header[4]), usize::from(header[5]));
        let step = f64::from(u16::from_le_bytes([header[6], header[7]])) / 1_000.0;
        let count = u32::from_le_bytes(header[8..12].try_into().ok()?) as usize;
        let (codes, rest) = table[HEADER..].split_at_checked(2 * languages)?;
        let (keys, rows) = rest.split_at_checked(4 * count)?;
        let codes = std::str::from_utf8(codes).ok()?;
        let keys: Vec<u32> = keys.chunks_exact(4).filter_map(key).collect();
        let directory = (0..=1_usize << DIRECTORY_BITS)
            .map(|top| keys.partition_point(|&key| ((key >> (32 - DIRECTORY_BITS)) as usize) < top))
            .collect();
        let is_whole =
            keys.len() == count && rows.len() == count * row_bytes && 2 * row_bytes >= languages;
        let mut languages: Vec<_> =
            (0..languages).filter_map(|at| codes.get(2 * at..2 * at + 2)).collect();
        let column = |code: &str| languages.iter().position(|known| *known == code);
        let neighbours = [column("es")?, column("pt")?];
        languages.push("gl");
        is_whole.then_some(Self { languages, neighbours, keys, rows, row_bytes, step, directory })
    }

    /// Takes from each language's score what a word costs there, in nats, and says of how many of its
    /// letters the table knows anything.
    pub(super) fn charge(&self, word: &str, scores: &mut [f64]) -> usize {
        // The last few letters' beginnings, the nearest first.
        let mut starts = [0_usize; LONGEST];
        let mut known = 0;
        for (nth, (at, c)) in word.char_indices().enumerate() {
            starts.rotate_right(1);
            starts[0] = at;
            let end = at + c.len_utf8();
            let longest = LONGEST.min(nth + 1);
            let row = starts[..longest].iter().rev().find_map(|&from| self.row(&word[from..end]));
            let Some(row) = row else { continue };
            known += 1;
            let cost = |column: usize| {
                let pair = row.get(column / 2).copied().unwrap_or_default();
                f64::from(if column.is_multiple_of(2) { pair & 15 } else { pair >> 4 }) * self.step
            };
            let Some((galician, others)) = scores.split_last_mut() else { continue };
            for (column, score) in others.iter_mut().enumerate() {
                *score -= cost(column);
            }
            *galician -= cost(self.neighbours[0]).min(cost(self.neighbours[1])) + GALICIAN;
        }
        known
    }

    fn row(&self, letters: &str) -> Option<&'static [u8]> {
        let hash = fnv(letters.as_bytes());
        let top = (hash >> (32 - DIRECTORY_BITS)) as usize;
        let (from, to) = (*self.directory.get(top)?, *self.directory.get(top + 1)?);
        let at = from + self.keys.get(from..to)?.binary_search(&hash).ok()?;
        self.rows.get(at * self.row_bytes..(at + 1) * self.row_bytes)
    }
}

fn key(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

/// FNV-1a, 32 bits (Fowler, Noll, Vo; draft-eastlake-fnv).
fn fnv(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use super::Ngrams;

    #[test]
    fn the_built_in_table_is_whole() {
        let table = Ngrams::built_in().unwrap();
        assert_eq!(table.languages[..4], ["es", "en", "pt", "ca"]);
        let mut scores = vec![0.0; table.languages.len()];
        assert_eq!(table.charge("ción", &mut scores), 4);
        assert!(scores[0] > scores[1] && scores[0] > scores[3]);
        assert_eq!(table.charge("", &mut scores), 0);
        assert_eq!(table.charge("银行", &mut scores), 0);
    }

    #[test]
    fn what_is_no_table_is_refused() {
        for broken in [&b""[..], b"NGR1", b"NGR1\x02\x01\x90\x01\xff\xff\xff\xffesen"] {
            assert!(Ngrams::read(broken).is_none());
        }
    }
}

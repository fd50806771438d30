//! How likely a run of Latin letters is in each of some twenty languages: a table of one to five
//! letters (Cavnar and Trenkle 1994; Dunning 1994), pruned to what tells languages apart.
//!
//! The table was counted by others: it is made from the letter statistics of lingua 1.3 (Apache-2.0,
//! Peter M. Stahl; see `NOTICE`). How: `docs/language-table.md`. Galician is not in it: each of its letters costs what
//! it costs in the likelier of Spanish and Portuguese, and a little more.

use std::ops::Range;
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
const DIRECTORY_BITS: u32 = 16;

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
    /// Nats of the two nibbles of each byte.
    costs: Vec<[f64; 2]>,
    /// Where the keys with each leading bits begin.
    directory: Vec<u32>,
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
        let mut directory = vec![0; (1 << DIRECTORY_BITS) + 1];
        for key in &keys {
            directory[top(*key) + 1] += 1;
        }
        let ends = directory.iter_mut().scan(0, |sum, count| {
            *sum += *count;
            *count = *sum;
            Some(())
        });
        ends.for_each(drop);
        let is_whole =
            keys.len() == count && rows.len() == count * row_bytes && 2 * row_bytes >= languages;
        let mut languages: Vec<_> =
            (0..languages).filter_map(|at| codes.get(2 * at..2 * at + 2)).collect();
        let column = |code: &str| languages.iter().position(|known| *known == code);
        let neighbours = [column("es")?, column("pt")?];
        languages.push("gl");
        let costs = (0..=u8::MAX).map(|pair| [pair & 15, pair >> 4].map(|it| f64::from(it) * step));
        let costs = costs.collect();
        is_whole.then_some(Self { languages, neighbours, keys, rows, row_bytes, costs, directory })
    }

    /// Takes from each language's score what a word costs there, in nats, and says of how many of its
    /// letters the table knows anything.
    pub(super) fn charge(&self, word: &str, scores: &mut [f64]) -> usize {
        // Hashes of the last few letters, the fewest first.
        let mut hashes = [FNV; LONGEST];
        let mut known = 0;
        for (nth, c) in word.chars().enumerate() {
            hashes.rotate_right(1);
            hashes[0] = FNV;
            let mut bytes = [0; 4];
            let bytes = c.encode_utf8(&mut bytes).as_bytes();
            hashes = hashes.map(|hash| fnv(hash, bytes));
            let longest = LONGEST.min(nth + 1);
            // All places are asked for before one of them is waited for: they lie in no near cache.
            let places = hashes.map(|hash| self.place(hash));
            let mut asked = hashes.iter().zip(&places).take(longest).rev();
            let row = asked.find_map(|(&hash, place)| self.row(hash, place));
            let Some(row) = row else { continue };
            known += 1;
            let cost = |column: usize| {
                let costs = row.get(column / 2).map_or([0.0; 2], |&pair| self.costs(pair));
                costs[column % 2]
            };
            let Some((galician, others)) = scores.split_last_mut() else { continue };
            *galician -= cost(self.neighbours[0]).min(cost(self.neighbours[1])) + GALICIAN;
            let (twos, last) = others.as_chunks_mut::<2>();
            for (two, &pair) in twos.iter_mut().zip(row) {
                let costs = self.costs(pair);
                *two = [two[0] - costs[0], two[1] - costs[1]];
            }
            if let ([last], Some(&pair)) = (last, row.get(twos.len())) {
                *last -= self.costs(pair)[0];
            }
        }
        known
    }

    /// What a byte of a row costs in its two languages.
    #[inline]
    fn costs(&self, pair: u8) -> [f64; 2] {
        self.costs.get(usize::from(pair)).copied().unwrap_or_default()
    }

    /// Where keys with the leading bits of a hash lie, one or two of them.
    fn place(&self, hash: u32) -> Range<usize> {
        let end = |top: usize| self.directory.get(top).map_or(0, |&at| at as usize);
        end(top(hash))..end(top(hash) + 1)
    }

    fn row(&self, hash: u32, place: &Range<usize>) -> Option<&'static [u8]> {
        let keys = self.keys.get(place.clone())?;
        let at = place.start + keys.iter().position(|&key| key == hash)?;
        self.rows.get(at * self.row_bytes..(at + 1) * self.row_bytes)
    }
}

/// The leading bits of a hash.
fn top(hash: u32) -> usize {
    (hash >> (32 - DIRECTORY_BITS)) as usize
}

fn key(bytes: &[u8]) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.try_into().ok()?))
}

/// FNV-1a, 32 bits (Fowler, Noll, Vo; draft-eastlake-fnv), of nothing.
const FNV: u32 = 0x811c_9dc5;

/// The same, gone on with some bytes.
fn fnv(hash: u32, bytes: &[u8]) -> u32 {
    bytes.iter().fold(hash, |hash, &byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
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

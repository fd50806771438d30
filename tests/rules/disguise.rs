//! Disguises as the table of `model::query` tells them: every way to read a text's characters as a term is tried.

use atalaya::text::is_spaced;

/// For each Latin letter what looks like it: letters of other alphabets, then digits and signs.
const ALIKE: &[(&str, &str)] = &[
    ("aаα", "4@"),
    ("bвβ", ""),
    ("cс", ""),
    ("dԁ", ""),
    ("eеε", "3"),
    ("hһнη", ""),
    ("iіι", "1!|"),
    ("jј", ""),
    ("kкκ", ""),
    ("lӏ", "1!|"),
    ("mмμ", ""),
    ("nν", ""),
    ("oоο", "0"),
    ("pрρ", ""),
    ("qԛ", ""),
    ("sѕ", "5$"),
    ("tтτ", "7"),
    ("wԝ", ""),
    ("xхχ", ""),
    ("yуυ", ""),
    ("zζ", ""),
];

/// A reading of some characters: how many, and how many letters of the term are its own and how many not.
#[derive(Clone, Copy)]
struct Reading {
    length: usize,
    own: usize,
    other: usize,
}

impl Reading {
    fn then(self, next: Self) -> Self {
        Self {
            length: self.length + next.length,
            own: self.own + next.own,
            other: self.other + next.other,
        }
    }
}

/// Where a term ends that begins at a character, by each way of reading it. `gaps` are those before, between and
/// behind its words.
pub fn ends(words: &[Vec<char>], gaps: &[String], text: &[char], from: usize) -> Vec<usize> {
    let inner = &gaps[1..words.len()];
    if inner.iter().any(|gap| gap.contains(['@', '$', '!', '|'])) {
        return Vec::new();
    }
    let before: String = text[..from].iter().collect();
    if !before.ends_with(&gaps[0]) {
        return Vec::new();
    }
    let mut readings = vec![Reading { length: 0, own: 0, other: 0 }];
    for (number, word) in words.iter().enumerate() {
        let mut longer = Vec::new();
        for reading in readings {
            let at = from + reading.length;
            let gap = if number == 0 { None } else { Some(inner[number - 1].as_str()) };
            for skip in skips(gap, &text[at..]) {
                let so_far = reading.then(Reading { length: skip, own: 0, other: 0 });
                longer.extend(word_at(word, text, at + skip).map(|word| so_far.then(word)));
            }
        }
        readings = longer;
    }
    let behind = |at: usize| text[at..].iter().collect::<String>().starts_with(&gaps[words.len()]);
    readings
        .into_iter()
        .filter(|reading| reading.other == 0 || reading.own >= 2 && reading.own >= reading.other)
        .map(|reading| from + reading.length)
        .filter(|&end| behind(end))
        .collect()
}

/// Lengths of what may stand between two words of a term.
fn skips(gap: Option<&str>, text: &[char]) -> Vec<usize> {
    let Some(gap) = gap else { return vec![0] };
    let lengths = 0..=text.len();
    let fits = |length: &usize| {
        if gap.is_empty() {
            return *length == 0 || is_apart(&text[..*length]);
        }
        super::oracle::blanks_made_one(&text[..*length].iter().collect::<String>()) == gap
    };
    lengths
        .take_while(|length| !text[..*length].iter().any(|c| c.is_alphanumeric()))
        .filter(fits)
        .collect()
}

/// Blanks and at most one mark.
fn is_apart(between: &[char]) -> bool {
    let is_mark = |c: &&char| ".-_*·・•/\\+~#=^".contains(**c);
    let marks = between.iter().filter(is_mark).count();
    let blanks = between.iter().filter(|&&c| c == ' ').count();
    !between.is_empty() && marks <= 1 && marks + blanks == between.len()
}

fn word_at(word: &[char], text: &[char], at: usize) -> impl Iterator<Item = Reading> {
    let spaced = is_spaced(word[0]);
    let is_inside = spaced && at > 0 && is_spaced(text[at - 1]);
    let mut found = Vec::new();
    if !is_inside {
        joined(word, 0, &text[at..], &mut found);
        if word.len() >= 3 {
            spaced_out(word, &text[at..], &mut found);
        }
    }
    let goes_on = |reading: &Reading| {
        spaced && text.get(at + reading.length).is_some_and(|&next| is_spaced(next))
    };
    found.retain(|reading| !goes_on(reading));
    found.into_iter()
}

fn joined(word: &[char], number: usize, text: &[char], found: &mut Vec<Reading>) {
    if number == word.len() {
        found.push(Reading { length: 0, own: 0, other: 0 });
        return;
    }
    let Some((&first, _)) = text.split_first() else { return };
    let Some(one) = letter(word[number], first) else { return };
    let lone = |other: Option<&char>| other.is_none_or(|&other| !same(other, word[number]));
    let before = number.checked_sub(1).and_then(|before| word.get(before));
    let repeats =
        is_spaced(word[0]) && word.len() >= 4 && lone(before) && lone(word.get(number + 1));
    let run = text.iter().take_while(|&&c| c == first && c.is_alphabetic()).count();
    let lengths = std::iter::once(1).chain((3..=run).filter(|_| repeats));
    for length in lengths {
        let mut rest = Vec::new();
        joined(word, number + 1, &text[length..], &mut rest);
        found.extend(rest.into_iter().map(|rest| Reading { length, ..one }.then(rest)));
    }
}

fn spaced_out(word: &[char], text: &[char], found: &mut Vec<Reading>) {
    let Some((&first, rest)) = text.split_first() else { return };
    let Some(one) = letter(word[0], first) else { return };
    if word.len() == 1 {
        found.push(one);
        return;
    }
    for apart in (1..=rest.len()).take_while(|&length| is_apart(&rest[..length])) {
        let mut after = Vec::new();
        spaced_out(&word[1..], &rest[apart..], &mut after);
        let so_far = Reading { length: 1 + apart, ..one };
        found.extend(after.into_iter().map(|after| so_far.then(after)));
    }
}

fn letter(wanted: char, c: char) -> Option<Reading> {
    let own = usize::from(wanted == c);
    let fits = wanted == c
        || ALIKE.iter().any(|(letters, signs)| {
            letters.contains(wanted) && (letters.contains(c) || signs.contains(c))
        });
    fits.then_some(Reading { length: 1, own, other: 1 - own })
}

fn same(a: char, b: char) -> bool {
    a == b || ALIKE.iter().any(|(letters, _)| letters.contains(a) && letters.contains(b))
}

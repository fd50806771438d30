//! A made stream of news: words by Zipf's law, 80 a text, four thousand events told at a time, each some
//! eight times in two languages; a third of an event's words are names, and it has three amounts; one
//! article in four is a copy.

/// Words of a language.
const VOCABULARY: usize = 300_000;
/// Words of a text, and of an event among them.
const WORDS: usize = 80;
const OF_EVENT: usize = 24;
/// Words of a headline, all of them the event's.
const OF_TITLE: usize = 8;
/// Amounts of an event, one in so many words of its texts.
const AMOUNTS: usize = 3;
const PER_AMOUNT: usize = 20;
/// Events that are told at a time.
const OPEN: usize = 4_000;
/// Articles of an event, on average.
const TOLD: usize = 8;
/// One article in so many copies the one before it.
const COPIED: usize = 4;
/// One word in so many is a name.
const NAMES: usize = 3;
const LANGUAGES: [&str; 3] = ["es", "en", "pt"];

/// An article.
#[derive(Clone)]
pub struct Told {
    pub title: String,
    pub body: String,
    pub language: &'static str,
    /// What it tells.
    pub event: usize,
    /// Whether nothing told it before.
    pub is_first: bool,
}

struct Event {
    number: usize,
    words: Vec<usize>,
    amounts: Vec<usize>,
    languages: [&'static str; 2],
    told: bool,
}

/// The stream.
pub struct News {
    dice: Dice,
    events: Vec<Event>,
    next: usize,
    last: Option<Told>,
}

impl News {
    pub fn new() -> Self {
        Self { dice: Dice(1), events: Vec::new(), next: 0, last: None }
    }

    pub fn next(&mut self) -> Told {
        if let Some(last) = self.last.clone().filter(|_| self.dice.below(COPIED) == 0) {
            return Told { title: format!("{} again", last.title), is_first: false, ..last };
        }
        let at = self.dice.below(OPEN).min(self.events.len());
        if at == self.events.len() || self.dice.below(TOLD) == 0 {
            let event = self.event();
            if at == self.events.len() { self.events.push(event) } else { self.events[at] = event }
        }
        let told = self.tell(at);
        self.last = Some(told.clone());
        told
    }

    fn event(&mut self) -> Event {
        self.next += 1;
        let first = self.dice.below(LANGUAGES.len());
        let second = self.dice.below(LANGUAGES.len());
        Event {
            number: self.next,
            words: (0..OF_EVENT).map(|_| self.dice.word()).collect(),
            amounts: (0..AMOUNTS).map(|_| 100 + self.dice.below(90_000)).collect(),
            languages: [LANGUAGES[first], LANGUAGES[second]],
            told: false,
        }
    }

    fn tell(&mut self, at: usize) -> Told {
        let (dice, event) = (&mut self.dice, &mut self.events[at]);
        let language = event.languages[dice.below(2)];
        let mut words: Vec<String> = Vec::with_capacity(WORDS);
        for number in 0..WORDS {
            if number >= OF_TITLE && dice.below(PER_AMOUNT) == 0 {
                words.push(event.amounts[dice.below(AMOUNTS)].to_string());
                continue;
            }
            let of_event = number < OF_TITLE || dice.below(2) == 0;
            let pick = dice.below(OF_EVENT);
            words.push(written(if of_event { event.words[pick] } else { dice.word() }, language));
        }
        let is_first = !std::mem::replace(&mut event.told, true);
        let (title, body) = (words[..OF_TITLE].join(" "), words[OF_TITLE..].join(" "));
        Told { title, body, language, event: event.number, is_first }
    }
}

/// A word in a language; names are the same in all, with a capital.
fn written(word: usize, language: &str) -> String {
    let letters: String = format!("{word:x}").bytes().map(letter).collect();
    if word.is_multiple_of(NAMES) { format!("Q{letters}") } else { format!("{language}{letters}") }
}

/// A letter for a hexadecimal digit.
fn letter(digit: u8) -> char {
    char::from(match digit {
        b'0'..=b'9' => b'g' + digit - b'0',
        other => other,
    })
}

struct Dice(u64);

impl Dice {
    fn share(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// A word by its rank, Zipf with exponent 1.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below VOCABULARY")]
    fn word(&mut self) -> usize {
        ((VOCABULARY as f64).powf(self.share()) - 1.0) as usize
    }

    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below `end`")]
    fn below(&mut self, end: usize) -> usize {
        (self.share() * end as f64) as usize
    }
}

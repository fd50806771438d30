//! Function words: words of grammar that tell nothing of an event. Folded, sorted.

const SPANISH: &[&str] = &[
    "a", "al", "algo", "ante", "antes", "asi", "aun", "aunque", "cada", "como", "con", "contra",
    "cual", "cuando", "de", "del", "desde", "despues", "donde", "durante", "e", "el", "ella",
    "ellos", "en", "entre", "era", "eran", "es", "esa", "ese", "eso", "esta", "estan", "estas",
    "este", "esto", "estos", "fue", "fueron", "ha", "han", "hasta", "hay", "la", "las", "le",
    "les", "lo", "los", "mas", "me", "mi", "mientras", "muy", "ni", "no", "nos", "o", "otra",
    "otras", "otro", "otros", "para", "pero", "poco", "por", "porque", "que", "quien", "se",
    "segun", "ser", "si", "sido", "sin", "sobre", "solo", "son", "su", "sus", "tambien", "tan",
    "tanto", "tiene", "tienen", "toda", "todas", "todo", "todos", "tras", "tu", "u", "un", "una",
    "unas", "uno", "unos", "y", "ya", "yo",
];

const ENGLISH: &[&str] = &[
    "a", "about", "after", "again", "all", "also", "am", "an", "and", "any", "are", "as", "at",
    "be", "because", "been", "before", "being", "but", "by", "can", "could", "did", "do", "does",
    "down", "during", "each", "for", "from", "had", "has", "have", "he", "her", "here", "him",
    "his", "how", "i", "if", "in", "into", "is", "it", "its", "just", "may", "me", "might", "more",
    "most", "must", "my", "new", "no", "not", "now", "of", "off", "on", "one", "only", "or",
    "other", "our", "out", "over", "own", "said", "say", "says", "she", "should", "so", "some",
    "such", "than", "that", "the", "their", "them", "then", "there", "these", "they", "this",
    "those", "to", "too", "under", "until", "up", "us", "very", "was", "we", "were", "what",
    "when", "where", "which", "while", "who", "whom", "why", "will", "with", "would", "you",
    "your",
];

/// Whether a folded word is grammar in the language; in either of the two if it is another one or
/// unknown.
pub fn is_function_word(word: &str, language: Option<&str>) -> bool {
    let primary = language.and_then(|tag| tag.split('-').next()).unwrap_or_default();
    let among = |list: &[&str]| list.binary_search(&word).is_ok();
    match primary {
        "es" => among(SPANISH),
        "en" => among(ENGLISH),
        _ => among(SPANISH) || among(ENGLISH),
    }
}

#[cfg(test)]
mod tests {
    use super::{ENGLISH, SPANISH, is_function_word};

    #[test]
    fn lists_are_sorted_and_found_in() {
        assert!(SPANISH.is_sorted() && ENGLISH.is_sorted());
        assert!(is_function_word("que", Some("es-MX")));
        assert!(!is_function_word("que", Some("en")));
        assert!(is_function_word("the", None) && is_function_word("los", Some("fr")));
    }
}

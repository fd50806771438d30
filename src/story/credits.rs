//! Who has a text from whom: by its credit line, its canonical link, or the words "according to".

use crate::model::{Agency, Credit, CreditKind};
use crate::story::spread::Carried;
use crate::text::{fold, is_han};

/// Characters at both ends of a text in which it says where it is from.
const HEAD: usize = 700;
const TAIL: usize = 250;
/// Characters beside a name that are looked at for such a remark.
const BESIDE: usize = 28;
/// Characters at both ends of a text in which a credit line stands, and of the place and date before it.
const LINE_HEAD: usize = 240;
const LINE_TAIL: usize = 160;
const DATELINE: usize = 60;
/// Characters in the brackets of a credit line, and of a line that is a credit and nothing more.
const BRACKETS: usize = 28;
const SIGNATURE: usize = 24;
/// Lines at both ends of a text that may name its source.
const LINES: usize = 3;

/// Folded words before a name: what follows is the source.
const BEFORE: [&str; 22] = [
    "segun",
    "segun informa",
    "segun publica",
    "informacion de",
    "publicada por",
    "publicado por",
    "citado por",
    "recoge",
    "adelanta",
    "fuente:",
    "according to",
    "reported by",
    "first appeared in",
    "appeared in",
    "published by",
    "told",
    "source:",
    "examined by",
    "据",
    "據",
    "来源:",
    "來源:",
];
/// Folded words after a name.
const AFTER: [&str; 12] = [
    "informa", "publica", "adelanta", "reported", "reports", "报道", "報道", "报导", "電", "电",
    "日电", "消息",
];
/// Folded words that begin a line which names a text's source.
const LABELS: [&str; 8] =
    ["fuente:", "agencia:", "source:", "credit:", "来源:", "稿源:", "消息来源:", "by "];

/// The agency whose text this is, as its authors or its credit line say: `MADRID (EFE).-`,
/// `LONDON, Nov 20 (Reuters) -`, `新华社北京11月20日电`, `Source: AP`. A text that only quotes an agency is not its.
#[must_use]
pub fn credited_agency<'a>(
    agencies: &'a [Agency],
    authors: &[String],
    body: &str,
) -> Option<&'a Agency> {
    let authors: Vec<String> = authors.iter().take(8).map(|name| fold(name).text).collect();
    let (head, tail) = (first(body, LINE_HEAD), last(body, LINE_TAIL));
    let (head, tail) = (fold(head).text, fold(tail).text);
    agencies.iter().find(|agency| {
        agency.credits.iter().any(|credit| {
            let credit = fold(credit).text;
            let by = |author: &String| {
                author.chars().count() <= credit.chars().count() + SIGNATURE
                    && whole(author, &credit).next().is_some()
            };
            authors.iter().any(by)
                || whole(&head, &credit).any(|at| heads(&head, at, &credit))
                || whole(&tail, &credit).any(|at| bracketed(&tail, at, &credit))
                || head.lines().take(LINES).any(|line| names_source(line, &credit, false))
                || tail.lines().rev().take(LINES).any(|line| names_source(line, &credit, true))
        })
    })
}

/// What of a text [`credited_agency`] looks at.
#[must_use]
pub fn credit_ends(body: &str) -> String {
    if body.chars().count() <= LINE_HEAD + LINE_TAIL {
        return body.to_owned();
    }
    format!("{}\n{}", first(body, LINE_HEAD), last(body, LINE_TAIL))
}

/// Whether the name at a place of the head is a credit: in brackets, before the dash of a dateline, or
/// before the `电` of one.
fn heads(head: &str, at: usize, name: &str) -> bool {
    let after = &head[at + name.len()..];
    let in_dateline = head[..at].chars().count() <= DATELINE;
    let dash = [".-", ". -", " -", "/-"].iter().any(|dash| after.starts_with(dash));
    let wired = || {
        let said = after.chars().take_while(|&c| !matches!(c, ',' | '.' | '。' | '、' | '\n'));
        name.chars().any(is_han) && said.take(16).any(|c| matches!(c, '电' | '讯'))
    };
    bracketed(head, at, name) || (in_dateline && (dash || wired()))
}

/// Whether the name at a place stands in brackets with nothing but names: `(EFE)`, `(Reuters/AP)`.
fn bracketed(text: &str, at: usize, name: &str) -> bool {
    let end = at + name.len();
    let (Some(open), Some(close)) = (text[..at].rfind('('), text[end..].find(')')) else {
        return false;
    };
    let inside = &text[open + 1..end + close];
    let is_list = |c: char| c.is_alphabetic() || matches!(c, ' ' | '/' | '-' | '.' | '&');
    inside.chars().count() <= BRACKETS
        && inside.chars().all(is_list)
        && inside.split(['/', '-', '&']).any(|part| part.trim() == name)
}

/// Whether a line names the text's source: `Fuente: EFE`; at the end also a bare signature, `EFE mgs/jlp`.
fn names_source(line: &str, name: &str, may_sign: bool) -> bool {
    let line = line.trim().trim_end_matches('.');
    if line.chars().count() > name.chars().count() + SIGNATURE {
        return false;
    }
    let labelled = LABELS.iter().any(|label| {
        let rest = line.strip_prefix(label).map(str::trim_start);
        rest.is_some_and(|rest| whole(rest, name).next() == Some(0))
    });
    let signs = || {
        let rest = line.strip_prefix(name);
        rest.is_some_and(|rest| rest.is_empty() || (rest.starts_with(' ') && rest.contains('/')))
    };
    labelled || (may_sign && signs())
}

/// Where a folded name stands in a folded text as a word of its own.
fn whole<'a>(text: &'a str, name: &'a str) -> impl Iterator<Item = usize> + 'a {
    let is_latin = name.is_ascii();
    let letter = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && !is_han(c));
    text.match_indices(name).map(|(at, _)| at).filter(move |&at| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        !is_latin || !(letter(before.chars().next_back()) || letter(after.chars().next()))
    })
}

/// Who names whom as the source, most surely first for each: in a credit line, by a canonical link, in
/// words. Agencies and the media of the story are looked for.
pub fn credits(articles: &[Carried], agencies: &[Agency]) -> Vec<Credit> {
    let names = names(articles, agencies);
    let mut found: Vec<Credit> = Vec::new();
    for article in articles {
        let mut add = |kind, from: &str, evidence: String| {
            let same = |it: &Credit| it.medium == article.source && it.from == *from;
            if from != article.source && !found.iter().any(same) {
                let (medium, from) = (article.source.clone(), from.to_owned());
                found.push(Credit { medium, from, kind, evidence });
            }
        };
        if let Some(claim) = &article.original {
            add(CreditKind::Link, &claim.medium, claim.url.clone());
        }
        if let Some(agency) = credited_agency(agencies, &article.authors, &article.body) {
            add(CreditKind::Line, &agency.name, line(article, agency));
        }
        let text = fold(&ends(&article.body)).text;
        for (name, folded) in &names {
            if let Some(evidence) = credited(&text, folded) {
                add(CreditKind::Words, name, evidence);
            }
        }
    }
    found
}

/// Names that texts may credit, each with its folded form.
fn names(articles: &[Carried], agencies: &[Agency]) -> Vec<(String, String)> {
    let media = articles.iter().map(|one| (one.source.as_str(), one.source.as_str()));
    let agencies = agencies.iter().flat_map(|agency| {
        agency.credits.iter().map(|credit| (agency.name.as_str(), credit.as_str()))
    });
    let mut names: Vec<(String, String)> = Vec::new();
    for (name, written) in media.chain(agencies) {
        let folded = fold(written).text;
        if folded.chars().count() >= 2 && !names.iter().any(|(_, held)| *held == folded) {
            names.push((name.to_owned(), folded));
        }
    }
    names
}

/// What shows the credit line to people: the authors, or the end of the text that has it.
fn line(article: &Carried, agency: &Agency) -> String {
    let credits = || agency.credits.iter().map(|credit| fold(credit).text);
    let holds = |text: &str| {
        let text = fold(text).text;
        credits().any(|credit| whole(&text, &credit).next().is_some())
    };
    if let Some(author) = article.authors.iter().find(|author| holds(author)) {
        return author.clone();
    }
    let mut ends = [first(&article.body, LINE_HEAD), last(&article.body, LINE_TAIL)].into_iter();
    let found = ends.find(|text| holds(text)).unwrap_or_default();
    let folded = fold(found).text;
    let at = credits().find_map(|credit| whole(&folded, &credit).next()).unwrap_or(0);
    beside(&folded, at, at)
}

fn ends(body: &str) -> String {
    if body.chars().count() <= HEAD + TAIL {
        return body.to_owned();
    }
    format!("{}\n{}", first(body, HEAD), last(body, TAIL))
}

fn first(text: &str, most: usize) -> &str {
    text.char_indices().nth(most).map_or(text, |(at, _)| &text[..at])
}

fn last(text: &str, most: usize) -> &str {
    text.char_indices().rev().nth(most.saturating_sub(1)).map_or(text, |(at, _)| &text[at..])
}

/// What stands around a place, in one line.
fn beside(text: &str, from: usize, to: usize) -> String {
    let from = text[..from].char_indices().rev().nth(BESIDE).map_or(0, |(at, _)| at);
    let to = text[to..].char_indices().nth(BESIDE).map_or(text.len(), |(at, _)| to + at);
    text[from..to].trim().replace('\n', " ")
}

/// The words by which a folded text credits a folded name.
fn credited(text: &str, name: &str) -> Option<String> {
    const ARTICLES: [&str; 10] =
        ["el", "la", "los", "las", "the", "diario", "daily", "agencia", "西班牙《", "《"];
    for at in whole(text, name) {
        let end = at + name.len();
        let from = text[..at].char_indices().rev().nth(BESIDE).map_or(0, |(at, _)| at);
        let mut before = text[from..at].trim_end();
        while let Some(shorter) = ARTICLES.iter().find_map(|it| before.strip_suffix(it)) {
            before = shorter.trim_end();
        }
        let before = before.trim_end_matches([' ', '"', '(', '《']);
        let after = text[end..].trim_start_matches([' ', ',', '"', '》', ')']);
        let in_brackets = text[..at].ends_with('(') && text[end..].starts_with(')');
        let says = BEFORE.iter().any(|word| before.ends_with(word))
            || AFTER.iter().any(|word| after.starts_with(word))
            || in_brackets;
        if says {
            return Some(beside(text, at, end));
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::credited_agency;
    use crate::model::Agency;

    fn agencies() -> Vec<Agency> {
        let agency = |name: &str, credits: &[&str]| Agency {
            name: name.to_owned(),
            credits: credits.iter().map(|&it| it.to_owned()).collect(),
            clients: Vec::new(),
        };
        vec![
            agency("EFE", &["EFE"]),
            agency("Reuters", &["Reuters", "路透社"]),
            agency("Associated Press", &["AP", "Associated Press"]),
            agency("Xinhua", &["Xinhua", "新华社"]),
        ]
    }

    #[test]
    fn credit_lines_in_three_languages() {
        let agencies = agencies();
        let of = |authors: &[&str], body: &str| {
            let authors: Vec<String> = authors.iter().map(|&it| it.to_owned()).collect();
            credited_agency(&agencies, &authors, body).map(|it| it.name.clone())
        };
        for (authors, body, expected) in [
            (&[][..], "MADRID, 20 nov (EFE).- El supervisor multa al banco.", Some("EFE")),
            (&[], "Madrid, EFE.- El supervisor multa al banco.", Some("EFE")),
            (&[], "LONDON, Nov 20 (Reuters) - The regulator fined the bank.", Some("Reuters")),
            (&[], "WASHINGTON (AP) — The regulator fined the bank.", Some("Associated Press")),
            (&[], "新华社北京11月20日电（记者林致远）监管机构处罚银行。", Some("Xinhua")),
            (&[], "据新华社11月20日电，监管机构处罚银行。", Some("Xinhua")),
            (&[], "监管机构处罚银行。\n来源：新华社", Some("Xinhua")),
            (&[], "El supervisor multa al banco.\nEFE mgs/jlp", Some("EFE")),
            (&[], "El supervisor multa al banco. Fin.\nFuente: EFE", Some("EFE")),
            (&["Redacción / EFE"], "El supervisor multa al banco.", Some("EFE")),
            (&["Associated Press"], "The bank was fined.", Some("Associated Press")),
            (&[], "El banco, según EFE, recurrirá la multa.", None),
            (&[], "The bank told Reuters that it would appeal.", None),
            (&[], "监管机构处罚银行，新华社报道。", None),
            (&[], "The maps (which AP drew in May) are wrong.", None),
            (&["Jefe Ramírez"], "El jefe (EFECTIVO) llegó.", None),
            (&[], "", None),
        ] {
            assert_eq!(of(authors, body).as_deref(), expected, "{authors:?} {body}");
        }
    }
}

//! How a story went through the media, told from its articles: when, in which tiers, by which
//! owners, who names whom as the source.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::model::{ArticleId, Credit, Share, Spread, SpreadArticle, SpreadHour, SpreadOwner};
use crate::story::digest;
use crate::text::fold;

/// Hours of the timeline; a longer story ends there.
const MAX_HOURS: usize = 24 * 14;
/// Characters at both ends of a text in which it says where it is from.
const HEAD: usize = 700;
const TAIL: usize = 250;
/// Characters beside a name that are looked at for such a remark.
const BESIDE: usize = 28;

/// Agencies that are named though they are no source of ours.
const AGENCIES: [&str; 14] = [
    "EFE",
    "Europa Press",
    "Reuters",
    "Associated Press",
    "AFP",
    "Bloomberg",
    "ANSA",
    "DPA",
    "新华社",
    "新華社",
    "中新社",
    "路透社",
    "法新社",
    "彭博社",
];
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

/// An article with its medium.
#[derive(Debug, Clone)]
pub struct Carried {
    /// Identifier.
    pub id: ArticleId,
    /// When it appeared.
    pub at: Timestamp,
    /// Headline.
    pub title: String,
    /// Plain text.
    pub body: String,
    /// Where it stands.
    pub url: String,
    /// BCP-47.
    pub language: Option<String>,
    /// Whether it copies another.
    pub is_copy: bool,
    /// Name of the medium.
    pub source: String,
    /// Its owner.
    pub owner: String,
    /// Its tier, 1 to 3.
    pub tier: u8,
    /// Its region.
    pub region: Option<String>,
}

/// Tells how a story spread. `articles` in any order.
#[must_use]
pub fn spread(id: &str, mut articles: Vec<Carried>) -> Spread {
    articles.sort_by(|a, b| a.at.cmp(&b.at).then(a.id.cmp(&b.id)));
    let digest = digest::digest(&articles);
    let count = |list: usize| u32::try_from(list).unwrap_or(u32::MAX);
    Spread {
        id: id.to_owned(),
        headline: digest.headline,
        lead: digest.lead.and_then(|at| articles.get(at)).map(brief),
        phrases: digest.phrases,
        entities: digest.entities,
        articles: count(articles.len()),
        copies: count(articles.iter().filter(|one| one.is_copy).count()),
        first: articles.first().map(brief),
        first_authoritative: articles.iter().find(|one| one.tier == 1).map(brief),
        last_seen_at: articles.last().map(|one| one.at.to_string()),
        hours: hours(&articles),
        owners: owners(&articles),
        credits: credits(&articles),
        languages: shares(articles.iter().filter_map(|one| one.language.clone())),
        regions: shares(articles.iter().filter_map(|one| one.region.clone())),
    }
}

fn brief(article: &Carried) -> SpreadArticle {
    SpreadArticle {
        id: article.id.to_string(),
        title: article.title.clone(),
        url: article.url.clone(),
        source: article.source.clone(),
        tier: article.tier,
        at: article.at.to_string(),
    }
}

#[expect(clippy::cast_possible_wrap, reason = "at most MAX_HOURS")]
fn hours(articles: &[Carried]) -> Vec<SpreadHour> {
    let hour = |at: Timestamp| at.as_second().div_euclid(3600);
    let Some(begin) = articles.first().map(|one| hour(one.at)) else { return Vec::new() };
    let mut hours: Vec<SpreadHour> = Vec::new();
    for article in articles {
        let index = usize::try_from(hour(article.at) - begin).unwrap_or(0);
        if index >= MAX_HOURS {
            break;
        }
        while hours.len() <= index {
            let at = Timestamp::from_second((begin + hours.len() as i64) * 3600).ok();
            let at = at.map(|at| at.to_string()).unwrap_or_default();
            hours.push(SpreadHour { at, ..SpreadHour::default() });
        }
        let Some(slot) = hours.get_mut(index) else { break };
        match article.tier {
            1 => slot.tier1 += 1,
            2 => slot.tier2 += 1,
            _ => slot.tier3 += 1,
        }
        slot.copies += u32::from(article.is_copy);
    }
    hours
}

fn owners(articles: &[Carried]) -> Vec<SpreadOwner> {
    let mut owners: Vec<SpreadOwner> = Vec::new();
    for article in articles {
        let at = owners.iter().position(|one| one.owner == article.owner).unwrap_or_else(|| {
            owners.push(SpreadOwner {
                owner: article.owner.clone(),
                first_at: article.at.to_string(),
                ..SpreadOwner::default()
            });
            owners.len() - 1
        });
        let owner = &mut owners[at];
        owner.articles += 1;
        if !owner.media.contains(&article.source) {
            owner.media.push(article.source.clone());
        }
    }
    owners
}

/// Who names whom: a medium of the story or an agency, beside words that say so.
fn credits(articles: &[Carried]) -> Vec<Credit> {
    let mut names: Vec<(String, String)> = Vec::new();
    let known = articles.iter().map(|one| one.source.as_str()).chain(AGENCIES);
    for name in known {
        let folded = fold(name).text;
        if folded.chars().count() >= 2 && !names.iter().any(|(_, held)| *held == folded) {
            names.push((name.to_owned(), folded));
        }
    }
    let mut found: Vec<Credit> = Vec::new();
    for article in articles {
        let text = fold(&ends(&article.body)).text;
        for (name, folded) in names.iter().filter(|(name, _)| *name != article.source) {
            let Some(evidence) = credited(&text, folded) else { continue };
            let new = |it: &Credit| !(it.medium == article.source && it.from == *name);
            if found.iter().all(new) {
                let (medium, from) = (article.source.clone(), name.clone());
                found.push(Credit { medium, from, evidence });
            }
        }
    }
    found
}

fn ends(body: &str) -> String {
    let count = body.chars().count();
    if count <= HEAD + TAIL {
        return body.to_owned();
    }
    let head = body.chars().take(HEAD);
    head.chain(['\n']).chain(body.chars().skip(count - TAIL)).collect()
}

/// The words by which a folded text credits a folded name.
fn credited(text: &str, name: &str) -> Option<String> {
    for (at, _) in text.match_indices(name) {
        let end = at + name.len();
        let word = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() && c.is_ascii());
        let is_latin = name.is_ascii();
        if is_latin && (word(text[..at].chars().next_back()) || word(text[end..].chars().next())) {
            continue;
        }
        let from = text[..at].char_indices().rev().nth(BESIDE).map_or(0, |(at, _)| at);
        let to = text[end..].char_indices().nth(BESIDE).map_or(text.len(), |(at, _)| end + at);
        let articles = [
            "el ",
            "la ",
            "los ",
            "las ",
            "the ",
            "diario ",
            "daily ",
            "agencia ",
            "西班牙《",
            "《",
        ];
        let mut before = text[from..at].trim_end().to_owned() + " ";
        while let Some(shorter) =
            articles.iter().find_map(|it| before.trim_end_matches(' ').strip_suffix(it.trim_end()))
        {
            before = shorter.trim_end().to_owned() + " ";
        }
        let before = before.trim_end_matches([' ', '"', '(', '《']);
        let after = text[end..to].trim_start_matches([' ', ',', '"', '》', ')']);
        let in_brackets = text[..at].ends_with('(') && text[end..].starts_with(')');
        let says = BEFORE.iter().any(|word| before.ends_with(word))
            || AFTER.iter().any(|word| after.starts_with(word))
            || in_brackets;
        if says {
            return Some(text[from..to].trim().replace('\n', " "));
        }
    }
    None
}

fn shares(names: impl Iterator<Item = String>) -> Vec<Share> {
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    for name in names {
        *counts.entry(name).or_default() += 1;
    }
    let mut shares: Vec<Share> =
        counts.into_iter().map(|(name, articles)| Share { name, articles }).collect();
    shares.sort_by(|a, b| b.articles.cmp(&a.articles).then(a.name.cmp(&b.name)));
    shares
}

#[cfg(test)]
mod tests {
    use super::{Carried, spread};
    use crate::model::ArticleId;

    fn article(minutes: i64, source: &str, tier: u8, body: &str) -> Carried {
        Carried {
            id: ArticleId::new(),
            at: jiff::Timestamp::from_second(1_700_000_000 + minutes * 60).unwrap_or_default(),
            title: "Multa de 3 millones a Banco Almenara".to_owned(),
            body: body.to_owned(),
            url: String::new(),
            language: Some("es".to_owned()),
            is_copy: minutes > 0,
            source: source.to_owned(),
            owner: if source == "La Voz" { "El Diario".to_owned() } else { source.to_owned() },
            tier,
            region: None,
        }
    }

    #[test]
    fn who_when_and_from_whom() {
        let told = spread(
            "s",
            vec![
                article(130, "La Voz", 2, "Según El Diario, el supervisor multa al banco."),
                article(0, "El Diario", 3, "MADRID (EFE).- El supervisor multa al banco."),
                article(
                    10,
                    "东海财经",
                    1,
                    "据新华社11月20日电，监管机构处罚银行。来源：El Diario。",
                ),
                article(20, "The Post", 2, "The bank EFE-FIN was fined. Reuters is an agency."),
            ],
        );
        assert_eq!(told.first.as_ref().map(|it| it.source.as_str()), Some("El Diario"));
        assert_eq!(
            told.first_authoritative.as_ref().map(|it| it.source.as_str()),
            Some("东海财经")
        );
        assert_eq!((told.articles, told.copies, told.hours.len()), (4, 3, 3));
        let owners: Vec<&str> = told.owners.iter().map(|it| it.owner.as_str()).collect();
        assert_eq!(owners, ["El Diario", "东海财经", "The Post"]);
        let credits: Vec<(&str, &str)> =
            told.credits.iter().map(|it| (it.medium.as_str(), it.from.as_str())).collect();
        let expected = [
            ("El Diario", "EFE"),
            ("东海财经", "El Diario"),
            ("东海财经", "新华社"),
            ("La Voz", "El Diario"),
        ];
        assert_eq!(credits, expected);
    }
}

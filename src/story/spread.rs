//! How a story went through the media, told from its articles: when, in which tiers, by which
//! owners, who names whom as the source.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::model::{
    Agency, ArticleId, Credit, Share, Spread, SpreadArticle, SpreadHour, SpreadOwner,
};
use crate::story::credits::credits;
use crate::story::digest;

/// Hours of the timeline; a longer story ends there.
const MAX_HOURS: usize = 24 * 14;
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
    /// Whom it counts as, when independent voices are counted: its owner, or whom its text is from.
    pub voice: String,
    /// Names of the authors.
    pub authors: Vec<String>,
    /// Where its page says that its text is from.
    pub original: Option<Claim>,
    /// Its tier, 1 to 3.
    pub tier: u8,
    /// Its region.
    pub region: Option<String>,
}

/// A canonical link to a medium that is known.
#[derive(Debug, Clone)]
pub struct Claim {
    /// Where it leads.
    pub url: String,
    /// Whose site that is.
    pub medium: String,
}

/// Tells how a story spread. `articles` in any order.
#[must_use]
pub fn spread(id: &str, mut articles: Vec<Carried>, agencies: &[Agency]) -> Spread {
    articles.sort_by(|a, b| a.at.cmp(&b.at).then(a.id.cmp(&b.id)));
    let digest = digest::digest(&articles);
    let count = |list: usize| u32::try_from(list).unwrap_or(u32::MAX);
    let credits = credits(&articles, agencies);
    let voices: BTreeSet<&str> = articles.iter().map(|one| one.voice.as_str()).collect();
    Spread {
        id: id.to_owned(),
        headline: digest.headline,
        lead: digest.lead.and_then(|at| articles.get(at)).map(brief),
        phrases: digest.phrases,
        entities: digest.entities,
        articles: count(articles.len()),
        copies: count(articles.iter().filter(|one| one.is_copy).count()),
        voices: count(voices.len()),
        first: articles.first().map(brief),
        original: original(&articles).map(brief),
        first_authoritative: articles.iter().find(|one| one.tier == 1).map(brief),
        last_seen_at: articles.last().map(|one| one.at.to_string()),
        hours: hours(&articles),
        owners: owners(&articles),
        according_to: according_to(&credits),
        credits,
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

/// The article that the others have their text from: the one that most of them name by a canonical
/// link, else the first.
fn original(articles: &[Carried]) -> Option<&Carried> {
    let named = |one: &Carried| {
        let claims = articles.iter().filter_map(|other| other.original.as_ref());
        claims.filter(|claim| is_at(&claim.url, &one.url)).count()
    };
    let most = articles.iter().map(named).max().filter(|&most| most > 0);
    most.and_then(|most| articles.iter().find(|one| named(one) == most)).or(articles.first())
}

/// Whether two addresses are one but for scheme, `www.` and a last slash.
fn is_at(one: &str, other: &str) -> bool {
    let bare = |url: &str| {
        let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
        rest.strip_prefix("www.").unwrap_or(rest).trim_end_matches('/').to_owned()
    };
    !one.is_empty() && bare(one) == bare(other)
}

/// Whom the media of the story name as their source, and how many of them do.
fn according_to(credits: &[Credit]) -> Vec<Share> {
    shares(credits.iter().map(|credit| credit.from.clone()))
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
    use super::{Carried, Claim, spread};
    use crate::model::{Agency, ArticleId, CreditKind};

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
            voice: source.to_owned(),
            authors: Vec::new(),
            original: None,
            tier,
            region: None,
        }
    }

    fn agencies() -> Vec<Agency> {
        let agency = |name: &str, credits: &[&str]| Agency {
            name: name.to_owned(),
            credits: credits.iter().map(|&it| it.to_owned()).collect(),
            clients: Vec::new(),
        };
        vec![
            agency("EFE", &["EFE"]),
            agency("Xinhua", &["新华社"]),
            agency("Reuters", &["Reuters"]),
        ]
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
            &agencies(),
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
            ("东海财经", "Xinhua"),
            ("东海财经", "El Diario"),
            ("La Voz", "El Diario"),
        ];
        assert_eq!(credits, expected);
        let kinds: Vec<CreditKind> = told.credits.iter().map(|it| it.kind).collect();
        assert_eq!(
            kinds,
            [CreditKind::Line, CreditKind::Line, CreditKind::Words, CreditKind::Words]
        );
        let named: Vec<(&str, u32)> =
            told.according_to.iter().map(|it| (it.name.as_str(), it.articles)).collect();
        assert_eq!(named, [("El Diario", 2), ("EFE", 1), ("Xinhua", 1)]);
    }

    #[test]
    fn a_canonical_link_tells_who_is_the_original() {
        let at = |article: Carried, url: &str, original: Option<&str>| Carried {
            url: url.to_owned(),
            original: original.map(|url| Claim { url: url.to_owned(), medium: "Wire".to_owned() }),
            ..article
        };
        let first = at(
            article(0, "El Diario", 3, "Texto."),
            "https://diario.example/a",
            Some("https://wire.example/a/"),
        );
        let wire = at(article(9, "Wire", 3, "Texto."), "https://www.wire.example/a", None);
        let told = spread("s", vec![first.clone(), wire], &[]);
        let name = |it: Option<&crate::model::SpreadArticle>| it.map(|it| it.source.clone());
        assert_eq!(name(told.first.as_ref()).as_deref(), Some("El Diario"));
        assert_eq!(name(told.original.as_ref()).as_deref(), Some("Wire"));
        let credit = &told.credits[0];
        assert_eq!((credit.medium.as_str(), credit.from.as_str()), ("El Diario", "Wire"));
        // A claim of which the story knows nothing leaves the first seen the original.
        let told = spread("s", vec![first], &[]);
        assert_eq!(name(told.original.as_ref()).as_deref(), Some("El Diario"));
    }
}

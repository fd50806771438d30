//! The search of the archive: whatever the index has, lacks or still has of what is gone, it finds
//! exactly what reading everything finds.

use std::path::Path;

use atalaya::analyse::matching::Scratch;
use atalaya::archive::{Exact, Question, Way, search};
use atalaya::config::{self, Config};
use atalaya::model::query::{Form, Inflection, Query, Term};
use atalaya::model::{Article, ArticleId, StoryId};
use atalaya::query::{INDEX_VERSION, Reading, index_words, parse};
use atalaya::store::search::{self as index, Waiting};
use atalaya::store::{Store, articles, prune};

use crate::backend::Backend;
use crate::samples::{self, at};
use crate::{close, on_runtime};

const WORDS: [&str; 24] = [
    "banco",
    "Bancos",
    "Almenara",
    "fraude",
    "Fraudes",
    "defraudado",
    "de",
    "España",
    "crisis",
    "IRA",
    "ira",
    "AT&T",
    "银行",
    "挤兑",
    "行挤",
    "中国银行股价",
    "A股",
    "，",
    "\n",
    "storm",
    "surge",
    "bank",
    "fr\u{ad}aude",
    "5G",
];

const QUERIES: [&str; 22] = [
    "fraude",
    "banco",
    "\"banco de España\"",
    "banco AND NOT fraude",
    "fraud*",
    "fr?ude",
    "=IRA",
    "银行",
    "银",
    "挤兑 OR 股价",
    "\"A股\"",
    "\"银行挤兑\"",
    "NOT 银行",
    "banco NEAR/3 crisis",
    "银行 NEAR/2 挤兑",
    "(storm OR surge) NEAR/5 bank",
    "title:fraude",
    "body:银行",
    "lang:es AND crisis",
    "date:2026-11-23 AND bank",
    "severity:10.. AND banco",
    "/fraud[a-e]s?/",
];

/// Articles of words drawn at random, always the same.
struct Draw(u64);

impl Draw {
    fn below(&mut self, end: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % end
    }

    fn text(&mut self, words: usize) -> String {
        let words: Vec<&str> = (0..words).map(|_| WORDS[self.below(WORDS.len())]).collect();
        words.join(" ")
    }

    fn article(&mut self, n: i64) -> (atalaya::model::Entry, Article) {
        let entry = samples::entry(n);
        let (title, body) = (self.text(4), self.text(20));
        let language = ["es", "zh", "en"].get(self.below(4)).map(|&tag| tag.to_owned());
        let article = samples::article(&entry, StoryId::new());
        (entry, Article { title, body, language, ..article })
    }
}

async fn add(store: &Store, draw: &mut Draw, numbers: std::ops::Range<i64>) -> Vec<Article> {
    let drawn: Vec<_> = numbers.map(|n| draw.article(n)).collect();
    let articles = drawn.iter().map(|(_, article)| article.clone()).collect();
    let job = move |tx: &mut dyn atalaya::store::Transaction| {
        for (entry, article) in &drawn {
            let sql = "INSERT INTO entry (id, source_id, key, url, title, text, authors, discovered_at, \
                       history, state, not_before) VALUES (?1, ?2, ?3, '', '', '', '[]', ?4, 0, 'done', 0)";
            let key = format!("{}-{}", entry.key, entry.id);
            let params = [
                entry.id.to_string().into(),
                entry.source_id.clone().into(),
                key.into(),
                entry.discovered_at.into(),
            ];
            tx.execute(sql, &params)?;
            articles::insert(
                tx,
                entry.id,
                article,
                article.story_id.unwrap(),
                &samples::analysis(),
            )?;
        }
        Ok(())
    };
    store.write(job).await.unwrap();
    articles
}

/// What the daemon's indexer does, until so many wait no more.
async fn index_some(store: &Store, count: u32) {
    store.write(|tx| index::begin_anew_unless(tx, INDEX_VERSION)).await.unwrap();
    let waiting = store.read(move |tx| index::waiting(tx, count)).await.unwrap();
    index_these(store, waiting).await;
}

async fn index_these(store: &Store, waiting: Vec<Waiting>) {
    let cut = |one: Waiting| {
        let words = index_words(&one.title, &one.body);
        (one, words)
    };
    let cut: Vec<_> = waiting.into_iter().map(cut).collect();
    store.write(move |tx| index::index(tx, &cut)).await.unwrap();
}

fn shipped() -> Config {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("config/atalaya.toml");
    config::load(&path).expect("the shipped configuration").0
}

async fn found(
    store: &Store,
    config: &Config,
    query: &Query,
    limit: usize,
) -> (Vec<ArticleId>, Way) {
    let exact = Exact::compile(query).expect("compiled");
    let question = Question { query, since: at(-9999), until: at(99_999), limit };
    let found = search(store, config, &question, &exact).await.expect("searched");
    (found.hits.iter().map(|hit| hit.stored.article.id).collect(), found.way)
}

/// Every query finds, newest first, the articles for which the engine says so.
async fn exactly(store: &Store, config: &Config, articles: &[Article]) {
    let reading = Reading { may_only_deny: true, ..Reading::default() };
    for text in QUERIES {
        let query = parse(text, &reading).unwrap_or_else(|error| panic!("{text}: {error}")).query;
        let exact = Exact::compile(&query).expect("compiled");
        let mut scratch = Scratch::default();
        let mut expected: Vec<&Article> = articles
            .iter()
            .filter(|article| {
                exact.look(&article.document(&samples::source()), &mut scratch).is_some()
            })
            .collect();
        expected.sort_by_key(|article| std::cmp::Reverse(article.discovered_at));
        let expected: Vec<ArticleId> = expected.iter().map(|article| article.id).collect();
        let (found, way) = found(store, config, &query, 10_000).await;
        assert_eq!(found, expected, "{text} by {way:?}");
    }
}

async fn searched(backend: &Backend) {
    let (config, store, mut draw) = (shipped(), backend.open().await, Draw(7));
    let mut all = add(&store, &mut draw, 0..300).await;
    let way = |way: Way| matches!(way, Way::Index(..));
    let fraude = parse("fraude", &Reading::default()).unwrap().query;
    // Before there is an index, while it lags, and when it has all.
    assert!(!way(found(&store, &config, &fraude, 9).await.1));
    exactly(&store, &config, &all).await;
    index_some(&store, 100).await;
    assert!(way(found(&store, &config, &fraude, 9).await.1));
    exactly(&store, &config, &all).await;
    index_some(&store, 1000).await;
    exactly(&store, &config, &all).await;

    edited(&store, &config, &mut draw, &mut all).await;
    all.extend(add(&store, &mut draw, 300..330).await);
    exactly(&store, &config, &all).await;
    removed(&store, &config, &mut all).await;
    hostile(&store, &config, &all).await;

    // An index that was cut in another way is left alone until it is made anew.
    store.write(|tx| index::begin_anew_unless(tx, INDEX_VERSION + 1)).await.unwrap();
    assert!(!way(found(&store, &config, &fraude, 9).await.1));
    exactly(&store, &config, &all).await;
    index_some(&store, 1000).await;
    assert!(way(found(&store, &config, &fraude, 9).await.1));
    exactly(&store, &config, &all).await;
    close(store).await;
}

/// An edit counts at once, and one that comes while its article is being indexed is not lost.
async fn edited(store: &Store, config: &Config, draw: &mut Draw, all: &mut [Article]) {
    let stale = {
        revise(store, draw, &mut all[5]).await;
        let stale = store.read(|tx| index::waiting(tx, 10)).await.unwrap();
        assert_eq!(stale.len(), 1);
        revise(store, draw, &mut all[5]).await;
        stale
    };
    exactly(store, config, all).await;
    index_these(store, stale).await;
    assert_eq!(store.read(|tx| index::waiting(tx, 10)).await.unwrap().len(), 1);
    exactly(store, config, all).await;
    index_some(store, 10).await;
    exactly(store, config, all).await;
}

async fn revise(store: &Store, draw: &mut Draw, article: &mut Article) {
    article.title = draw.text(4);
    article.body = draw.text(20);
    let copy = article.clone();
    store.write(move |tx| articles::revise(tx, &copy, &samples::analysis())).await.unwrap();
}

/// What retention removes leaves the index too.
async fn removed(store: &Store, config: &Config, all: &mut Vec<Article>) {
    let gone = store.write(|tx| prune::entries(tx, at(100), 1000)).await.unwrap();
    assert_eq!(gone, 100);
    all.retain(|article| article.discovered_at >= at(100));
    exactly(store, config, all).await;
    let count = "SELECT COUNT(*) FROM search_row";
    let rows = store.read(move |tx| tx.query(count, &[])?[0].get::<i64>(0)).await.unwrap();
    assert_eq!(rows, 200);
}

async fn hostile(store: &Store, config: &Config, all: &[Article]) {
    let term = |text: String| Query::Term(Term { text, form: Form::Folded(Inflection::Plural) });
    // Too many words to ask the index for, and as many as it is asked for.
    for count in [10_000, 80] {
        let words = (0..count).map(|n| term(format!("w{n}"))).chain([term("fraude".to_owned())]);
        let (hits, _) = found(store, config, &Query::Any(words.collect()), 10_000).await;
        let (expected, _) = found(store, config, &term("fraude".to_owned()), 10_000).await;
        assert_eq!(hits, expected);
        assert!(!hits.is_empty());
    }
    let (some, _) = found(store, config, &term("banco".to_owned()), 3).await;
    let (more, _) = found(store, config, &term("banco".to_owned()), 10_000).await;
    assert_eq!(some, more[..3]);
    assert!(more.len() < all.len());
    // Quotes and operators of the databases' own languages are only words.
    for text in ["\" OR 1", "' | 'x", "NEAR(a b)", "title : x", "a:* & !b", "'; DROP TABLE article"]
    {
        let _ = found(store, config, &term(text.to_owned()), 10).await;
    }
}

#[test]
fn search_is_exact_on_sqlite() {
    let backend = Backend::sqlite();
    on_runtime(searched(&backend));
}

#[test]
fn search_is_exact_on_postgresql() {
    let backend = Backend::postgres();
    on_runtime(searched(&backend));
}

//! Made-up articles about a made-up bank: copies, follow-ups and look-alikes in three languages.

use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;

use super::{Clusterer, Settings, StoryItem};
use crate::model::{ArticleId, Assignment};

fn start() -> Timestamp {
    "2026-11-20T08:00:00Z".parse().expect("time")
}

/// One article of a table: a label that says where it belongs, `story` or `story=` for a copy.
struct Row(&'static str, &'static str, &'static str);

fn place(
    clusterer: &mut Clusterer,
    title: &str,
    body: &str,
    minutes: i64,
) -> (ArticleId, Assignment) {
    place_in(clusterer, (title, body, None), minutes)
}

fn place_in(
    clusterer: &mut Clusterer,
    (title, body, language): (&str, &str, Option<&str>),
    minutes: i64,
) -> (ArticleId, Assignment) {
    let at = start() + SignedDuration::from_mins(minutes);
    let item = StoryItem { id: ArticleId::new(), title, body, language, at };
    let assigned = clusterer.assign(&item);
    clusterer.insert(&item, assigned.story, assigned.duplicate_of);
    (item.id, assigned)
}

/// Puts the rows in, and expects equal labels in one story, different ones apart, and copies
/// (label with `=`) to point to the first article of their label.
fn check(name: &str, rows: &[Row]) {
    check_in(Clusterer::new(Settings::default()), name, rows);
    check_in(watching_for_weeks(), &format!("{name}, later"), rows);
}

/// A clusterer that has seen a hundred other stories of the bank.
fn watching_for_weeks() -> Clusterer {
    let mut clusterer = Clusterer::new(Settings::default());
    for story in 0..100 {
        let word = |number: usize| format!("w{number}x{story}");
        let names = [("Banco Almenara", "es"), ("Almenara Bank", "en"), ("阿尔梅纳银行", "zh")];
        let (name, language) = names[story % names.len()];
        let title = format!("{name} {} {} {}", word(0), word(1), word(2));
        let body: Vec<String> = (0..40).map(word).collect();
        let body = format!("{name} {}. {name}", body.join(" "));
        place_in(&mut clusterer, (&title, &body, Some(language)), 0);
    }
    clusterer
}

fn check_in(mut clusterer: Clusterer, name: &str, rows: &[Row]) {
    let mut placed: Vec<(&str, ArticleId, Assignment)> = Vec::new();
    for (minutes, Row(label, title, body)) in (0..).step_by(20).zip(rows) {
        let (id, assigned) = place(&mut clusterer, title, body, minutes);
        let (label, copy) = label.strip_suffix('=').map_or((*label, false), |label| (label, true));
        let first = placed.iter().find(|(other, ..)| *other == label).map(|(_, id, _)| *id);
        assert_eq!(assigned.duplicate_of, first.filter(|_| copy), "{name}: copy? {title}");
        assert_eq!(assigned.opens, first.is_none(), "{name}: opens? {title}");
        for (other, _, held) in &placed {
            assert_eq!(*other == label, held.story == assigned.story, "{name}: {other} / {title}");
        }
        placed.push((label, id, assigned));
    }
}

const FINE_ES: &str = "El supervisor de conducta ha impuesto a Banco Almenara una multa de 3 millones de euros por ocultar comisiones en las hipotecas que comercializó entre 2019 y 2022.\nLa resolución, publicada el lunes, considera probado que la entidad no informó a unos 4.200 clientes del coste de los seguros vinculados.\nBanco Almenara anunció que recurrirá la sanción ante la Audiencia Nacional y aseguró que ya ha devuelto parte de las cantidades cobradas.\nLas asociaciones de consumidores pidieron que la devolución alcance a todos los afectados y que se publique la lista de oficinas.";
const FINE_ES_EDITED: &str = "MADRID.- El supervisor de conducta ha impuesto a Banco Almenara una multa de 3 millones de euros por ocultar comisiones en las hipotecas que comercializó entre 2019 y 2022.\nLa resolución, publicada el lunes, considera probado que la entidad no informó a unos 4.200 clientes del coste de los seguros vinculados.\nBanco Almenara anunció ayer que recurrirá la sanción ante la Audiencia Nacional y aseguró que ha devuelto ya parte de lo cobrado.\nLas asociaciones de consumidores pidieron que la devolución alcance a todos los afectados.";
const FINE_ES_NEXT: &str = "Banco Almenara presentó este miércoles su recurso contra la multa de 3 millones que le impuso el supervisor de conducta por las comisiones ocultas en sus hipotecas.\nEl escrito sostiene que los 4.200 clientes recibieron la información de los seguros vinculados por correo.\nLa Audiencia Nacional tiene un mes para decidir si suspende la sanción. Los consumidores se personarán en la causa.";
const OFFICE_ES: &str = "Banco Almenara abrirá en enero doce oficinas en Galicia dentro de su plan de expansión por el noroeste.\nLa entidad contratará a noventa personas y dedicará los locales a la atención de pequeñas empresas.\nEl director territorial destacó que la apertura responde a la demanda de autónomos y comercios de la zona.\nLa primera sucursal estará en Vigo, junto al puerto pesquero.";
const SPONSOR_ES: &str = "El equipo ciclista patrocinado por Banco Almenara ganó la segunda etapa de la vuelta tras una escapada de cuarenta kilómetros.\nEl corredor navarro cruzó la meta con nueve segundos de ventaja sobre el pelotón y se viste de líder.\nMañana la carrera llega a la montaña, con dos puertos de primera categoría antes del descenso final.";
const RUMOUR_ES: &str = "Un audio que circula por WhatsApp asegura que Banco Almenara se ha quedado sin liquidez y que cerrará los cajeros el viernes.\nEl mensaje, sin firma, pide a los clientes que retiren sus depósitos cuanto antes. En varias oficinas de Valencia se formaron colas a mediodía.\nLa entidad no había respondido a este diario al cierre de la edición.";
const DENIAL_ES: &str = "Banco Almenara desmiente el audio de WhatsApp que le atribuye falta de liquidez y asegura que sus cajeros funcionan con normalidad.\nLa entidad califica de falso el mensaje que pide retirar los depósitos antes del viernes y ha denunciado su difusión.\nEl supervisor recuerda que los depósitos están garantizados. Las colas de Valencia se disolvieron por la tarde.";

#[test]
fn spanish() {
    check(
        "a fine, its copies and its sequel beside other news of the bank",
        &[
            Row("fine", "Multa de 3 millones a Banco Almenara por ocultar comisiones", FINE_ES),
            Row("fine=", "El supervisor castiga a Almenara", FINE_ES_EDITED),
            Row("office", "Banco Almenara abrirá doce oficinas en Galicia", OFFICE_ES),
            Row("sport", "El equipo de Banco Almenara gana la etapa", SPONSOR_ES),
            Row("fine=", "Multa de 3 millones a Banco Almenara por ocultar comisiones", FINE_ES),
            Row(
                "fine",
                "Almenara recurre la multa por las comisiones de sus hipotecas",
                FINE_ES_NEXT,
            ),
        ],
    );
    check(
        "the denial belongs to its rumour",
        &[
            Row("office", "Banco Almenara abrirá doce oficinas en Galicia", OFFICE_ES),
            Row("rumour", "Un audio siembra la alarma entre clientes de Banco Almenara", RUMOUR_ES),
            Row("fine", "Multa de 3 millones a Banco Almenara por ocultar comisiones", FINE_ES),
            Row("rumour", "Banco Almenara desmiente que le falte liquidez", DENIAL_ES),
        ],
    );
    check(
        "headlines without bodies",
        &[
            Row("fine", "Banco Almenara, multado con 3 millones por comisiones ocultas", ""),
            Row("office", "Banco Almenara abrirá doce oficinas en Galicia", ""),
            Row("fine", "Multa de 3 millones a Almenara por ocultar comisiones", ""),
            Row("strike", "Huelga en Banco Almenara contra los despidos", ""),
            Row("fine=", "Banco Almenara, multado con 3 millones por comisiones ocultas", ""),
        ],
    );
}

const BREACH_EN: &str = "Almenara Bank is investigating claims that the personal data of 1.2 million customers is being offered for sale on a criminal forum.\nA sample seen by reporters holds names, phone numbers and partial card numbers. The seller, who goes by the name of Greyfin, asks for 40 bitcoin.\nThe bank said it had isolated the affected server, called in outside experts and told the privacy watchdog.";
const BREACH_EN_NEXT: &str = "The privacy watchdog has opened an inquiry into the data leak at Almenara Bank after a sample of customer records was put up for sale.\nAlmenara said a server of a supplier had been left open and that card numbers in the sample were incomplete. About 1.2 million customers will be told by mail.\nThe seller, Greyfin, has lowered the price to 25 bitcoin, according to a post on the criminal forum.";
const OTHER_BREACH_EN: &str = "Hospitals in the north postponed operations on Tuesday after ransomware locked the scheduling system of a regional health trust.\nStaff went back to pen and paper, and ambulances were sent to neighbouring counties. The trust said it would not pay and that patient records appear to be safe.";
const RESULTS_EN: &str = "Almenara Bank reported a quarterly profit of 410 million euros, up 6 percent, helped by higher interest income.\nThe lender raised its dividend and kept its outlook for the year. Loan losses fell, and costs rose less than analysts had expected.\nShares gained 2 percent in early trading in Madrid.";

#[test]
fn english() {
    check(
        "a leak and what follows, beside another leak and the bank's results",
        &[
            Row("leak", "Almenara Bank probes claim of customer data for sale", BREACH_EN),
            Row("results", "Almenara Bank lifts dividend as profit rises", RESULTS_EN),
            Row("hospital", "Ransomware halts operations at northern hospitals", OTHER_BREACH_EN),
            Row("leak", "Watchdog opens inquiry into Almenara data leak", BREACH_EN_NEXT),
            Row("leak=", "1.2 million customers exposed, seller says", BREACH_EN),
        ],
    );
    check(
        "headlines",
        &[
            Row("leak", "Almenara Bank customer data offered for sale on criminal forum", ""),
            Row("ceo", "Almenara Bank chief executive steps down after nine years", ""),
            Row("leak", "Customer data from Almenara Bank for sale, watchdog told", ""),
            Row("rates", "Almenara Bank raises savings rates", ""),
            Row("ceo", "Chief executive of Almenara Bank steps down", ""),
        ],
    );
}

const RUN_ZH: &str = "11月20日上午，阿尔梅纳银行多家支行门前出现排队取款的人群。起因是一段网传录音，称该行资金紧张，将于周五限制提现。\n记者在现场看到，部分自动取款机一度无钞。有储户表示，是在微信群里看到消息后赶来取钱的。\n截至发稿，该行尚未回应。";
const RUN_ZH_EDITED: &str = "11月20日上午，阿尔梅纳银行多家支行门前出现排队取款的人群。起因是一段网传录音，称该行资金紧张，将于周五限制提现。\n本报记者在现场看到，部分自动取款机一度无钞。有储户表示，是在微信群里看到消息后赶来取钱的。\n截至发稿，该行未作回应。";
const DENY_ZH: &str = "阿尔梅纳银行20日晚发布声明，称网传录音内容不实，该行资金充足，不存在限制提现的情况，各支行自动取款机已补足现钞。\n声明表示，对排队取款的储户将延长营业时间，并已就网传录音向警方报案。监管部门提醒储户不信谣、不传谣。";
const FINE_ZH: &str = "监管部门公布的行政处罚信息显示，阿尔梅纳银行因贷款资金被挪用、贷后管理不到位，被罚款人民币280万元。\n两名责任人被警告，并处罚款各10万元。处罚决定日期为11月12日。\n业内人士指出，今年以来多家机构因同类问题受罚。";
const SCHOOL_ZH: &str = "阿尔梅纳银行与市教育局签约，将在三年内为乡村学校捐建五十间图书室，并组织员工开展金融知识课堂。\n首批图书已运抵山区小学，校长说孩子们最喜欢科普读物。";

#[test]
fn chinese() {
    check(
        "a run, a copy and the denial, beside other news of the bank",
        &[
            Row("fine", "阿尔梅纳银行被罚280万元", FINE_ZH),
            Row("run", "阿尔梅纳银行多家支行现排队取款", RUN_ZH),
            Row("school", "阿尔梅纳银行捐建乡村图书室", SCHOOL_ZH),
            Row("run=", "储户排队取钱 银行未作回应", RUN_ZH_EDITED),
            Row("run", "阿尔梅纳银行声明：网传录音不实，不存在限制提现", DENY_ZH),
        ],
    );
    check(
        "headlines",
        &[
            Row("run", "阿尔梅纳银行多家支行现排队取款", ""),
            Row("fine", "阿尔梅纳银行因贷款违规被罚280万元", ""),
            Row("run", "多家支行门前排队取款，阿尔梅纳银行尚未回应", ""),
            Row("school", "阿尔梅纳银行捐建乡村图书室", ""),
        ],
    );
}

#[test]
fn the_window_closes_stories_and_forgets_copies() {
    let mut clusterer = Clusterer::new(Settings::default());
    let title = "Multa de 3 millones a Banco Almenara por ocultar comisiones";
    let (first, opened) = place(&mut clusterer, title, FINE_ES, 0);
    let day = 24 * 60;
    let (_, next) = place(&mut clusterer, title, FINE_ES, 2 * day);
    assert_eq!((next.story, next.duplicate_of), (opened.story, Some(first)));
    let (_, late) = place(&mut clusterer, title, FINE_ES, 6 * day);
    assert!(late.opens, "four days of silence");
    assert_eq!(late.duplicate_of, None);
}

#[test]
fn memory_stays_within_its_bounds() {
    let settings = Settings { max_articles: 80, ..Settings::default() };
    let mut clusterer = Clusterer::new(settings);
    for number in 0..500_i64 {
        let title = format!("alfa{number} beta{number} gamma{number} delta{number}");
        let (_, assigned) = place(&mut clusterer, &title, "", number);
        assert!(assigned.opens, "{title}");
    }
    let (stories, terms, copies) = clusterer.sizes();
    assert!(stories <= 80 && copies <= 80, "{stories} stories, {copies} articles");
    assert_eq!(terms, stories * 4, "no term outlives its story");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_text_is_placed_and_its_twin_is_its_copy(title in ".{0,80}", body in "\\PC{0,400}") {
        let mut clusterer = Clusterer::new(Settings::default());
        place(&mut clusterer, "阿尔梅纳银行被罚280万元", FINE_ZH, 0);
        let (first, one) = place(&mut clusterer, &title, &body, 1);
        let (_, two) = place(&mut clusterer, &title, &body, 2);
        if let Some(original) = two.duplicate_of {
            prop_assert_eq!(original, one.duplicate_of.unwrap_or(first));
            prop_assert_eq!(two.story, one.story);
        }
    }
}

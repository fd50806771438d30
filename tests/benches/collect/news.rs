//! The server: any number of feeds of 20 items, each with an `ETag`, the same at every start.

use std::fmt::Write;
use std::net::Ipv4Addr;

use axum::Router;
use axum::extract::Path;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use tokio::net::TcpListener;

use crate::ITEMS;

const HEADLINES: [&str; 6] = [
    "El banco amplía su red de oficinas en la costa &amp; contrata",
    "Regulator opens consultation on instant payments, again",
    "央行公布第三季度支付体系运行情况",
    "Los vecinos reclaman un cajero tras el cierre de la sucursal",
    "Shares slide as lender warns on margins",
    "多家银行下调存款利率 储户排队咨询",
];
const SENTENCES: [&str; 3] = [
    "La entidad presentó ayer sus planes ante los medios y defendió que la decisión responde a la \
     demanda de sus clientes, que piden una atención más cercana y horarios más amplios. ",
    "The measure will be reviewed in spring, according to people familiar with the matter, who \
     said that several branches had already been told to prepare for longer opening hours. ",
    "有关负责人表示,相关措施将分阶段实施,并将根据各地情况进行调整,以保障客户的合法权益。",
];

/// Serves until it is killed; prints its port.
pub fn serve() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let listener = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).await.expect("a port");
        println!("{}", listener.local_addr().expect("an address").port());
        let router = Router::new()
            .route("/robots.txt", get(async || "User-agent: *\nAllow: /\n"))
            .route("/feed/{n}", get(feed));
        axum::serve(listener, router).await.expect("a server");
    });
}

async fn feed(Path(n): Path<usize>, headers: HeaderMap) -> Response {
    let etag = format!("\"{n:x}-1\"");
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|value| value == etag.as_str());
    let kept = [(header::ETAG, etag), (header::CACHE_CONTROL, "max-age=300".to_owned())];
    if known {
        return (StatusCode::NOT_MODIFIED, kept).into_response();
    }
    (kept, [(header::CONTENT_TYPE, "application/rss+xml; charset=utf-8")], rss(n)).into_response()
}

fn rss(n: usize) -> String {
    let mut out = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\" \
         xmlns:dc=\"http://purl.org/dc/elements/1.1/\" xmlns:atom=\"http://www.w3.org/2005/Atom\">\n\
         <channel><title>Medium {n}</title><link>https://medium{n}.example/</link>\
         <description>Sección {n}</description><language>es</language>\n"
    );
    for item in 0..ITEMS {
        let headline = HEADLINES[(n + item) % HEADLINES.len()];
        let text = SENTENCES[(n + item) % SENTENCES.len()].repeat(3);
        let written = writeln!(
            out,
            "<item><title>{headline} ({n}/{item})</title>\
             <link>https://medium{n}.example/2026/11/{item}/article-{n}-{item}.html?utm_source=rss</link>\
             <guid isPermaLink=\"false\">medium{n}-{item}</guid>\
             <pubDate>Mon, 23 Nov 2026 {:02}:{:02}:00 +0100</pubDate>\
             <dc:creator>Redacción</dc:creator><category>Economía</category>\
             <description><![CDATA[<p>{text}</p><p><a href=\"https://medium{n}.example/\">Más</a></p>]]></description>\
             </item>",
            item % 24,
            (n + item) % 60,
        );
        written.expect("memory");
    }
    out.push_str("</channel></rss>\n");
    out
}

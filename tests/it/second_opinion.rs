//! A second reader that is asked about an article of which the rules are unsure: its answer is a part
//! of the alert, and one that is away costs nothing but its time.

use axum::Router;
use axum::routing::post;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::support::daemon::atalaya;
use crate::support::mail::mails;
use crate::support::settings::Settings;
use crate::support::site::Site;

const TITLE: &str = "El Banco Almenara y sus oficinas de la calle Mayor";
const TEXT: &str = "El Banco Almenara atiende de nueve a dos en la calle Mayor. Los clientes \
    llegan a las seis y siguen en la calle a mediodía.";
const QUOTE: &str = "siguen en la calle a mediodía";

/// Says that whatever it is asked about speaks ill, and quotes the article.
async fn reader() -> String {
    let answer = async |body: String| {
        let body: Value = serde_json::from_str(&body).expect("JSON");
        let given = body["messages"][1]["content"].as_str().expect("an article");
        let case = given.lines().nth(1).expect("a case");
        let said = json!({ "case": case, "polarity": "negative", "quote": QUOTE });
        json!({ "choices": [{ "message": { "content": said.to_string() } }] }).to_string()
    };
    let routes = Router::new().route("/v1/chat/completions", post(answer));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, routes).await });
    format!("http://{address}/v1/chat/completions")
}

/// What one round with this reader tells; its mails.
async fn round(url: &str) -> Vec<String> {
    let site = Site::open().await;
    site.publish(TITLE, TEXT);
    let settings =
        Settings::new().source("diario", &site.feed_url()).mail_to_files(&["carmen.saez"]);
    let config = settings.write();
    let mut text = std::fs::read_to_string(&config).expect("read");
    text += "[second_opinion]\nmodel = \"reader\"\nmargin = 0.4\nallow_private = true\n";
    text += "url = \"";
    text += url;
    text += "\"\n";
    std::fs::write(&config, text).expect("written");
    let run = move || atalaya().args(["poll", "--once", "--config"]).arg(config).output();
    let output = tokio::task::spawn_blocking(run).await.expect("no panic").expect("started");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert!(told.contains("1 articles read"), "{told}");
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    mails(&settings.mails()).iter().map(|mail| one_line(&mail.text)).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn its_answer_is_a_part_of_the_alert() {
    let told = round(&reader().await).await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("Segunda opinión") && told[0].contains(QUOTE), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_it_the_rules_stand() {
    assert_eq!(round("http://127.0.0.1:1/v1/chat/completions").await, Vec::<String>::new());
}

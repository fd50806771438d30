//! Feeds that were written to hurt their reader (F19, F20, F22).

use std::fmt::Write;

/// A feed and how it is called in a failure.
pub type Attack = (&'static str, Vec<u8>);

pub fn feeds() -> Vec<Attack> {
    vec![
        ("billion laughs", laughs().into_bytes()),
        ("quadratic blow-up", quadratic().into_bytes()),
        ("external entity", external().into_bytes()),
        ("800,000 attributes", rss(&format!("<item{}/>", distinct(800_000, "")))),
        ("100,000 namespaces", rss(&format!("<item{}/>", distinct(100_000, "xmlns:")))),
        ("depth 200,000", rss(&"<a>".repeat(200_000))),
        ("depth 200,000, closed", rss(&("<a>".repeat(200_000) + &"</a>".repeat(200_000)))),
        ("a million open items", rss(&"<item>".repeat(1_000_000))),
        ("one comment of 16 MB", rss(&format!("<!--{}", "-".repeat(15_900_000)))),
        ("one title of 16 MB", rss(&format!("<item><title>{}", "&amp;".repeat(3_100_000)))),
        ("an attribute that never ends", rss(&format!("<item a=\"{}", "x".repeat(15_900_000)))),
        ("JSON, depth 1,000,000", "{\"items\":".bytes().chain(vec![b'['; 1_000_000]).collect()),
    ]
}

/// An otherwise sound feed whose text is broken in its encoding.
pub fn encodings() -> Vec<Attack> {
    let item = |title: &[u8]| {
        let head: &[u8] = b"<rss version='2.0'><channel><title>D</title><item><title>";
        [head, title, b"</title><link>https://example.org/1</link></item></channel></rss>"].concat()
    };
    let utf16: Vec<u8> = "<rss version='2.0'><channel><title>D</title><item><title>A"
        .encode_utf16()
        .chain([0xD800, 0x0041, 0xDC00])
        .chain("</title><link>https://example.org/1</link></item></channel></rss>".encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    vec![
        ("invalid UTF-8", item(b"A\xff\xfe\xc3(\xe2\x82")),
        ("NUL", item(b"A\0B\0C")),
        ("NUL by reference", item(b"A&#0;B&#x0;C")),
        ("NUL by twice a reference", item(b"A&amp;#0;B")),
        ("surrogates by reference", item(b"A&#xD800;B&#xDFFF;")),
        ("lone surrogates in UTF-16", [b"\xff\xfe".to_vec(), utf16].concat()),
        ("bidi controls", item("A\u{202e}dcba\u{2066}".as_bytes())),
        ("noncharacters and controls", item("A\u{ffff}\u{fdd0}\u{1b}[2J\u{7}".as_bytes())),
    ]
}

fn rss(inner: &str) -> Vec<u8> {
    format!(
        "<?xml version='1.0'?><rss version='2.0'><channel><title>D</title>{inner}</channel></rss>"
    )
    .into_bytes()
}

fn distinct(count: usize, prefix: &str) -> String {
    (0..count).fold(String::new(), |mut text, n| {
        write!(text, " {prefix}a{n}='u'").unwrap();
        text
    })
}

fn laughs() -> String {
    let mut entities = "<!ENTITY l0 'lol'>".to_owned();
    for n in 1..30 {
        write!(entities, "<!ENTITY l{n} '{}'>", format!("&l{};", n - 1).repeat(10)).unwrap();
    }
    format!(
        "<?xml version='1.0'?><!DOCTYPE rss [{entities}]><rss version='2.0'><channel><title>&l29;</title>\
         <item><title>&l29;</title></item></channel></rss>"
    )
}

fn quadratic() -> String {
    let entity = "x".repeat(100_000);
    format!(
        "<!DOCTYPE rss [<!ENTITY x '{entity}'>]><rss version='2.0'><channel><title>{}</title></channel></rss>",
        "&x;".repeat(100_000)
    )
}

fn external() -> String {
    "<!DOCTYPE rss [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><rss version='2.0'><channel><title>D</title>\
     <item><title>&x;</title><link>https://example.org/1</link></item></channel></rss>"
        .to_owned()
}

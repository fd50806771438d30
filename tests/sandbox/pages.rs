//! Pages that were written to hurt their reader (F21).

use std::fmt::Write;

const MB: usize = 1_000_000;

/// Pages of which no tree may be built: too deep, or too many nodes, whatever hides it.
pub fn heavy() -> Vec<(&'static str, String)> {
    vec![
        ("<ul><li> ×64k", "<ul><li>".repeat(64_000)),
        ("<b> ×64k", "<b>".repeat(64_000)),
        ("<a><i> storm", "<a href=x><i>".repeat(64_000)),
        ("<a><i> storm in paragraphs", "<p><a href=x><i>".repeat(50_000)),
        ("<div/> ×150k", "<div/>".repeat(150_000)),
        ("<div></x> ×100k", "<div></x>".repeat(100_000)),
        ("<dd><li> ×90k", "<dd><li>".repeat(90_000)),
        ("<path> ×190k", "<path>".repeat(190_000)),
        ("<svg><option> ×190k", format!("<svg>{}", "<option>".repeat(190_000))),
        ("<svg> ×64k", "<svg>".repeat(64_000)),
        ("<svg><foreignObject> ×64k", "<svg><foreignObject>".repeat(64_000)),
        ("<math><mi> ×64k", "<math><mi>".repeat(64_000)),
        ("<template> ×64k", "<template>".repeat(64_000)),
        ("<table><td> ×64k", "<table><td>".repeat(64_000)),
        ("<form> ×190k", "<form><div>".repeat(95_000)),
        ("hidden by a broken comment", format!("<!-->{}", "<div>".repeat(150_000))),
        ("hidden by CDATA", format!("<![CDATA[>{}", "<div>".repeat(150_000))),
        ("hidden by a stray quote", format!("<a '>{}", "<div>".repeat(150_000))),
        ("hidden in textareas", "<div><textarea></div></textarea>".repeat(50_000)),
        ("hidden in scripts", "<div><script><!--<script></script></div></script>".repeat(50_000)),
        ("adoption agency", reconstructed(400, 190_000)),
        ("adoption agency, crossed", "<b><i><u><div></b></i></u>".repeat(30_000)),
    ]
}

/// Pages whose tree is flat, and which cost time or memory all the same.
pub fn flat() -> Vec<(&'static str, String)> {
    vec![
        ("<table> ×64k", "<table>".repeat(64_000)),
        ("foster parenting", format!("<table>{}", "<a>x".repeat(100_000))),
        ("<select> ×64k", "<select><option>".repeat(64_000)),
        ("<button><p> ×64k", "<button><p>".repeat(64_000)),
        ("an unclosed attribute", format!("<a href=\"{}", "x>".repeat(8 * MB))),
        ("an unclosed comment", format!("<!--{}", "<b>".repeat(5 * MB))),
        ("an unclosed script", format!("<script>{}", "<b>".repeat(5 * MB))),
        ("text without a tag", "word ".repeat(16 * MB / 5)),
        ("text without a space", "w".repeat(16 * MB)),
        ("attributes by slashes", attributes().replace(' ', "/")),
        ("references", "&amp;".repeat(3 * MB)),
        ("links", "<p><a href=x>x</a></p>".repeat(90_000)),
        ("paragraphs", "<p>Un párrafo de texto, ni largo ni corto.</p>".repeat(190_000)),
        ("JSON-LD, depth a million", json_ld()),
    ]
}

/// Open formatting elements, which each paragraph opens anew.
fn reconstructed(open: usize, paragraphs: usize) -> String {
    let mut html = String::from("<p>");
    for n in 0..open {
        write!(html, "<b id={n}>").unwrap();
    }
    html + &"<p>x".repeat(paragraphs)
}

/// 5 MB of attributes on one tag: they cost the parser their number squared.
pub fn attributes() -> String {
    let mut html = String::from("<a");
    for n in 0..650_000 {
        write!(html, " a{n}").unwrap();
    }
    html + ">text</a>"
}

fn json_ld() -> String {
    let nested = "[".repeat(MB);
    format!("<script type='application/ld+json'>{nested}</script><p>text</p>")
}

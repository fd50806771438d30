//! Bytes to text: which encoding a document is in, and its characters.
//!
//! Order of belief, each only while it decodes without an error: byte order mark, the shape of
//! UTF-16, valid UTF-8 that ASCII or chance does not explain, the charset of the HTTP header, the
//! document's own declaration, statistics (chardetng). Never fails: what cannot be read becomes U+FFFD.

use std::sync::LazyLock;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};
use regex::bytes::Regex;

/// Bytes at the start in which a declaration is looked for. Browsers read 1024; pages with long
/// scripts before the `meta` element need more.
const DECLARATION_BYTES: usize = 4096;

/// Bytes that the statistics look at: enough to be sure, and bounded.
const SAMPLE_BYTES: usize = 256 * 1024;

/// Sequences of several bytes that make valid UTF-8 proof enough against a declaration of a
/// multi-byte encoding; against a single-byte one a single sequence is.
const UTF8_PROOF: usize = 4;

/// What kind of document it is: where its own declaration stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentKind {
    /// `<?xml … encoding="…"?>`.
    Xml,
    /// `<meta charset="…">` or its `http-equiv` form.
    Html,
}

/// A decoded document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decoded {
    /// Its characters, without a byte order mark.
    pub text: String,
    /// The WHATWG name of the encoding, in lower case.
    pub encoding: String,
    /// Whether bytes had to be replaced by U+FFFD.
    pub lossy: bool,
}

/// Decodes a document. `content_type` is the HTTP header as received, or a bare charset label.
#[must_use]
pub fn decode(bytes: &[u8], content_type: Option<&str>, kind: DocumentKind) -> Decoded {
    if let Some(decoded) = utf32(bytes) {
        return decoded;
    }
    if let Some((encoding, length)) = Encoding::for_bom(bytes) {
        return read(encoding, bytes.get(length..).unwrap_or_default());
    }
    if let Some(encoding) = bare_utf16(bytes) {
        return read(encoding, bytes);
    }
    let header = content_type.and_then(header_charset);
    let own = declared(bytes, kind);
    let utf8 = std::str::from_utf8(bytes);
    let proof = utf8.map_or(0, count_multibyte);
    // Servers claim Latin-1 unseen; its accents stand alone, the letters of other scripts in rows.
    let is_latin = proof > 0 || !has_rows(bytes);
    let claims = [header, own].into_iter().flatten();
    let claims = claims.filter(|claim| *claim != WINDOWS_1252 || is_latin);
    for claim in claims.clone() {
        if proof >= UTF8_PROOF || (proof > 0 && claim.is_single_byte()) {
            break;
        }
        let (text, had_errors) = claim.decode_without_bom_handling(bytes);
        if !had_errors {
            return Decoded { text: text.into_owned(), encoding: name(claim), lossy: false };
        }
    }
    if let Ok(text) = utf8 {
        return Decoded { text: text.to_owned(), encoding: name(UTF_8), lossy: false };
    }
    // A stray byte in a document that otherwise keeps its word says nothing against it.
    let nearly = claims.chain([UTF_8]).map(|claim| read(claim, bytes)).find(is_nearly_clean);
    nearly.unwrap_or_else(|| read(guess(bytes), bytes))
}

/// Whether bytes beyond ASCII stand in rows of three and more, on average.
fn has_rows(bytes: &[u8]) -> bool {
    let (mut foreign, mut rows, mut before) = (0_usize, 0_usize, false);
    for byte in bytes.iter().take(SAMPLE_BYTES) {
        let here = !byte.is_ascii();
        foreign += usize::from(here);
        rows += usize::from(here && !before);
        before = here;
    }
    foreign >= 12 && foreign >= 3 * rows
}

/// Fewer than one in ten of the characters beyond ASCII had to be replaced.
fn is_nearly_clean(decoded: &Decoded) -> bool {
    let (mut foreign, mut replaced) = (0_usize, 0_usize);
    for c in decoded.text.chars().filter(|c| !c.is_ascii()) {
        foreign += 1;
        replaced += usize::from(c == char::REPLACEMENT_CHARACTER);
    }
    replaced * 10 < foreign
}

fn read(encoding: &'static Encoding, bytes: &[u8]) -> Decoded {
    let (text, lossy) = encoding.decode_without_bom_handling(bytes);
    Decoded { text: text.into_owned(), encoding: name(encoding), lossy }
}

fn name(encoding: &'static Encoding) -> String {
    encoding.name().to_ascii_lowercase()
}

fn count_multibyte(text: &str) -> usize {
    text.chars().filter(|c| !c.is_ascii()).take(UTF8_PROOF).count()
}

/// UTF-16 without a mark: a `<` or `{` beside a zero byte (XML 1.0, appendix F).
fn bare_utf16(bytes: &[u8]) -> Option<&'static Encoding> {
    match bytes {
        [0, b'<' | b'{', 0, _, ..] => Some(UTF_16BE),
        [b'<' | b'{', 0, _, 0, ..] => Some(UTF_16LE),
        _ => None,
    }
}

/// UTF-32, marked or not, which no browser reads (XML 1.0, appendix F).
fn utf32(bytes: &[u8]) -> Option<Decoded> {
    let (start, big_endian) = match bytes {
        [0, 0, 0xfe, 0xff, ..] => (4, true),
        [0xff, 0xfe, 0, 0, _, _, _, 0, ..] => (4, false),
        [0, 0, 0, b'<' | b'{', ..] => (0, true),
        [b'<' | b'{', 0, 0, 0, ..] => (0, false),
        _ => return None,
    };
    let (units, rest) = bytes.get(start..)?.as_chunks::<4>();
    let mut lossy = !rest.is_empty();
    let code = |unit: &[u8; 4]| {
        if big_endian { u32::from_be_bytes(*unit) } else { u32::from_le_bytes(*unit) }
    };
    let mut text = String::with_capacity(units.len());
    for unit in units {
        let c = char::from_u32(code(unit));
        lossy |= c.is_none();
        text.push(c.unwrap_or(char::REPLACEMENT_CHARACTER));
    }
    let encoding = if big_endian { "utf-32be" } else { "utf-32le" };
    Some(Decoded { text, encoding: encoding.to_owned(), lossy })
}

fn header_charset(content_type: &str) -> Option<&'static Encoding> {
    static CHARSET: LazyLock<Option<regex::Regex>> =
        LazyLock::new(|| regex::Regex::new(r#"(?i)charset\s*=\s*["']?\s*([^\s"';,]+)"#).ok());
    let label = CHARSET.as_ref()?.captures(content_type).and_then(|found| found.get(1));
    match label {
        Some(label) => Encoding::for_label(label.as_str().as_bytes()),
        None if content_type.contains('/') => None,
        None => Encoding::for_label(content_type.as_bytes()),
    }
}

fn declared(bytes: &[u8], kind: DocumentKind) -> Option<&'static Encoding> {
    static XML: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?-u)^\s*<\?xml[^>]*?\sencoding\s*=\s*["']\s*([A-Za-z0-9._:-]+)"#).ok()
    });
    static HTML: LazyLock<Option<Regex>> = LazyLock::new(|| {
        Regex::new(r#"(?i-u)<meta\b[^>]*?\bcharset\s*=\s*["']?\s*([A-Za-z0-9._:-]+)"#).ok()
    });
    let head = bytes.get(..DECLARATION_BYTES).unwrap_or(bytes);
    let find = |pattern: &LazyLock<Option<Regex>>| {
        let label = pattern.as_ref()?.captures(head)?.get(1)?.as_bytes();
        Encoding::for_label(label)
    };
    let encoding = match kind {
        DocumentKind::Xml => find(&XML),
        DocumentKind::Html => find(&HTML).or_else(|| find(&XML)),
    }?;
    // A declaration that could be read byte by byte is not in UTF-16, whatever it says (HTML §13.2.3.2).
    Some(if encoding == UTF_16BE || encoding == UTF_16LE { UTF_8 } else { encoding })
}

fn guess(bytes: &[u8]) -> &'static Encoding {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    let sample = bytes.get(..SAMPLE_BYTES).unwrap_or(bytes);
    detector.feed(sample, sample.len() == bytes.len());
    detector.guess(None, Utf8Detection::Deny)
}

#[cfg(test)]
mod tests {
    use encoding_rs::Encoding;

    use super::{DocumentKind, decode};

    fn check(label: &str, text: &str, content_type: Option<&str>, kind: DocumentKind) {
        let encoding = Encoding::for_label(label.as_bytes()).expect("a label");
        let (bytes, _, _) = encoding.encode(text);
        let decoded = decode(&bytes, content_type, kind);
        assert_eq!(decoded.text, text, "{label} read as {}", decoded.encoding);
    }

    const CHINESE: &str =
        "<p>多家银行的储户在星期一排队取款，监管机构表示正在密切关注事态的发展。</p>";
    const SPANISH: &str = "<p>La Audiencia Nacional imputó al consejero del banco por corrupción y él lo niega: «no hay indicios».</p>";

    const RUSSIAN: &str = "<p>Вкладчики нескольких банков выстроились в очереди, регулятор следит за развитием событий.</p>";
    const JAPANESE: &str =
        "<p>複数の銀行の預金者が月曜日に列を作り、監督当局は状況を注視していると述べた。</p>";
    const KOREAN: &str = "<p>여러 은행의 예금자들이 월요일에 줄을 섰고 감독 당국은 상황을 주시하고 있다고 밝혔다.</p>";

    #[test]
    fn undeclared_documents_are_recognised() {
        check("gb18030", CHINESE, None, DocumentKind::Html);
        check("utf-8", CHINESE, None, DocumentKind::Html);
        check("windows-1252", SPANISH, None, DocumentKind::Html);
        check(
            "big5",
            "<p>多家銀行的儲戶在星期一排隊取款，監管機構表示正在密切關注事態的發展。</p>",
            None,
            DocumentKind::Html,
        );
    }

    #[test]
    fn declarations_are_believed_where_they_can_be_true() {
        check("gbk", "<title>银行</title>", Some("text/html; charset=gb2312"), DocumentKind::Html);
        check("gbk", "<meta charset='gbk'><title>银行</title>", None, DocumentKind::Html);
        check("gbk", "<?xml version='1.0' encoding='GB2312'?><a>银行</a>", None, DocumentKind::Xml);
        check(
            "shift_jis",
            "<?xml version='1.0' encoding='Shift_JIS'?><a>銀行</a>",
            None,
            DocumentKind::Xml,
        );
    }

    #[test]
    fn lying_declarations_are_not() {
        check("utf-8", SPANISH, Some("text/html; charset=iso-8859-1"), DocumentKind::Html);
        check("utf-8", CHINESE, Some("text/html; charset=gbk"), DocumentKind::Html);
        check("windows-1252", SPANISH, Some("text/html; charset=utf-8"), DocumentKind::Html);
        check("gb18030", CHINESE, Some("text/html; charset=utf-8"), DocumentKind::Html);
        check("gb18030", CHINESE, Some("text/html; charset=iso-8859-1"), DocumentKind::Html);
        check("windows-1251", RUSSIAN, Some("text/html; charset=iso-8859-1"), DocumentKind::Html);
        check("koi8-r", RUSSIAN, None, DocumentKind::Html);
        check("shift_jis", JAPANESE, None, DocumentKind::Html);
        check("euc-jp", JAPANESE, Some("text/xml"), DocumentKind::Xml);
        check("euc-kr", KOREAN, None, DocumentKind::Html);
    }

    #[test]
    fn byte_order_marks_and_bare_utf16() {
        let mut marked = vec![0xef, 0xbb, 0xbf];
        marked.extend_from_slice("<a>é</a>".as_bytes());
        assert_eq!(
            decode(&marked, Some("text/xml; charset=latin1"), DocumentKind::Xml).text,
            "<a>é</a>"
        );
        let wide: Vec<u8> = "<a>银行</a>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let decoded = decode(&wide, None, DocumentKind::Xml);
        assert_eq!((decoded.text.as_str(), decoded.encoding.as_str()), ("<a>银行</a>", "utf-16le"));
        for (marked, big) in [(true, true), (true, false), (false, true), (false, false)] {
            let chars = "\u{feff}<a>银行</a>".chars().skip(usize::from(!marked)).map(u32::from);
            let bytes = |c: u32| if big { c.to_be_bytes() } else { c.to_le_bytes() };
            let decoded =
                decode(&chars.flat_map(bytes).collect::<Vec<u8>>(), None, DocumentKind::Xml);
            assert_eq!((decoded.text.as_str(), decoded.lossy), ("<a>银行</a>", false));
        }
        assert_eq!(decode(b"", None, DocumentKind::Html).text, "");
    }
}

//! Letters as customers and programs write them.

use super::{Letter, NoLetter, letter};

fn mail(headers: &str, body: &str) -> Vec<u8> {
    let base = "From: María Gil <Maria.Gil@correo.example>\nMessage-ID: <a1@correo.example>\n";
    format!("{base}{headers}\n{body}").replace('\n', "\r\n").into_bytes()
}

fn read(headers: &str, body: &str) -> Letter {
    letter(&mail(headers, body)).expect("a letter")
}

#[test]
fn a_letter_is_read_with_its_sender_its_subject_and_its_text() {
    let found = read(
        "Subject: =?UTF-8?Q?Re:_Comisi=C3=B3n_cobrada?=\nContent-Type: text/plain; charset=iso-8859-1\n\
         Content-Transfer-Encoding: quoted-printable\n",
        "Me cobraron dos veces la comisi=F3n.\n\n> El lunes escribieron:\n> Estimada se=F1ora\n",
    );
    assert_eq!(found.text, "Comisión cobrada\nMe cobraron dos veces la comisión.");
    assert_eq!(
        (found.email.as_str(), found.name.as_deref()),
        ("maria.gil@correo.example", Some("María Gil"))
    );
    assert_eq!((found.id.as_str(), found.about), ("a1@correo.example", None));
}

#[test]
fn chinese_letters_in_their_own_encoding_are_read() {
    let (body, _, _) = encoding_rs::GB18030.encode("贵行重复收取手续费，请退还。");
    let head = "From: <li@mail.example>\r\nSubject: =?GB18030?B?zbbL3w==?=\r\n\
                Content-Type: text/plain; charset=gb18030\r\nContent-Transfer-Encoding: 8bit\r\n\r\n";
    let found = letter(&[head.as_bytes(), &body].concat()).expect("a letter");
    assert_eq!(found.text, "投诉\n贵行重复收取手续费，请退还。");
    assert_eq!((found.name, found.id.len()), (None, 32), "without an identifier it has a hash");
}

#[test]
fn a_page_is_read_as_its_reader_sees_it_and_the_plain_part_comes_first() {
    let html = "<html><head><style>p{color:red}</style></head><body><p>La app <b>no funciona</b>.</p><script>x()</script></body></html>";
    assert_eq!(
        read("Subject: App\nContent-Type: text/html\n", html).text,
        "App\nLa app no funciona."
    );
    let both = format!(
        "--b\nContent-Type: text/plain\n\nTexto llano.\n--b\nContent-Type: text/html\n\n{html}\n--b--\n"
    );
    let found = read("Subject: App\nContent-Type: multipart/alternative; boundary=b\n", &both);
    assert_eq!(found.text, "App\nTexto llano.");
}

#[test]
fn a_mail_that_was_cut_off_inside_what_is_attached_still_has_its_text() {
    let body = "--b\nContent-Type: text/plain\n\nAdjunto el recibo.\n--b\nContent-Type: application/pdf\n\
                Content-Transfer-Encoding: base64\n\nJVBERi0xLjQKJ";
    let found = read("Subject: Recibo\nContent-Type: multipart/mixed; boundary=b\n", body);
    assert_eq!(found.text, "Recibo\nAdjunto el recibo.");
}

#[test]
fn an_answer_names_its_complaint() {
    let found = read("Subject: RV: Su queja C-2026-000123 (comisiones)\n", "Sigo esperando.");
    assert_eq!(found.about.as_deref(), Some("C-2026-000123"));
}

#[test]
fn what_programs_write_is_no_letter() {
    for headers in [
        "Subject: Fuera de la oficina\nAuto-Submitted: auto-replied (vacation)\n",
        "Subject: Oferta\nPrecedence: bulk\n",
        "Subject: Oferta\nList-Unsubscribe: <mailto:fuera@lista.example>\n",
        "Subject: Undelivered\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n",
    ] {
        assert_eq!(letter(&mail(headers, "x")), Err(NoLetter::Automatic), "{headers}");
    }
    let person = letter(&mail("Subject: Queja\nAuto-Submitted: no\n", "x"));
    assert!(person.is_ok(), "{person:?}");
}

#[test]
fn what_cannot_be_a_letter_is_named() {
    assert_eq!(letter(b"Subject: x\r\n\r\nhola"), Err(NoLetter::NoSender));
    assert_eq!(letter(b"From: nobody\r\n\r\nhola"), Err(NoLetter::NoSender));
    assert_eq!(letter(&mail("", "  ")), Err(NoLetter::NoText));
    assert_eq!(letter(b""), Err(NoLetter::Unreadable));
}

#[test]
fn nothing_of_a_letter_comes_into_a_log() {
    let shown = format!("{:?}", read("Subject: Queja\n", "Soy María"));
    assert_eq!(shown, "Letter(\"a1@correo.example\")");
}

proptest::proptest! {
    /// Whatever stands in a mailbox, reading it ends and says no more than it may.
    #[test]
    fn no_bytes_break_it(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..2_000), head in 0..3usize) {
        let heads = ["", "From: a@b.example\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n", "From: a@b.example\r\nSubject: "];
        let mail = [heads[head].as_bytes(), &bytes].concat();
        if let Ok(found) = letter(&mail) {
            proptest::prop_assert!(found.text.chars().count() <= super::MAX_TEXT && found.email.contains('@'));
        }
    }
}

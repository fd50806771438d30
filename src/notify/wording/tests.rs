//! Whose wording counts, what is refused of it, and that nothing is lost to it.

use std::sync::Arc;

use super::{MOST_BYTES, TemplateFault, Wording};
use crate::config::TemplateFile;
use crate::model::{Delivery, Locale};
use crate::notify::outline::Line;
use crate::notify::sample;

fn file(place: (Option<&str>, Option<Locale>), name: &str, text: &str) -> TemplateFile {
    let (channel, locale) = place;
    let directory = channel.unwrap_or("all");
    let language = locale.map_or("", Locale::code);
    TemplateFile {
        path: format!("{directory}/{language}/{name}"),
        channel: channel.map(str::to_owned),
        locale,
        name: name.to_owned(),
        text: Arc::from(text),
    }
}

const ALL: (Option<&str>, Option<Locale>) = (None, None);

fn delivery(channel: &str, locale: Locale) -> Delivery {
    Delivery { channel: channel.to_owned(), ..sample::delivery(locale) }
}

fn subject(wording: &Wording, channel: &str, locale: Locale) -> String {
    let notice = sample::notice(locale);
    wording.mail(&notice, &delivery(channel, locale)).expect("a mail").subject
}

fn faults(files: &[TemplateFile]) -> Vec<TemplateFault> {
    Wording::build(files, &[]).err().expect("faults")
}

#[test]
fn the_nearest_template_is_used() {
    let name = "alert.subject.j2";
    let files = [
        file(ALL, name, "all: {{ level }}\r\n"),
        file((None, Some(Locale::Zh)), name, "zh: {{ level }}"),
        file((Some("desk"), None), name, "desk: {{ level }}"),
        file((Some("desk"), Some(Locale::En)), name, "desk en: {{ level }}"),
    ];
    let wording = Wording::build(&files, &[]).expect("good");
    for (channel, locale, expected) in [
        ("mail", Locale::Es, "all: NARANJA"),
        ("mail", Locale::Zh, "zh: 橙色"),
        ("desk", Locale::Es, "desk: NARANJA"),
        ("desk", Locale::En, "desk en: ORANGE"),
        ("desk", Locale::Zh, "desk: 橙色"),
    ] {
        assert_eq!(subject(&wording, channel, locale), expected, "{channel} {locale}");
    }
    let ours = Wording::default();
    assert!(subject(&ours, "mail", Locale::Es).starts_with("[NARANJA 74] El supervisor"));
}

#[test]
fn a_part_of_ours_can_be_replaced_alone() {
    let files = [
        file(ALL, "foot.txt.j2", "{% include \"_firma.txt.j2\" %} {{ key }}"),
        file(ALL, "_firma.txt.j2", "Gabinete de prensa, ext. 4711"),
    ];
    let wording = Wording::build(&files, &[]).expect("good");
    let mail = wording.mail(&sample::notice(Locale::Es), &delivery("mail", Locale::Es));
    let mail = mail.expect("a mail");
    assert!(
        mail.text.ends_with("Gabinete de prensa, ext. 4711 01981f2e-key-0001"),
        "{}",
        mail.text
    );
    assert!(mail.text.contains("POR QUÉ RECIBE") && mail.html.contains("<html"), "{}", mail.text);
}

#[test]
fn html_of_ones_own_escapes_too() {
    let files = [file(ALL, "alert.html.j2", "<p>{{ headline }}</p>")];
    let wording = Wording::build(&files, &[]).expect("good");
    let mut alert = sample::alert(Locale::Es);
    "<script>alert(1)</script>".clone_into(&mut alert.headline);
    let mail = wording.mail(&sample::of_alert(alert), &delivery("mail", Locale::Es));
    assert_eq!(mail.expect("a mail").html, "<p>&lt;script&gt;alert(1)&lt;&#x2f;script&gt;</p>");
}

#[test]
fn a_rooms_lines_are_what_they_say_and_the_link_stays() {
    let text = "# {{ topic }}\n{{ source }}\n\n- {{ score }}\n> {{ excerpt }}\n! cuidado\n";
    let wording = Wording::build(&[file(ALL, "alert.room.j2", text)], &[]).expect("good");
    let (notice, delivery) = (sample::notice(Locale::Es), delivery("chat", Locale::Es));
    let sections = wording.room(&notice, &delivery).expect("own words");
    let [head, body] = sections.as_slice() else { panic!("{sections:?}") };
    assert!(matches!(&head[0], Line::Headline { url: Some(url), .. } if url.contains("diario")));
    assert_eq!(head[1], Line::Heading("Banco Acme".to_owned()));
    assert_eq!(head[2], Line::Text("El Diario".to_owned()));
    assert_eq!(body[0], Line::Item("74".to_owned()));
    assert!(matches!(&body[1], Line::Quote(_)));
    assert_eq!(body[2], Line::Warning("cuidado".to_owned()));
    assert_eq!(wording.room(&sample::sources(), &delivery), None, "others stay as they were");
}

#[test]
fn what_is_wrong_with_a_template_is_told_with_its_place() {
    let check = |name: &str, text: &str, line: usize, says: &str| {
        let found = faults(&[file(ALL, name, text)]);
        let first = &found[0];
        assert_eq!(
            (first.path.as_str(), first.line),
            (&*format!("all//{name}"), line),
            "{found:?}"
        );
        assert!(first.what.contains(says), "{says}: {found:?}");
    };
    check("alert.txt.j2", "a\n{% if %}", 2, "syntax error");
    check("alert.txt.j2", "a\nb {{ headlin }}", 2, "undefined value");
    check("alarm.txt.j2", "x", 1, "no message has a template `alarm.txt.j2`");
    check("alert.html.j2", "\n\n{% include \"nobody.j2\" %}", 3, "template not found");
    check("alert.txt.j2", "{{ t(\"no.such.phrase\", n=1, ) ", 1, "syntax error");
    let endless =
        "{% for a in range(9999) %}{% for b in range(9999) %}{{ a }}{% endfor %}{% endfor %}";
    check("alert.subject.j2", endless, 1, "");
    let long = format!("{{% for a in range({MOST_BYTES}) %}}aa{{% endfor %}}");
    check("alert.room.j2", &long, 1, "");
}

/// What a sample does not show must not cost a message.
#[test]
fn a_template_that_fails_on_a_real_message_gives_way_to_ours() {
    let text = "{% if incident %}fine{% else %}{{ nobody }}{% endif %}";
    let files = [file(ALL, "alert.subject.j2", text), file(ALL, "alert.room.j2", text)];
    let wording = Wording::build(&files, &[]).expect("samples have an incident");
    assert!(subject(&wording, "mail", Locale::Es).starts_with("[NARANJA 74]"));
    assert_eq!(wording.room(&sample::notice(Locale::Es), &delivery("chat", Locale::Es)), None);
}

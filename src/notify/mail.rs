//! A notice as a mail: subject, plain text and HTML, from one template for all languages.

use std::sync::LazyLock;

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Kwargs, Serde};
use minijinja::{AutoEscape, Environment, HtmlEscape, UndefinedBehavior, Value};

use super::clean::clean;
use super::view::View;
use crate::model::{Delivery, Locale, Notice, NoticeKind};
use crate::phrases;

/// A mail before it is put into an envelope.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedMail {
    /// One line, at most 200 characters.
    pub subject: String,
    /// Plain text.
    pub text: String,
    /// A whole HTML document that loads nothing from elsewhere.
    pub html: String,
}

/// A template does not fit its data: a defect of this program.
#[derive(Debug, thiserror::Error)]
#[error("the message cannot be rendered: {0}")]
pub struct RenderError(#[from] minijinja::Error);

/// The mail that tells a notice to the recipient of a delivery.
///
/// # Errors
/// Only by a defect of an embedded template.
pub fn render_mail(notice: &Notice, delivery: &Delivery) -> Result<RenderedMail, RenderError> {
    let view = View::new(notice, delivery);
    let (text, html) = names(notice.kind());
    let templates = match view.locale {
        Locale::Es => &*SPANISH,
        Locale::En => &*ENGLISH,
        Locale::Zh => &*CHINESE,
    };
    let facts = Value::from(Serde(&view));
    let text = templates.get_template(&text)?.render(facts.clone())?;
    let html = templates.get_template(&html)?.render(facts)?;
    Ok(RenderedMail { subject: view.subject.clone(), text, html }.marked(&view))
}

impl RenderedMail {
    /// The same mail; that of a drill says so in its subject, its first line and over its page,
    /// whatever template it was made by.
    pub(super) fn marked(self, view: &View) -> Self {
        let (Some(mark), Some(line)) = (&view.drill, &view.drill_line) else { return self };
        let subject = if self.subject.starts_with(mark.as_str()) {
            self.subject
        } else {
            clean(&format!("{mark} {}", self.subject), 200)
        };
        let banner = format!("<div style=\"{BANNER}\">{}</div>", HtmlEscape(line));
        let body = self.html.find("<body").and_then(|at| Some(at + self.html[at..].find('>')? + 1));
        let (head, rest) = self.html.split_at(body.unwrap_or(0));
        let html = format!("{head}\n{banner}{rest}");
        Self { subject, text: format!("{line}\n\n{}", self.text), html }
    }
}

/// The striped banner of a drill; where stripes are not drawn it is yellow.
const BANNER: &str = "padding:12px 20px;text-align:center;font-family:Arial,sans-serif;\
     font-size:16px;font-weight:bold;color:#111827;background-color:#fde047;\
     background-image:repeating-linear-gradient(45deg,#fde047,#fde047 12px,#fef9c3 12px,#fef9c3 24px);";

/// The templates of a kind of message: text and HTML.
pub(super) fn names(kind: NoticeKind) -> (String, String) {
    let name = match kind {
        NoticeKind::Group
        | NoticeKind::Reminder
        | NoticeKind::Storm
        | NoticeKind::Silence
        | NoticeKind::Digest => "summary",
        NoticeKind::Plan => "plan_news",
        kind => kind.name(),
    };
    (format!("{name}.txt.j2"), format!("{name}.html.j2"))
}

static SPANISH: LazyLock<Environment<'static>> = LazyLock::new(|| environment(Locale::Es));
static ENGLISH: LazyLock<Environment<'static>> = LazyLock::new(|| environment(Locale::En));
static CHINESE: LazyLock<Environment<'static>> = LazyLock::new(|| environment(Locale::Zh));

/// All that are embedded, by name.
pub(super) const TEMPLATES: [(&str, &str); 27] = [
    ("alert.html.j2", include_str!("templates/alert.html.j2")),
    ("alert.txt.j2", include_str!("templates/alert.txt.j2")),
    ("answer.html.j2", include_str!("templates/answer.html.j2")),
    ("answer.txt.j2", include_str!("templates/answer.txt.j2")),
    ("complaints.html.j2", include_str!("templates/complaints.html.j2")),
    ("complaints.txt.j2", include_str!("templates/complaints.txt.j2")),
    ("escalation.html.j2", include_str!("templates/escalation.html.j2")),
    ("escalation.txt.j2", include_str!("templates/escalation.txt.j2")),
    ("channels.html.j2", include_str!("templates/channels.html.j2")),
    ("channels.txt.j2", include_str!("templates/channels.txt.j2")),
    ("foot.txt.j2", include_str!("templates/foot.txt.j2")),
    ("frame.html.j2", include_str!("templates/frame.html.j2")),
    ("head.html.j2", include_str!("templates/head.html.j2")),
    ("head.txt.j2", include_str!("templates/head.txt.j2")),
    ("links.html.j2", include_str!("templates/links.html.j2")),
    ("plan.html.j2", include_str!("templates/plan.html.j2")),
    ("plan.txt.j2", include_str!("templates/plan.txt.j2")),
    ("plan_news.html.j2", include_str!("templates/plan_news.html.j2")),
    ("plan_news.txt.j2", include_str!("templates/plan_news.txt.j2")),
    ("plans.html.j2", include_str!("templates/plans.html.j2")),
    ("plans.txt.j2", include_str!("templates/plans.txt.j2")),
    ("sources.html.j2", include_str!("templates/sources.html.j2")),
    ("sources.txt.j2", include_str!("templates/sources.txt.j2")),
    ("steps.html.j2", include_str!("templates/steps.html.j2")),
    ("steps.txt.j2", include_str!("templates/steps.txt.j2")),
    ("summary.html.j2", include_str!("templates/summary.html.j2")),
    ("summary.txt.j2", include_str!("templates/summary.txt.j2")),
];

/// Templates that say phrases by `t(key, place=value)`, and counted ones by `n(key, number)`, in one language. A template that does not
/// parse is reported when it is asked for.
pub(super) fn environment(locale: Locale) -> Environment<'static> {
    let mut templates = Environment::new();
    templates.set_auto_escape_callback(|name| {
        if name.ends_with(".html.j2") { AutoEscape::Html } else { AutoEscape::None }
    });
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.set_syntax(layout());
    templates.add_function("n", move |key: String, n: u32| phrases::count(&key, locale, n));
    templates.add_function("t", move |key: String, places: Kwargs| said(&key, &places, locale));
    for (name, source) in TEMPLATES {
        if let Err(error) = templates.add_template(name, source) {
            tracing::error!(template = name, %error, "an embedded template does not parse");
        }
    }
    templates
}

/// A line that holds only a block tag leaves nothing behind.
fn layout() -> SyntaxConfig {
    let lines = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    lines.unwrap_or_default()
}

fn said(key: &str, places: &Kwargs, locale: Locale) -> Result<String, minijinja::Error> {
    let mut values = Vec::new();
    for place in places.args() {
        values.push((place, places.get::<Value>(place)?.to_string()));
    }
    let values: Vec<_> = values.iter().map(|(place, value)| (*place, value.as_str())).collect();
    Ok(phrases::fill(key, locale, &values))
}

#[cfg(test)]
mod tests {
    use super::render_mail;
    use crate::model::{Adjustment, AlertNotice, Cause, Fact, Level, Locale, Notice, Reason};
    use crate::notify::sample;

    fn render(notice: &Notice, locale: Locale) -> super::RenderedMail {
        render_mail(notice, &sample::delivery(locale)).expect("rendered")
    }

    #[test]
    fn people_read_their_language() {
        for locale in Locale::ALL {
            let mail = render(&sample::of_alert(planned(locale)), locale);
            insta::assert_snapshot!(format!("mail_alert_{locale}"), show(&mail));
            let mail = render(&sample::steps(locale), locale);
            insta::assert_snapshot!(format!("mail_steps_{locale}"), show(&mail));
            let mail = render_mail(&sample::escalation(locale), &sample::answerable(locale));
            let mail = mail.expect("rendered");
            insta::assert_snapshot!(format!("mail_escalation_{locale}"), show(&mail));
            let mail = render(&sample::sources(), locale);
            insta::assert_snapshot!(format!("mail_sources_{locale}"), show(&mail));
            for (name, notice) in sample::summaries(locale) {
                let mail = render(&notice, locale);
                insta::assert_snapshot!(format!("mail_{name}_{locale}"), show(&mail));
            }
            let mail = render(&sample::silence(), locale);
            insta::assert_snapshot!(format!("mail_silence_{locale}"), show(&mail));
            let mail = render(&sample::channels(), locale);
            insta::assert_snapshot!(format!("mail_channels_{locale}"), show(&mail));
            let mail = render(&sample::complaints(), locale);
            insta::assert_snapshot!(format!("mail_complaints_{locale}"), show(&mail));
            let mail = render(&sample::plans(), locale);
            insta::assert_snapshot!(format!("mail_plans_{locale}"), show(&mail));
        }
    }

    /// An alert that started a plan.
    fn planned(locale: Locale) -> AlertNotice {
        AlertNotice { incident: Some(sample::incident()), ..sample::alert(locale) }
    }

    fn show(mail: &super::RenderedMail) -> String {
        format!("Subject: {}\n\n{}", mail.subject, mail.text)
    }

    #[test]
    fn who_can_answer_is_shown_how() {
        const URL: &str = "https://atalaya.acme.example/answer/01981f2e-6a-abc_DEF";
        let notices =
            [sample::notice(Locale::En), sample::steps(Locale::En), sample::escalation(Locale::En)];
        for notice in notices {
            let mail = render_mail(&notice, &sample::answerable(Locale::En)).expect("rendered");
            assert!(mail.text.contains(&format!("   {URL}\n")), "{}", mail.text);
            let page = scraper::Html::parse_document(&mail.html);
            let links = scraper::Selector::parse("a").expect("selector");
            let mut links = page.select(&links).filter_map(|link| link.value().attr("href"));
            assert!(links.any(|to| to == URL), "{}", mail.html);
            let mail = render(&notice, Locale::En);
            let all = format!("{}{}", mail.text, mail.html);
            assert!(!all.contains("/answer/") && !all.contains("I take it"), "{all}");
        }
    }

    #[test]
    fn whoever_let_it_lie_is_named() {
        let taken_by = Some("Ana\r\nPérez".to_owned());
        let cause = Cause::Lapsed { taken_by, taken_at: sample::at("2026-11-23T18:50:00Z") };
        let mail = render(&sample::of_escalation(cause, sample::alert(Locale::En)), Locale::En);
        let said = "Ana Pérez took this alert at 23 Nov 2026, 18:50 GMT, and nothing has been done";
        assert!(mail.text.contains(said), "{}", mail.text);
    }

    #[test]
    fn html_says_what_the_text_says() {
        for locale in Locale::ALL {
            let alert = planned(locale);
            let words = words(&render(&sample::of_alert(alert.clone()), locale));
            for line in ["74", "33", "INC-2026-0007", "Li Wei", "Money & Co", "01981f2e-key-0001"] {
                assert!(words.contains(line), "{line} in {locale}");
            }
            assert!(words.contains(&alert.headline) && words.contains(&alert.excerpt));
        }
        let many = sample::summaries(Locale::En);
        for (name, notice) in many.into_iter().filter(|(name, _)| *name != "quiet") {
            let words = words(&render(&notice, Locale::En));
            for line in ["[ORANGE 74]", "Regulator fines Acme Bank", "El Diario · 23 Nov"] {
                assert!(words.contains(line), "{name}: {line} in {words}");
            }
        }
        let words = words(&render(&sample::sources(), Locale::En));
        for line in ["1 failing", "HTTP 503 from the <proxy>", "and 500 more", "What to do"] {
            assert!(words.contains(line), "{line} in {words}");
        }
        let words = words_of_silence();
        assert!(words.contains("Silent topic: Acme <Bank>. 2 articles"), "{words}");
    }

    fn words_of_silence() -> String {
        words(&render(&sample::silence(), Locale::En))
    }

    fn words(mail: &super::RenderedMail) -> String {
        let page = scraper::Html::parse_document(&mail.html);
        page.root_element().text().collect::<Vec<_>>().join(" ")
    }

    const EVIL: &str = "\"'><script>alert(1)</script><img src=x onerror=alert(1)>{{ 7*7 }}";

    /// An alert in which every text from elsewhere attacks the page.
    fn hostile() -> AlertNotice {
        let mut alert = planned(Locale::Es);
        for text in [
            &mut alert.headline,
            &mut alert.excerpt,
            &mut alert.source,
            &mut alert.rule,
            &mut alert.story.media[0],
            &mut alert.spans[0].text,
            &mut alert.evidence[0].text,
            &mut alert.incident.as_mut().expect("incident").steps[0].title,
        ] {
            EVIL.clone_into(text);
        }
        alert.severity.parts[0].fact = Fact::Watch { reason: EVIL.to_owned() };
        alert.severity.adjustments =
            vec![Adjustment::Floor { level: Level::Orange, category: EVIL.to_owned() }];
        alert.url = "javascript:alert(1)".to_owned();
        alert
    }

    #[test]
    fn html_loads_nothing_and_runs_nothing() {
        let mut delivery = sample::delivery(Locale::Es);
        EVIL.clone_into(&mut delivery.recipient.name);
        let (alert, steps) = (sample::of_alert(hostile()), sample::of_steps(hostile()));
        let cause = Cause::Lapsed {
            taken_by: Some(EVIL.to_owned()),
            taken_at: sample::at("2026-11-23T18:50:00Z"),
        };
        let asked = sample::of_escalation(cause, hostile());
        for mut notice in [alert, steps, asked, sample::sources_because(EVIL)] {
            EVIL.clone_into(&mut notice.organisation);
            notice.status_url = Some(format!("https://a.example/{EVIL}"));
            let html = render_mail(&notice, &delivery).expect("rendered").html;
            assert!(html.contains("&lt;script&gt;") && !html.contains("javascript:"));
            let page = scraper::Html::parse_document(&html);
            let loads = scraper::Selector::parse("script,img,link,iframe,style,[onerror],[src]");
            assert_eq!(page.select(&loads.expect("selector")).count(), 0, "{html}");
            let links = scraper::Selector::parse("a").expect("selector");
            for link in page.select(&links) {
                let to = link.value().attr("href").unwrap_or_default();
                assert!(to.starts_with("https://a.example/"), "{to}");
            }
        }
    }

    #[test]
    fn subjects_fit_an_inbox() {
        let mut alert = sample::alert(Locale::Es);
        assert_eq!(
            render(&sample::of_alert(alert.clone()), Locale::Es).subject,
            "[NARANJA 74] El supervisor multa al Banco Acme por fraude en la venta de fondos — 6 medios"
        );
        alert.headline = "larguísimo ".repeat(60);
        alert.reason = Reason::SeverityRose;
        alert.previous_level = Some(Level::Orange);
        alert.level = Level::Red;
        let mail = render(&sample::of_alert(alert), Locale::Es);
        let subject = mail.subject;
        assert!(subject.starts_with("[ROJO 74 ↑] larguísimo"), "{subject}");
        assert!(subject.ends_with("… — 6 medios"), "{subject}");
        assert!(subject.chars().count() <= 200);
        assert!(mail.text.contains("(antes: NARANJA)"), "{}", mail.text);
    }
}

//! What surrounds an article on a newspaper's page: menus, banners, boxes, in its language.

use minijinja::{Value, context};

use crate::model::Locale;

/// The standing text of a medium's pages.
#[derive(Debug)]
pub struct Phrases {
    nav: [&'static str; 5],
    sections: &'static str,
    latest: &'static str,
    by: &'static str,
    related: &'static str,
    popular: &'static str,
    comments: &'static str,
    mail: &'static str,
    newsletter: &'static str,
    subscribe: &'static str,
    cookies: &'static str,
    accept: &'static str,
    rights: &'static str,
    legal: &'static str,
}

impl Phrases {
    /// As templates see it.
    #[must_use]
    pub fn value(&self) -> Value {
        context! {
            nav => self.nav.to_vec(),
            sections => self.sections,
            latest => self.latest,
            by => self.by,
            related => self.related,
            popular => self.popular,
            comments => self.comments,
            mail => self.mail,
            newsletter => self.newsletter,
            subscribe => self.subscribe,
            cookies => self.cookies,
            accept => self.accept,
            rights => self.rights,
            legal => self.legal,
        }
    }
}

/// The standing text in a language.
#[must_use]
pub fn phrases(locale: Locale) -> &'static Phrases {
    match locale {
        Locale::Es => &ES,
        Locale::En => &EN,
        Locale::Zh => &ZH,
    }
}

const ES: Phrases = Phrases {
    nav: ["Portada", "Economía", "Sociedad", "Cultura", "Deportes"],
    sections: "Secciones",
    latest: "Últimas noticias",
    by: "Por",
    related: "También te puede interesar",
    popular: "Lo más leído",
    comments: "Comentarios",
    mail: "Correo",
    newsletter: "Recibe cada mañana nuestro boletín",
    subscribe: "Suscribirme",
    cookies: "Usamos cookies propias y de terceros para mejorar tu experiencia. Puedes aceptarlas o configurarlas.",
    accept: "Aceptar todas",
    rights: "Todos los derechos reservados",
    legal: "Aviso legal y privacidad",
};

const EN: Phrases = Phrases {
    nav: ["Home", "Business", "World", "Culture", "Sport"],
    sections: "Sections",
    latest: "Latest news",
    by: "By",
    related: "More from us",
    popular: "Most read",
    comments: "Comments",
    mail: "Email",
    newsletter: "Get our morning briefing",
    subscribe: "Sign up",
    cookies: "We and our partners use cookies to improve your experience. You can accept them or change your settings.",
    accept: "Accept all",
    rights: "All rights reserved",
    legal: "Terms and privacy",
};

const ZH: Phrases = Phrases {
    nav: ["首页", "财经", "国际", "文化", "体育"],
    sections: "栏目",
    latest: "最新消息",
    by: "作者：",
    related: "相关阅读",
    popular: "热门文章",
    comments: "评论",
    mail: "邮件",
    newsletter: "订阅每日早报",
    subscribe: "立即订阅",
    cookies: "本网站使用 Cookie 以改善您的浏览体验。您可以接受或更改设置。",
    accept: "全部接受",
    rights: "版权所有 未经许可不得转载",
    legal: "法律声明与隐私政策",
};

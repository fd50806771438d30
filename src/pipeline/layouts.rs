//! What operators wrote down of sites, made ready for the extractor. Parser processes live long and
//! read many pages of the same few sites: the last ones are kept ready.

use std::cell::RefCell;
use std::rc::Rc;

use jiff::Timestamp;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use url::Url;

use crate::extract::{self, Explained, Site, SiteRules, Template};
use crate::model::SiteLayout;

/// Sites that are kept ready on each thread.
const KEPT: usize = 32;

thread_local! {
    static READY: RefCell<Vec<(SiteLayout, Rc<Ready>)>> = const { RefCell::new(Vec::new()) };
}

#[derive(Default)]
struct Ready {
    rules: Option<SiteRules>,
    zone: Option<TimeZone>,
}

impl Ready {
    /// The configuration has checked both; what cannot be read here says nothing.
    fn of(layout: &SiteLayout) -> Self {
        let SiteLayout { body, remove, title, date, time_zone } = layout;
        Self {
            rules: SiteRules::parse(body, remove, title, date).ok(),
            // Parser processes may open no file: the built-in zones are asked.
            zone: time_zone.as_ref().and_then(|zone| TimeZoneDatabase::bundled().get(zone).ok()),
        }
    }
}

/// What is known of a page's site.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Known<'a> {
    /// What an operator wrote down of it.
    pub layout: Option<&'a SiteLayout>,
    /// What other pages of the host have taught.
    pub template: Option<&'a Template>,
    /// When the page was fetched.
    pub now: Option<Timestamp>,
    /// Whether to say what each way of looking for the body proposed.
    pub why: bool,
}

/// [`extract::explain`] for a single page, with what an operator wrote down of its site: nothing has
/// been learned of its host.
#[must_use]
pub fn explain_page(
    bytes: &[u8],
    content_type: Option<&str>,
    url: Option<&Url>,
    layout: Option<&SiteLayout>,
    now: Option<Timestamp>,
) -> Explained {
    explain(bytes, content_type, url, &Known { layout, now, why: true, ..Known::default() })
}

/// [`extract::explain`] with what is known of the site.
pub(super) fn explain(
    bytes: &[u8],
    content_type: Option<&str>,
    url: Option<&Url>,
    known: &Known<'_>,
) -> Explained {
    let ready = known.layout.map(ready).unwrap_or_default();
    let (zone, rules) = (ready.zone.as_ref(), ready.rules.as_ref());
    let site = Site { now: known.now, zone, rules, template: known.template, why: known.why };
    extract::explain(bytes, content_type, url, &site)
}

fn ready(layout: &SiteLayout) -> Rc<Ready> {
    READY.with_borrow_mut(|kept| {
        if let Some(at) = kept.iter().position(|(known, _)| known == layout) {
            return Rc::clone(&kept[at].1);
        }
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        let made = Rc::new(Ready::of(layout));
        kept.push((layout.clone(), Rc::clone(&made)));
        made
    })
}

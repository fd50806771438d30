//! What the pages of each host have taught: the last few sketches and the template learned from them.
//!
//! Kept in memory and not in the store: three articles of a host teach it anew, and what is learned
//! of a site is stale as soon as its makers change it. Bounded by hosts, pages of a host, and blocks
//! of a page (see `extract`): 5 MB at most.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, PoisonError};

use url::Url;

use crate::extract::{Sketch, Template};

/// Hosts that are remembered; the one longest unread is forgotten for a new one.
const HOSTS: usize = 256;
/// Pages of a host that are remembered, the newest.
const PAGES: usize = 8;

/// The templates of all hosts.
#[derive(Debug, Default)]
pub(super) struct Templates(Mutex<Hosts>);

#[derive(Debug, Default)]
struct Hosts {
    known: HashMap<String, Host>,
    /// Counts the readings, so that the host longest unread is known.
    clock: u64,
}

#[derive(Debug, Default)]
struct Host {
    read: u64,
    pages: VecDeque<(Url, Sketch)>,
    template: Option<Arc<Template>>,
}

impl Templates {
    /// What is known of the host of an address.
    pub(super) fn of(&self, url: &Url) -> Option<Arc<Template>> {
        let hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.known.get(url.host_str()?)?.template.clone()
    }

    /// Learns from a page. The same article once more, at its address or another, replaces itself.
    pub(super) fn learn(&self, url: &Url, sketch: Sketch) {
        let Some(name) = url.host_str().filter(|_| !sketch.is_none()) else { return };
        let mut hosts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        hosts.clock += 1;
        let now = hosts.clock;
        if !hosts.known.contains_key(name) && hosts.known.len() >= HOSTS {
            hosts.forget_one();
        }
        let host = hosts.known.entry(name.to_owned()).or_default();
        host.read = now;
        host.pages.retain(|(known, old)| known != url && !old.is_of_same_article(&sketch));
        if host.pages.len() >= PAGES {
            host.pages.pop_front();
        }
        host.pages.push_back((url.clone(), sketch));
        host.template = Template::learn(host.pages.iter().map(|(_, sketch)| sketch)).map(Arc::new);
    }
}

impl Hosts {
    fn forget_one(&mut self) {
        let oldest = self.known.iter().min_by_key(|(_, host)| host.read);
        if let Some(name) = oldest.map(|(name, _)| name.clone()) {
            self.known.remove(&name);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use url::Url;

    use super::super::parsing::{Page, Parsers, Parsing, Read};
    use super::{HOSTS, Templates};

    const NOTICE: &str = "El Diario de Almenara informa a sus lectores desde 1901 y pertenece a la fundación que lleva su nombre.";

    fn url(number: usize) -> Url {
        format!("https://diario.example/{number}").parse().unwrap()
    }

    fn paragraphs(number: usize) -> [String; 3] {
        [
            format!(
                "El ayuntamiento aprobó ayer la obra número {number} con los votos de la oposición, que pedía hacerla desde hace un año."
            ),
            format!(
                "La obra {number} costará más de lo previsto, según el concejal, que no quiso decir cuánto ni cuándo estará acabada."
            ),
            format!(
                "Los vecinos de la calle {number} se quejan del ruido y piden que las máquinas no empiecen antes de las ocho de la mañana."
            ),
        ]
    }

    /// An article in which the host's notice stands like any other paragraph.
    fn page(number: usize) -> String {
        let [one, two, three] = paragraphs(number);
        format!(
            "<title>Obra {number}</title><div class='x'><h1>Obra {number}</h1>\
             <p>{one}</p><p>{NOTICE}</p><p>{two}</p><p>{three}</p></div>"
        )
    }

    async fn read(parsers: &Parsers, templates: &Templates, number: usize) -> Read {
        let url = url(number);
        let template = templates.of(&url).map(|it| (*it).clone());
        let known = Page { url: Some(url), template, ..Page::default() };
        parsers.page(page(number).as_bytes(), known).await.unwrap()
    }

    #[tokio::test]
    async fn what_all_pages_of_a_host_say_leaves_the_body_and_the_rest_stays() {
        let (parsers, templates) = (Parsers::new(&Parsing::Threads), Templates::default());
        for number in 1..=3 {
            let read = read(&parsers, &templates, number).await;
            assert!(read.extracted.body.unwrap().contains(NOTICE), "nothing is known yet");
            // The same page again teaches nothing new.
            templates.learn(&url(number), read.sketch.clone());
            templates.learn(&url(number + 100), read.sketch);
        }
        for number in [4, 1] {
            let read = read(&parsers, &templates, number).await;
            assert_eq!(read.extracted.body.unwrap(), paragraphs(number).join("\n"));
            templates.learn(&url(number), read.sketch);
        }
        let again = read(&parsers, &templates, 5).await;
        assert_eq!(again.extracted.body.unwrap(), paragraphs(5).join("\n"), "nothing is unlearnt");
        assert!(templates.of(&"https://other.example/".parse().unwrap()).is_none());
    }

    #[tokio::test]
    async fn the_host_longest_unread_is_forgotten() {
        let (parsers, templates) = (Parsers::new(&Parsing::Threads), Templates::default());
        let mut sketches = Vec::new();
        for number in 1..=3 {
            sketches.push(read(&parsers, &templates, number).await.sketch);
        }
        let at = |host: usize, page: usize| -> Url {
            format!("https://h{host}.example/{page}").parse().unwrap()
        };
        for host in 0..=HOSTS {
            for (number, sketch) in sketches.iter().enumerate() {
                templates.learn(&at(host, number), sketch.clone());
            }
        }
        assert!(templates.of(&at(0, 0)).is_none() && templates.of(&at(1, 0)).is_some());
        let last: Option<Arc<_>> = templates.of(&at(HOSTS, 0));
        assert!(last.is_some());
    }
}

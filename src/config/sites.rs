//! `sites = "…"`: what operators know of single sites, every `*.toml` of a directory.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;
use url::Url;

use super::TomlFile;
use super::load::toml_files;
use super::settings;
use super::value::Check;
use crate::model::SiteLayout;

/// More files than this are a mistake.
const MAX_FILES: usize = 2_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawFile {
    #[serde(default)]
    site: Vec<RawSite>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSite {
    host: Spanned<String>,
    #[serde(default)]
    body: Vec<Spanned<String>>,
    #[serde(default)]
    remove: Vec<Spanned<String>>,
    #[serde(default)]
    title: Vec<Spanned<String>>,
    #[serde(default)]
    date: Vec<Spanned<String>>,
    time_zone: Option<Spanned<String>>,
}

/// The sites of all files of a directory, by host.
pub(super) fn sites(
    check: &mut Check<'_>,
    directory: Option<&Spanned<PathBuf>>,
) -> BTreeMap<String, SiteLayout> {
    let mut sites = BTreeMap::new();
    let Some(at) = directory else { return sites };
    let directory = check.path(at.get_ref());
    let remedy = "name the directory of the site files, seen from this file";
    if !directory.is_dir() {
        check.error(at, format!("there is no directory {}", directory.display()), remedy);
        return sites;
    }
    let paths = match toml_files(&directory) {
        Ok(paths) if paths.len() > MAX_FILES => {
            check.error(at, "the directory holds more than 2,000 files", remedy);
            return sites;
        }
        Ok(paths) => paths,
        Err(error) => {
            let what = format!("{} cannot be read: {error}", directory.display());
            check.error(at, what, remedy);
            return sites;
        }
    };
    for path in paths {
        let read = TomlFile::read(&path).and_then(|file| Ok((file.parse::<RawFile>()?, file)));
        match read {
            Ok((raw, file)) => {
                let mut inside = Check { file: &file, base: &directory, findings: Vec::new() };
                for raw in &raw.site {
                    add(&mut inside, raw, &mut sites);
                }
                check.findings.append(&mut inside.findings);
            }
            Err(finding) => check.findings.push(finding),
        }
    }
    sites
}

fn add(check: &mut Check<'_>, raw: &RawSite, sites: &mut BTreeMap<String, SiteLayout>) {
    let layout = SiteLayout {
        body: selectors(check, &raw.body),
        remove: selectors(check, &raw.remove),
        title: selectors(check, &raw.title),
        date: selectors(check, &raw.date),
        time_zone: raw.time_zone.as_ref().map(|at| settings::time_zone(check, at)),
    };
    if layout == SiteLayout::default() {
        check.error(
            &raw.host,
            "nothing is said of this site",
            "add `body`, `remove`, `title`, `date` or `time_zone`",
        );
    }
    let Some(host) = host(raw.host.get_ref()) else {
        let what = format!("`{}` is not the name of a host", raw.host.get_ref());
        check.error(&raw.host, what, "write it without scheme and path: `news.example.org`");
        return;
    };
    let what = format!("the site `{host}` is described twice");
    if sites.insert(host, layout).is_some() {
        check.error(&raw.host, what, "keep one `[[site]]` for each host");
    }
}

/// The site of a host: its own, else that of the nearest domain above it.
pub(super) fn nearest<'a, 'h>(
    sites: &'a BTreeMap<String, SiteLayout>,
    host: &'h str,
) -> Option<&'a SiteLayout> {
    let above = |name: &&'h str| name.split_once('.').map(|(_, rest)| rest);
    std::iter::successors(Some(host), above).find_map(|name| sites.get(name))
}

/// A host as addresses have it: lower case, letters beyond ASCII in Punycode.
pub(super) fn host(text: &str) -> Option<String> {
    let is_bare = !text.contains(['/', ':', '@', '?', '#', '\\']) && text.trim() == text;
    let url = Url::parse(&format!("https://{text}/")).ok().filter(|_| is_bare)?;
    url.host_str().map(str::to_owned)
}

fn selectors(check: &mut Check<'_>, list: &[Spanned<String>]) -> Vec<String> {
    for at in list {
        if scraper::Selector::parse(at.get_ref()).is_err() {
            let what = format!("`{}` is not a CSS selector", at.get_ref());
            check.error(at, what, "write e.g. `article .story-text`");
        }
    }
    list.iter().map(|at| at.get_ref().clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::{SiteLayout, host, nearest};

    #[test]
    fn hosts_are_names_and_nothing_more() {
        for (text, name) in [
            ("News.Example.org", Some("news.example.org")),
            ("españa.example", Some("xn--espaa-rta.example")),
            ("127.0.0.1", Some("127.0.0.1")),
            ("https://example.org", None),
            ("example.org/news", None),
            ("example.org:80", None),
            (" example.org", None),
            ("", None),
        ] {
            assert_eq!(host(text).as_deref(), name, "{text}");
        }
    }

    #[test]
    fn a_site_holds_for_the_hosts_below_it() {
        let layout =
            |title: &str| SiteLayout { title: vec![title.to_owned()], ..SiteLayout::default() };
        let sites = ["example.org", "blog.example.org"].map(|host| (host.to_owned(), layout(host)));
        let sites = sites.into_iter().collect();
        for (host, found) in [
            ("example.org", Some("example.org")),
            ("www.example.org", Some("example.org")),
            ("a.blog.example.org", Some("blog.example.org")),
            ("badexample.org", None),
            ("org", None),
        ] {
            let title = nearest(&sites, host).map(|layout| layout.title[0].as_str());
            assert_eq!(title, found, "{host}");
        }
    }
}

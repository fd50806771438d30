//! `media = "…"`: who owns which media, and which agencies they take their texts from. The file that is
//! shipped is built in; an operator's takes its place.

use std::collections::BTreeSet;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use super::sites::host;
use super::value::Check;
use super::{Finding, TomlFile};
use crate::model::{Agency, Media, Outlet};

const SHIPPED: &str = include_str!("../../config/media.toml");
/// More owners or agencies than this are a mistake.
const MAX_ENTRIES: usize = 10_000;
/// Letters of the shortest name that a credit line is searched for.
const LEAST_CREDIT: usize = 2;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMedia {
    #[serde(default)]
    owner: Vec<RawOwner>,
    #[serde(default)]
    agency: Vec<RawAgency>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawOwner {
    name: Spanned<String>,
    sites: Spanned<Vec<Spanned<String>>>,
    tier: Option<Spanned<i64>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawAgency {
    name: Spanned<String>,
    #[serde(default)]
    credits: Vec<Spanned<String>>,
    #[serde(default)]
    clients: Vec<Spanned<String>>,
}

/// The media of the file that the main file names, else those that are built in; of a broken file what
/// could be read.
pub(super) fn media(check: &mut Check<'_>, at: Option<&Spanned<PathBuf>>) -> Media {
    let file = match at {
        None => Ok(TomlFile::new("config/media.toml", SHIPPED)),
        Some(at) => {
            let path = check.path(at.get_ref());
            if !path.is_file() {
                let what = format!("there is no file {}", path.display());
                check.error(at, what, "name the file of owners and agencies, seen from this file");
                return Media::default();
            }
            TomlFile::read(&path)
        }
    };
    let read = file.and_then(|file| Ok((file.parse::<RawMedia>()?, file)));
    match read {
        Ok((raw, file)) => {
            let mut inner = Check { file: &file, base: check.base, findings: Vec::new() };
            let media = assemble(&mut inner, &raw);
            check.findings.append(&mut inner.findings);
            media
        }
        Err(finding) => {
            check.findings.push(finding);
            Media::default()
        }
    }
}

fn assemble(check: &mut Check<'_>, raw: &RawMedia) -> Media {
    if raw.owner.len().max(raw.agency.len()) > MAX_ENTRIES {
        let finding: Finding = check.file.error(
            0..0,
            "the file holds more than 10,000 owners or agencies",
            "keep those whose media are watched",
        );
        check.findings.push(finding);
        return Media::default();
    }
    let mut media = Media::default();
    let mut names = BTreeSet::new();
    for raw in &raw.owner {
        take_name(check, &raw.name, &mut names);
        owner(check, raw, &mut media);
    }
    let (mut names, mut credited) = (BTreeSet::new(), BTreeSet::new());
    for raw in &raw.agency {
        take_name(check, &raw.name, &mut names);
        media.agencies.push(agency(check, raw, &mut credited));
    }
    media
}

fn take_name<'a>(check: &mut Check<'_>, at: &'a Spanned<String>, taken: &mut BTreeSet<&'a str>) {
    let name = at.get_ref().trim();
    if name.is_empty() {
        check.error(at, "the name is blank", "write the name as people call it");
    } else if !taken.insert(name) {
        let what = format!("`{name}` stands here twice");
        check.error(at, what, "put the two entries into one");
    }
}

fn owner(check: &mut Check<'_>, raw: &RawOwner, media: &mut Media) {
    let tier = raw.tier.as_ref().map(|at| super::sources::checked_tier(check, at));
    if raw.sites.get_ref().is_empty() {
        check.error(&raw.sites, "no site is named", "name the hosts: `[\"news.example.org\"]`");
    }
    for (at, host) in hosts(check, raw.sites.get_ref()) {
        let outlet = Outlet { owner: raw.name.get_ref().trim().to_owned(), tier };
        let what = format!("the site `{host}` has an owner already");
        if media.outlets.insert(host, outlet).is_some() {
            check.error(at, what, "keep it under one owner");
        }
    }
}

fn agency<'a>(
    check: &mut Check<'_>,
    raw: &'a RawAgency,
    credited: &mut BTreeSet<&'a str>,
) -> Agency {
    let name = raw.name.get_ref().trim().to_owned();
    let given = match raw.credits.as_slice() {
        [] => std::slice::from_ref(&raw.name),
        given => given,
    };
    for at in given {
        let credit = at.get_ref().trim();
        if credit.chars().count() < LEAST_CREDIT {
            let what = format!("`{credit}` is too short to be searched for");
            check.error(at, what, "write two letters or more");
        } else if !credited.insert(credit) {
            let what = format!("the credit `{credit}` stands for two agencies");
            check.error(at, what, "keep it with one of them");
        }
    }
    Agency {
        credits: given.iter().map(|at| at.get_ref().trim().to_owned()).collect(),
        clients: hosts(check, &raw.clients).into_iter().map(|(_, host)| host).collect(),
        name,
    }
}

/// The hosts of a list, each with its place; what is none is a finding.
fn hosts<'a>(
    check: &mut Check<'_>,
    list: &'a [Spanned<String>],
) -> Vec<(&'a Spanned<String>, String)> {
    let mut found = Vec::new();
    for at in list {
        if let Some(host) = host(at.get_ref()) {
            found.push((at, host));
        } else {
            let what = format!("`{}` is not the name of a host", at.get_ref());
            check.error(at, what, "write it without scheme and path: `news.example.org`");
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::{Check, RawMedia, SHIPPED, TomlFile, assemble};

    #[test]
    fn the_shipped_file_is_good() {
        let file = TomlFile::new("media.toml", SHIPPED);
        let raw: RawMedia = file.parse().expect("TOML");
        let base = std::path::Path::new("");
        let mut check = Check { file: &file, base, findings: Vec::new() };
        let media = assemble(&mut check, &raw);
        assert!(check.findings.is_empty(), "{:?}", check.findings);
        assert!(media.outlets.is_empty() && media.agencies.len() > 10);
    }
}

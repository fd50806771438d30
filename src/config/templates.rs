//! The organisation's own wording: a directory of templates, general, by language, by channel, by both.
//! What is in them is `notify`'s matter; here only the names of directories and the sizes are checked.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::Spanned;

use super::explain::did_you_mean;
use super::value::Check;
use crate::model::Locale;

/// Files of all directories together.
const MOST_FILES: usize = 300;
/// Bytes of one.
const MOST_BYTES: u64 = 64 * 1024;

/// A template of the organisation's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TemplateFile {
    /// As findings name it.
    pub path: String,
    /// For this channel only.
    pub channel: Option<String>,
    /// For this language only.
    pub locale: Option<Locale>,
    /// File name, such as `alert.txt.j2`.
    pub name: String,
    /// What it says.
    pub text: Arc<str>,
}

/// Reads `DIR/NAME`, `DIR/LANGUAGE/NAME`, `DIR/CHANNEL/NAME` and `DIR/CHANNEL/LANGUAGE/NAME`.
pub(super) fn templates(
    check: &mut Check<'_>,
    directory: Option<&Spanned<PathBuf>>,
    channels: &BTreeMap<String, bool>,
) -> Vec<TemplateFile> {
    let Some(at) = directory else { return Vec::new() };
    let root = check.path(at.get_ref());
    let mut files = Vec::new();
    let read =
        Folder { path: &root, channel: None, locale: None }.read(check, at, channels, &mut files);
    if let Err(error) = read {
        let what = format!("{} cannot be read: {error}", root.display());
        check.error(at, what, "name the directory of your templates, seen from this file");
    }
    files
}

/// A directory and what its templates are for.
struct Folder<'a> {
    path: &'a Path,
    channel: Option<&'a str>,
    locale: Option<Locale>,
}

impl Folder<'_> {
    fn read(
        &self,
        check: &mut Check<'_>,
        at: &Spanned<PathBuf>,
        channels: &BTreeMap<String, bool>,
        files: &mut Vec<TemplateFile>,
    ) -> std::io::Result<()> {
        let entries = std::fs::read_dir(self.path)?;
        let mut paths: Vec<PathBuf> =
            entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
        paths.sort();
        for path in paths {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() {
                if let Some(inner) = self.inner(check, at, &path, name, channels) {
                    inner.read(check, at, channels, files)?;
                }
            } else if Path::new(name).extension().is_some_and(|extension| extension == "j2") {
                files.extend(self.file(check, at, &path, name, files.len())?);
            }
        }
        Ok(())
    }

    fn inner<'b>(
        &'b self,
        check: &mut Check<'_>,
        at: &Spanned<PathBuf>,
        path: &'b Path,
        name: &'b str,
        channels: &BTreeMap<String, bool>,
    ) -> Option<Folder<'b>> {
        let locale = Locale::ALL.into_iter().find(|locale| locale.code() == name);
        if self.locale.is_none() && locale.is_some() {
            return Some(Folder { path, channel: self.channel, locale });
        }
        if self.channel.is_none() && self.locale.is_none() && channels.contains_key(name) {
            return Some(Folder { path, channel: Some(name), locale: None });
        }
        let known: Vec<&str> =
            channels.keys().map(String::as_str).chain(["es", "en", "zh"]).collect();
        let what = format!("{} is neither a language nor a channel", path.display());
        check.error(at, what, did_you_mean(name, &known));
        None
    }

    fn file(
        &self,
        check: &mut Check<'_>,
        at: &Spanned<PathBuf>,
        path: &Path,
        name: &str,
        known: usize,
    ) -> std::io::Result<Option<TemplateFile>> {
        if known >= MOST_FILES {
            let what = format!("there are more than {MOST_FILES} templates");
            if known == MOST_FILES {
                check.error(at, what, "remove those that are not needed");
            }
            return Ok(None);
        }
        if std::fs::metadata(path)?.len() > MOST_BYTES {
            let what = format!("{} is larger than {} KB", path.display(), MOST_BYTES / 1024);
            check.error(at, what, "shorten it");
            return Ok(None);
        }
        let Ok(text) = String::from_utf8(std::fs::read(path)?) else {
            check.error(at, format!("{} is not UTF-8", path.display()), "save it as UTF-8");
            return Ok(None);
        };
        Ok(Some(TemplateFile {
            path: path.display().to_string(),
            channel: self.channel.map(str::to_owned),
            locale: self.locale,
            name: name.to_owned(),
            text: text.into(),
        }))
    }
}

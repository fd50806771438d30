//! Keyword files → [`Keywords`]: `lists/*` (TOML, or one term a line), `topics/*.toml`, `categories/*.toml`,
//! `lexicon/<lang>.toml` of one directory, or the ones inside the program. Reports all that is wrong, not only the first.
//!
//! Compiles nothing and runs no examples: that is the work of `analyse`.

mod assemble;
mod lists;
mod raw;
mod rules;
mod terms;

use std::path::{Path, PathBuf};

use include_dir::{Dir, include_dir};

use self::assemble::Assembly;
use super::{Finding, FindingSeverity, TomlFile};
use crate::model::Keywords;
use crate::query::Lists;

/// The keyword files that the program ships with.
static SHIPPED: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/keywords");

/// The folder of trained models, `<lang>.model`.
const MODELS: &str = "model";

/// More files than this in one directory are not keyword files.
const MAX_FILES: usize = 2_000;

/// Keywords and warnings, or all findings if one of them is an error.
pub type LoadedKeywords = Result<(Keywords, Vec<Finding>), Vec<Finding>>;

/// The kinds of keyword file, each in its folder.
#[derive(Clone, Copy)]
enum Kind {
    /// Read first, since the others name lists.
    List,
    Topics,
    Category,
    Lexicon,
}

impl Kind {
    const ALL: [Kind; 4] = [Kind::List, Kind::Topics, Kind::Category, Kind::Lexicon];

    fn folder(self) -> &'static str {
        match self {
            Kind::List => "lists",
            Kind::Topics => "topics",
            Kind::Category => "categories",
            Kind::Lexicon => "lexicon",
        }
    }

    fn takes(self, path: &Path) -> bool {
        match self {
            Kind::List => has_extension(path, &["toml", "txt", "csv"]),
            _ => has_extension(path, &["toml"]),
        }
    }
}

/// Reads the keyword files of a directory, in the order of their names. A folder may be missing,
/// but not all of topics, categories and lexicon.
///
/// # Errors
/// Every finding, warnings included, if at least one is an error.
pub fn load_keywords(dir: &Path) -> LoadedKeywords {
    load_with_lists(dir).map(|(keywords, _, findings)| (keywords, findings))
}

/// As [`load_keywords`], with the lists that queries may name.
pub(super) fn load_with_lists(dir: &Path) -> Result<(Keywords, Lists, Vec<Finding>), Vec<Finding>> {
    let mut assembly = Assembly::default();
    let mut folders = 0;
    for kind in Kind::ALL {
        let folder = dir.join(kind.folder());
        if !folder.is_dir() {
            continue;
        }
        folders += usize::from(!matches!(kind, Kind::List));
        match paths_of(kind, &folder) {
            Ok(paths) => {
                for path in paths {
                    match read(&path) {
                        Ok(file) => add(&mut assembly, kind, &file, &path),
                        Err(finding) => assembly.findings.push(finding),
                    }
                }
            }
            Err(finding) => assembly.findings.push(*finding),
        }
    }
    match model_files(&dir.join(MODELS)) {
        Ok(models) => assembly.keywords.models = models,
        Err(finding) => assembly.findings.push(*finding),
    }
    if folders == 0 {
        let what = "is not a directory of keyword files";
        assembly.findings.push(missing(dir, what));
    }
    finish(assembly)
}

/// The keyword files that the program ships with.
///
/// # Errors
/// As [`load_keywords`]; a test keeps the shipped files free of errors.
pub fn embedded_keywords() -> LoadedKeywords {
    let mut assembly = Assembly::default();
    for kind in Kind::ALL {
        let Some(folder) = SHIPPED.get_dir(kind.folder()) else { continue };
        let mut files: Vec<_> = folder.files().filter(|file| kind.takes(file.path())).collect();
        files.sort_by_key(|file| file.path());
        for file in files {
            let name = Path::new("keywords").join(file.path()).display().to_string();
            let text = TomlFile::new(&name, file.contents_utf8().unwrap_or_default());
            add(&mut assembly, kind, &text, file.path());
        }
    }
    let models = SHIPPED.get_dir(MODELS).into_iter().flat_map(Dir::files);
    assembly.keywords.models =
        models.filter(|file| is_model(file.path())).map(|file| file.contents().to_vec()).collect();
    finish(assembly).map(|(keywords, _, findings)| (keywords, findings))
}

fn add(assembly: &mut Assembly, kind: Kind, file: &TomlFile, path: &Path) {
    let stem = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    match kind {
        Kind::List => assembly.list(file, stem, has_extension(path, &["toml"])),
        Kind::Topics => assembly.topics(file),
        Kind::Category => assembly.category(file),
        Kind::Lexicon => assembly.lexicon(file, stem),
    }
}

fn finish(assembly: Assembly) -> Result<(Keywords, Lists, Vec<Finding>), Vec<Finding>> {
    let Assembly { keywords, lists, findings, .. } = assembly;
    if findings.iter().any(|finding| finding.severity == FindingSeverity::Error) {
        Err(findings)
    } else {
        Ok((keywords, lists, findings))
    }
}

fn paths_of(kind: Kind, folder: &Path) -> Result<Vec<PathBuf>, Box<Finding>> {
    let unreadable =
        |error: std::io::Error| Box::new(missing(folder, &format!("cannot be read: {error}")));
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        if kind.takes(&path) {
            paths.push(path);
        }
        if paths.len() > MAX_FILES {
            return Err(Box::new(missing(folder, "holds more than 2,000 files")));
        }
    }
    paths.sort();
    Ok(paths)
}

/// The trained models of a directory; none if there is no such directory.
fn model_files(folder: &Path) -> Result<Vec<Vec<u8>>, Box<Finding>> {
    let unreadable =
        |error: std::io::Error| Box::new(missing(folder, &format!("cannot be read: {error}")));
    let mut models = Vec::new();
    if folder.is_dir() {
        for entry in std::fs::read_dir(folder).map_err(unreadable)?.take(MAX_FILES) {
            let path = entry.map_err(unreadable)?.path();
            if is_model(&path) {
                models.push(std::fs::read(&path).map_err(unreadable)?);
            }
        }
    }
    Ok(models)
}

fn is_model(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "model")
}

/// TOML is UTF-8; plain lists are in whatever a spreadsheet wrote.
fn read(path: &Path) -> Result<TomlFile, Finding> {
    if has_extension(path, &["toml"]) { TomlFile::read(path) } else { lists::read_plain(path) }
}

fn has_extension(path: &Path, known: &[&str]) -> bool {
    let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
    known.iter().any(|known| known.eq_ignore_ascii_case(extension))
}

fn missing(path: &Path, what: &str) -> Finding {
    let remedy = "name a directory with topics/, categories/ or lexicon/ in it";
    TomlFile::new(&path.display().to_string(), "").error(0..0, what, remedy)
}

#[cfg(test)]
mod tests;

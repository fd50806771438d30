//! Sources in files of their own: every `*.toml` of a directory.

use std::path::PathBuf;

use toml::Spanned;

use super::Sources;
use super::raw::RawFile;
use crate::config::TomlFile;
use crate::config::load::toml_files;
use crate::config::value::Check;

/// More files than this are a mistake.
const MAX_FILES: usize = 2_000;

/// The key `sources`: a directory, seen from the main file.
pub(in crate::config) type Directory = Spanned<PathBuf>;

impl Sources<'_> {
    /// Adds the sources of all files of a directory, in the order of their names. What is wrong in a
    /// file is found at its place there.
    pub fn add_files(&mut self, check: &mut Check<'_>, at: &Directory) {
        let directory = check.path(at.get_ref());
        let remedy = "name the directory of the source files, seen from this file";
        if !directory.is_dir() {
            check.error(at, format!("there is no directory {}", directory.display()), remedy);
            return;
        }
        let paths = match toml_files(&directory) {
            Ok(paths) if paths.len() > MAX_FILES => {
                check.error(at, "the directory holds more than 2,000 files", remedy);
                return;
            }
            Ok(paths) => paths,
            Err(error) => {
                let what = format!("{} cannot be read: {error}", directory.display());
                check.error(at, what, remedy);
                return;
            }
        };
        for path in paths {
            let read = TomlFile::read(&path).and_then(|file| Ok((file.parse::<RawFile>()?, file)));
            let (raw, file) = match read {
                Ok(read) => read,
                Err(finding) => {
                    check.findings.push(finding);
                    continue;
                }
            };
            let mut inside = Check { file: &file, base: &directory, findings: Vec::new() };
            self.add(&mut inside, &raw.source, &raw.defaults);
            check.findings.append(&mut inside.findings);
        }
    }
}

//! Values that TOML has no type for: durations, secrets in files, places relative to a file.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use secrecy::SecretString;
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use super::{Finding, TomlFile};

/// Reads `250ms`, `30s`, `5m`, `2h`, `7d`.
///
/// # Errors
/// What is wrong with it, as a fragment.
pub fn duration(text: &str) -> Result<Duration, String> {
    let split = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (digits, unit) = text.split_at(split);
    let count: u64 = digits.parse().map_err(|_| format!("`{text}` is not a duration"))?;
    let seconds = match unit {
        "ms" => return Ok(Duration::from_millis(count)),
        "s" => Some(count),
        "m" => count.checked_mul(60),
        "h" => count.checked_mul(3600),
        "d" => count.checked_mul(86400),
        _ => return Err(format!("`{text}` is not a duration")),
    };
    seconds
        .filter(|&seconds| seconds <= 10 * 366 * 86400)
        .map(Duration::from_secs)
        .ok_or_else(|| format!("`{text}` is longer than ten years"))
}

/// Where a secret lies: `{ file = "…" }` or `{ env = "…" }`, never the secret itself.
#[derive(Debug, Clone)]
pub struct SecretRef {
    file: Option<PathBuf>,
    env: Option<String>,
}

/// What serde answers where a secret is written into the file. Never quotes it.
pub(super) const SECRET_IN_FILE: &str = "a secret must not stand in the configuration itself";

impl<'de> Deserialize<'de> for SecretRef {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(SecretVisitor)
    }
}

struct SecretVisitor;

impl<'de> Visitor<'de> for SecretVisitor {
    type Value = SecretRef;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a table")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<SecretRef, A::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Table {
            file: Option<PathBuf>,
            env: Option<String>,
        }
        let Table { file, env } = Table::deserialize(MapAccessDeserializer::new(map))?;
        Ok(SecretRef { file, env })
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<SecretRef, E> {
        Err(E::custom(SECRET_IN_FILE))
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<SecretRef, E> {
        Err(E::custom(SECRET_IN_FILE))
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<SecretRef, E> {
        Err(E::custom(SECRET_IN_FILE))
    }
}

/// The collector of findings while a file is checked.
pub struct Check<'a> {
    /// The file.
    pub file: &'a TomlFile,
    /// The directory that its relative paths start from.
    pub base: &'a Path,
    /// What was found so far.
    pub findings: Vec<Finding>,
}

impl Check<'_> {
    /// Notes an error at a value.
    pub fn error<T>(
        &mut self,
        at: &Spanned<T>,
        what: impl Into<String>,
        remedy: impl Into<String>,
    ) {
        self.findings.push(self.file.error(at.span(), what, remedy));
    }

    /// Notes a warning at a value.
    pub fn warn<T>(&mut self, at: &Spanned<T>, what: impl Into<String>, remedy: impl Into<String>) {
        self.findings.push(self.file.warning(at.span(), what, remedy));
    }

    /// Keeps a good value, notes a bad one at its place.
    pub fn take<T, U>(
        &mut self,
        at: &Spanned<U>,
        value: Result<T, String>,
        remedy: &str,
    ) -> Option<T> {
        value.map_err(|what| self.error(at, what, remedy)).ok()
    }

    /// A duration, or `default` where none is given.
    pub fn duration(&mut self, at: Option<&Spanned<String>>, default: Duration) -> Duration {
        let Some(at) = at else { return default };
        self.take(at, duration(at.get_ref()), "write a number and ms, s, m, h or d: `5m`")
            .unwrap_or(default)
    }

    /// A duration that must not fall below `least`.
    pub fn at_least(
        &mut self,
        at: Option<&Spanned<String>>,
        default: Duration,
        least: Duration,
        remedy: &str,
    ) -> Duration {
        let found = self.duration(at, default);
        if let Some(at) = at
            && found < least
        {
            self.error(at, format!("`{}` is too short", at.get_ref()), remedy);
        }
        found
    }

    /// A path, relative to the file it is written in.
    pub fn path(&self, path: &Path) -> PathBuf {
        self.base.join(path)
    }

    /// The secret behind a reference. Its text never reaches a finding.
    pub fn secret(&mut self, at: &Spanned<SecretRef>) -> Option<SecretString> {
        let (text, place, remedy) = match at.get_ref() {
            SecretRef { file: Some(file), env: None } => {
                let path = self.path(file);
                let text = std::fs::read_to_string(&path).map_err(|error| error.to_string());
                let remedy = "put the secret into that file, readable by atalaya, or mend the path";
                (text, format!("the file {}", path.display()), remedy)
            }
            SecretRef { file: None, env: Some(name) } => {
                let text = std::env::var(name).map_err(|error| error.to_string());
                let remedy = "set it where atalaya is started, or use `{ file = \"path\" }`";
                (text, format!("the environment variable {name}"), remedy)
            }
            _ => {
                let what = "a secret needs either `file` or `env`";
                self.error(at, what, "write `{ file = \"path\" }` or `{ env = \"NAME\" }`");
                return None;
            }
        };
        let secret = match text.as_deref().map(str::trim) {
            Err(error) => Err(format!("{place} cannot be read: {error}")),
            Ok("") => Err(format!("{place} is empty")),
            Ok(secret) => Ok(SecretString::from(secret)),
        };
        self.take(at, secret, remedy)
    }
}

#[cfg(test)]
mod tests {
    use super::duration;
    use std::time::Duration;

    #[test]
    fn durations() {
        assert_eq!(duration("5m"), Ok(Duration::from_mins(5)));
        assert_eq!(duration("250ms"), Ok(Duration::from_millis(250)));
        for bad in ["", "5", "m", "5 m", "-5m", "1.5h", "99999999d", "18446744073709551616s"] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}

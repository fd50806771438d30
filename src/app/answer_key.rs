//! The key that seals links in messages: from the configuration, else from a file of our own that is made
//! when the daemon first needs it.

use std::fs::OpenOptions;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::AppError;
use crate::config::Answers;
use crate::model::AnswerKey;
use crate::pipeline::Live;

/// Random bytes of a key that we make; the file holds them in base64.
const BYTES: usize = 32;

/// Sees to it that links can be sealed, if there are to be any: file I/O.
///
/// # Errors
/// [`AppError::AnswerKey`] if no key is configured and none can be kept.
pub(super) fn provide(live: &mut Live) -> Result<(), AppError> {
    let wanted = |web: &crate::config::Web| web.public_url.is_some() && web.answers.key.is_none();
    if !live.config.web.as_ref().is_some_and(wanted) {
        return Ok(());
    }
    let config = Arc::make_mut(&mut live.config);
    if let Some(web) = &mut config.web {
        web.answers.key = Some(key(&web.answers)?);
    }
    Ok(())
}

/// The key that links are sealed with: the configured one, else that of the file, which is made if it is not there. File I/O.
///
/// # Errors
/// [`AppError::AnswerKey`] if none is configured and none can be kept.
pub(super) fn key(answers: &Answers) -> Result<AnswerKey, AppError> {
    if let Some(key) = &answers.key {
        return Ok(key.clone());
    }
    let path = answers.file.clone();
    let key = read(&path).or_else(|error| match error.kind() {
        io::ErrorKind::NotFound => make(&path),
        _ => Err(error),
    });
    let key = key.map_err(|error| AppError::AnswerKey { path, error })?;
    Ok(AnswerKey::of(&key))
}

fn read(path: &Path) -> io::Result<String> {
    let text = std::fs::read_to_string(path)?;
    let text = text.trim();
    if text.len() < BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "it holds no key"));
    }
    Ok(text.to_owned())
}

/// Whoever comes second reads what the first made.
fn make(path: &Path) -> io::Result<String> {
    if let Some(directory) = path.parent() {
        std::fs::create_dir_all(directory)?;
    }
    let mut bytes = [0_u8; BYTES];
    getrandom::fill(&mut bytes).map_err(|error| io::Error::other(error.to_string()))?;
    let key = URL_SAFE_NO_PAD.encode(bytes);
    // A reader never sees half a key: it is written beside and then linked.
    let draft = path.with_extension(format!("draft-{}", std::process::id()));
    let written = write(&draft, &key).and_then(|()| std::fs::hard_link(&draft, path));
    let removed = std::fs::remove_file(&draft);
    match written {
        Ok(()) => removed.map(|()| key),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => read(path),
        Err(error) => Err(error),
    }
}

fn write(path: &Path, key: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    writeln!(file, "{key}")?;
    file.sync_all()
}

#[cfg(test)]
mod tests {
    use super::{make, read};

    #[test]
    fn a_key_is_made_once_and_is_nobody_elses() {
        let directory = tempfile::tempdir().expect("a directory");
        let path = directory.path().join("data/answer.key");
        assert_eq!(read(&path).expect_err("not yet").kind(), std::io::ErrorKind::NotFound);
        let key = make(&path).expect("made");
        assert_eq!(read(&path).expect("read"), key);
        assert_eq!(make(&path).expect("read by the second"), key);
        assert_eq!(
            std::fs::read_dir(path.parent().expect("a directory")).expect("read").count(),
            1
        );
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(&path).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        std::fs::write(&path, "short\n").expect("written");
        assert!(read(&path).is_err());
    }
}

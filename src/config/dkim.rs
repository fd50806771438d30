//! `dkim` of a mail channel, and the private keys that sign: RSA (RFC 6376) and Ed25519 (RFC 8463).

use std::fmt;
use std::sync::Arc;

use lettre::message::Mailbox;
use ring::rand::SystemRandom;
use ring::signature::{Ed25519KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use rustls::pki_types::PrivateKeyDer;
use rustls::pki_types::pem::PemObject;
use secrecy::ExposeSecret;
use serde::Deserialize;
use toml::Spanned;

use super::Dkim;
use super::value::{Check, SecretRef};

/// How mails are signed, as it is written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawDkim {
    selector: Spanned<String>,
    domain: Option<Spanned<String>>,
    key: Spanned<SecretRef>,
}

/// A private key; says nothing of itself.
#[derive(Clone)]
pub struct DkimKey(Arc<Pair>);

enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ed25519(Ed25519KeyPair),
}

/// Why a text is no key that can sign. Quotes nothing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum DkimKeyError {
    /// Not PEM, or without a private key.
    #[error("it holds no private key in PEM")]
    Pem,
    /// A key of another kind, broken, or RSA under 2,048 bits.
    #[error("it is neither an RSA key of 2,048 bits or more nor an Ed25519 key")]
    Kind,
}

impl DkimKey {
    /// Reads PKCS #8 or, for RSA, PKCS #1, in PEM.
    ///
    /// # Errors
    /// If it is no such key.
    pub fn from_pem(pem: &str) -> Result<Self, DkimKeyError> {
        let key = PrivateKeyDer::from_pem_slice(pem.as_bytes()).map_err(|_| DkimKeyError::Pem)?;
        let rsa = match &key {
            PrivateKeyDer::Pkcs1(der) => RsaKeyPair::from_der(der.secret_pkcs1_der()).ok(),
            PrivateKeyDer::Pkcs8(der) => RsaKeyPair::from_pkcs8(der.secret_pkcs8_der()).ok(),
            _ => None,
        };
        if let Some(pair) = rsa {
            return Ok(Self(Arc::new(Pair::Rsa(Box::new(pair)))));
        }
        let PrivateKeyDer::Pkcs8(der) = &key else { return Err(DkimKeyError::Kind) };
        let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(der.secret_pkcs8_der());
        let pair = pair.map_err(|_| DkimKeyError::Kind)?;
        Ok(Self(Arc::new(Pair::Ed25519(pair))))
    }

    /// The algorithm as the signature's `a=` names it.
    #[must_use]
    pub fn algorithm(&self) -> &'static str {
        match &*self.0 {
            Pair::Rsa(_) => "rsa-sha256",
            Pair::Ed25519(_) => "ed25519-sha256",
        }
    }

    /// The signature of a text, the same for ever; Ed25519 signs the text's SHA-256 (RFC 8463 §3).
    /// None only if the machine has no randomness to blind an RSA key with.
    #[must_use]
    pub fn sign(&self, text: &[u8]) -> Option<Vec<u8>> {
        match &*self.0 {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                let random = SystemRandom::new();
                pair.sign(&RSA_PKCS1_SHA256, &random, text, &mut signature).ok()?;
                Some(signature)
            }
            Pair::Ed25519(pair) => {
                let hash = ring::digest::digest(&ring::digest::SHA256, text);
                Some(pair.sign(hash.as_ref()).as_ref().to_vec())
            }
        }
    }
}

impl fmt::Debug for DkimKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DkimKey({})", self.algorithm())
    }
}

/// The outer option is none after a finding, the inner where mails are not signed.
#[expect(clippy::option_option, reason = "a finding and no signature are two things")]
pub(super) fn signing(
    check: &mut Check<'_>,
    raw: Option<&Spanned<RawDkim>>,
    from: Option<&str>,
) -> Option<Option<Dkim>> {
    let Some(at) = raw else { return Some(None) };
    let RawDkim { selector, domain, key } = at.get_ref();
    let pem = check.secret(key)?;
    let pair = DkimKey::from_pem(pem.expose_secret())
        .map_err(|error| format!("what it names cannot sign mail: {error}"));
    let remedy = "make one: `openssl genrsa -out dkim.pem 2048`";
    let pair = check.take(key, pair, remedy)?;
    check.take(selector, name_of_dns(selector.get_ref()), "write a name of DNS: `atalaya`")?;
    let sender = from.and_then(|from| from.parse::<Mailbox>().ok());
    let sender = sender.map(|mailbox| mailbox.email.domain().to_lowercase())?;
    let domain = match domain {
        None => sender,
        Some(at) => {
            let wanted = at.get_ref().to_lowercase();
            let above = sender == wanted || sender.ends_with(&format!(".{wanted}"));
            let what = format!("`{wanted}` is not the domain of the sender, nor above it");
            let valid = if above { Ok(wanted) } else { Err(what) };
            check.take(at, valid, "leave it out: receivers want it to be that of `from`")?
        }
    };
    Some(Some(Dkim { domain, selector: selector.get_ref().clone(), key: pair }))
}

fn name_of_dns(name: &str) -> Result<(), String> {
    let label = |label: &str| {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        (1..=63).contains(&label.len()) && label.chars().all(plain)
    };
    if name.len() <= 200 && name.split('.').all(label) {
        Ok(())
    } else {
        Err(format!("`{name}` cannot be a part of a name in DNS"))
    }
}

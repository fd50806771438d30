//! Where one request may go: what can be told from its URL, and which addresses its socket may have.

use std::net::{IpAddr, Ipv4Addr};

use thiserror::Error;
use url::{Host, Url};

use super::FetchError;
use super::address::is_public;
use crate::model::{PrivateAccess, Reach};

/// A connection that the rule of its request does not allow.
#[derive(Debug, Error)]
pub(super) enum Forbidden {
    /// A name or literal that leads nowhere allowed.
    #[error("{0} leads to a private or reserved address")]
    Private(String),
    /// A port that is not asked on the public internet.
    #[error("port {0} is not asked on the public internet")]
    Port(u16),
    /// A socket whose other end is unknown.
    #[error("nobody can tell where the connection leads")]
    Unknown,
}

/// Which addresses the socket of a request may have. The request's port is part of it: where that
/// is not one for the public internet, only the private networks are left.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Rule {
    public: bool,
    private: PrivateAccess,
}

impl Rule {
    /// The public internet and nothing else.
    pub(super) fn public() -> Self {
        Self { public: true, private: PrivateAccess::None }
    }

    pub(super) fn allows(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        let inside = match &self.private {
            PrivateAccess::None => false,
            PrivateAccess::Networks(networks) => {
                networks.iter().any(|network| network.contains(&address))
            }
            PrivateAccess::All => !is_public(address),
        };
        inside || (self.public && is_public(address))
    }
}

/// Checks what can be told from a URL itself, before any socket: scheme, port, and the address if
/// it is written as one (the HTTP library asks its resolver for names only).
pub(super) fn check(url: &Url, reach: &Reach, ports: &[u16]) -> Result<Rule, FetchError> {
    if !matches!(url.scheme(), "http" | "https") {
        return Err(FetchError::refused(format!("`{}` is neither http nor https", url.scheme())));
    }
    let port = url.port_or_known_default().unwrap_or_default();
    let public = ports.is_empty() || ports.contains(&port);
    let rule = Rule { public, private: reach.private.clone() };
    let literal = match url.host() {
        Some(Host::Ipv4(v4)) => IpAddr::V4(v4),
        Some(Host::Ipv6(v6)) => IpAddr::V6(v6),
        // Behind a proxy nobody asks the resolver; it would take this name for itself (RFC 6761).
        Some(Host::Domain(name)) if reach.proxy.is_some() && is_local(name) => {
            IpAddr::V4(Ipv4Addr::LOCALHOST)
        }
        Some(Host::Domain(name)) if !name.is_empty() => {
            let possible = public || rule.private != PrivateAccess::None;
            return if possible { Ok(rule) } else { Err(Forbidden::Port(port).into()) };
        }
        _ => return Err(FetchError::refused("the address names no host")),
    };
    if rule.allows(literal) {
        return Ok(rule);
    }
    let why = if is_public(literal.to_canonical()) {
        Forbidden::Port(port)
    } else {
        Forbidden::Private(literal.to_string())
    };
    Err(why.into())
}

fn is_local(name: &str) -> bool {
    let name = name.trim_end_matches('.');
    name.eq_ignore_ascii_case("localhost")
        || name.len() > 10 && name.to_ascii_lowercase().ends_with(".localhost")
}

/// Reads a URL that somebody outside wrote: a redirect, or the link of an entry. Without `base` it
/// must be absolute.
///
/// # Errors
/// [`FetchError::Refused`] for what programs read differently (backslashes, control characters,
/// spaces), for credentials, and for anything but http and https.
pub fn foreign_url(text: &str, base: Option<&Url>) -> Result<Url, FetchError> {
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    if text.chars().any(|c| c == '\\' || c == ' ' || c.is_control()) {
        return Err(FetchError::refused("a URL with spaces, backslashes or control characters"));
    }
    let url = Url::options().base_url(base).parse(text);
    let url = url.map_err(|_| FetchError::refused("not a valid URL"))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(FetchError::refused(format!("`{}` is neither http nor https", url.scheme())));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(FetchError::refused("a URL with credentials in it"));
    }
    Ok(url)
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::{check, foreign_url};
    use crate::model::{PrivateAccess, Proxy, Reach};

    const PORTS: [u16; 2] = [80, 443];

    fn networks(text: &str) -> Reach {
        let list = text.split(' ').map(|one| one.parse().unwrap()).collect();
        Reach { private: PrivateAccess::Networks(list), proxy: None }
    }

    fn goes(url: &str, reach: &Reach) -> bool {
        check(&url.parse().unwrap(), reach, &PORTS).is_ok()
    }

    #[test]
    fn public_addresses_have_few_ports_and_private_ones_any() {
        let none = Reach::default();
        assert!(goes("http://93.184.216.34/", &none) && goes("https://site.test/", &none));
        assert!(!goes("http://93.184.216.34:25/", &none) && !goes("http://site.test:25/", &none));
        assert!(!goes("http://10.1.2.3/", &none));
        let inside = networks("10.0.0.0/8 fd00::/8");
        assert!(goes("http://10.1.2.3:9000/", &inside) && goes("http://[fd00::1]:9/", &inside));
        assert!(goes("http://[::ffff:10.1.2.3]/", &inside));
        assert!(
            !goes("http://192.168.0.1/", &inside) && !goes("http://[64:ff9b::a01:203]/", &inside)
        );
        assert!(!goes("http://93.184.216.34:9000/", &inside));
        assert!(goes("http://127.0.0.1:9/", &Reach::anywhere()));
        assert!(!goes("http://93.184.216.34:9/", &Reach::anywhere()));
    }

    #[test]
    fn a_name_on_an_odd_port_may_lead_inside_only() {
        let url: Url = "http://wiki.test:9000/".parse().unwrap();
        let rule = check(&url, &networks("10.0.0.0/8"), &PORTS).unwrap();
        assert!(rule.allows("10.1.1.1".parse().unwrap()));
        assert!(!rule.allows("93.184.216.34".parse().unwrap()));
        assert!(!rule.allows("192.168.1.1".parse().unwrap()));
    }

    #[test]
    fn a_proxy_is_not_asked_for_itself() {
        let proxy = Proxy("http://proxy.test:3128".parse().unwrap());
        let reach = Reach { private: PrivateAccess::None, proxy: Some(proxy) };
        assert!(goes("http://site.test/", &reach));
        for host in ["localhost", "LOCALHOST.", "a.localhost", "127.0.0.1", "[::1]"] {
            assert!(!goes(&format!("http://{host}/"), &reach), "{host}");
        }
    }

    #[test]
    fn foreign_urls_have_one_meaning() {
        let base: Url = "https://site.test/a/b".parse().unwrap();
        assert_eq!(foreign_url("../c?d", Some(&base)).unwrap().as_str(), "https://site.test/c?d");
        assert_eq!(foreign_url(" //o.test/\r\n", Some(&base)).unwrap().as_str(), "https://o.test/");
        for bad in [
            "http://127.0.0.1\\@1.1.1.1/",
            "http://a b/",
            "http://a/\u{0}",
            "http://a\u{7f}/",
            "http://user@site.test/",
            "http://:secret@site.test/",
            "file:///etc/passwd",
            "gopher://a/",
            "data:text/html,x",
            "javascript:1",
            "http://",
        ] {
            assert!(foreign_url(bad, Some(&base)).is_err(), "{bad}");
        }
        assert!(foreign_url("relative", None).is_err());
    }
}

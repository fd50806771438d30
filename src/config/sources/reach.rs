//! Where the requests of a source may go: private networks, a proxy.

use std::net::IpAddr;

use ipnet::IpNet;
use secrecy::ExposeSecret;
use toml::Spanned;
use url::Url;

use super::raw::{RawPrivate, RawProxy, RawSource, Text};
use crate::config::value::Check;
use crate::model::{PrivateAccess, Proxy, Reach};

/// None after a finding.
pub(super) fn reach(check: &mut Check<'_>, raw: &RawSource) -> Option<Reach> {
    let private = match raw.allow_private.as_ref().map(Spanned::get_ref) {
        None | Some(RawPrivate::All(false)) => Some(PrivateAccess::None),
        Some(RawPrivate::All(true)) => Some(PrivateAccess::All),
        Some(RawPrivate::Networks(list)) => {
            let networks: Vec<Option<IpNet>> = list.iter().map(|at| network(check, at)).collect();
            networks.into_iter().collect::<Option<_>>().map(PrivateAccess::Networks)
        }
    };
    let proxy = match &raw.proxy {
        Some(at) => Some(proxy(check, at)?),
        None => None,
    };
    Some(Reach { private: private?, proxy })
}

/// `10.20.0.0/16`, or one address.
fn network(check: &mut Check<'_>, at: &Text) -> Option<IpNet> {
    let text = at.get_ref();
    let network = text.parse::<IpNet>().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    let network = network.map_err(|_| format!("`{text}` is not a network"));
    check.take(at, network, "write e.g. `10.20.0.0/16`, or one address: `192.168.1.7`")
}

fn proxy(check: &mut Check<'_>, at: &Spanned<RawProxy>) -> Option<Proxy> {
    let remedy = "write e.g. `http://proxy.example.org:3128`";
    match at.get_ref() {
        RawProxy::Open(text) => {
            let url = check.take(at, proxy_url(text, text), remedy)?;
            if !url.username().is_empty() || url.password().is_some() {
                let what = "the address of the proxy holds a user or a password";
                check.error(at, what, "put the whole address into a file: `{ file = \"path\" }`");
                return None;
            }
            Some(Proxy(url))
        }
        RawProxy::Secret(secret) => {
            let spanned = Spanned::new(at.span(), secret.clone());
            let secret = check.secret(&spanned)?;
            let url = proxy_url(secret.expose_secret(), "what it names");
            check.take(at, url, remedy).map(Proxy)
        }
    }
}

/// `shown` stands for the address in findings.
fn proxy_url(text: &str, shown: &str) -> Result<Url, String> {
    let url = Url::parse(text)
        .ok()
        .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let shown = if shown.contains('@') { "this" } else { shown };
    url.ok_or_else(|| format!("{shown} is not the address of a proxy"))
}

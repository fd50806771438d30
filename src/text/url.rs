//! Web addresses: what of them says where a reader came from and not what is read, and which belong to
//! one site.

use url::{Host, Url};

/// Query parameters of campaigns, mailings, shares and sessions. Prefixes end in `*`. After the lists
/// that browsers keep (Firefox's and Brave's query stripping) and what publishers add themselves.
/// Not here, because some sites name pages by them: `cid`, `id`, `ref`, `s`, `sid`, `source`.
const TRACKING: [&str; 76] = [
    "utm_*",
    "mtm_*",
    "matomo_*",
    "pk_*",
    "piwik_*",
    "hsa_*",
    "at_*",
    "vero_*",
    "oly_*",
    "wt_mc*",
    "wt_zmc",
    "xtor",
    "fb_*",
    "fbclid",
    "gclid",
    "gclsrc",
    "gad_source",
    "gbraid",
    "wbraid",
    "dclid",
    "msclkid",
    "yclid",
    "ysclid",
    "twclid",
    "ttclid",
    "li_fat_id",
    "epik",
    "rdt_cid",
    "irclickid",
    "srsltid",
    "igshid",
    "igsh",
    "mibextid",
    "mc_cid",
    "mc_eid",
    "_hsenc",
    "_hsmi",
    "__hssc",
    "__hstc",
    "__s",
    "mkt_tok",
    "ml_subscriber",
    "ml_subscriber_hash",
    "bsft_*",
    "s_cid",
    "s_kwcid",
    "ef_id",
    "zanpid",
    "wickedid",
    "_openstat",
    "ito",
    "ocid",
    "cmpid",
    "cmp",
    "ncid",
    "ns_campaign",
    "ns_mchannel",
    "ns_source",
    "ns_linkname",
    "intcmp",
    "ref_src",
    "ref_url",
    "referer",
    "referrer",
    "smid",
    "partner",
    "guccounter",
    "guce_*",
    "__twitter_impression",
    "spm",
    "_ga",
    "_gl",
    "_gac",
    "dicbo",
    "obref",
    "outputtype",
];

/// Query and path parameters that name a session.
const SESSION: [&str; 6] =
    ["phpsessid", "jsessionid", "aspsessionid*", "sessionid", "session_id", "cfid"];

/// Whether a query parameter says where a reader came from, or which session this is.
#[must_use]
pub fn is_tracking(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    is_in(&TRACKING, &name) || is_in(&SESSION, &name)
}

fn is_in(list: &[&str], name: &str) -> bool {
    let first = name.as_bytes().first();
    let mut alike = list.iter().filter(|known| known.as_bytes().first() == first);
    alike.any(|known| match known.strip_suffix('*') {
        Some(prefix) => name.starts_with(prefix),
        None => name == *known,
    })
}

/// The address without fragment, credentials, tracking and session parameters; for `?a&b=` the order
/// and spelling of what stays are kept.
#[must_use]
pub fn without_tracking(url: &Url) -> Url {
    let mut plain = url.clone();
    plain.set_fragment(None);
    // Both fail only for addresses that cannot have any.
    if plain.set_username("").is_err() || plain.set_password(None).is_err() {
        return plain;
    }
    let kept =
        |pair: &&str| !pair.is_empty() && !is_tracking(pair.split('=').next().unwrap_or_default());
    let query =
        url.query().unwrap_or_default().split('&').filter(kept).collect::<Vec<_>>().join("&");
    plain.set_query((!query.is_empty()).then_some(&query));
    let session = plain.path().to_ascii_lowercase().find(";jsessionid=");
    if let Some(path) = session.and_then(|at| url.path().get(..at)) {
        plain.set_path(path);
    }
    plain
}

/// Whether two addresses are of one site: the same registrable domain by the Public Suffix List
/// (publicsuffix.org), or the same host where there is none.
#[must_use]
pub fn same_site(a: &Url, b: &Url) -> bool {
    match (a.host(), b.host()) {
        (Some(Host::Domain(a)), Some(Host::Domain(b))) => {
            let domain = |host: &str| psl::domain_str(host).map(str::to_owned);
            a == b || domain(a).is_some_and(|domain_a| Some(domain_a) == domain(b))
        }
        (Some(a), Some(b)) => a == b,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{same_site, without_tracking};

    #[test]
    fn what_says_where_a_reader_came_from_goes() {
        for (url, plain) in [
            (
                "https://example.org/a?utm_source=x&id=7&UTM_Medium=y#top",
                "https://example.org/a?id=7",
            ),
            ("https://u:p@example.org/a?fbclid=1", "https://example.org/a"),
            ("https://example.org/a;jsessionid=AB12?b", "https://example.org/a?b"),
            ("https://example.org:443/a?page=2&PHPSESSID=1", "https://example.org/a?page=2"),
            ("https://example.org/a?q=b%20c&q=d", "https://example.org/a?q=b%20c&q=d"),
            ("mailto:a@example.org", "mailto:a@example.org"),
        ] {
            assert_eq!(without_tracking(&url.parse().unwrap()).as_str(), plain);
        }
    }

    #[test]
    fn sites_end_where_the_suffix_list_says() {
        let check = |a: &str, b: &str, same: bool| {
            let url = |host: &str| format!("https://{host}/").parse().unwrap();
            assert_eq!(same_site(&url(a), &url(b)), same, "{a} {b}");
        };
        check("example.co.uk", "www.example.co.uk", true);
        check("example.co.uk", "other.co.uk", false);
        check("amp.example.org", "m.example.org", true);
        check("a.github.io", "b.github.io", false);
        check("127.0.0.1", "127.0.0.1", true);
        check("127.0.0.1", "127.0.0.2", false);
        check("localhost", "localhost", true);
    }
}

//! Headlines without the name of the medium that pages put behind them.

/// What stands between a headline and a name.
const SEPARATORS: [&str; 7] = [" | ", " - ", " – ", " — ", " · ", "_", "｜"];

/// The headline before its last separators while what follows names the site: `names` are the
/// medium's name and its host.
pub(super) fn without_site(title: &str, names: &[&str]) -> String {
    let mut rest = title.trim();
    loop {
        let cut = SEPARATORS
            .iter()
            .filter_map(|separator| rest.rfind(separator).map(|at| (at, at + separator.len())));
        let Some((end, start)) = cut.max() else { break };
        let (head, tail) = (rest[..end].trim(), rest[start..].trim());
        if head.is_empty() || !names.iter().any(|name| is_name(tail, name)) {
            break;
        }
        rest = head;
    }
    rest.to_owned()
}

/// `Golem.de`, `BBC News`, `Börsen-Zeitung` against the site's name or host.
fn is_name(tail: &str, name: &str) -> bool {
    let (tail, name) = (key(tail), key(name));
    let shorter = tail.chars().count().min(name.chars().count());
    shorter >= 2 && (tail == name || shorter >= 4 && (name.contains(&tail) || tail.contains(&name)))
}

fn key(text: &str) -> String {
    let folded = crate::text::fold(text).text;
    let plain = folded.strip_prefix("www.").unwrap_or(&folded);
    plain.chars().filter(|c| c.is_alphanumeric()).collect()
}

#[cfg(test)]
mod tests {
    use super::without_site;

    #[test]
    fn names_of_sites_go_and_other_tails_stay() {
        let check = |title: &str, names: &[&str], headline: &str| {
            assert_eq!(without_site(title, names), headline);
        };
        check("Sube el paro | El País", &["EL PAÍS"], "Sube el paro");
        check("Sube el paro - Economía - elpais.com", &["elpais.com"], "Sube el paro - Economía");
        check("Rates up - BBC News", &["BBC", "www.bbcnews.example"], "Rates up");
        check("央行降息_新华网", &["新华网"], "央行降息");
        check("Spain - Germany", &["The Daily"], "Spain - Germany");
        check("The Daily", &["The Daily"], "The Daily");
        check("Mid-term results", &["results.example"], "Mid-term results");
    }
}

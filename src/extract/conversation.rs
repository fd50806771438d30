//! Whether a page is a conversation (forum thread, questions and answers): there, what readers wrote
//! is the text.

use url::Url;

use super::blocks::Blocks;
use super::dom::{Dom, Tag};
use super::prune::{Sums, prose};
use super::vocabulary::Hints;

/// Programs that run forums and name themselves in `meta generator` or on the root element.
const PROGRAMS: [&str; 16] = [
    "discourse",
    "phpbb",
    "vbulletin",
    "xenforo",
    "mybb",
    "simple machines",
    "invision",
    "vanilla",
    "flarum",
    "nodebb",
    "lithium",
    "khoros",
    "bbpress",
    "burning board",
    "question2answer",
    "askbot",
];

/// Kinds of schema.org for conversations.
const KINDS: [&str; 3] = ["DiscussionForumPosting", "QAPage", "schema.org/Question"];

/// Parts of an address that forums use.
const PATHS: [&str; 16] = [
    "/forum/",
    "/forums/",
    "/thread/",
    "/threads/",
    "/thread-",
    "/topic/",
    "/topics/",
    "/t/",
    "/questions/",
    "/discussion/",
    "/discussions/",
    "/community/",
    "/showthread",
    "/viewtopic",
    "/comments/",
    "/answers/",
];

/// First labels of host names that forums use.
const HOSTS: [&str; 8] =
    ["forum", "forums", "board", "boards", "community", "discuss", "discourse", "talk"];

/// Whether the page is a conversation: two signs of different kinds must agree, or one that only
/// forums give.
pub(super) fn is_conversation(page: &Dom<'_>, blocks: &Blocks, url: Option<&Url>) -> bool {
    let declared = is_declared(page);
    let addressed = url.is_some_and(is_addressed);
    if !declared && !addressed {
        return false;
    }
    let (posts, share) = posts(page, blocks);
    declared && (addressed || posts >= 1) || addressed && posts >= 2 && share > 0.4
}

/// Declared by the program or by markup.
fn is_declared(dom: &Dom<'_>) -> bool {
    for (at, node) in dom.nodes.iter().enumerate() {
        let is_telling = matches!(node.tag, Tag::Hidden | Tag::Body)
            || node.parent == 0
            || node.hints.has(Hints::TYPED);
        let Some(element) = node.element.filter(|_| is_telling) else { continue };
        match element.name() {
            "html" | "body" => {
                let id = format!(
                    "{} {}",
                    element.attr("id").unwrap_or(""),
                    element.attr("class").unwrap_or("")
                );
                let id = id.to_ascii_lowercase();
                if id.len() < 500
                    && PROGRAMS.iter().any(|name| id.split_whitespace().any(|word| word == *name))
                {
                    return true;
                }
            }
            "meta" => {
                let is_generator = element.attr("name").is_some_and(|name| {
                    name.eq_ignore_ascii_case("generator")
                        || name.eq_ignore_ascii_case("application-name")
                });
                if is_generator {
                    let value = element.attr("content").unwrap_or("").to_ascii_lowercase();
                    if PROGRAMS.iter().any(|name| value.contains(name)) {
                        return true;
                    }
                }
            }
            "script" if element.attr("type") == Some("application/ld+json") => {
                let text = dom.nodes.get(at + 1).map_or("", |inner| inner.text);
                if KINDS[..2].iter().any(|kind| text.contains(kind)) {
                    return true;
                }
            }
            _ => {
                if let Some(kind) = element.attr("itemtype")
                    && KINDS.iter().any(|known| kind.contains(known))
                {
                    return true;
                }
            }
        }
    }
    false
}

fn is_addressed(url: &Url) -> bool {
    let path = url.path().to_ascii_lowercase();
    let label = url.host_str().and_then(|host| host.split('.').next()).unwrap_or("");
    HOSTS.contains(&label) || PATHS.iter().any(|part| path.contains(part))
}

/// How many contributions there are, none inside another, and their share of the running text.
fn posts(dom: &Dom<'_>, blocks: &Blocks) -> (usize, f64) {
    let sums = Sums::of(blocks.list.iter().map(prose));
    let total = sums.over(&(0..blocks.list.len()));
    let (mut count, mut inside, mut at) = (0, 0.0, 0);
    while at < dom.nodes.len() {
        let node = &dom.nodes[at];
        let is_post = node.hints.has(Hints::POST) && node.tag.is_block();
        let mass = if is_post { sums.over(&blocks.within(dom, at)) } else { 0.0 };
        // One node around all of them is no contribution: look inside.
        if mass > 0.0 && (mass < 0.6 * total || node.tag == Tag::Article) {
            count += 1;
            inside += mass;
            at = node.end;
        } else {
            at += 1;
        }
    }
    (count, if total > 0.0 { inside / total } else { 0.0 })
}

//! Stories for those who look at them: the archive's rows joined with what the configuration says
//! of their media.

use crate::model::{Source, Spread, StoryId};
use crate::store::spread::Member;
use crate::story::{Carried, spread};

/// Tier of a medium that is not configured any more.
const UNKNOWN_TIER: u8 = 3;

/// How a story spread.
#[must_use]
pub fn told_by(media: &[Source], story: StoryId, members: Vec<Member>) -> Spread {
    let carried = members.into_iter().map(|member| {
        let medium = media.iter().find(|medium| medium.id == member.source_id);
        let name = medium.map_or_else(|| member.source_id.clone(), |medium| medium.name.clone());
        Carried {
            id: member.id,
            at: member.published_at.map_or(member.discovered_at, |at| at.min(member.discovered_at)),
            title: member.title,
            body: member.body,
            url: member.url,
            language: member.language,
            is_copy: member.is_copy,
            owner: medium.map_or_else(|| name.clone(), |medium| medium.owner.clone()),
            source: name,
            tier: medium.map_or(UNKNOWN_TIER, |medium| medium.tier),
            region: medium.and_then(|medium| medium.region.clone()),
        }
    });
    spread(&story.to_string(), carried.collect())
}

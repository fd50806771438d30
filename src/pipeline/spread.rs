//! Stories for those who look at them: the archive's rows joined with what the configuration says
//! of their media.

use std::collections::HashMap;
use std::sync::Arc;

use super::voice;
use crate::config::Config;
use crate::model::{ArticleId, Source, Spread, StoryId};
use crate::store::spread::Member;
use crate::story::{Carried, spread};

/// How a story spread; its articles in the order of the stream.
#[must_use]
pub fn told_by(config: &Config, story: StoryId, members: Vec<Member>) -> Spread {
    let mut voices: HashMap<ArticleId, String> = HashMap::new();
    let carried = members.into_iter().map(|member| {
        let medium = config.sources.iter().find(|medium| medium.id == member.source_id);
        // A medium that is not configured any more is of unknown reach and its own owner.
        let medium =
            medium.cloned().unwrap_or_else(|| Arc::new(Source::unlisted(&member.source_id)));
        let copied = member.duplicate_of.and_then(|id| voices.get(&id)).map(String::as_str);
        let claim = member.original_url.as_deref();
        let own = voice::own_account(config, &member.authors, &member.body, claim);
        let voice = voice::voice(config, &medium, own, copied);
        voices.insert(member.id, voice.clone());
        Carried {
            id: member.id,
            at: member.published_at.map_or(member.discovered_at, |at| at.min(member.discovered_at)),
            title: member.title,
            body: member.body,
            url: member.url,
            language: member.language,
            is_copy: member.duplicate_of.is_some(),
            authors: member.authors,
            original: claim.and_then(|url| voice::claimed(config, url)).map(|found| found.0),
            voice,
            owner: medium.owner.clone(),
            source: medium.name.clone(),
            tier: medium.tier,
            region: medium.region.clone(),
        }
    });
    spread(&story.to_string(), carried.collect(), &config.media.agencies)
}

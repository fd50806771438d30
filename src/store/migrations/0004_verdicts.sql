-- What staff says of stories, and what the sum wants to know beyond it.

-- Append-only: the last one counts.
CREATE TABLE verdict (
    id         TEXT PRIMARY KEY,
    story_id   TEXT NOT NULL,
    -- NULL: all topics of the story.
    topic_id   TEXT,
    article_id TEXT NOT NULL,
    label      TEXT NOT NULL,
    name       TEXT,
    note       TEXT,
    at         BIGINT NOT NULL
);
CREATE INDEX verdict_story ON verdict (story_id, at);

-- The gravest category that is an event.
ALTER TABLE article_topic ADD COLUMN category TEXT NOT NULL DEFAULT '';
CREATE INDEX article_topic_category ON article_topic (topic_id, category, negative, appeared_at);

-- A level that fell: where the alert stands, and since when it is below its line.
ALTER TABLE alert ADD COLUMN standing TEXT;
ALTER TABLE alert ADD COLUMN below_since BIGINT;

-- The address on another site that an article's page calls the original of its text.
ALTER TABLE article ADD COLUMN original_url TEXT;

-- Topics whose silence operators were told of; gone once the topic is heard again.
CREATE TABLE quiet_topic (
    topic_id TEXT PRIMARY KEY,
    told_at  BIGINT NOT NULL
);

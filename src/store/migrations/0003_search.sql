-- Articles whose words the index does not have, or not as they stand: `stamp` rises with each edit.
CREATE TABLE unindexed (
    article_id TEXT PRIMARY KEY,
    stamp      BIGINT NOT NULL DEFAULT 1
);
INSERT INTO unindexed (article_id) SELECT id FROM article;

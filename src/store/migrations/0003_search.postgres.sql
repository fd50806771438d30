-- `n` is the millisecond in which the article was found, shifted by 20 bits, and a number in it.
CREATE TABLE search_row (
    n          BIGINT PRIMARY KEY,
    article_id TEXT NOT NULL UNIQUE,
    words      TSVECTOR NOT NULL
);
CREATE INDEX search_row_words ON search_row USING GIN (words);

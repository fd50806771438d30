-- `n` is the millisecond in which the article was found, shifted by 20 bits, and a number in it: the
-- index is walked from the newest to the oldest. The words are cut by the program; the tokenizer only
-- parts them at blanks.
CREATE TABLE search_row (
    n          INTEGER PRIMARY KEY,
    article_id TEXT NOT NULL UNIQUE
);
CREATE VIRTUAL TABLE article_words USING fts5 (
    title, body, content = '', contentless_delete = 1, tokenize = 'ascii'
);

-- Quizzes that people took: append-only.
CREATE TABLE quiz_result (
    id        TEXT PRIMARY KEY,
    person_id TEXT NOT NULL,
    -- The unit on that day; NULL where none is given.
    unit      TEXT,
    case_id   TEXT NOT NULL,
    -- The letters that were chosen: `a,c,b`.
    answers   TEXT NOT NULL,
    right_n   BIGINT NOT NULL,
    asked_n   BIGINT NOT NULL,
    at        BIGINT NOT NULL
);
CREATE INDEX quiz_result_at ON quiz_result (at);
CREATE INDEX quiz_result_person ON quiz_result (person_id, case_id);

-- What was said to the questions of a watch: append-only, the last one counts.
CREATE TABLE watch_mark (
    id       TEXT PRIMARY KEY,
    watch_id TEXT NOT NULL,
    question TEXT NOT NULL,
    settled  BIGINT NOT NULL,
    name     TEXT NOT NULL,
    note     TEXT,
    at       BIGINT NOT NULL
);
CREATE INDEX watch_mark_watch ON watch_mark (watch_id, at);

-- A story that was merged into another stays as a sign that leads there; names are never given anew.
ALTER TABLE story ADD COLUMN merged_into TEXT;

-- What people changed about stories, newest last; `articles` and `alerts` are JSON lists of what went
-- from one story to the other. The daemon reads what it has not seen by `changed_at`.
CREATE TABLE story_edit (
    id         TEXT PRIMARY KEY,
    kind       TEXT NOT NULL,
    from_story TEXT NOT NULL,
    into_story TEXT NOT NULL,
    articles   TEXT NOT NULL,
    alerts     TEXT NOT NULL,
    made_at    BIGINT NOT NULL,
    undone_at  BIGINT,
    changed_at BIGINT NOT NULL
);
CREATE INDEX story_edit_changed ON story_edit (changed_at);
CREATE INDEX story_recent_first ON story (first_seen_at);

-- What is remembered of a source, beside how to ask it: where it has gone, what its reader keeps.
ALTER TABLE source_state ADD COLUMN address TEXT;
ALTER TABLE source_state ADD COLUMN memory TEXT;

-- How a source is, since when and why; `told_health` is what the last health event said. `streak`
-- counts the polls in a row that found it so, `stops` those whose document stopped its reader.
-- `rhythm` and `hints` are JSON; `slow` says that the last poll took long.
ALTER TABLE source_state ADD COLUMN health TEXT NOT NULL DEFAULT 'new';
ALTER TABLE source_state ADD COLUMN health_since BIGINT;
ALTER TABLE source_state ADD COLUMN health_reason TEXT;
ALTER TABLE source_state ADD COLUMN told_health TEXT NOT NULL DEFAULT 'new';
ALTER TABLE source_state ADD COLUMN streak BIGINT NOT NULL DEFAULT 0;
ALTER TABLE source_state ADD COLUMN stops BIGINT NOT NULL DEFAULT 0;
ALTER TABLE source_state ADD COLUMN polls BIGINT NOT NULL DEFAULT 0;
ALTER TABLE source_state ADD COLUMN polled_at BIGINT;
ALTER TABLE source_state ADD COLUMN listed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE source_state ADD COLUMN last_entry_at BIGINT;
ALTER TABLE source_state ADD COLUMN rhythm TEXT NOT NULL DEFAULT '{}';
ALTER TABLE source_state ADD COLUMN hints TEXT NOT NULL DEFAULT '{}';
ALTER TABLE source_state ADD COLUMN slow BIGINT NOT NULL DEFAULT 0;
ALTER TABLE source_state ADD COLUMN breaking_until BIGINT;
CREATE INDEX source_due ON source_state (next_check_at);

-- Changes of health that people should know of, written once they are no mere blank.
CREATE TABLE health_event (
    id        TEXT PRIMARY KEY,
    source_id TEXT NOT NULL,
    at        BIGINT NOT NULL,
    was       TEXT NOT NULL,
    now       TEXT NOT NULL,
    reason    TEXT,
    told      BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX health_event_untold ON health_event (told, at);

-- `alias` names an entry beside its key: source, publisher's identifier and headline, hashed.
-- `fingerprint` is the hash of headline and text as people read them, to notice an edit by.
ALTER TABLE entry ADD COLUMN alias BIGINT;
ALTER TABLE entry ADD COLUMN fingerprint BIGINT;
ALTER TABLE entry ADD COLUMN revision BIGINT NOT NULL DEFAULT 1;
CREATE INDEX entry_alias ON entry (alias) WHERE alias IS NOT NULL;

-- The claim takes pending entries in this order; the pruning takes done ones. Both indexes hold
-- only their own rows, so that adding entries stays cheap.
DROP INDEX entry_due;
CREATE INDEX entry_pending ON entry (discovered_at, id) WHERE state = 'pending';
CREATE INDEX entry_done ON entry (discovered_at, id) WHERE state = 'done';

-- What an entry said before it was edited; the last ten.
CREATE TABLE entry_revision (
    entry_id    TEXT NOT NULL,
    n           BIGINT NOT NULL,
    title       TEXT NOT NULL,
    text        TEXT NOT NULL,
    replaced_at BIGINT NOT NULL,
    PRIMARY KEY (entry_id, n)
);

-- Messages need not be about an alert: those of one thread go to a recipient in order.
ALTER TABLE notice RENAME COLUMN alert_id TO thread;
ALTER TABLE delivery RENAME COLUMN alert_id TO thread;

-- Both databases read this text. Times are milliseconds since 1970 UTC, booleans 0 and 1,
-- objects and lists JSON text. lease_* columns: who works on the row, until when, and a fencing
-- epoch that rises with each claim, so that a worker which lost its lease changes nothing.

CREATE TABLE source_state (
    source_id       TEXT PRIMARY KEY,
    etag            TEXT,
    last_modified   TEXT,
    body_hash       TEXT,
    next_check_at   BIGINT NOT NULL,
    last_success_at BIGINT,
    failures        BIGINT NOT NULL DEFAULT 0,
    last_error      TEXT,
    seeded          BIGINT NOT NULL DEFAULT 0,
    lease_owner     TEXT,
    lease_until     BIGINT NOT NULL DEFAULT 0,
    lease_epoch     BIGINT NOT NULL DEFAULT 0
);

-- What sources announced. Stays when its article is long gone: nothing comes back as new.
CREATE TABLE entry (
    id            TEXT PRIMARY KEY,
    source_id     TEXT NOT NULL,
    key           TEXT NOT NULL UNIQUE,
    url           TEXT NOT NULL,
    title         TEXT NOT NULL,
    text          TEXT NOT NULL,
    authors       TEXT NOT NULL,
    published_at  BIGINT,
    discovered_at BIGINT NOT NULL,
    history       BIGINT NOT NULL,
    state         TEXT NOT NULL,
    attempts      BIGINT NOT NULL DEFAULT 0,
    not_before    BIGINT NOT NULL,
    last_error    TEXT,
    lease_owner   TEXT,
    lease_until   BIGINT NOT NULL DEFAULT 0,
    lease_epoch   BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX entry_due ON entry (state, not_before);

CREATE TABLE story (
    id            TEXT PRIMARY KEY,
    headline      TEXT NOT NULL,
    lead_article  TEXT NOT NULL,
    first_seen_at BIGINT NOT NULL,
    last_seen_at  BIGINT NOT NULL,
    articles      BIGINT NOT NULL
);
CREATE INDEX story_recent ON story (last_seen_at);

CREATE TABLE article (
    id            TEXT PRIMARY KEY,
    entry_id      TEXT NOT NULL UNIQUE,
    source_id     TEXT NOT NULL,
    story_id      TEXT NOT NULL,
    duplicate_of  TEXT,
    url           TEXT NOT NULL,
    title         TEXT NOT NULL,
    body          TEXT NOT NULL,
    authors       TEXT NOT NULL,
    language      TEXT,
    published_at  BIGINT,
    discovered_at BIGINT NOT NULL,
    method        TEXT NOT NULL,
    warnings      TEXT NOT NULL,
    analysis      TEXT NOT NULL
);
CREATE INDEX article_story ON article (story_id);
CREATE INDEX article_seen ON article (discovered_at);

-- One row for each topic that an article concerns, with what severity is computed from
-- and what was decided, so that the daemon can always say why.
CREATE TABLE article_topic (
    article_id  TEXT NOT NULL,
    topic_id    TEXT NOT NULL,
    story_id    TEXT NOT NULL,
    source_id   TEXT NOT NULL,
    source_name TEXT NOT NULL,
    owner       TEXT NOT NULL,
    tier        BIGINT NOT NULL,
    p_negative  DOUBLE PRECISION NOT NULL,
    negative    BIGINT NOT NULL,
    appeared_at BIGINT NOT NULL,
    decided_at  BIGINT NOT NULL,
    reason      TEXT NOT NULL,
    severity    TEXT NOT NULL,
    PRIMARY KEY (article_id, topic_id)
);
CREATE INDEX article_topic_story ON article_topic (story_id, topic_id);
CREATE INDEX article_topic_rate ON article_topic (topic_id, negative, appeared_at);

CREATE TABLE alert (
    id         TEXT PRIMARY KEY,
    story_id   TEXT NOT NULL,
    topic_id   TEXT NOT NULL,
    state      TEXT NOT NULL,
    level      TEXT NOT NULL,
    severity   TEXT NOT NULL,
    told       BIGINT NOT NULL,
    opened_at  BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    UNIQUE (story_id, topic_id)
);
CREATE INDEX alert_recent ON alert (updated_at);

CREATE TABLE notice (
    id         TEXT PRIMARY KEY,
    alert_id   TEXT NOT NULL,
    body       TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE delivery (
    id              TEXT PRIMARY KEY,
    notice_id       TEXT NOT NULL,
    alert_id        TEXT NOT NULL,
    channel         TEXT NOT NULL,
    recipient_id    TEXT NOT NULL,
    recipient       TEXT NOT NULL,
    idempotency_key TEXT NOT NULL UNIQUE,
    thread_key      TEXT,
    state           TEXT NOT NULL,
    attempts        BIGINT NOT NULL DEFAULT 0,
    not_before      BIGINT NOT NULL,
    last_error      TEXT,
    created_at      BIGINT NOT NULL,
    updated_at      BIGINT NOT NULL,
    lease_owner     TEXT,
    lease_until     BIGINT NOT NULL DEFAULT 0,
    lease_epoch     BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX delivery_due ON delivery (channel, state, not_before);
CREATE INDEX delivery_order ON delivery (alert_id, recipient_id);

-- Append only: what happened on each try. An outcome of in_doubt that stays was cut off by a crash.
CREATE TABLE attempt (
    delivery_id TEXT NOT NULL,
    n           BIGINT NOT NULL,
    started_at  BIGINT NOT NULL,
    finished_at BIGINT,
    outcome     TEXT NOT NULL,
    detail      TEXT,
    PRIMARY KEY (delivery_id, n)
);

CREATE TABLE incident (
    id           TEXT PRIMARY KEY,
    number       TEXT NOT NULL UNIQUE,
    plan_id      TEXT NOT NULL,
    plan_hash    TEXT NOT NULL,
    plan         TEXT NOT NULL,
    title        TEXT NOT NULL,
    category     TEXT NOT NULL,
    state        TEXT NOT NULL,
    level        TEXT NOT NULL,
    topic_id     TEXT NOT NULL,
    story_id     TEXT NOT NULL,
    alert_id     TEXT NOT NULL,
    detected_at  BIGINT NOT NULL,
    opened_at    BIGINT NOT NULL,
    confirm_by   BIGINT,
    activated_at BIGINT,
    UNIQUE (plan_id, story_id)
);
CREATE INDEX incident_state ON incident (state, confirm_by);

-- One crisis is often told by several stories (languages, follow-ups): they all belong to it.
CREATE TABLE incident_story (
    incident_id TEXT NOT NULL,
    story_id    TEXT NOT NULL,
    attached_at BIGINT NOT NULL,
    PRIMARY KEY (incident_id, story_id)
);
CREATE INDEX incident_story_story ON incident_story (story_id);

CREATE TABLE step (
    incident_id TEXT NOT NULL,
    key         TEXT NOT NULL,
    position    BIGINT NOT NULL,
    title       TEXT NOT NULL,
    role        TEXT NOT NULL,
    person      TEXT NOT NULL,
    backup      TEXT NOT NULL,
    due_at      BIGINT,
    state       TEXT NOT NULL,
    PRIMARY KEY (incident_id, key)
);

-- Numbers that people see, e.g. INC-2026-0007.
CREATE TABLE sequence (
    name  TEXT PRIMARY KEY,
    value BIGINT NOT NULL
);

-- What was not told at once, and why: a digest, a report and a summary count it, and nothing is lost.
-- `by_id` is the silence, the alert that stands for it, the digest; `occasion` how often it was told.
CREATE TABLE held_alert (
    id       TEXT PRIMARY KEY,
    at       BIGINT NOT NULL,
    why      TEXT NOT NULL,
    by_id    TEXT NOT NULL,
    alert_id TEXT NOT NULL,
    occasion TEXT NOT NULL,
    story_id TEXT NOT NULL,
    topic_id TEXT NOT NULL,
    labels   TEXT NOT NULL,
    item     TEXT NOT NULL,
    -- What is told once its silence has ended; NULL where nothing is.
    notice   TEXT,
    UNIQUE (why, by_id, alert_id, occasion)
);
CREATE INDEX held_alert_at ON held_alert (at);
CREATE INDEX held_alert_alert ON held_alert (alert_id);
CREATE INDEX held_alert_waits ON held_alert (by_id, id) WHERE notice IS NOT NULL;

-- Digests list what raised no alert.
CREATE INDEX article_topic_below ON article_topic (decided_at) WHERE reason = 'below_threshold';

CREATE TABLE silence (
    id        TEXT PRIMARY KEY,
    query     TEXT NOT NULL,
    owner     TEXT NOT NULL,
    reason    TEXT NOT NULL,
    starts_at BIGINT NOT NULL,
    ends_at   BIGINT NOT NULL,
    warned    BIGINT NOT NULL DEFAULT 0,
    reported  BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX silence_open ON silence (ends_at) WHERE reported = 0;

-- The last alert that stands for others, by the rule and by what both must agree in.
CREATE TABLE inhibitor (
    rule     TEXT NOT NULL,
    agreed   TEXT NOT NULL,
    alert_id TEXT NOT NULL,
    until_at BIGINT NOT NULL,
    PRIMARY KEY (rule, agreed)
);

-- Alerts that are gathered into one message; `due_at` is NULL while none waits. `readers` and those
-- below are JSON: channel and recipient of each.
CREATE TABLE alert_group (
    key       TEXT PRIMARY KEY,
    place     TEXT NOT NULL,
    readers   TEXT NOT NULL,
    repeat_ms BIGINT,
    due_at    BIGINT,
    told_at   BIGINT
);
CREATE INDEX alert_group_due ON alert_group (due_at) WHERE due_at IS NOT NULL;
CREATE TABLE alert_group_member (
    group_key TEXT NOT NULL,
    alert_id  TEXT NOT NULL,
    occasion  TEXT NOT NULL,
    at        BIGINT NOT NULL,
    labels    TEXT NOT NULL,
    notice    TEXT NOT NULL,
    PRIMARY KEY (group_key, alert_id)
);
CREATE INDEX alert_group_member_alert ON alert_group_member (alert_id);

-- Alerts that are told again until somebody takes them.
CREATE TABLE reminder (
    alert_id TEXT NOT NULL,
    place    TEXT NOT NULL,
    due_at   BIGINT NOT NULL,
    every_ms BIGINT NOT NULL,
    times    BIGINT NOT NULL,
    readers  TEXT NOT NULL,
    labels   TEXT NOT NULL,
    notice   TEXT NOT NULL,
    PRIMARY KEY (alert_id, place)
);
CREATE INDEX reminder_due ON reminder (due_at);

-- What each recipient was told lately, for storm control; `due_at` is when the summary of the rest is.
CREATE TABLE alert_flow (
    channel      TEXT NOT NULL,
    recipient_id TEXT NOT NULL,
    recipient    TEXT NOT NULL,
    flow         TEXT NOT NULL,
    due_at       BIGINT,
    updated_at   BIGINT NOT NULL,
    PRIMARY KEY (channel, recipient_id)
);
CREATE INDEX alert_flow_due ON alert_flow (due_at) WHERE due_at IS NOT NULL;

-- Up to when each recipient has a digest.
CREATE TABLE digest_run (
    digest_id    TEXT NOT NULL,
    channel      TEXT NOT NULL,
    recipient_id TEXT NOT NULL,
    until_at     BIGINT NOT NULL,
    PRIMARY KEY (digest_id, channel, recipient_id)
);

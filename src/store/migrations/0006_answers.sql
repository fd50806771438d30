-- Somebody answers: what happened to each alert, and the ladders that are climbed while nobody does.

-- Since when an alert is in its state.
ALTER TABLE alert ADD COLUMN state_since BIGINT;
CREATE INDEX alert_state ON alert (state, updated_at);

-- Append only: what, who, when, from where. `notice_id` is the message that it caused, `delivery_id` the
-- message whose link was used.
CREATE TABLE alert_event (
    id          TEXT PRIMARY KEY,
    alert_id    TEXT NOT NULL,
    at          BIGINT NOT NULL,
    kind        TEXT NOT NULL,
    state       TEXT NOT NULL,
    name        TEXT,
    channel     TEXT,
    address     TEXT,
    note        TEXT,
    notice_id   TEXT,
    delivery_id TEXT
);
CREATE INDEX alert_event_alert ON alert_event (alert_id, id);
-- A link is good for one answer.
CREATE UNIQUE INDEX alert_event_link ON alert_event (delivery_id) WHERE delivery_id IS NOT NULL;

-- One for an alert and policy. `ladder`, `facts` and `cause` are JSON, as they were when the run began;
-- `last_round`, `last_rung` and `last_again` are the last asking; `due_at` is absolute.
CREATE TABLE escalation (
    alert_id   TEXT NOT NULL,
    policy     TEXT NOT NULL,
    run        BIGINT NOT NULL,
    state      TEXT NOT NULL,
    ladder     TEXT NOT NULL,
    facts      TEXT NOT NULL,
    cause      TEXT NOT NULL,
    began_at   BIGINT NOT NULL,
    last_round BIGINT,
    last_rung  BIGINT,
    last_again BIGINT,
    asked      TEXT NOT NULL,
    due_at     BIGINT,
    PRIMARY KEY (alert_id, policy)
);
CREATE INDEX escalation_due ON escalation (due_at) WHERE due_at IS NOT NULL;

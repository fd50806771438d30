-- Customers' complaints. `name`, `email`, `phone` and `text` are as they were sent and are emptied after a
-- time; `masked` names nobody. `customer` is a pseudonym. Due times are absolute.
CREATE TABLE complaint (
    number         TEXT PRIMARY KEY,
    reference      TEXT NOT NULL,
    fingerprint    TEXT NOT NULL,
    channel        TEXT NOT NULL,
    received_at    BIGINT NOT NULL,
    filed_at       BIGINT NOT NULL,
    language       TEXT,
    product        TEXT,
    branch         TEXT,
    severity       TEXT NOT NULL,
    customer       TEXT NOT NULL,
    text           TEXT NOT NULL,
    name           TEXT,
    email          TEXT,
    phone          TEXT,
    masked         TEXT NOT NULL,
    emptied_at     BIGINT,
    state          TEXT NOT NULL,
    since          BIGINT NOT NULL,
    owner          TEXT NOT NULL,
    offered_to     TEXT,
    began_at       BIGINT NOT NULL,
    acknowledge_by BIGINT NOT NULL,
    answer_by      BIGINT NOT NULL,
    reminded_at    BIGINT,
    remind_at      BIGINT,
    reopened       BIGINT NOT NULL,
    satisfaction   BIGINT,
    entry_id       TEXT NOT NULL,
    story_id       TEXT,
    wave_id        TEXT
);
CREATE UNIQUE INDEX complaint_reference ON complaint (reference);
CREATE UNIQUE INDEX complaint_entry ON complaint (entry_id);
CREATE INDEX complaint_state ON complaint (state, since);
CREATE INDEX complaint_received ON complaint (received_at);
CREATE INDEX complaint_branch ON complaint (branch, received_at);
CREATE INDEX complaint_product ON complaint (product, received_at);
CREATE INDEX complaint_remind ON complaint (remind_at) WHERE remind_at IS NOT NULL;

-- Append only: what, who, when; notes go when the text does.
CREATE TABLE complaint_event (
    number TEXT NOT NULL,
    seq    BIGINT NOT NULL,
    at     BIGINT NOT NULL,
    kind   TEXT NOT NULL,
    state  TEXT NOT NULL,
    done_by TEXT,
    done_to TEXT,
    note   TEXT,
    PRIMARY KEY (number, seq)
);

-- A wave of complaints about one branch or product, until none came for its window.
CREATE TABLE complaint_wave (
    id        TEXT PRIMARY KEY,
    about     TEXT NOT NULL,
    name      TEXT NOT NULL,
    story_id  TEXT NOT NULL,
    began_at  BIGINT NOT NULL,
    last_at   BIGINT NOT NULL,
    usual     DOUBLE PRECISION
);
CREATE INDEX complaint_wave_name ON complaint_wave (about, name, last_at);

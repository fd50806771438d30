-- Mailboxes of complaints: up to which mail they were read (`validity` is the server's name for its present numbers, `last`
-- the number of the last mail), and since when and why they cannot be.
CREATE TABLE mailbox (
    id            TEXT PRIMARY KEY,
    validity      BIGINT,
    last          BIGINT,
    read_at       BIGINT,
    failures      BIGINT NOT NULL DEFAULT 0,
    failing_since BIGINT,
    error         TEXT
);

-- The life of incidents beyond their start. `life` and `care` are JSON objects; `wakes_at` is when
-- something next happens to the incident by itself, absolute.
ALTER TABLE incident ADD COLUMN life TEXT NOT NULL DEFAULT '{}';
ALTER TABLE incident ADD COLUMN wakes_at BIGINT;
ALTER TABLE step ADD COLUMN care TEXT NOT NULL DEFAULT '{}';
UPDATE incident SET state = 'assessing' WHERE state = 'active';
UPDATE incident SET state = 'reviewed' WHERE state = 'closed';
UPDATE incident SET wakes_at = confirm_by WHERE state = 'proposed';
CREATE INDEX incident_wakes ON incident (wakes_at) WHERE wakes_at IS NOT NULL;

-- Append only: everything that happened to every incident, in one chain. `n` counts from 1 without
-- a gap, `seq` from 1 within the incident; `body` is JSON; `hash` is BLAKE3 in hex of the hash
-- before and of the row (store/incident_events.rs).
CREATE TABLE incident_event (
    n           BIGINT PRIMARY KEY,
    incident_id TEXT NOT NULL,
    seq         BIGINT NOT NULL,
    at          BIGINT NOT NULL,
    person      TEXT,
    kind        TEXT NOT NULL,
    body        TEXT NOT NULL,
    hash        TEXT NOT NULL,
    UNIQUE (incident_id, seq)
);

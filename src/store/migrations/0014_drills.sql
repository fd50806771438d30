-- Plans that are practised. The incident of a drill carries what marks it (JSON; NULL for a real
-- one) and the number of the drill; `wakes_at` is when something next happens to the drill.
ALTER TABLE incident ADD COLUMN drill TEXT;
CREATE TABLE drill (
    number   TEXT PRIMARY KEY,
    plan_id  TEXT NOT NULL,
    state    TEXT NOT NULL,
    wakes_at BIGINT,
    at       BIGINT NOT NULL,
    body     TEXT NOT NULL
);
CREATE INDEX drill_wakes ON drill (wakes_at) WHERE wakes_at IS NOT NULL;
CREATE INDEX drill_plan ON drill (plan_id, at);
-- From which the instants of surprise drills are drawn: one row, drawn once.
CREATE TABLE drill_seed (
    id   BIGINT PRIMARY KEY,
    seed TEXT NOT NULL
);

-- What the inspection of the plans finds and who keeps them was told: since when it is known, and when it was told last.
CREATE TABLE plan_finding (
    key      TEXT PRIMARY KEY,
    since    BIGINT NOT NULL,
    told_at  BIGINT NOT NULL
);

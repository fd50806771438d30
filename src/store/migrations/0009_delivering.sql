-- Deadlines, second ways, dead letters, and how the channels fare.

-- When it was first tried, from which its deadline counts; a person who asks for it again starts anew.
ALTER TABLE delivery ADD COLUMN first_try_at BIGINT;
ALTER TABLE delivery ADD COLUMN retried_at BIGINT;
-- The delivery that this one stands in for, and when this one got somebody to stand in for it.
ALTER TABLE delivery ADD COLUMN fallback_of TEXT;
ALTER TABLE delivery ADD COLUMN fell_back_at BIGINT;
CREATE INDEX delivery_notice ON delivery (notice_id, channel, recipient_id);
CREATE INDEX delivery_settled ON delivery (channel, state, updated_at);

CREATE TABLE channel_health (
    channel      TEXT PRIMARY KEY,
    -- Attempts that failed since the last one that was accepted, and when the first of them was.
    failures     BIGINT NOT NULL DEFAULT 0,
    failing_since BIGINT,
    accepted_at  BIGINT,
    last_error   TEXT,
    -- Messages given up that operators have not heard of, and when the first of them was.
    dead_untold  BIGINT NOT NULL DEFAULT 0,
    dead_since   BIGINT,
    -- When operators were told that it fails; NULL while they think that it works.
    told_at      BIGINT,
    dead_told_at BIGINT
);

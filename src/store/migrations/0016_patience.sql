-- How long a message has been tried for, by a clock that nobody sets: a jump of the clock, a machine that slept or a
-- daemon that was away is no time in which it could have been sent.
ALTER TABLE delivery ADD COLUMN tried_ms BIGINT NOT NULL DEFAULT 0;

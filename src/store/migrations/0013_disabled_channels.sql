-- When a receiver said that it is gone (410): nothing is sent to it until somebody enables the channel again.
ALTER TABLE channel_health ADD COLUMN disabled_at BIGINT;
-- Red goes before what else waits for a channel.
ALTER TABLE delivery ADD COLUMN urgent BIGINT NOT NULL DEFAULT 0;

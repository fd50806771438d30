-- What is remembered of a source, beside how to ask it: where it has gone, what its reader keeps.
ALTER TABLE source_state ADD COLUMN address TEXT;
ALTER TABLE source_state ADD COLUMN memory TEXT;

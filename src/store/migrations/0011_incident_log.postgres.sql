CREATE FUNCTION incident_event_append_only() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the log of incidents is append only'; END $$;
CREATE TRIGGER incident_event_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON incident_event FOR EACH STATEMENT EXECUTE FUNCTION incident_event_append_only();

CREATE TRIGGER incident_event_no_update BEFORE UPDATE ON incident_event BEGIN SELECT RAISE(ABORT, 'the log of incidents is append only'); END;
CREATE TRIGGER incident_event_no_delete BEFORE DELETE ON incident_event BEGIN SELECT RAISE(ABORT, 'the log of incidents is append only'); END;

-- As in 0015_jobs.sql.
ALTER TABLE event_outbox ALTER COLUMN trace SET DEFAULT nullif(current_setting('opora.trace', true), '');

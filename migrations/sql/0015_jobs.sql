-- A row belongs to the trace of the transaction that wrote it: W3C's traceparent, which the transaction names where traces
-- are kept. A default, so that no statement which adds jobs has to know of it.
ALTER TABLE jobs ALTER COLUMN trace SET DEFAULT nullif(current_setting('opora.trace', true), '');

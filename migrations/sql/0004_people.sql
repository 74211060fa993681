-- Search for people by a part of a name, a username or an e-mail. As in 0002_lexical.sql, a function of opora_system
-- names the tenant itself: LIKE is not leakproof, and under row-level security no index would serve it.
ALTER TABLE users ADD COLUMN searchable text NOT NULL GENERATED ALWAYS AS (
    lower(full_name || E'\n' || first_name || E'\n' || last_name || E'\n' || coalesce(username, '') || E'\n'
        || coalesce(telegram_username, '') || E'\n' || coalesce(email, ''))
) STORED;
CREATE INDEX users_searchable ON users USING gin (tenant_id, searchable gin_trgm_ops);

CREATE FUNCTION users_found(part text) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = public, pg_temp AS $$
    SELECT u.id FROM users u
    WHERE u.tenant_id = nullif(current_setting('opora.tenant_id', true), '')::bigint AND u.searchable LIKE part
$$;
GRANT CREATE ON SCHEMA public TO opora_system;
ALTER FUNCTION users_found(text) OWNER TO opora_system;
REVOKE CREATE ON SCHEMA public FROM opora_system;

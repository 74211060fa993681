ALTER TABLE saved_views ADD CONSTRAINT saved_views_owner
    FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO opora_app, opora_system;
GRANT INSERT, UPDATE, DELETE ON saved_views TO opora_app;

-- Tickets that are there were last active when their last message came. The owner is bound by forced isolation too.
ALTER TABLE tickets NO FORCE ROW LEVEL SECURITY;
ALTER TABLE messages NO FORCE ROW LEVEL SECURITY;
UPDATE tickets t SET active_at = greatest(
    t.created_at, t.resolved_at, t.closed_at, (SELECT max(m.created_at) FROM messages m WHERE m.conversation_id = t.id)
);
ALTER TABLE messages FORCE ROW LEVEL SECURITY;
ALTER TABLE tickets FORCE ROW LEVEL SECURITY;

-- The inbox reads tickets and dialogs in the order of their activity. Few are open and fewer wait among the many that are
-- done, so those have indexes of their own: a page of them reads no others.
CREATE INDEX tickets_recent ON tickets (tenant_id, active_at DESC, id DESC);
CREATE INDEX tickets_recent_open ON tickets (tenant_id, active_at DESC, id DESC)
    WHERE status NOT IN ('resolved', 'closed', 'cancelled');
CREATE INDEX tickets_recent_waiting ON tickets (tenant_id, active_at DESC, id DESC)
    WHERE status IN ('escalated', 'pending_agent', 'reopened');
CREATE INDEX tickets_recent_assignee ON tickets (tenant_id, assigned_to_id, active_at DESC, id DESC);
CREATE INDEX tickets_recent_author ON tickets (tenant_id, created_by_id, active_at DESC, id DESC);
CREATE INDEX dialogs_recent_open ON dialogs (tenant_id, updated_at DESC, id DESC) WHERE status = 'active';

-- Search in what was said. The Russian configuration cuts English words by English rules; Kazakh has no stemmer, and is
-- found by the beginnings of words.
CREATE FUNCTION message_words(words text) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT to_tsvector('pg_catalog.russian', words) || to_tsvector('pg_catalog.simple', words)
$$;
-- All words, as stems or as beginnings; a beginning of one or two letters would find everything.
CREATE FUNCTION message_query(asked text) RETURNS tsquery LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT plainto_tsquery('pg_catalog.russian', asked) || coalesce(
        (SELECT string_agg(
            '''' || replace(replace(lexeme, '\', '\\'), '''', '''''') || '''' || CASE WHEN length(lexeme) > 2 THEN ':*' ELSE '' END,
            ' & '
        ) FROM unnest(to_tsvector('pg_catalog.simple', asked)))::tsquery,
        ''::tsquery
    )
$$;
CREATE INDEX messages_words ON messages USING gin (tenant_id, message_words(text));
CREATE INDEX tickets_words ON tickets USING gin (tenant_id, message_words(title || ' ' || description));

-- Conversations in which something was said, whose ticket says it, that have the number, or whose customer is called so.
-- As in 0002_lexical.sql, a function of opora_system names the tenant itself. `message_id` is the newest message that
-- says it, null where it stands elsewhere. For a customer: their own, and nothing internal.
-- Found first, by the indexes, and only then put in order: a walk in order would read everybody's text.
CREATE FUNCTION conversations_found(asked text, part text, number bigint, of_customer bigint, most integer)
RETURNS TABLE (conversation_id bigint, message_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER ROWS 200 SET search_path = public, pg_temp AS $$
    WITH query AS MATERIALIZED (
        SELECT message_query(asked) AS words,
            nullif(current_setting('opora.tenant_id', true), '')::bigint AS tenant_id
    ), said AS MATERIALIZED (
        SELECT m.conversation_id, m.id FROM query, messages m
        WHERE m.tenant_id = query.tenant_id AND message_words(m.text) @@ query.words
            AND (of_customer IS NULL OR (m.visibility = 'public' AND EXISTS (
                SELECT FROM conversations c WHERE c.id = m.conversation_id AND c.customer_id = of_customer)))
    ), titled AS MATERIALIZED (
        SELECT t.id FROM query, tickets t
        WHERE t.tenant_id = query.tenant_id AND message_words(t.title || ' ' || t.description) @@ query.words
            AND (of_customer IS NULL OR t.created_by_id = of_customer)
    ), people AS MATERIALIZED (
        SELECT u.id FROM query, users u
        WHERE of_customer IS NULL AND u.tenant_id = query.tenant_id AND u.searchable LIKE part
    )
    SELECT hits.conversation_id, max(hits.message_id) FROM (
        (SELECT said.conversation_id, said.id AS message_id FROM said ORDER BY said.id DESC LIMIT most)
        UNION ALL
        (SELECT titled.id, NULL FROM titled ORDER BY titled.id DESC LIMIT most)
        UNION ALL
        SELECT c.id, NULL FROM query, conversations c WHERE c.tenant_id = query.tenant_id AND c.id = number
        UNION ALL
        (SELECT c.id, NULL FROM people, conversations c
            WHERE c.customer_id = people.id AND c.kind IN ('ticket', 'dialog') ORDER BY c.id DESC LIMIT most)
        UNION ALL
        (SELECT d.id, NULL FROM query, dialogs d
            WHERE of_customer IS NULL AND d.tenant_id = query.tenant_id AND d.searchable LIKE part LIMIT most)
    ) AS hits
    GROUP BY hits.conversation_id
$$;
GRANT CREATE ON SCHEMA public TO opora_system;
ALTER FUNCTION conversations_found(text, text, bigint, bigint, integer) OWNER TO opora_system;
REVOKE CREATE ON SCHEMA public FROM opora_system;

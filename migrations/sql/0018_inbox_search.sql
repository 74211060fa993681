-- As in 0010_saved_views.sql but for those who are called so: an index leads from each to what they wrote last. Joined
-- freely, every conversation of the tenant was walked through for a word that is nobody's name. The release before calls
-- it by the same arguments and gets the same.
CREATE OR REPLACE FUNCTION conversations_found(asked text, part text, number bigint, of_customer bigint, most integer)
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
        WHERE of_customer IS NULL AND u.tenant_id = query.tenant_id AND u.searchable LIKE part ORDER BY u.id DESC LIMIT most
    )
    SELECT hits.conversation_id, max(hits.message_id) FROM (
        (SELECT said.conversation_id, said.id AS message_id FROM said ORDER BY said.id DESC LIMIT most)
        UNION ALL
        (SELECT titled.id, NULL FROM titled ORDER BY titled.id DESC LIMIT most)
        UNION ALL
        SELECT c.id, NULL FROM query, conversations c WHERE c.tenant_id = query.tenant_id AND c.id = number
        UNION ALL
        (SELECT c.id, NULL FROM query, people, LATERAL (
            SELECT theirs.id FROM conversations theirs
            WHERE theirs.customer_id = people.id AND theirs.tenant_id = query.tenant_id
                AND theirs.kind IN ('ticket', 'dialog')
            ORDER BY theirs.id DESC LIMIT most) c
            ORDER BY c.id DESC LIMIT most)
        UNION ALL
        (SELECT d.id, NULL FROM query, dialogs d
            WHERE of_customer IS NULL AND d.tenant_id = query.tenant_id AND d.searchable LIKE part LIMIT most)
    ) AS hits
    GROUP BY hits.conversation_id
$$;
-- To read a text's words anew takes longer than a look into the index of words, for one text already. Where a tenant of
-- many tickets is one of many tenants with few, the planner would think that reading a few is all there is to do. It
-- believes what a function is said to cost where the function is not dissolved, which its setting prevents.
ALTER FUNCTION message_words(text) COST 100000 SET search_path = pg_catalog, pg_temp;

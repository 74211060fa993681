-- The lexical lane over many passages. An index over tenant, scope and words apart crosses the postings of a word with
-- those of the whole tenant, for each word of a question. Here one key says all: whose passage, of which language, with
-- which word. Keys are hashes of 64 bits; what they find is compared with tenant and scope again.
-- hashtextextended is what partitions rest on: its values stay from version to version.
CREATE FUNCTION lexical_keys(tenant bigint, scope bigint, language text, lexemes text[]) RETURNS bigint[]
LANGUAGE sql IMMUTABLE PARALLEL SAFE COST 1000 AS $$
    SELECT coalesce(array_agg(pg_catalog.hashtextextended(lexeme, space.seed)), '{}')
    FROM (SELECT pg_catalog.hashtextextended(tenant::text || '/' || scope::text || '/' || language, 0)) AS space (seed),
        pg_catalog.unnest(lexemes) AS lexeme
$$;

-- 0016 makes the index over them.

-- Under row-level security the planner may use an index for none but leakproof operators; this runs as opora_system and
-- names the tenant itself, from the same setting that the policies read. Without a tenant it returns nothing.
-- Of each word in each scope up to `most` passages, in no order; nothing of their texts is read.
CREATE FUNCTION lexical_postings(asked_language text, asked text[], most integer, scopes bigint[])
RETURNS TABLE (lexeme text, scope bigint, chunk_ids bigint[])
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH here AS MATERIALIZED (SELECT nullif(current_setting('opora.tenant_id', true), '')::bigint AS tenant)
    SELECT word, asked_scope, ARRAY(
        -- The sums keep the planner from the other indexes, of which none is as narrow.
        SELECT c.id FROM knowledge_chunks c
        WHERE c.is_current
            AND lexical_keys(c.tenant_id, c.scope, c.language, tsvector_to_array(c.search))
                @> lexical_keys(here.tenant, asked_scope, asked_language, ARRAY[word])
            AND c.tenant_id + 0 = here.tenant AND c.scope + 0 = asked_scope
        LIMIT most
    )
    FROM here, unnest(asked) AS word, unnest(scopes) AS asked_scope
    WHERE here.tenant IS NOT NULL
$$;

GRANT CREATE ON SCHEMA public TO opora_system;
ALTER FUNCTION lexical_postings(text, text[], integer, bigint[]) OWNER TO opora_system;
REVOKE CREATE ON SCHEMA public FROM opora_system;
REVOKE EXECUTE ON FUNCTION lexical_postings(text, text[], integer, bigint[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lexical_postings(text, text[], integer, bigint[]) TO opora_app, opora_system;

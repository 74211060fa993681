-- The lexical lane. Under row-level security the planner may not use an index for `@@`, which is not leakproof; these
-- functions run as opora_system and name the tenant themselves, from the same setting that the policies read.
-- What they return is of that tenant alone; without a tenant they return nothing.
CREATE FUNCTION lexical_frequencies(asked_language text, asked text[], most integer)
RETURNS TABLE (lexeme text, chunks bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    -- Counted up to `most`: a word more common than that tells nothing, and counting it would cost.
    SELECT word, (
        SELECT count(*) FROM (
            SELECT 1 FROM knowledge_chunks c
            WHERE c.tenant_id = nullif(current_setting('opora.tenant_id', true), '')::bigint
                AND c.is_current AND c.language = asked_language AND c.search @@ quote_literal(word)::tsquery
            LIMIT most
        ) AS found
    )
    FROM unnest(asked) AS word
$$;

CREATE FUNCTION lexical_candidates(asked_language text, asked text[], most integer)
RETURNS TABLE (chunk_id bigint, length integer, lexeme text, occurrences integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH query AS (
        SELECT string_agg(quote_literal(word), ' | ')::tsquery AS words FROM unnest(asked) AS word
    ), best AS (
        SELECT c.id, c.search
        FROM knowledge_chunks c, query
        WHERE c.tenant_id = nullif(current_setting('opora.tenant_id', true), '')::bigint
            AND c.is_current AND c.language = asked_language AND c.search @@ query.words
        ORDER BY ts_rank(c.search, query.words) DESC
        LIMIT most
    )
    SELECT best.id, length(best.search), entry.lexeme, cardinality(entry.positions)
    FROM best, unnest(best.search) AS entry
    WHERE entry.lexeme = ANY (asked)
$$;

CREATE FUNCTION exact_candidates(asked text[], most integer)
RETURNS TABLE (chunk_id bigint, matched bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT c.id, (SELECT count(*) FROM unnest(asked) AS token WHERE token = ANY (c.exact_tokens)) AS matched
    FROM knowledge_chunks c
    WHERE c.tenant_id = nullif(current_setting('opora.tenant_id', true), '')::bigint
        AND c.is_current AND c.exact_tokens && asked
    ORDER BY matched DESC, c.id
    LIMIT most
$$;

GRANT CREATE ON SCHEMA public TO opora_system;
ALTER FUNCTION lexical_frequencies(text, text[], integer) OWNER TO opora_system;
ALTER FUNCTION lexical_candidates(text, text[], integer) OWNER TO opora_system;
ALTER FUNCTION exact_candidates(text[], integer) OWNER TO opora_system;
REVOKE CREATE ON SCHEMA public FROM opora_system;

-- Whose a passage is: the assistant's that alone knows it, or 0 for all of the tenant. It repeats what the source says,
-- so that each search reads by an index only what it may find: an assistant's many passages push nobody else's out of
-- the candidates, and its few are not lost among the tenant's.
ALTER TABLE knowledge_chunks ADD COLUMN scope bigint NOT NULL DEFAULT 0;
ALTER TABLE chunk_vectors ADD COLUMN scope bigint NOT NULL DEFAULT 0;
-- Sums by scope too: what one assistant is given changes no other's scores.
ALTER TABLE knowledge_spaces ADD COLUMN scope bigint NOT NULL DEFAULT 0;
ALTER TABLE knowledge_spaces DROP CONSTRAINT knowledge_spaces_pkey, ADD PRIMARY KEY (tenant_id, scope, language, model);

DROP INDEX knowledge_chunks_search, knowledge_chunks_exact, chunk_vectors_tenant_language;
CREATE INDEX knowledge_chunks_search ON knowledge_chunks USING gin (tenant_id, scope, search) WHERE is_current;
CREATE INDEX knowledge_chunks_exact ON knowledge_chunks USING gin (tenant_id, scope, exact_tokens) WHERE is_current;
CREATE INDEX chunk_vectors_scope ON chunk_vectors (tenant_id, scope, language);
-- Tenant and scope depend on each other: multiplied, they would make a large assistant look small enough to be sorted.
CREATE STATISTICS chunk_vectors_scopes (dependencies, mcv) ON tenant_id, scope, language FROM chunk_vectors;

-- As in 0002_lexical.sql, but of the scopes that are asked for, each with its own limit.
DROP FUNCTION lexical_frequencies(text, text[], integer);
DROP FUNCTION lexical_candidates(text, text[], integer);
DROP FUNCTION exact_candidates(text[], integer);

CREATE FUNCTION lexical_frequencies(asked_language text, asked text[], most integer, scopes bigint[])
RETURNS TABLE (lexeme text, chunks bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    -- Counted up to `most` in all scopes together: what is common in one is not counted in the next.
    SELECT word, (
        SELECT count(*) FROM (
            SELECT 1 FROM unnest(scopes) AS asked_scope, LATERAL (
                SELECT 1 FROM knowledge_chunks c
                WHERE c.tenant_id = nullif(current_setting('opora.tenant_id', true), '')::bigint
                    AND c.scope = asked_scope
                    AND c.is_current AND c.language = asked_language AND c.search @@ quote_literal(word)::tsquery
                LIMIT most
            ) AS here
            LIMIT most
        ) AS found
    )
    FROM unnest(asked) AS word
$$;

CREATE FUNCTION lexical_candidates(asked_language text, asked text[], most integer, scopes bigint[])
RETURNS TABLE (chunk_id bigint, length integer, lexeme text, occurrences integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH query AS (
        SELECT string_agg(quote_literal(word), ' | ')::tsquery AS words FROM unnest(asked) AS word
    ), best AS (
        SELECT found.id, found.search
        FROM unnest(scopes) AS asked_scope, query, LATERAL (
            SELECT c.id, c.search
            FROM knowledge_chunks c
            WHERE c.tenant_id = nullif(current_setting('opora.tenant_id', true), '')::bigint
                AND c.scope = asked_scope
                AND c.is_current AND c.language = asked_language AND c.search @@ query.words
            ORDER BY ts_rank(c.search, query.words) DESC
            LIMIT most
        ) AS found
    )
    SELECT best.id, length(best.search), entry.lexeme, cardinality(entry.positions)
    FROM best, unnest(best.search) AS entry
    WHERE entry.lexeme = ANY (asked)
$$;

CREATE FUNCTION exact_candidates(asked text[], most integer, scopes bigint[])
RETURNS TABLE (chunk_id bigint, matched bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    SELECT found.id, found.matched
    FROM unnest(scopes) AS asked_scope, LATERAL (
        SELECT c.id, (SELECT count(*) FROM unnest(asked) AS token WHERE token = ANY (c.exact_tokens)) AS matched
        FROM knowledge_chunks c
        WHERE c.tenant_id = nullif(current_setting('opora.tenant_id', true), '')::bigint
            AND c.scope = asked_scope
            AND c.is_current AND c.exact_tokens && asked
        ORDER BY matched DESC, c.id
        LIMIT most
    ) AS found
$$;

-- Search in Q&A entries as in FAQ entries (0004_faqs.sql), the best first.
ALTER TABLE qa_entries ADD COLUMN search tsvector NOT NULL GENERATED ALWAYS AS (
    setweight(to_tsvector('pg_catalog.russian', question), 'A') || to_tsvector('pg_catalog.russian', answer)
    || to_tsvector('pg_catalog.russian', tags)
    || setweight(to_tsvector('pg_catalog.english', question), 'A') || to_tsvector('pg_catalog.english', answer)
    || to_tsvector('pg_catalog.english', tags)
    || setweight(to_tsvector('pg_catalog.simple', question), 'A') || to_tsvector('pg_catalog.simple', answer)
    || to_tsvector('pg_catalog.simple', tags)
) STORED;
ALTER TABLE qa_entries ADD COLUMN searchable text NOT NULL
    GENERATED ALWAYS AS (lower(question || E'\n' || answer || E'\n' || tags::text)) STORED;
CREATE INDEX qa_entries_search ON qa_entries USING gin (tenant_id, search);
CREATE INDEX qa_entries_searchable ON qa_entries USING gin (tenant_id, searchable gin_trgm_ops);
CREATE INDEX qa_entries_assistant_id ON qa_entries (tenant_id, assistant_id, id);

CREATE FUNCTION qa_entries_found(asked text, part text, of_assistant bigint, most integer)
RETURNS TABLE (entry_id bigint, rank real)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH query AS (
        SELECT plainto_tsquery('pg_catalog.russian', asked) || plainto_tsquery('pg_catalog.english', asked)
            || plainto_tsquery('pg_catalog.simple', asked) AS words
    )
    SELECT e.id, ts_rank(e.search, query.words) AS rank
    FROM qa_entries e, query
    WHERE e.tenant_id = nullif(current_setting('opora.tenant_id', true), '')::bigint
        AND (of_assistant IS NULL OR e.assistant_id = of_assistant)
        AND (e.search @@ query.words OR e.searchable LIKE lower(part))
    ORDER BY rank DESC, e.id
    LIMIT most
$$;

GRANT CREATE ON SCHEMA public TO opora_system;
ALTER FUNCTION lexical_frequencies(text, text[], integer, bigint[]) OWNER TO opora_system;
ALTER FUNCTION lexical_candidates(text, text[], integer, bigint[]) OWNER TO opora_system;
ALTER FUNCTION exact_candidates(text[], integer, bigint[]) OWNER TO opora_system;
ALTER FUNCTION qa_entries_found(text, text, bigint, integer) OWNER TO opora_system;
REVOKE CREATE ON SCHEMA public FROM opora_system;

CREATE INDEX documents_assistant_id ON documents (tenant_id, assistant_id, id);
-- Few at a time, so that the duty that looks for uploads that were cut off reads no others.
CREATE INDEX documents_unstored ON documents (created_at) WHERE stored_at IS NULL;
GRANT UPDATE, DELETE ON documents TO opora_system;

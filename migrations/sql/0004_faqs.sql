-- Search in FAQ entries, by the stems of all words asked for or by a part of the text: they are short and in several
-- languages, so the words stand there as each language cuts them. As in 0002_lexical.sql, a function of opora_system
-- names the tenant itself: neither `@@` nor LIKE is leakproof, and under row-level security no index would serve them.
CREATE EXTENSION IF NOT EXISTS pg_trgm;

ALTER TABLE faqs ADD COLUMN search tsvector NOT NULL GENERATED ALWAYS AS (
    to_tsvector('pg_catalog.russian', question || ' ' || answer) || to_tsvector('pg_catalog.russian', tags)
    || to_tsvector('pg_catalog.english', question || ' ' || answer) || to_tsvector('pg_catalog.english', tags)
    || to_tsvector('pg_catalog.simple', question || ' ' || answer) || to_tsvector('pg_catalog.simple', tags)
) STORED;
ALTER TABLE faqs ADD COLUMN searchable text NOT NULL
    GENERATED ALWAYS AS (lower(question || E'\n' || answer || E'\n' || tags::text)) STORED;
CREATE INDEX faqs_search ON faqs USING gin (tenant_id, search);
CREATE INDEX faqs_searchable ON faqs USING gin (tenant_id, searchable gin_trgm_ops);
CREATE INDEX faqs_category ON faqs (tenant_id, category, id);

CREATE FUNCTION faqs_found(
    asked text, part text, of_category text, wanted_active boolean, after_id bigint, skipped integer, most integer
) RETURNS TABLE (faq_id bigint)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    -- Found first, by the indexes, and only then put in order: a walk in order would read everybody's text.
    WITH found AS MATERIALIZED (
        SELECT f.id FROM faqs f
        WHERE f.tenant_id = nullif(current_setting('opora.tenant_id', true), '')::bigint
            AND (f.search @@ (plainto_tsquery('pg_catalog.russian', asked)
                    || plainto_tsquery('pg_catalog.english', asked) || plainto_tsquery('pg_catalog.simple', asked))
                OR f.searchable LIKE lower(part))
            AND (of_category IS NULL OR f.category = of_category) AND (wanted_active IS NULL OR f.is_active = wanted_active)
    )
    SELECT id FROM found WHERE id > after_id ORDER BY id OFFSET skipped LIMIT most
$$;
GRANT CREATE ON SCHEMA public TO opora_system;
ALTER FUNCTION faqs_found(text, text, text, boolean, bigint, integer, integer) OWNER TO opora_system;
REVOKE CREATE ON SCHEMA public FROM opora_system;

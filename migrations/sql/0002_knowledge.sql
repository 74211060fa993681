-- Search: words by language for the lexical lane, exact tokens (order numbers, error codes), vectors.
CREATE EXTENSION IF NOT EXISTS vector;
CREATE EXTENSION IF NOT EXISTS btree_gin;

CREATE FUNCTION search_configuration(language text) RETURNS regconfig LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE language
        WHEN 'ru' THEN 'pg_catalog.russian'::regconfig
        WHEN 'en' THEN 'pg_catalog.english'::regconfig
        WHEN 'de' THEN 'pg_catalog.german'::regconfig
        WHEN 'es' THEN 'pg_catalog.spanish'::regconfig
        WHEN 'fr' THEN 'pg_catalog.french'::regconfig
        WHEN 'tr' THEN 'pg_catalog.turkish'::regconfig
        WHEN 'ro' THEN 'pg_catalog.romanian'::regconfig
        WHEN 'el' THEN 'pg_catalog.greek'::regconfig
        WHEN 'ar' THEN 'pg_catalog.arabic'::regconfig
        WHEN 'hi' THEN 'pg_catalog.hindi'::regconfig
        ELSE 'pg_catalog.simple'::regconfig
    END
$$;

ALTER TABLE knowledge_chunks ADD COLUMN exact_tokens text[] NOT NULL DEFAULT '{}';
ALTER TABLE knowledge_chunks ADD COLUMN search tsvector NOT NULL
    GENERATED ALWAYS AS (to_tsvector(search_configuration(language), heading || ' ' || content)) STORED;
CREATE INDEX knowledge_chunks_search ON knowledge_chunks USING gin (tenant_id, search) WHERE is_current;
CREATE INDEX knowledge_chunks_exact ON knowledge_chunks USING gin (tenant_id, exact_tokens) WHERE is_current;

-- Raw, unit-length vectors of current chunks. Untyped, so that any embedding model fits; the adapter checks the length.
CREATE TABLE chunk_vectors (
    tenant_id  bigint   NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    chunk_id   bigint   NOT NULL REFERENCES knowledge_chunks (id) ON DELETE CASCADE,
    source_id  bigint   NOT NULL,
    language   text     NOT NULL,
    model      text     NOT NULL,
    dimensions smallint NOT NULL CHECK (dimensions = vector_dims(embedding)),
    embedding  vector   NOT NULL,
    PRIMARY KEY (tenant_id, chunk_id)
);
CREATE INDEX chunk_vectors_tenant_language ON chunk_vectors (tenant_id, language);
CREATE INDEX chunk_vectors_chunk ON chunk_vectors (chunk_id);
-- Partial by language: such models crowd by language, and a walk of one common graph would cross all of one language
-- to reach another. halfvec halves the index; candidates are scored again from the full vectors.
CREATE INDEX chunk_vectors_hnsw_384_ru ON chunk_vectors
    USING hnsw ((embedding::halfvec(384)) halfvec_ip_ops) WHERE dimensions = 384 AND language = 'ru';
CREATE INDEX chunk_vectors_hnsw_384_kk ON chunk_vectors
    USING hnsw ((embedding::halfvec(384)) halfvec_ip_ops) WHERE dimensions = 384 AND language = 'kk';
CREATE INDEX chunk_vectors_hnsw_384_en ON chunk_vectors
    USING hnsw ((embedding::halfvec(384)) halfvec_ip_ops) WHERE dimensions = 384 AND language = 'en';

-- Sentences of current chunks: spans as start, end, start, end … of the content; vectors as float16 rows, first that of
-- the whole chunk. They score the candidates that the index finds, and choose the sentence to quote.
CREATE TABLE chunk_sentences (
    tenant_id bigint    NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    chunk_id  bigint    NOT NULL REFERENCES knowledge_chunks (id) ON DELETE CASCADE,
    model     text      NOT NULL,
    spans     integer[] NOT NULL,
    vectors   bytea     NOT NULL,
    PRIMARY KEY (tenant_id, chunk_id)
);
CREATE INDEX chunk_sentences_chunk ON chunk_sentences (chunk_id);

-- Sums by language: the means that centring needs, and the corpus sizes that BM25 needs, without reading the corpus.
CREATE TABLE knowledge_spaces (
    tenant_id bigint NOT NULL REFERENCES tenants (id) ON DELETE CASCADE,
    language  text   NOT NULL,
    model     text   NOT NULL,
    chunks    bigint NOT NULL,
    lexemes   bigint NOT NULL,
    total     vector NOT NULL,
    PRIMARY KEY (tenant_id, language, model)
);

-- Isolation. Forced, so that not even the owner reads past it by accident; no policy names the owner.
-- opora_app sees the tenant that its transaction set; opora_system sees all, through policies and not by an attribute.
DO $$
DECLARE
    tables text[] := ARRAY['users', 'sessions', 'conversations', 'messages', 'attachments', 'tickets',
        'knowledge_sources', 'knowledge_chunks', 'chunk_vectors', 'chunk_sentences', 'knowledge_spaces', 'citations',
        'event_topics', 'events', 'event_outbox', 'jobs'];
    here text;
BEGIN
    FOREACH here IN ARRAY tables || ARRAY['tenants'] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', here);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', here);
        EXECUTE format('CREATE POLICY system ON %I TO opora_system USING (true) WITH CHECK (true)', here);
    END LOOP;
    FOREACH here IN ARRAY tables LOOP
        EXECUTE format(
            'CREATE POLICY tenant ON %I TO opora_app
                USING (tenant_id = nullif(current_setting(''opora.tenant_id'', true), '''')::bigint)
                WITH CHECK (tenant_id = nullif(current_setting(''opora.tenant_id'', true), '''')::bigint)', here);
        EXECUTE format('GRANT SELECT ON %I TO opora_app, opora_system', here);
    END LOOP;
END $$;
CREATE POLICY tenant ON tenants TO opora_app
    USING (id = nullif(current_setting('opora.tenant_id', true), '')::bigint)
    WITH CHECK (id = nullif(current_setting('opora.tenant_id', true), '')::bigint);

-- Least rights: the log is append-only, nobody deletes users, only the system makes tenants.
GRANT USAGE ON SCHEMA public TO opora_app, opora_system;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO opora_app, opora_system;
GRANT SELECT, UPDATE ON tenants TO opora_app;
GRANT SELECT, INSERT, UPDATE ON tenants TO opora_system;
GRANT INSERT, UPDATE ON users, sessions, event_topics, jobs TO opora_app;
GRANT INSERT, UPDATE, DELETE ON conversations, messages, attachments, tickets, citations TO opora_app;
GRANT INSERT, UPDATE, DELETE ON knowledge_sources, knowledge_chunks, chunk_vectors, chunk_sentences, knowledge_spaces TO opora_app;
GRANT INSERT ON events, event_outbox TO opora_app;
GRANT INSERT, UPDATE, DELETE ON jobs TO opora_system;
GRANT UPDATE, DELETE ON event_outbox TO opora_system;
GRANT DELETE ON events, sessions TO opora_system;

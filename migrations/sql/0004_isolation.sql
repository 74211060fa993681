-- Isolation of the tables of 0003, as 0002_isolation.sql does it for those of 0001.
DO $$
DECLARE
    tables text[] := ARRAY['categories', 'triage_examples', 'triage_models', 'contacts', 'interviews', 'leads', 'faqs',
        'chatbot_sessions', 'chatbot_exchanges', 'log_records', 'telegram_bots', 'telegram_updates', 'telegram_chats',
        'telegram_deliveries'];
    here text;
BEGIN
    FOREACH here IN ARRAY tables LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', here);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', here);
        EXECUTE format('CREATE POLICY system ON %I TO opora_system USING (true) WITH CHECK (true)', here);
        EXECUTE format(
            'CREATE POLICY tenant ON %I TO opora_app
                USING (tenant_id = nullif(current_setting(''opora.tenant_id'', true), '''')::bigint)
                WITH CHECK (tenant_id = nullif(current_setting(''opora.tenant_id'', true), '''')::bigint)', here);
        EXECUTE format('GRANT SELECT ON %I TO opora_app, opora_system', here);
    END LOOP;
END $$;

-- Least rights. Samples and alerts are the installation's: the scheduler writes them, everybody's staff reads them.
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO opora_app, opora_system;
GRANT INSERT, UPDATE, DELETE ON categories, triage_examples, triage_models, contacts, interviews, leads, faqs,
    chatbot_sessions, telegram_bots, telegram_chats, telegram_deliveries TO opora_app;
GRANT INSERT ON chatbot_exchanges TO opora_app;
GRANT INSERT, UPDATE ON telegram_updates TO opora_app;
GRANT UPDATE ON telegram_bots TO opora_system;
-- A company is registered with its first user in one transaction.
GRANT INSERT ON users TO opora_system;
GRANT INSERT, DELETE ON log_records TO opora_system;
GRANT DELETE ON telegram_updates, telegram_deliveries, attachments TO opora_system;
GRANT UPDATE ON attachments TO opora_system;
GRANT SELECT ON metric_samples, alerts TO opora_app;
-- An alert and its event are one transaction, which is the default tenant's: no other may touch an alert.
ALTER TABLE alerts ENABLE ROW LEVEL SECURITY;
ALTER TABLE alerts FORCE ROW LEVEL SECURITY;
CREATE POLICY system ON alerts TO opora_system USING (true) WITH CHECK (true);
CREATE POLICY readers ON alerts FOR SELECT TO opora_app USING (true);
CREATE POLICY opening ON alerts FOR INSERT TO opora_app
    WITH CHECK (current_setting('opora.tenant_id', true) = '1');
CREATE POLICY changing ON alerts FOR UPDATE TO opora_app
    USING (current_setting('opora.tenant_id', true) = '1') WITH CHECK (true);
GRANT INSERT, UPDATE ON alerts TO opora_app;
GRANT SELECT, INSERT, UPDATE, DELETE ON metric_samples, alerts TO opora_system;

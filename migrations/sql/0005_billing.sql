-- The ledger is append-only for everybody, and no account goes below zero, whatever our code asks.
ALTER TABLE accounts ADD CONSTRAINT accounts_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;
ALTER TABLE accounts ADD CONSTRAINT accounts_not_negative CHECK (balance >= 0);
ALTER TABLE ledger_entries ADD CONSTRAINT ledger_entries_account
    FOREIGN KEY (tenant_id) REFERENCES accounts (tenant_id) ON DELETE CASCADE;
ALTER TABLE ledger_entries ADD CONSTRAINT ledger_entries_move_something CHECK (amount <> 0);
ALTER TABLE ledger_entries ADD CONSTRAINT ledger_entries_balance CHECK (balance_after >= 0);

DO $$
DECLARE
    here text;
BEGIN
    FOREACH here IN ARRAY ARRAY['accounts', 'ledger_entries'] LOOP
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
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO opora_app, opora_system;
GRANT INSERT, UPDATE ON accounts TO opora_app;
GRANT INSERT ON ledger_entries TO opora_app;
-- A company is registered with its purse and the bonus in it, in the one transaction that makes its tenant.
GRANT INSERT, UPDATE ON accounts TO opora_system;
GRANT INSERT ON ledger_entries TO opora_system;

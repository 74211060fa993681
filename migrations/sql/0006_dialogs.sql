-- References between tables of one tenant name the tenant too, so that no row can point across.
ALTER TABLE assistants ADD CONSTRAINT assistants_tenant
    FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;
ALTER TABLE assistants ADD CONSTRAINT assistants_of_tenant UNIQUE (tenant_id, id);

ALTER TABLE dialogs ADD CONSTRAINT dialogs_conversation
    FOREIGN KEY (tenant_id, id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE dialogs ADD CONSTRAINT dialogs_assistant
    FOREIGN KEY (tenant_id, assistant_id) REFERENCES assistants (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE dialogs ADD CONSTRAINT dialogs_of_tenant UNIQUE (tenant_id, id);
ALTER TABLE dialogs ADD CONSTRAINT dialogs_chat
    FOREIGN KEY (tenant_id, telegram_chat_id) REFERENCES telegram_chats (tenant_id, id)
    ON DELETE SET NULL (telegram_chat_id);
CREATE INDEX dialogs_recent ON dialogs (tenant_id, updated_at DESC, id DESC);
CREATE INDEX dialogs_of_assistant ON dialogs (tenant_id, assistant_id, updated_at DESC, id DESC);
CREATE INDEX dialogs_handoff ON dialogs (tenant_id, handoff_status, updated_at DESC, id DESC);
CREATE INDEX dialogs_guest ON dialogs (assistant_id, guest_id) WHERE guest_id IS NOT NULL;
CREATE UNIQUE INDEX dialogs_chat_open ON dialogs (telegram_chat_id) WHERE status = 'active';
ALTER TABLE telegram_chats ADD CONSTRAINT telegram_chats_dialog
    FOREIGN KEY (tenant_id, dialog_id) REFERENCES dialogs (tenant_id, id) ON DELETE SET NULL (dialog_id);
ALTER TABLE telegram_bots ADD CONSTRAINT telegram_bots_assistant
    FOREIGN KEY (tenant_id, assistant_id) REFERENCES assistants (tenant_id, id) ON DELETE CASCADE;
CREATE UNIQUE INDEX telegram_bots_one ON telegram_bots (tenant_id, assistant_id) NULLS NOT DISTINCT;

-- Search for dialogs by a part of the customer's name or username. As in 0004_people.sql, a function of opora_system
-- names the tenant itself. Who writes from Telegram is a user, found as such.
ALTER TABLE dialogs ADD COLUMN searchable text NOT NULL GENERATED ALWAYS AS (
    lower(first_name || ' ' || last_name)
) STORED;
CREATE INDEX dialogs_searchable ON dialogs USING gin (tenant_id, searchable gin_trgm_ops);
CREATE FUNCTION dialogs_found(part text) RETURNS SETOF bigint
LANGUAGE sql STABLE SECURITY DEFINER ROWS 100 SET search_path = public, pg_temp AS $$
    SELECT d.id FROM dialogs d
    WHERE d.tenant_id = nullif(current_setting('opora.tenant_id', true), '')::bigint AND d.searchable LIKE part
    UNION
    SELECT c.id FROM users u JOIN conversations c ON c.customer_id = u.id
    WHERE u.tenant_id = nullif(current_setting('opora.tenant_id', true), '')::bigint AND u.searchable LIKE part
        AND c.kind = 'dialog'
$$;
GRANT CREATE ON SCHEMA public TO opora_system;
ALTER FUNCTION dialogs_found(text) OWNER TO opora_system;
REVOKE CREATE ON SCHEMA public FROM opora_system;
-- Pages ask whether any assistant serves their site.
CREATE INDEX assistants_domains ON assistants USING gin (allowed_domains) WHERE website_integration;

-- A dialog has one handoff at a time, whoever asks: the index is the promise.
ALTER TABLE handoffs ADD CONSTRAINT handoffs_dialog
    FOREIGN KEY (tenant_id, dialog_id) REFERENCES dialogs (tenant_id, id) ON DELETE CASCADE;
CREATE UNIQUE INDEX handoffs_open ON handoffs (dialog_id) WHERE state IN ('requested', 'active');
CREATE INDEX handoffs_queue ON handoffs (tenant_id, rank, requested_at, id) WHERE state = 'requested';
CREATE INDEX handoffs_load ON handoffs (tenant_id, operator_id) WHERE state = 'active';
CREATE INDEX handoffs_offered ON handoffs (tenant_id, offered_to_id) WHERE state = 'requested';
CREATE INDEX handoffs_uncalled ON handoffs (requested_at) WHERE state = 'requested' AND called_at IS NULL;
CREATE INDEX handoffs_handled ON handoffs (tenant_id, ended_at) WHERE state = 'released';
ALTER TABLE handoffs ADD CONSTRAINT handoffs_operator
    FOREIGN KEY (tenant_id, operator_id) REFERENCES users (tenant_id, id);
ALTER TABLE operators ADD CONSTRAINT operators_user
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE;

ALTER TABLE documents ADD CONSTRAINT documents_tenant
    FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;
ALTER TABLE documents ADD CONSTRAINT documents_assistant
    FOREIGN KEY (tenant_id, assistant_id) REFERENCES assistants (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE documents ADD CONSTRAINT documents_source
    FOREIGN KEY (tenant_id, source_id) REFERENCES knowledge_sources (tenant_id, id) ON DELETE SET NULL (source_id);
ALTER TABLE qa_entries ADD CONSTRAINT qa_entries_tenant
    FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;
ALTER TABLE qa_entries ADD CONSTRAINT qa_entries_assistant
    FOREIGN KEY (tenant_id, assistant_id) REFERENCES assistants (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE knowledge_sources ADD CONSTRAINT knowledge_sources_assistant
    FOREIGN KEY (tenant_id, assistant_id) REFERENCES assistants (tenant_id, id) ON DELETE CASCADE;
-- Two assistants may each have a document of the same name.
DO $$
DECLARE
    old text;
BEGIN
    SELECT conname INTO STRICT old FROM pg_constraint
    WHERE conrelid = 'knowledge_sources'::regclass AND contype = 'u' AND array_length(conkey, 1) = 2
        AND conname <> 'knowledge_sources_of_tenant';
    EXECUTE format('ALTER TABLE knowledge_sources DROP CONSTRAINT %I', old);
END $$;
CREATE UNIQUE INDEX knowledge_sources_name ON knowledge_sources (tenant_id, assistant_id, name) NULLS NOT DISTINCT;

ALTER TABLE ai_token_days ADD CONSTRAINT ai_token_days_token
    FOREIGN KEY (token_id) REFERENCES ai_tokens (id) ON DELETE CASCADE;
ALTER TABLE ai_usage ADD CONSTRAINT ai_usage_tenant
    FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;
ALTER TABLE ai_usage ADD CONSTRAINT ai_usage_token
    FOREIGN KEY (token_id) REFERENCES ai_tokens (id) ON DELETE SET NULL;

ALTER TABLE payments ADD CONSTRAINT payments_tenant
    FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;
ALTER TABLE payments ADD CONSTRAINT payments_of_tenant UNIQUE (tenant_id, id);
ALTER TABLE payments ADD CONSTRAINT payments_positive CHECK (amount > 0);
ALTER TABLE payments ADD CONSTRAINT payments_refunds CHECK (refunded >= 0 AND refunded <= amount);
CREATE INDEX payments_open ON payments (checked_at, id) WHERE status IN ('NEW', 'FORM_SHOWED', 'AUTHORIZED');
CREATE INDEX payments_provider ON payments (provider, provider_id);
ALTER TABLE payment_notifications ADD CONSTRAINT payment_notifications_payment
    FOREIGN KEY (tenant_id, payment_id) REFERENCES payments (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE refunds ADD CONSTRAINT refunds_payment
    FOREIGN KEY (tenant_id, payment_id) REFERENCES payments (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE refunds ADD CONSTRAINT refunds_positive CHECK (amount > 0);
CREATE INDEX refunds_pending ON refunds (checked_at, id) WHERE status = 'pending';
CREATE INDEX ledger_entries_service ON ledger_entries (service_type, created_at);
-- Few among the many debits: a page of them must not read the whole ledger.
CREATE INDEX ledger_entries_credits ON ledger_entries (tenant_id, id) WHERE amount > 0;
UPDATE accounts SET spent = told.spent, debits = told.debits, credits = told.credits
FROM (
    SELECT tenant_id, count(*) FILTER (WHERE amount < 0) AS debits, count(*) FILTER (WHERE amount > 0) AS credits,
        coalesce(-sum(amount) FILTER (WHERE amount < 0 AND service_type <> 'refund'), 0) AS spent
    FROM ledger_entries GROUP BY tenant_id
) AS told WHERE told.tenant_id = accounts.tenant_id;

ALTER TABLE mail ADD CONSTRAINT mail_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;
ALTER TABLE email_codes ADD CONSTRAINT email_codes_user
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE support_requests ADD CONSTRAINT support_requests_ticket
    FOREIGN KEY (id) REFERENCES tickets (id) ON DELETE CASCADE;
ALTER TABLE support_requests ADD CONSTRAINT support_requests_author
    FOREIGN KEY (author_tenant_id, author_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE;
CREATE SEQUENCE support_request_numbers;
ALTER TABLE analytics_events ADD CONSTRAINT analytics_events_tenant
    FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;

-- The installation's own: no tenant reads its tokens, not even sealed.
ALTER TABLE ai_tokens ENABLE ROW LEVEL SECURITY;
ALTER TABLE ai_token_days ENABLE ROW LEVEL SECURITY;
ALTER TABLE ai_model_prices ENABLE ROW LEVEL SECURITY;
CREATE POLICY system ON ai_tokens TO opora_system USING (true) WITH CHECK (true);
CREATE POLICY system ON ai_token_days TO opora_system USING (true) WITH CHECK (true);
CREATE POLICY system ON ai_model_prices TO opora_system USING (true) WITH CHECK (true);
GRANT SELECT, INSERT, UPDATE, DELETE ON ai_tokens, ai_token_days, ai_model_prices TO opora_system;

-- Least rights. What tells of money and usage is never deleted, nor changed once it is told.
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO opora_app, opora_system;
GRANT INSERT, UPDATE, DELETE ON assistants, dialogs, operators, documents, qa_entries, email_codes TO opora_app;
GRANT INSERT, UPDATE ON handoffs, payments, payment_notifications, refunds, mail TO opora_app;
GRANT INSERT ON ai_usage, analytics_events, support_requests TO opora_app;
GRANT UPDATE (attachments) ON support_requests TO opora_app;
GRANT INSERT, DELETE ON ai_usage, analytics_events TO opora_system;
GRANT INSERT, UPDATE, DELETE ON mail TO opora_system;
GRANT DELETE ON payment_notifications TO opora_system;
-- A company and the code that confirms its owner's address are one transaction.
GRANT INSERT, UPDATE ON email_codes TO opora_system;
CREATE INDEX mail_bodies ON mail (created_at) WHERE sealed_body <> '';

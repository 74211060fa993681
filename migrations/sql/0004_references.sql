-- References of the tables of 0003. Those between tables of one tenant name the tenant too.
ALTER TABLE users DROP CONSTRAINT users_email_or_username;
ALTER TABLE users ADD CONSTRAINT users_known_by_something
    CHECK (email IS NOT NULL OR username IS NOT NULL OR telegram_id IS NOT NULL);
ALTER TABLE users ADD CONSTRAINT users_of_tenant UNIQUE (tenant_id, id);
CREATE UNIQUE INDEX users_tenant_telegram ON users (tenant_id, telegram_id);
CREATE INDEX users_role ON users (tenant_id, role);

ALTER TABLE categories ADD CONSTRAINT categories_tenant
    FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;
ALTER TABLE categories ADD CONSTRAINT categories_of_tenant UNIQUE (tenant_id, id);
CREATE UNIQUE INDEX categories_name ON categories (tenant_id, lower(name));
ALTER TABLE tickets ADD CONSTRAINT tickets_category
    FOREIGN KEY (tenant_id, category_id) REFERENCES categories (tenant_id, id);
-- A ticket that was closed before kept no moment of it: its last change is the nearest. The owner is not above the
-- policies either, and none names it.
ALTER TABLE tickets NO FORCE ROW LEVEL SECURITY;
UPDATE tickets SET closed_at = updated_at WHERE status IN ('closed', 'cancelled') AND closed_at IS NULL;
ALTER TABLE tickets FORCE ROW LEVEL SECURITY;
-- First replies and work per person are read from the messages.
CREATE INDEX messages_author ON messages (author_id, id) WHERE author_id IS NOT NULL;
CREATE INDEX messages_operator ON messages (tenant_id, conversation_id, id) INCLUDE (author_id, created_at)
    WHERE author_kind = 'operator' AND visibility = 'public';
CREATE INDEX tickets_created ON tickets (tenant_id, created_at);
-- Figures of a whole tenant are read from this index alone: it is a fifth of the table.
CREATE INDEX tickets_figures ON tickets (tenant_id, id)
    INCLUDE (created_at, status, priority, category_id, assigned_to_id, resolved_at, closed_at, sentiment);

ALTER TABLE triage_examples ADD CONSTRAINT triage_examples_ticket
    FOREIGN KEY (tenant_id, ticket_id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE triage_examples ADD CONSTRAINT triage_examples_category
    FOREIGN KEY (tenant_id, category_id) REFERENCES categories (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE triage_models ADD CONSTRAINT triage_models_tenant
    FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;

ALTER TABLE attachments ADD CONSTRAINT attachments_uploader
    FOREIGN KEY (tenant_id, uploaded_by_id) REFERENCES users (tenant_id, id);
-- Files outlive their message as unsent ones, until a duty has removed what the file store holds of them.
ALTER TABLE attachments DROP CONSTRAINT attachments_message;
ALTER TABLE attachments ADD CONSTRAINT attachments_message
    FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id) ON DELETE SET NULL (message_id);
CREATE INDEX attachments_unsent ON attachments (created_at) WHERE message_id IS NULL;
-- Quotas are sums over a tenant or one of its people, read from the index alone.
CREATE INDEX attachments_sizes ON attachments (tenant_id, uploaded_by_id) INCLUDE (size_bytes);

ALTER TABLE contacts ADD CONSTRAINT contacts_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;
ALTER TABLE contacts ADD CONSTRAINT contacts_of_tenant UNIQUE (tenant_id, id);
ALTER TABLE interviews ADD CONSTRAINT interviews_conversation
    FOREIGN KEY (tenant_id, id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE interviews ADD CONSTRAINT interviews_contact
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE interviews ADD CONSTRAINT interviews_owner
    FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id);
CREATE UNIQUE INDEX interviews_open ON interviews (tenant_id, contact_id) WHERE finished_at IS NULL;
ALTER TABLE leads ADD CONSTRAINT leads_interview
    FOREIGN KEY (tenant_id, interview_id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE leads ADD CONSTRAINT leads_contact
    FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE leads ADD CONSTRAINT leads_owner FOREIGN KEY (tenant_id, owner_id) REFERENCES users (tenant_id, id);

ALTER TABLE faqs ADD CONSTRAINT faqs_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;
ALTER TABLE chatbot_sessions ADD CONSTRAINT chatbot_sessions_conversation
    FOREIGN KEY (tenant_id, id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE chatbot_sessions ADD CONSTRAINT chatbot_sessions_user
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id);
ALTER TABLE chatbot_exchanges ADD CONSTRAINT chatbot_exchanges_session
    FOREIGN KEY (tenant_id, session_id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE chatbot_exchanges ADD CONSTRAINT chatbot_exchanges_ticket
    FOREIGN KEY (ticket_id) REFERENCES tickets (id) ON DELETE SET NULL;
CREATE INDEX chatbot_sessions_key ON chatbot_sessions (tenant_id, key);
-- Analytics of one tenant among others read this index alone.
CREATE INDEX chatbot_exchanges_common ON chatbot_exchanges (tenant_id, query_key, id)
    INCLUDE (was_escalated, confidence);
CREATE INDEX chatbot_exchanges_escalated ON chatbot_exchanges (tenant_id, id) WHERE was_escalated;

CREATE UNIQUE INDEX alerts_open ON alerts (host, metric) WHERE closed_at IS NULL;
CREATE INDEX log_records_source ON log_records (tenant_id, source, id);
ALTER TABLE log_records ADD CONSTRAINT log_records_tenant
    FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;

ALTER TABLE telegram_bots ADD CONSTRAINT telegram_bots_tenant
    FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;
ALTER TABLE telegram_bots ADD CONSTRAINT telegram_bots_of_tenant UNIQUE (tenant_id, id);
ALTER TABLE telegram_updates ADD CONSTRAINT telegram_updates_bot
    FOREIGN KEY (tenant_id, bot_id) REFERENCES telegram_bots (tenant_id, id) ON DELETE CASCADE;
CREATE INDEX telegram_updates_handled ON telegram_updates (handled_at);
-- What is said in a chat is said in the order of its jobs.
CREATE INDEX jobs_telegram_words ON jobs ((args ->> 'chat'), id)
    WHERE task = 'telegram.send' AND state IN ('pending', 'sent', 'running');
CREATE INDEX telegram_updates_waiting ON telegram_updates (bot_id, chat_id, update_id) WHERE handled_at IS NULL;
ALTER TABLE telegram_chats ADD CONSTRAINT telegram_chats_bot
    FOREIGN KEY (tenant_id, bot_id) REFERENCES telegram_bots (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE telegram_chats ADD CONSTRAINT telegram_chats_of_tenant UNIQUE (tenant_id, id);
ALTER TABLE telegram_chats ADD CONSTRAINT telegram_chats_user
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id);
ALTER TABLE telegram_chats ADD CONSTRAINT telegram_chats_ticket
    FOREIGN KEY (ticket_id) REFERENCES tickets (id) ON DELETE SET NULL;
ALTER TABLE telegram_deliveries ADD CONSTRAINT telegram_deliveries_tenant
    FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;

-- References. Those between tables of one tenant name the tenant too, so that no row can point across.
ALTER TABLE users ADD CONSTRAINT users_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;
ALTER TABLE users ADD CONSTRAINT users_email_or_username CHECK (email IS NOT NULL OR username IS NOT NULL);
CREATE UNIQUE INDEX users_tenant_email ON users (tenant_id, lower(email));
CREATE UNIQUE INDEX users_tenant_username ON users (tenant_id, lower(username));
CREATE INDEX users_email ON users (lower(email));
CREATE INDEX users_username ON users (lower(username));

ALTER TABLE sessions ADD CONSTRAINT sessions_user FOREIGN KEY (user_id) REFERENCES users (id) ON DELETE CASCADE;
ALTER TABLE sessions ADD CONSTRAINT sessions_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;

ALTER TABLE conversations ADD CONSTRAINT conversations_tenant
    FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;
ALTER TABLE conversations ADD CONSTRAINT conversations_customer FOREIGN KEY (customer_id) REFERENCES users (id);
ALTER TABLE conversations ADD CONSTRAINT conversations_of_tenant UNIQUE (tenant_id, id);

ALTER TABLE tickets ADD CONSTRAINT tickets_conversation
    FOREIGN KEY (tenant_id, id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE tickets ADD CONSTRAINT tickets_author FOREIGN KEY (created_by_id) REFERENCES users (id);
ALTER TABLE tickets ADD CONSTRAINT tickets_assignee FOREIGN KEY (assigned_to_id) REFERENCES users (id);

ALTER TABLE messages ADD CONSTRAINT messages_conversation
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE messages ADD CONSTRAINT messages_of_tenant UNIQUE (tenant_id, id);
ALTER TABLE messages ADD CONSTRAINT messages_author FOREIGN KEY (author_id) REFERENCES users (id);
ALTER TABLE attachments ADD CONSTRAINT attachments_message
    FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id) ON DELETE CASCADE;

ALTER TABLE knowledge_sources ADD CONSTRAINT knowledge_sources_tenant
    FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;
ALTER TABLE knowledge_sources ADD CONSTRAINT knowledge_sources_of_tenant UNIQUE (tenant_id, id);
ALTER TABLE knowledge_chunks ADD CONSTRAINT knowledge_chunks_source
    FOREIGN KEY (tenant_id, source_id) REFERENCES knowledge_sources (tenant_id, id) ON DELETE CASCADE;
CREATE UNIQUE INDEX knowledge_chunks_current ON knowledge_chunks (source_id, identity) WHERE is_current;
ALTER TABLE citations ADD CONSTRAINT citations_message
    FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE citations ADD CONSTRAINT citations_chunk
    FOREIGN KEY (chunk_id) REFERENCES knowledge_chunks (id) ON DELETE SET NULL;

ALTER TABLE event_topics ADD CONSTRAINT event_topics_tenant
    FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;
ALTER TABLE events ADD CONSTRAINT events_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;
ALTER TABLE event_outbox ADD CONSTRAINT event_outbox_event
    FOREIGN KEY (event_id) REFERENCES events (id) ON DELETE CASCADE;
ALTER TABLE jobs ADD CONSTRAINT jobs_tenant FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;

-- What the relay, the sweeper and the console of dead letters look for; finished jobs weigh nothing here.
CREATE INDEX jobs_pending ON jobs (run_after, tenant_id, id) WHERE state = 'pending';
CREATE INDEX jobs_leased ON jobs (lease_until) WHERE state IN ('sent', 'running');
CREATE INDEX jobs_dead ON jobs (tenant_id, id) WHERE state = 'dead';
CREATE INDEX jobs_finished ON jobs (finished_at) WHERE state = 'done';

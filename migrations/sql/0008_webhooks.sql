ALTER TABLE webhook_endpoints ADD CONSTRAINT webhook_endpoints_tenant
    FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;
ALTER TABLE webhook_endpoints ADD CONSTRAINT webhook_endpoints_of_tenant UNIQUE (tenant_id, id);
ALTER TABLE webhook_messages ADD CONSTRAINT webhook_messages_tenant
    FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;
ALTER TABLE webhook_messages ADD CONSTRAINT webhook_messages_of_tenant UNIQUE (tenant_id, id);
ALTER TABLE webhook_deliveries ADD CONSTRAINT webhook_deliveries_endpoint
    FOREIGN KEY (tenant_id, endpoint_id) REFERENCES webhook_endpoints (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE webhook_deliveries ADD CONSTRAINT webhook_deliveries_message
    FOREIGN KEY (tenant_id, message_id) REFERENCES webhook_messages (tenant_id, id) ON DELETE CASCADE;
CREATE INDEX webhook_deliveries_failed ON webhook_deliveries (endpoint_id, id) WHERE state = 'failed';
-- Who commits a fact asks whether anybody outside hears of it.
CREATE INDEX webhook_endpoints_hearing ON webhook_endpoints (tenant_id) WHERE is_active OR disabled_at IS NOT NULL;
-- What thresholds would have done is computed from the latest answers of a tenant.
CREATE INDEX messages_confidence ON messages (tenant_id, id DESC) INCLUDE (confidence) WHERE confidence IS NOT NULL;

GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO opora_app, opora_system;
GRANT INSERT, UPDATE, DELETE ON webhook_endpoints TO opora_app;
GRANT INSERT ON webhook_messages TO opora_app;
GRANT INSERT, UPDATE ON webhook_deliveries TO opora_app;
GRANT DELETE ON webhook_messages TO opora_system;

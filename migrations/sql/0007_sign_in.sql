-- A provider goes with its company, and what it knew of people with it; the people stay.
ALTER TABLE sign_in_providers ADD CONSTRAINT sign_in_providers_tenant
    FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;
ALTER TABLE sign_in_providers ADD CONSTRAINT sign_in_providers_of_tenant UNIQUE (tenant_id, id);
ALTER TABLE sign_in_providers ADD CONSTRAINT sign_in_providers_no_superadmin CHECK (default_role <> 'superadmin');
ALTER TABLE sign_in_identities ADD CONSTRAINT sign_in_identities_provider
    FOREIGN KEY (tenant_id, provider_id) REFERENCES sign_in_providers (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE sign_in_identities ADD CONSTRAINT sign_in_identities_user
    FOREIGN KEY (tenant_id, user_id) REFERENCES users (tenant_id, id) ON DELETE CASCADE;
CREATE INDEX sign_in_identities_users ON sign_in_identities (tenant_id, user_id);
ALTER TABLE sign_in_attempts ADD CONSTRAINT sign_in_attempts_provider
    FOREIGN KEY (tenant_id, provider_id) REFERENCES sign_in_providers (tenant_id, id) ON DELETE CASCADE;

GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO opora_app, opora_system;
GRANT INSERT, UPDATE, DELETE ON sign_in_providers TO opora_app;
GRANT INSERT, DELETE ON sign_in_identities, sign_in_attempts TO opora_app;
-- Whoever comes back from a provider is known by the state alone, which names the tenant. It is good once.
GRANT DELETE ON sign_in_attempts TO opora_system;

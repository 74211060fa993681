-- Tenant 1 exists from the first start.
INSERT INTO tenants (id, slug, name, language, registration_open, created_at)
    VALUES (1, 'default', 'Default', 'ru', true, now());
SELECT setval(pg_get_serial_sequence('tenants', 'id'), 1);

ALTER TABLE idempotency_keys ADD CONSTRAINT idempotency_keys_tenant
    FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO opora_app, opora_system;
GRANT INSERT, UPDATE, DELETE ON idempotency_keys TO opora_app;
GRANT UPDATE, DELETE ON idempotency_keys TO opora_system;

-- The last statement of a transaction that works for a key: where anything was written, the same commit says so. It may be
-- a transaction of another tenant, or of all, so the function is opora_system's; the claim is what its caller has to know.
-- False says that another attempt has taken the key over: the transaction must not be committed. `surely`: more will be
-- written. A transaction that wrote nothing has no number yet, and marking would give it one: it is asked first.
CREATE FUNCTION mark_idempotency_key(key_id bigint, claimed uuid, surely boolean) RETURNS boolean
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path = public, pg_temp AS $$
    WITH written AS MATERIALIZED (
        SELECT surely OR pg_current_xact_id_if_assigned() IS NOT NULL AS anything
    ), marked AS (
        UPDATE idempotency_keys AS k SET applied_at = coalesce(k.applied_at, clock_timestamp())
        FROM written WHERE written.anything AND k.id = key_id AND k.claim = claimed
        RETURNING k.id
    )
    SELECT NOT written.anything OR EXISTS (SELECT FROM marked) FROM written
$$;
GRANT CREATE ON SCHEMA public TO opora_system;
ALTER FUNCTION mark_idempotency_key(bigint, uuid, boolean) OWNER TO opora_system;
REVOKE CREATE ON SCHEMA public FROM opora_system;
REVOKE EXECUTE ON FUNCTION mark_idempotency_key(bigint, uuid, boolean) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION mark_idempotency_key(bigint, uuid, boolean) TO opora_app, opora_system;

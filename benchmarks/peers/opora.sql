WITH people AS (SELECT max(id) FILTER (WHERE role = 'user') AS customer, max(id) FILTER (WHERE role = 'agent') AS agent FROM users),
conversations_made AS (
    INSERT INTO conversations (id, public_id, tenant_id, kind, customer_id, created_at)
    SELECT number, gen_random_uuid(), 1, 'ticket', customer, now() - interval '1 second' * (1000000 - number)
    FROM staged, people
), tickets_made AS (
    INSERT INTO tickets (id, public_id, tenant_id, title, description, status, priority, source, created_by_id,
        auto_categorized, created_at, updated_at, active_at)
    SELECT number, gen_random_uuid(), 1, title, asked, 'open', 'medium', 'web', customer, false,
        now() - interval '1 second' * (1000000 - number), now(), now() - interval '1 second' * (1000000 - number)
    FROM staged, people
)
INSERT INTO messages (public_id, tenant_id, conversation_id, author_kind, author_id, visibility, text, created_at)
SELECT gen_random_uuid(), 1, number, said.kind, CASE said.kind WHEN 'agent' THEN agent ELSE customer END, 'public', said.text,
    now() - interval '1 second' * (1000000 - number)
FROM staged, people, LATERAL (VALUES ('agent', first_reply), ('customer', second_reply)) AS said(kind, text)

WITH tickets_made AS (
    INSERT INTO helpdesk_ticket (id, title, created, modified, submitter_email, status, on_hold, description, priority,
        queue_id, secret_key)
    SELECT number, title, now() - interval '1 second' * (1000000 - number), now(), 'customer@example.com', 1, false, asked, 3,
        (SELECT min(id) FROM helpdesk_queue), gen_random_uuid()
    FROM staged
)
INSERT INTO helpdesk_followup (date, title, comment, public, ticket_id, user_id)
SELECT now() - interval '1 second' * (1000000 - number), 'Comment', said.text, true, number, (SELECT min(id) FROM auth_user)
FROM staged, LATERAL (VALUES (first_reply), (second_reply)) AS said(text)

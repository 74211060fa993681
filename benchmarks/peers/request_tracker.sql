-- The rows that it makes for a ticket with two replies: roles, their members twice, transactions, texts and their index.
WITH known AS (
    SELECT (SELECT id FROM users WHERE name = 'root') AS root, (SELECT id FROM users WHERE name = 'Nobody') AS nobody,
        (SELECT id FROM users WHERE name = 'customer') AS customer, (SELECT max(id) FROM principals) AS principal,
        (SELECT max(id) FROM transactions) AS deed
), tickets_made AS (
    INSERT INTO tickets (id, effectiveid, queue, type, owner, subject, initialpriority, finalpriority, priority, status,
        timeestimated, timeworked, timeleft, told, starts, started, due, resolved, lastupdatedby, lastupdated, creator, created)
    SELECT number, number, 1, 'ticket', nobody, title, 0, 0, 0, 'open', 0, 0, 0, now(), '1970-01-01', now(), '1970-01-01',
        '1970-01-01', root, now(), root, now() - interval '1 second' * (1000000 - number) FROM staged, known
), roles AS (
    SELECT principal + number * 4 + place AS id, number, name, nobody, customer, root
    FROM staged, known, LATERAL (VALUES (0, 'AdminCc'), (1, 'Cc'), (2, 'Owner'), (3, 'Requestor')) AS role(place, name)
), principals_made AS (
    INSERT INTO principals (id, principaltype, disabled) SELECT id, 'Group', 0 FROM roles
), groups_made AS (
    INSERT INTO groups (id, name, description, domain, instance, creator, created, lastupdatedby, lastupdated)
    SELECT id, name, '', 'RT::Ticket-Role', number, root, now(), root, now() FROM roles
), people AS (
    SELECT id, CASE name WHEN 'Owner' THEN nobody ELSE customer END AS member, root FROM roles WHERE name IN ('Owner', 'Requestor')
), members_made AS (
    INSERT INTO groupmembers (groupid, memberid, creator, created, lastupdatedby, lastupdated)
    SELECT id, member, root, now(), root, now() FROM people
), cached AS (
    INSERT INTO cachedgroupmembers (groupid, memberid, via, immediateparentid, disabled)
    SELECT id, id, 0, id, 0 FROM roles UNION ALL SELECT id, member, 0, id, 0 FROM people
), deeds AS (
    SELECT deed + number * 3 + place AS id, number, kind, words, root
    FROM staged, known,
        LATERAL (VALUES (0, 'Create', asked), (1, 'Correspond', first_reply), (2, 'Correspond', second_reply)) AS said(place, kind, words)
), deeds_made AS (
    INSERT INTO transactions (id, objecttype, objectid, type, creator, created)
    SELECT id, 'RT::Ticket', number, kind, root, now() - interval '1 second' * (1000000 - number) FROM deeds
), texts AS (
    INSERT INTO attachments (transactionid, parent, contenttype, content, headers, creator, created)
    SELECT id, 0, 'text/plain', words, 'Content-Type: text/plain; charset="utf-8"', root, now() FROM deeds
    RETURNING id, content
)
INSERT INTO attachmentsindex (id, contentindex) SELECT id, to_tsvector(content) FROM texts

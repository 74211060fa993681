-- Who answered what first, and how often: read from the index alone, as `messages_operator` is for operators.
CREATE INDEX messages_answers ON messages (tenant_id, conversation_id, author_kind) INCLUDE (author_id, created_at)
    WHERE author_kind IN ('assistant', 'operator') AND visibility = 'public';
CREATE INDEX dialogs_created ON dialogs (tenant_id, created_at);
CREATE INDEX tickets_escalated ON tickets (tenant_id, escalated_at) INCLUDE (escalation_reason)
    WHERE escalated_at IS NOT NULL;
CREATE INDEX handoffs_requested ON handoffs (tenant_id, requested_at);
-- What is behind of one tenant: a few rows, whatever is done already.
CREATE INDEX jobs_unfinished ON jobs (tenant_id, task, state) WHERE state <> 'done';

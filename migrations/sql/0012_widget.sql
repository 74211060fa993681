-- What a client sends again after a lost answer is the message that it was: the index is the promise.
CREATE UNIQUE INDEX messages_client ON messages (conversation_id, client_id) WHERE client_id IS NOT NULL;
-- A file is a user's or a guest's. Quotas of guests are sums like those of people, read from the index alone.
ALTER TABLE attachments ADD CONSTRAINT attachments_one_owner CHECK (uploaded_by_id IS NULL OR guest_id IS NULL);
CREATE INDEX attachments_of_guests ON attachments (tenant_id, guest_id) INCLUDE (size_bytes) WHERE guest_id IS NOT NULL;

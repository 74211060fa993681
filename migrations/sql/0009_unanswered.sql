-- The sum of the directions of a group's questions. Untyped, so that any embedding model fits; groups are some
-- thousands a tenant at most, and compared exactly.
ALTER TABLE unanswered_groups ADD COLUMN centroid vector NOT NULL;
ALTER TABLE unanswered_groups ADD CONSTRAINT unanswered_groups_tenant
    FOREIGN KEY (tenant_id) REFERENCES tenants (id) ON DELETE CASCADE;
ALTER TABLE unanswered_groups ADD CONSTRAINT unanswered_groups_of_tenant UNIQUE (tenant_id, id);
ALTER TABLE faqs ADD CONSTRAINT faqs_of_tenant UNIQUE (tenant_id, id);
ALTER TABLE qa_entries ADD CONSTRAINT qa_entries_of_tenant UNIQUE (tenant_id, id);
ALTER TABLE unanswered_groups ADD CONSTRAINT unanswered_groups_faq
    FOREIGN KEY (tenant_id, faq_id) REFERENCES faqs (tenant_id, id) ON DELETE SET NULL (faq_id);
ALTER TABLE unanswered_groups ADD CONSTRAINT unanswered_groups_qa_entry
    FOREIGN KEY (tenant_id, qa_entry_id) REFERENCES qa_entries (tenant_id, id) ON DELETE SET NULL (qa_entry_id);
CREATE INDEX unanswered_groups_faq_id ON unanswered_groups (faq_id) WHERE faq_id IS NOT NULL;
CREATE INDEX unanswered_groups_qa_entry_id ON unanswered_groups (qa_entry_id) WHERE qa_entry_id IS NOT NULL;

-- A customer's words go with the conversation in which they were said.
ALTER TABLE unanswered_questions ADD CONSTRAINT unanswered_questions_conversation
    FOREIGN KEY (tenant_id, conversation_id) REFERENCES conversations (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE unanswered_questions ADD CONSTRAINT unanswered_questions_group
    FOREIGN KEY (tenant_id, group_id) REFERENCES unanswered_groups (tenant_id, id) ON DELETE CASCADE;
ALTER TABLE unanswered_questions ADD CONSTRAINT unanswered_questions_assistant
    FOREIGN KEY (tenant_id, assistant_id) REFERENCES assistants (tenant_id, id) ON DELETE SET NULL (assistant_id);
CREATE INDEX unanswered_questions_assistant_id ON unanswered_questions (assistant_id) WHERE assistant_id IS NOT NULL;

GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO opora_app, opora_system;
GRANT INSERT, UPDATE ON unanswered_groups, unanswered_questions TO opora_app;
-- Groups that turn out to ask the same become one.
GRANT DELETE ON unanswered_groups TO opora_app;

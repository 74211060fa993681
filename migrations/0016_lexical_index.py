"""The index of the lexical lane, made while people write to the knowledge."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from migrations._scripts import index_beside_work

# Without a list of pending entries, which each search would read from end to end.
_LEXICAL = """
ON knowledge_chunks USING gin (lexical_keys(tenant_id, scope, language, tsvector_to_array(search)))
    WITH (fastupdate = off) WHERE is_current
"""


class Migration(migrations.Migration):
    dependencies = [("opora", "0015_jobs")]
    atomic = False

    operations = [
        *index_beside_work("knowledge_chunks_lexical", _LEXICAL),
        # The statistics of the new index, without which the planner would guess.
        ops.RunSQL("ANALYZE knowledge_chunks"),
    ]

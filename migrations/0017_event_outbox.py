"""Events carry the trace that they belong to, as jobs do.

A migration of its own: one that locks two tables in use and those who use them would wait for each other.
"""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from migrations._scripts import script


class Migration(migrations.Migration):
    dependencies = [("opora", "0016_lexical_index")]

    operations = [
        ops.AddField(model_name="EventOutbox", name="trace", field=fields.TextField(null=True, unique=False)),
        ops.RunSQL(script("0017_event_outbox.sql")),
    ]

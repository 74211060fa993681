"""Search in the inbox, whose cost does not grow with the conversations that it does not find."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from migrations._scripts import index_beside_work, script


class Migration(migrations.Migration):
    dependencies = [("opora", "0017_event_outbox")]
    atomic = False

    operations = [
        *index_beside_work("conversations_of_customer", "ON conversations (customer_id, id DESC)"),
        ops.RunSQL(script("0018_inbox_search.sql")),
    ]

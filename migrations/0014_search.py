"""The functions of the lexical lane; its index is 0016."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from migrations._scripts import script


class Migration(migrations.Migration):
    dependencies = [("opora", "0013_idempotency")]

    operations = [
        ops.RunSQL(script("0014_search.sql")),
    ]

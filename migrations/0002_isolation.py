"""What the ORM cannot say: references, row-level security, search columns, vectors, the relay's indexes."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from migrations._scripts import script


class Migration(migrations.Migration):
    dependencies = [("opora", "0001_initial")]

    operations = [
        ops.RunSQL(script("0002_references.sql")),
        ops.RunSQL(script("0002_knowledge.sql")),
        ops.RunSQL(script("0002_isolation.sql")),
        ops.RunSQL(script("0002_lexical.sql")),
        ops.RunSQL(script("0002_rows.sql")),
    ]

"""What the ORM cannot say of the tables of 0003: references, row-level security, partial indexes."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from migrations._scripts import script


class Migration(migrations.Migration):
    dependencies = [("opora", "0003_channels")]

    operations = [
        ops.RunSQL(script("0004_references.sql")),
        ops.RunSQL(script("0004_isolation.sql")),
        ops.RunSQL(script("0004_faqs.sql")),
        ops.RunSQL(script("0004_people.sql")),
    ]

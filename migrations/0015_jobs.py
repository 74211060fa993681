"""Jobs carry the trace that they belong to."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from migrations._scripts import script


class Migration(migrations.Migration):
    dependencies = [("opora", "0014_search")]

    operations = [
        ops.AddField(model_name="Job", name="trace", field=fields.TextField(null=True, unique=False)),
        ops.RunSQL(script("0015_jobs.sql")),
    ]

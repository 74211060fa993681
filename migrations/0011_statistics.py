"""Indexes under the figures about conversations and about what is left to do."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from migrations._scripts import script


class Migration(migrations.Migration):
    dependencies = [("opora", "0010_saved_views")]

    operations = [ops.RunSQL(script("0011_statistics.sql"))]

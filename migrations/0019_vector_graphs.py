"""Graphs of vectors in which a walk finds more: what is inserted from now on looks for its neighbours among more."""

from tortoise import migrations
from tortoise.migrations import operations as ops

from migrations._scripts import script


class Migration(migrations.Migration):
    dependencies = [("opora", "0018_inbox_search")]

    operations = [ops.RunSQL(script("0019_vector_graphs.sql"))]

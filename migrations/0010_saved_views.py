"""Saved views of the inbox; when something was last said or done in a ticket; search in what was said."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.data import JSON_DUMPS
from tortoise.fields.db_defaults import Now
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from migrations._scripts import isolation, script


class Migration(migrations.Migration):
    dependencies = [("opora", "0009_unanswered")]

    operations = [
        ops.CreateModel(
            name="SavedView",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("tenant_id", fields.BigIntField()),
                ("owner_id", fields.BigIntField()),
                ("name", fields.CharField(max_length=64)),
                ("shared", fields.BooleanField(default=False)),
                ("chosen", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
            ],
            options={
                "table": "saved_views",
                "app": "opora",
                "indexes": [Index(fields=["tenant_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Ticket",
            name="active_at",
            field=fields.DatetimeField(auto_now=False, auto_now_add=True, db_default=Now()),
        ),
        ops.AlterField(
            model_name="Ticket", name="active_at", field=fields.DatetimeField(auto_now=False, auto_now_add=True)
        ),
        ops.RunSQL(isolation("saved_views")),
        ops.RunSQL(script("0010_saved_views.sql")),
    ]

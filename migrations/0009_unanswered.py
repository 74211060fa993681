"""Questions that no knowledge answered, in groups: as the models describe them."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from migrations._scripts import isolation, script

_OF_TENANTS = ("unanswered_groups", "unanswered_questions")


class Migration(migrations.Migration):
    dependencies = [("opora", "0008_webhooks")]

    operations = [
        ops.CreateModel(
            name="UnansweredGroup",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("tenant_id", fields.BigIntField()),
                ("status", fields.CharField(default="open", max_length=16)),
                ("model", fields.CharField(max_length=128)),
                ("faq_id", fields.BigIntField(null=True)),
                ("qa_entry_id", fields.BigIntField(null=True)),
                ("resolved_by_id", fields.BigIntField(null=True)),
                ("resolved_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "unanswered_groups",
                "app": "opora",
                "indexes": [Index(fields=["tenant_id", "status", "id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="UnansweredQuestion",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("tenant_id", fields.BigIntField()),
                ("group_id", fields.BigIntField(null=True)),
                ("conversation_id", fields.BigIntField()),
                ("turn_id", fields.BigIntField()),
                ("origin", fields.CharField(max_length=16)),
                ("assistant_id", fields.BigIntField(null=True)),
                ("text", fields.TextField(unique=False)),
                ("language", fields.CharField(max_length=2)),
                ("reason", fields.CharField(max_length=32)),
                ("confidence", fields.FloatField(null=True)),
                ("asked_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "unanswered_questions",
                "app": "opora",
                "unique_together": (("conversation_id", "turn_id"),),
                "indexes": [Index(fields=["group_id", "id"]), Index(fields=["tenant_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.RunSQL(isolation(*_OF_TENANTS)),
        ops.RunSQL(script("0009_unanswered.sql")),
    ]

"""Webhooks, and the hours in which a company's people work: as the models describe them."""

from uuid import uuid4

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from migrations._scripts import isolation, script

_OF_TENANTS = ("webhook_endpoints", "webhook_messages", "webhook_deliveries")


class Migration(migrations.Migration):
    dependencies = [("opora", "0007_sign_in")]

    operations = [
        ops.CreateModel(
            name="WebhookEndpoint",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("tenant_id", fields.BigIntField()),
                ("url", fields.CharField(max_length=2048)),
                ("description", fields.CharField(default="", max_length=255)),
                ("events", fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)),
                ("sealed_secret", fields.TextField(unique=False)),
                ("sealed_previous", fields.TextField(null=True, unique=False)),
                ("previous_until", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("is_active", fields.BooleanField(default=True)),
                ("failing_since", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("disabled_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
            ],
            options={
                "table": "webhook_endpoints",
                "app": "opora",
                "indexes": [Index(fields=["tenant_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="WebhookMessage",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("public_id", fields.UUIDField(default=uuid4, unique=True)),
                ("tenant_id", fields.BigIntField()),
                ("event", fields.CharField(max_length=64)),
                ("body", fields.JSONField(encoder=JSON_DUMPS, decoder=loads)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "webhook_messages",
                "app": "opora",
                "indexes": [Index(fields=["tenant_id", "created_at", "id"]), Index(fields=["created_at"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="WebhookDelivery",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("tenant_id", fields.BigIntField()),
                ("endpoint_id", fields.BigIntField()),
                ("message_id", fields.BigIntField()),
                ("state", fields.CharField(default="pending", max_length=16)),
                ("round", fields.IntField(default=0)),
                ("tries", fields.IntField(default=0)),
                ("attempts", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("next_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("finished_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "webhook_deliveries",
                "app": "opora",
                "unique_together": (("endpoint_id", "message_id"),),
                "indexes": [Index(fields=["endpoint_id", "id"]), Index(fields=["message_id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.AddField(
            model_name="Tenant", name="hours", field=fields.JSONField(null=True, encoder=JSON_DUMPS, decoder=loads)
        ),
        ops.RunSQL(isolation(*_OF_TENANTS)),
        ops.RunSQL(script("0008_webhooks.sql")),
    ]

"""What was carried out under an Idempotency-Key, and its answer."""

from tortoise import fields, migrations
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from migrations._scripts import isolation, script


class Migration(migrations.Migration):
    dependencies = [("opora", "0012_widget")]

    operations = [
        ops.CreateModel(
            name="IdempotencyKey",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("tenant_id", fields.BigIntField()),
                ("digest", fields.CharField(max_length=64)),
                ("fingerprint", fields.CharField(max_length=64)),
                ("claim", fields.UUIDField()),
                ("lease_until", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("applied_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("answered_at", fields.DatetimeField(null=True, auto_now=False, auto_now_add=False)),
                ("sealed_answer", fields.TextField(null=True, unique=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("expires_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
            ],
            options={
                "table": "idempotency_keys",
                "app": "opora",
                "unique_together": (("tenant_id", "digest"),),
                "indexes": [Index(fields=["expires_at"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.RunSQL(isolation("idempotency_keys")),
        ops.RunSQL(script("0013_idempotency.sql")),
    ]

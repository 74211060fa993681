"""The ledger, and what accounts show beside it. Literals stand for the application's enums, which may change later."""

from decimal import Decimal

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from migrations._scripts import script


class Migration(migrations.Migration):
    dependencies = [("opora", "0004_channels_isolation")]

    operations = [
        ops.CreateModel(
            name="Account",
            fields=[
                ("tenant_id", fields.BigIntField(primary_key=True, unique=True, db_index=True)),
                ("balance", fields.DecimalField(default=Decimal(0), max_digits=18, decimal_places=2)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
            ],
            options={"table": "accounts", "app": "opora", "pk_attr": "tenant_id"},
            bases=["Model"],
        ),
        ops.CreateModel(
            name="LedgerEntry",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("tenant_id", fields.BigIntField()),
                ("service_type", fields.CharField(max_length=32)),
                ("amount", fields.DecimalField(max_digits=18, decimal_places=2)),
                ("balance_after", fields.DecimalField(max_digits=18, decimal_places=2)),
                ("reference", fields.CharField(max_length=96)),
                ("details", fields.JSONField(default=dict, encoder=JSON_DUMPS, decoder=loads)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "ledger_entries",
                "app": "opora",
                "unique_together": (("tenant_id", "reference"),),
                "indexes": [Index(fields=["tenant_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        # Rows that are there need a value: the database's default gives it, and goes.
        ops.AddField(
            model_name="Tenant", name="plan", field=fields.CharField(default="trial", db_default="trial", max_length=32)
        ),
        ops.AlterField(model_name="Tenant", name="plan", field=fields.CharField(default="trial", max_length=32)),
        ops.AddField(
            model_name="User",
            name="onboarding_completed",
            field=fields.BooleanField(default=False, db_default=False),
        ),
        ops.AlterField(model_name="User", name="onboarding_completed", field=fields.BooleanField(default=False)),
        ops.RunSQL(script("0005_billing.sql")),
    ]

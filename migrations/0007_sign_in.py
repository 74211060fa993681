"""Sign-in by a company's identity provider: as the models describe it."""

from orjson import loads
from tortoise import fields, migrations
from tortoise.fields.data import JSON_DUMPS
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from migrations._scripts import isolation, script

_OF_TENANTS = ("sign_in_providers", "sign_in_identities", "sign_in_attempts")


class Migration(migrations.Migration):
    dependencies = [("opora", "0006_dialogs")]

    operations = [
        ops.CreateModel(
            name="SignInProvider",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("tenant_id", fields.BigIntField()),
                ("name", fields.CharField(max_length=64)),
                ("issuer", fields.CharField(max_length=512)),
                ("client_id", fields.CharField(max_length=255)),
                ("sealed_secret", fields.TextField(null=True, unique=False)),
                ("scopes", fields.CharField(max_length=255)),
                ("creates_users", fields.BooleanField(default=False)),
                ("default_role", fields.CharField(default="user", max_length=16)),
                ("roles_claim", fields.CharField(default="", max_length=128)),
                ("role_rules", fields.JSONField(default=list, encoder=JSON_DUMPS, decoder=loads)),
                ("is_active", fields.BooleanField(default=True)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
                ("updated_at", fields.DatetimeField(auto_now=True, auto_now_add=False)),
            ],
            options={
                "table": "sign_in_providers",
                "app": "opora",
                "indexes": [Index(fields=["tenant_id", "id"])],
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SignInIdentity",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("tenant_id", fields.BigIntField()),
                ("provider_id", fields.BigIntField()),
                ("subject", fields.CharField(max_length=255)),
                ("user_id", fields.BigIntField()),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={
                "table": "sign_in_identities",
                "app": "opora",
                "unique_together": (("provider_id", "subject"),),
                "pk_attr": "id",
            },
            bases=["Model"],
        ),
        ops.CreateModel(
            name="SignInAttempt",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("tenant_id", fields.BigIntField()),
                ("provider_id", fields.BigIntField()),
                ("state_digest", fields.CharField(unique=True, max_length=64)),
                ("browser_digest", fields.CharField(max_length=64)),
                ("sealed_challenge", fields.TextField(unique=False)),
                ("redirect_uri", fields.CharField(max_length=2048)),
                ("expires_at", fields.DatetimeField(db_index=True, auto_now=False, auto_now_add=False)),
                ("created_at", fields.DatetimeField(auto_now=False, auto_now_add=True)),
            ],
            options={"table": "sign_in_attempts", "app": "opora", "pk_attr": "id"},
            bases=["Model"],
        ),
        ops.RunSQL(isolation(*_OF_TENANTS)),
        ops.RunSQL(script("0007_sign_in.sql")),
    ]

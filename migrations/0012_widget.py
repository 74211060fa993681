"""Messages that clients number themselves, and files of guests."""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from migrations._scripts import script


class Migration(migrations.Migration):
    dependencies = [("opora", "0011_statistics")]

    operations = [
        ops.AddField(model_name="Message", name="client_id", field=fields.UUIDField(null=True)),
        ops.AddField(model_name="Attachment", name="guest_id", field=fields.UUIDField(null=True)),
        ops.RunSQL(script("0012_widget.sql")),
    ]

"""Offerings in the order of their names: withdrawn and unpublished ones too, for editors' lists."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0011_topics_in_use")]

    operations = [
        migrations.RemoveIndex(model_name="offering", name="offering_in_order"),
        migrations.AddIndex(
            model_name="offering",
            index=models.Index(fields=["sort_key", "id"], name="offering_in_order"),
        ),
    ]

"""An index for the list of names in English: by the English name, else by pinyin."""

from django.db import migrations, models
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Lower, NullIf


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0007_later_versions")]

    operations = [
        migrations.AddIndex(
            model_name="offering",
            index=models.Index(
                Coalesce(
                    Lower(NullIf(KeyTextTransform("en", "name"), models.Value(""))),
                    "sort_key",
                    output_field=models.TextField(),
                ),
                models.F("item_id"),
                models.F("sort_key"),
                condition=models.Q(("current__isnull", False)),
                name="offering_in_english_order",
            ),
        ),
    ]

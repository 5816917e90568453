"""An index of its own for the list of what changed."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("catalogue", "0006_search_in_its_own_tables")]

    operations = [
        migrations.AddIndex(
            model_name="guideversion",
            index=models.Index(
                condition=models.Q(published_at__isnull=False, number__gt=1),
                fields=["published_at", "id"],
                name="guide_later_versions",
            ),
        ),
    ]

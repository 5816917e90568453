from __future__ import annotations

import django.contrib.postgres.indexes
from django.db import migrations, models


class Migration(migrations.Migration):
    """The index of regions says which services are offered there; tokens are indexed at once."""

    dependencies = [("search", "0004_scripts_of_fields")]

    operations = [
        migrations.RemoveIndex("row", "search_document_region"),
        migrations.AddIndex(
            "row",
            models.Index(
                fields=["region_path", "entry"], include=("id",), name="search_document_region"
            ),
        ),
        migrations.RemoveIndex("entry", "search_entry_tsv"),
        migrations.AddIndex(
            "entry",
            django.contrib.postgres.indexes.GinIndex(
                fastupdate=False, fields=["tsv"], name="search_entry_tsv"
            ),
        ),
    ]

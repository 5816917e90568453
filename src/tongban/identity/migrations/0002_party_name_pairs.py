"""Names are found by the pairs of characters they hold.

Trigrams do not help here: a Chinese name has two or three characters, and what is looked for is
often two. In lower case, as searches compare.
"""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
from django.db import migrations, models

FUNCTION = """
CREATE FUNCTION identity_pairs(words text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
    SELECT COALESCE(array_agg(DISTINCT substr(lower(words), place, 2)), '{}')
    FROM generate_series(1, char_length(words) - 1) place
$$
"""


class Migration(migrations.Migration):
    dependencies = [("identity", "0001_initial")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION identity_pairs(text)"),
        migrations.AddIndex(
            model_name="party",
            index=django.contrib.postgres.indexes.GinIndex(
                models.Func(
                    "name",
                    function="identity_pairs",
                    output_field=django.contrib.postgres.fields.ArrayField(models.TextField()),
                ),
                name="party_name_pairs",
            ),
        ),
    ]

"""The table of Django's database cache, which web workers share: rate limits, counted figures.

Unlogged: a crash empties it, which is what a cache may do, and writes cost less.
"""

from django.db import migrations

CREATE = """
CREATE UNLOGGED TABLE tongban_cache (
    cache_key varchar(255) NOT NULL PRIMARY KEY,
    value text NOT NULL,
    expires timestamp with time zone NOT NULL
);
CREATE INDEX tongban_cache_expires ON tongban_cache (expires);
"""


class Migration(migrations.Migration):
    dependencies = [("kernel", "0001_initial")]

    operations = [migrations.RunSQL(CREATE, "DROP TABLE tongban_cache")]

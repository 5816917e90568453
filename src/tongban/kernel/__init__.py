"""Kernel: what every package needs and no package owns.

One clock, working-day arithmetic, announcements, localized text, sealed values, stored files,
keyset paging, refusals. It imports nothing of Tongban. Other packages import its modules directly
(`from tongban.kernel import clock`); it has no `api`.

Owns one table: `StoredFile`.
"""

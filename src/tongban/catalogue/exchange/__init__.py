"""Guides as files that editors work on elsewhere: XLSX, CSV and JSON, there and back without loss.

`tables` turns a guide into rows and back (pure), `writing` makes the files, `books` opens them,
`importing` checks what they say and writes drafts. Catalogues that others keep are read by
`catalogue.importing` instead.
"""

"""Import catalogues that others keep: read a file, check every row, write what changed.

`importer.import_items` is the one act. A source (`guangdong.py`, `sichuan.py`) says what each of
its columns means; `reading` opens the file, `problems` collects what is wrong with it, `places`
finds or makes regions and agencies, `general_form` gives each offering a form to apply with, and
`writing` does the rest in sets, in one transaction.
"""

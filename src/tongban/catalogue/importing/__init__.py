"""Import catalogues that others keep: read a file, check every row, write what changed.

`importer.import_items` is the one act. A source (`guangdong.py`, `sichuan.py`) says what each of
its columns means; `reading` opens the file, `places` finds or makes regions and agencies,
`checking` examines rows, in several `workers` if the file is large, `problems` collects what is
wrong with them, `general_form` gives each offering a form to apply with, `preparing` and
`guide_texts` put rows into words for the tables, where `spooling` keeps them until `writing` does
the rest in sets. All in one transaction, which the importing process alone touches.
"""

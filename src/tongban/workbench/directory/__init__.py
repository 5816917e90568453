"""The directory workbench: guides are written, reviewed, compared, changed in bulk, exchanged.

`parts` makes forms and read-only pages from what a guide is made of (`catalogue.anatomy`), `labels`
has their words, and each page has a module.
"""

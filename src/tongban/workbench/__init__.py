"""The workbench: pages for staff. HTTP in and out; every rule lives in the packages below.

Owns no tables. Each view stands behind `identity.officer_required`; a case is read only among the
officer's `visible_cases`, and every look at it is recorded for the person it is about.

`queue` (what is to be done), `case_page` and `views_of_case` (one case, its files), `acts` and
`supplement_page` (a form for each act), `overview` (for supervisors), `find`, `calendars` and
`staff` (for administrators), `guides` (for editors). `pages` and `words` serve them all.
"""

"""Forms: what an applicant is asked — definition, validation, rendering.

A form is data. Its definition (steps, fields, conditions; `definition.py`) is the one source: the
JSON Schema (2020-12) that validates answers and that the open interface publishes is derived from
it, so the two cannot disagree. A published definition is an immutable `FormVersion`; guides and
cases refer to that row.

Owns: `FormVersion`. Called by: catalogue, cases, the sites.
"""

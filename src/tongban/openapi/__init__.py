"""The open interface: the catalogue for everybody, cases for programs that hold a token.

REST under /api/v1/, described by an OpenAPI 3.1 document at /api/v1/openapi.json. Errors are
problem documents (RFC 9457), pages go by cursor, sending an application takes an idempotency key.
A site like the others: HTTP in and out, no rules. Owns no tables.
"""

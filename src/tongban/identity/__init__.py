"""Identity: accounts, the parties they act for, staff posts, sign-in, and who saw whose data.

An `Account` signs in. A `Party` is who a case is about: a person or a firm. A `Mandate` lets an
account act for a party (oneself, one's firm, a parent's child, an agent's client). A `Post` gives
an account a staff role at an agency and in a region's subtree. Sites ask for a `Resident` or an
`Officer` (frozen, no database) and hand it to acts, which is how nothing is read without a viewer.

Owns: `Account`, `Party`, `Mandate`, `Post`, `AccessRecord`, `ApiToken`.
Called by: forms, catalogue, notices, cases, ratings, the sites.
"""

"""Finding documents by words: tokens, index, ranking, suggestions, synonyms, meaning.

It knows documents (titles, other names, text, region, facets), not services: `catalogue` says what
stands in them and writes them in the transaction of the change. Owns the tables `search_*`.
"""

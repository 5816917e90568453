"""Checking guides: rules, their words, and the acts that run them.

`facts` says what rules may look at, `rules` and `language` hold the rules (pure), `words` says in
each language what is wrong, where, and how to mend it, `checking` runs them on one guide,
`bulk` on all, `links` tries addresses, `report` answers what to mend first.
"""

"""Config: settings, addresses, and who is told what. May import every package; nothing imports it.

Owns no tables. `wiring.py` is the one place where packages that do not know each other are joined.
"""

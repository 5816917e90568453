"""Notices: an inbox for every account, and e-mail, each sent once.

A notice is stored first, then sent by the job worker. Texts are templates by kind, written in the
account's language when read or sent. Packages below tell it nothing: `config/wiring.py` subscribes
`case_news.tell` to `case.*`.

Owns: `Notice`, `Delivery`. Called by: the sites, config's wiring.
"""

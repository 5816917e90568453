"""The portal: what residents and firms see. HTTP in and out; no rules, no tables of its own.

The public half needs no account: home, search and browsing (`finding.py`), guides (`guides.py`) and
the papers they ask for, places and agencies (`places.py`), words about the site (`about.py`). The
signed-in half — applying, cases, inbox, own data — stands in the files that `personal_urls.py`
names. Every page works without JavaScript, on a phone, in every language of the installation.
"""

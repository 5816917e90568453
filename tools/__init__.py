"""What `./tongban` is made of: set-up, the database's supervisor, starting and stopping.

`bootstrap` and what it imports use the standard library alone, because they run before
anything is installed. Everything started by `run` may use the installed packages.
"""

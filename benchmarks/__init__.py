"""How fast, and how it grows: `./tongban bench`, or `python -m benchmarks`.

Everything happens in a database of its own on the server that DATABASE_URL names, made and dropped
by the run. Absolute times differ between machines and hours; each figure stands beside a yardstick
measured in the same run, so that the ratio can be compared.
"""

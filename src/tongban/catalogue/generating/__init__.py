"""Makes a province that does not exist: our own definitions of services over a tree of regions.

`definitions` reads demo/services, `trees` makes regions, `bodies` the agencies, `planning` says who
offers what, `guides` writes what each agency says about a service, `generator` puts it in the
catalogue, every time the same.
"""

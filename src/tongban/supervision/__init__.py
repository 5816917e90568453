"""To-do lists under public supervision: plans, tasks, what units claim, what the programme office
assesses, what the public sees; and the ledger in which nothing moves quietly.

Owns the tables `supervision_*`. Called by the sites; told nothing, announces `supervision.*`.
"""

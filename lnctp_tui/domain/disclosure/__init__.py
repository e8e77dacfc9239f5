"""Which numbers of an edition are printed so that no cell can be told from all that was ever published.

The method, what it promises and what it does not: docs/edition.md; why it is this one: decision 034.
"""

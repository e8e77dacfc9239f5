"""Statistics: questions in SQLAlchemy Core over the tables of models, asked alike of a laptop and of the server.

Reasons: docs/decisions/024-statistics-in-one-query-language.md.
"""

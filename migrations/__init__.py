"""Alembic environment and versions of both databases."""

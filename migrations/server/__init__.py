"""Revisions of the server's PostgreSQL database."""

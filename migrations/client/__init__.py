"""Revisions of the laptop's SQLCipher database."""

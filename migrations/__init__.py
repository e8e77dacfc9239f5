"""Alembic environment and versions of both databases."""

from pathlib import Path


def newest(line: str) -> str:
    """The newest revision of a line, `client` or `server`: the number that its last file's name begins with."""
    return max(file.name for file in (Path(__file__).parent / line).glob("[0-9]*.py")).partition("_")[0]

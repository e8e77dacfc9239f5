"""Cells that no spreadsheet takes for a formula, and back."""

from __future__ import annotations

from typing import Final

BEGINS: Final = tuple("=+-@|%\t\r\n＝＋－＠")
"""How a spreadsheet knows a formula, also in full width."""


def quoted(text: str) -> str:
    """A cell with an apostrophe in front where it would be a formula; a number with its sign is none."""
    if not text or text[0].isalnum():
        return text
    return f"'{text}" if text.lstrip(" ")[:1] in BEGINS and text.strip() and not _number(text) else text


def unquoted(text: str) -> str:
    """The same without the apostrophe that `quoted` put there."""
    bare = text[1:]
    return bare if text[:1] == "'" and quoted(bare) == text else text


def _number(text: str) -> bool:
    return text.lstrip("+-").replace(" ", "").isdecimal()

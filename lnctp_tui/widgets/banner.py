"""A line over everything that stays until what it says is over."""

from __future__ import annotations

from typing import Any

from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static


class Banner(Static):
    """What is wrong with the disk, what is saved, what to do."""

    @classmethod
    def show(cls, screen: Screen[Any], text: str) -> None:
        """Put the text on top of a screen, or change the one that stands there; no text takes it away."""
        banners = screen.query(cls)
        if not text:
            banners.remove()
        elif banners:
            banners.first().update(Content(text))
        else:
            screen.mount(cls(Content(text)), before=0)


class OpenCalls(Banner):
    """The calls that are open at once, the one on the screen marked."""

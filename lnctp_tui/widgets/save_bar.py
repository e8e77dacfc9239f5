"""The line that stands over every screen, dialogs too, as long as nothing is being saved."""

from __future__ import annotations

from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static


class SaveBar(Static):
    """What happened, where what was typed is, what to do. Docked, so that nothing covers it."""

    @classmethod
    def show(cls, screen: Screen[object], title: str, text: str) -> None:
        """Put it on top of a screen, change the one there, or, without a title, take it away."""
        bars = screen.query(cls)
        if not title:
            bars.remove()
            return
        content = Content.assemble((f" {title} ", "reverse"), f" {text}" if text else "")
        if not bars:
            screen.mount(cls(content), before=0)
            return
        bar = bars.first(cls)
        if bar.content != content:
            bar.update(content)

"""Work out a part's style when it is painted, not for every part of every widget that is mounted.

Textual 8.2.8 applies the whole stylesheet once for each component class of a widget (ten for a text area) each time
the widget is styled, and keeps a node with its styles for each, although a field paints one or two of them. The
version is pinned; a test compares the parts with what Textual itself works out.
"""

from __future__ import annotations

from typing import Any

from textual.css.styles import RenderStyles
from textual.css.stylesheet import Stylesheet
from textual.dom import DOMNode


class PartStyles(dict[str, RenderStyles]):
    """Styles of a widget's component classes, each worked out when it is first asked for."""

    def __init__(self, sheet: Stylesheet, node: DOMNode) -> None:
        super().__init__()
        self.sheet, self.node = sheet, node

    def __contains__(self, name: object) -> bool:
        return name in self.node._get_component_classes()

    def __missing__(self, name: str) -> RenderStyles:
        part = DOMNode(classes=name)
        part._attach(self.node)
        self.sheet.apply(part)
        self[name] = part.styles
        return part.styles


def style_what_is_asked() -> None:
    """From now on, in this process: the styles of widgets' parts cost what is painted.

    For every stylesheet: Textual makes copies of an app's as its screens come.
    """
    sheet: Any = Stylesheet
    sheet._process_component_classes = _parts


def _parts(sheet: Stylesheet, node: DOMNode) -> None:
    """After a node was styled: its parts are worked out anew, and it is painted if one that it uses changed."""
    if not node._get_component_classes():
        return
    parts = node._component_styles
    if not isinstance(parts, PartStyles):
        parts = node._component_styles = PartStyles(sheet, node)
        node.refresh()
    parts.sheet = sheet
    before = dict(parts)
    parts.clear()
    if any(parts[name] != styles for name, styles in before.items()):
        node.refresh()

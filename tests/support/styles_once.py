"""Textual reads its stylesheets for every app that starts; here the same text is read once in a process.

What is kept is what the parser makes of a text and its variables: nothing writes into it afterwards.
"""

from __future__ import annotations

from typing import Any

from textual.css.model import RuleSet
from textual.css.stylesheet import Stylesheet

_read: dict[Any, list[RuleSet]] = {}


def keep() -> None:
    """From now on in this process."""
    sheet: Any = Stylesheet
    parse = sheet._parse_rules

    def once(self: Any, css: str, *place: Any, **how: Any) -> list[RuleSet]:
        key = (css, place, tuple(sorted(how.items())), tuple(sorted(self._variables.items())))
        if key not in _read:
            _read[key] = parse(self, css, *place, **how)
        return list(_read[key])

    sheet._parse_rules = once
    rules: Any = RuleSet
    rules.__hash__ = object.__hash__  # as Textual's own, which is Python asking for the same

"""The five answers: their keys, their marks and their words. Not asked is the absence of the other four."""

from __future__ import annotations

from textual.binding import Binding, BindingType

from lnctp_tui.i18n import N_, _

BINDINGS: list[BindingType] = [
    Binding("s,y", "answer('yes')", N_("sí"), show=False, id="answer.yes"),
    Binding("n", "answer('no')", N_("no"), show=False, id="answer.no"),
    Binding("question_mark", "answer('unknown')", N_("no se sabe"), show=False, id="answer.unknown"),
    Binding("r", "answer('refused')", N_("no quiso decir"), show=False, id="answer.refused"),
    Binding("backspace,delete", "answer('')", N_("sin preguntar"), show=False, id="answer.none"),
]
"""`y` too, because counselors who work in English reach for it."""

ORDER: tuple[str | None, ...] = (None, "yes", "no", "unknown", "refused")
"""The order in which a click goes round."""

_WORDS = {
    "yes": N_("sí"),
    "no": N_("no"),
    "unknown": N_("no se sabe"),
    "refused": N_("no quiso decir"),
    None: N_("sin preguntar"),
}
_MARKS = {"yes": N_("sí"), "no": N_("no"), "unknown": "?", "refused": "–", None: "·"}

STYLES = {
    "yes": "answer--yes",
    "no": "answer--no",
    "unknown": "answer--unknown",
    "refused": "answer--refused",
}
"""Component class of each answer; not asked has none."""


def word(value: str | None) -> str:
    """The answer in words; anything that is not one of the five reads as not asked."""
    return _(_WORDS.get(value, _WORDS[None]))


def mark(value: str | None) -> str:
    """The answer in one or two cells, different for each also without colour."""
    return _(_MARKS.get(value, _MARKS[None]))


def following(value: str | None) -> str | None:
    """The answer that a click on `value` gives."""
    return ORDER[(ORDER.index(value) + 1) % len(ORDER)] if value in ORDER else None


def longest() -> str:
    """The longest word that an answer may be shown as."""
    return max((word(answer) for answer in ORDER), key=len)

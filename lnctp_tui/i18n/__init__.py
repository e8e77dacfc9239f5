"""What people read, in the counselor's language. The Spanish sentence is the msgid; English is a catalog.

`_` and its kin are called when something is shown, never at import: the language can change at any time.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import resources
from typing import Protocol

DEFAULT = "es"
LANGUAGES = {"es": "Español", "en": "English"}


class Phrase(Protocol):
    """A label in every language of the Line (domain.protocol.protocol.Label)."""

    def __getitem__(self, language: str, /) -> str: ...


class _Spoken:
    """The language in use. One for the process: one counselor sits at the keyboard."""

    language = DEFAULT
    catalog: gettext.NullTranslations = gettext.NullTranslations()


def set_language(language: str) -> None:
    """Speak `es` or `en` from now on; anything else is Spanish."""
    _Spoken.language = language if language in LANGUAGES else DEFAULT
    _Spoken.catalog = gettext.NullTranslations() if _Spoken.language == DEFAULT else _load(_Spoken.language)


def _load(language: str) -> gettext.NullTranslations:
    with (resources.files(__package__) / f"{language}.mo").open("rb") as file:
        return gettext.GNUTranslations(file)


def language() -> str:
    """The language in use, `es` or `en`."""
    return _Spoken.language


@contextmanager
def spoken(language: str) -> Iterator[None]:
    """Another language for as long as something is written in it."""
    before = _Spoken.language
    set_language(language)
    try:
        yield
    finally:
        set_language(before)


def _(sentence: str) -> str:
    """The sentence in the language in use."""
    return _Spoken.catalog.gettext(sentence) if sentence else ""


def ngettext(singular: str, many: str, count: int) -> str:
    """The form of a sentence that fits `count`."""
    return _Spoken.catalog.ngettext(singular, many, count)


def pick(label: Phrase) -> str:
    """A label of the data files in the language in use."""
    return label[_Spoken.language]


def N_(sentence: str) -> str:
    """Marks a sentence of a table for the catalog; `_` translates it when it is shown."""
    return sentence

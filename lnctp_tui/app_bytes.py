"""What a terminal's characters mean: Esc and the next key are two keys, and a line end within a burst is none.

Textual 8.2.8 reads ESC and a key within 100 ms as Alt, as tmux and SSH deliver Esc and a quick next key; this
app has no Alt keys. A terminal without bracketed paste types what is pasted, with an Enter at each line end.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from time import monotonic

from textual import events
from textual._ansi_sequences import ANSI_SEQUENCES_KEYS
from textual._xterm_parser import BRACKETED_PASTE_END, BRACKETED_PASTE_START, XTermParser
from textual.message import Message

ESC = "\x1b"
BURST = 0.03
"""Seconds between two characters that no hand types one after the other."""
LINE_END = "\n"
"""The character of an Enter within a burst; one pressed by hand has `\\r`."""
_PARTS = re.compile(r"(\x1b|(?:\r\n|\r|\n)+)")
_END = re.compile(r"\r\n|\r|\n")


class TerminalParser(XTermParser):
    """Textual's parser, for an app without Alt keys and a terminal without bracketed paste."""

    def __init__(self, debug: bool = False) -> None:
        super().__init__(debug)
        self._lone = False
        """The last character was an ESC that may begin a sequence."""
        self._ends = ""
        """Line ends that came in a burst behind text: what comes next says what they are."""
        self._text_at = float("-inf")
        """When the last character of a text came."""
        self._sequence = ""
        """The ESC and what followed, as far as a mark of a paste goes."""
        self._pasting = False

    def feed(self, data: str) -> Iterable[Message]:
        """The events of the next characters."""
        if not data:
            yield from self._released()
            yield from super().feed(data)
            return
        now = monotonic()
        for part in filter(None, _PARTS.split(data)):
            if part == ESC:
                yield from self._released()
                yield from super().feed(part)
                self._lone, self._text_at, self._sequence = not self._pasting, float("-inf"), ESC
            elif part[0] in "\r\n" and not self._inside:
                yield from self._line_ends(part, now)
            else:
                yield from self._characters(part, now)

    def tick(self) -> Iterable[Message]:
        """What waited long enough."""
        if self._ends and monotonic() - self._text_at >= BURST:
            yield from self._released()
        yield from super().tick()

    def _characters(self, part: str, now: float) -> Iterable[Message]:
        if self._lone and not _begins(part):
            yield from self._escape()
        self._lone = False
        inside = self._inside
        if self._ends and now - self._text_at < BURST and part[0].isprintable():
            yield from self._within(self._ends)
            self._ends = ""
        yield from self._released()
        yield from super().feed(part)
        self._follow(part)
        if not (inside or self._pasting) and part[-1].isprintable():
            self._text_at = now

    def _follow(self, part: str) -> None:
        """Know where a paste that the terminal marks begins and ends."""
        if self._sequence and len(self._sequence) < len(BRACKETED_PASTE_START):
            self._sequence += part[: len(BRACKETED_PASTE_START) - len(self._sequence)]
            if self._sequence in (BRACKETED_PASTE_START, BRACKETED_PASTE_END):
                self._pasting = self._sequence == BRACKETED_PASTE_START

    def _line_ends(self, part: str, now: float) -> Iterable[Message]:
        if self._lone:
            yield from self._escape()
            self._lone = False
        if now - self._text_at < BURST:
            self._ends += part
            self._text_at = now
        else:
            yield from super().feed(part)

    def _within(self, ends: str) -> Iterable[Message]:
        for _end in _END.findall(ends):
            yield events.Key("enter", LINE_END)

    def _released(self) -> Iterable[Message]:
        """The line ends that nothing followed were keys."""
        ends, self._ends = self._ends, ""
        if ends:
            yield from super().feed(ends)

    @property
    def _inside(self) -> bool:
        """Is a sequence begun, or a paste that the terminal marked?"""
        return self._pasting or (self._timeout_time is not None and not self._lone)

    def _escape(self) -> Iterable[Message]:
        """The ESC before this was the key: do not wait for more."""
        if self._timeout_time is not None:
            self._timeout_time = 0.0
            yield from super().tick()

    def _sequence_to_key_events(self, sequence: str, alt: bool = False) -> Iterable[events.Key]:
        """The keys of a sequence; of one that was not understood, Esc and then the rest."""
        if alt:
            yield events.Key("escape", ESC)
        yield from super()._sequence_to_key_events(sequence)


def _begins(part: str) -> bool:
    """Whether ESC and what follows may be a terminal's own sequence."""
    return part[0] == "[" or (part[0] == "O" and (len(part) == 1 or ESC + part[:2] in ANSI_SEQUENCES_KEYS))

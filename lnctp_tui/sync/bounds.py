"""How much a message may hold, seen in its bytes before any object is made of it.

A few hundred bytes on the line can be millions of lists. Three looks, all at the speed of a copy: how far a body
unpacks, how many elements its JSON has, how deep they stand in each other. What stands too deep is cut out before
it is read, and what held it is refused by its own check: one bad change is no reason to refuse its neighbours.
"""

from __future__ import annotations

import re

RATIO, FREE = 100, 128 << 10
"""A body unpacks to at most so many times its size, and always to so many bytes."""
EACH = 20
"""Bytes that an element has at least, on the average of a message that may be as long as it likes."""
FEW = 2_000
"""Elements that any message may have."""
DEEPEST = 64
"""Lists and objects in each other. What a record may hold is less than that (no field is deeper than 32)."""
SHORTEST_WAY = 20_000
"""Lists and objects of a message that is worth the cutting; whoever sent a longer one sends it in halves."""

_TOKENS = re.compile(rb'"(?:[^"\\]|\\.)*+"|[\[\]{}]', re.DOTALL)
_OTHER = bytes(set(range(256)) - set(b'[]{},"'))
_ALIKE = bytes.maketrans(b"{}", b"[]")


class Unbounded(ValueError):
    """A message of more elements than one may have."""


def room(packed: int, cap: int) -> int:
    """To how many bytes a body of `packed` bytes may unpack."""
    return min(cap, max(FREE, RATIO * packed))


def within(content: bytes, cap: int) -> bytes:
    """JSON that is safe to read: `content`, without what stands deeper than DEEPEST. Raises Unbounded.

    `cap` is how long such a message may be; whether it is JSON is not looked at.
    """
    most = max(FEW, cap // EACH)
    opened = content.count(b"[") + content.count(b"{")
    many = opened + content.count(b",") > most
    if opened <= DEEPEST and not many:
        return content
    bare = _bare(content)
    if many and len(bare) - bare.count(b"]") - bare.count(b"}") > most:
        raise Unbounded(str(most))
    if not _deep(bare):
        return content
    if opened > SHORTEST_WAY and len(bare) - bare.count(b",") == 2 * (bare.count(b"[") + bare.count(b"{")):
        raise Unbounded(str(SHORTEST_WAY))
    # What does not fit together is no JSON, and whoever reads it says so.
    return _cut(content) if opened <= SHORTEST_WAY else content


def _bare(content: bytes) -> bytes:
    """Brackets and commas that stand outside of texts."""
    if b"\\" in content:
        content = content.replace(b"\\\\", b"").replace(b'\\"', b"")
    # Two quotes side by side open and close, or close and open: either way what follows stands where it stood.
    brackets = content.translate(None, _OTHER).replace(b'""', b"")
    return b"".join(brackets.split(b'"')[::2]) if b'"' in brackets else brackets


def _deep(bare: bytes) -> bool:
    """Whether brackets stand deeper than DEEPEST, or do not fit. Each turn takes the innermost pairs away."""
    brackets = bare.translate(_ALIKE, b",")
    for _ in range(DEEPEST):
        if not brackets:
            return False
        brackets = brackets.replace(b"[]", b"")
    return bool(brackets)


def _cut(content: bytes) -> bytes:
    """The same with `0` in place of every list and object below DEEPEST."""
    pieces: list[bytes] = []
    depth = start = 0
    for match in _TOKENS.finditer(content):
        token = match[0]
        if token in (b"[", b"{"):
            depth += 1
            if depth == DEEPEST + 1:
                pieces += [content[start : match.start()], b"0"]
        elif token in (b"]", b"}"):
            depth -= 1
            if depth == DEEPEST:
                start = match.end()
    if depth > DEEPEST:  # never closed: nothing that is JSON
        return b"".join(pieces)
    return b"".join([*pieces, content[start:]])

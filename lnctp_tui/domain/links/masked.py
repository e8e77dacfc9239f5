"""What two cases share, as it is shown beside other cases: enough to know it again, too little to pass on."""

from __future__ import annotations

from lnctp_tui.domain.links.keys import kind_of

TAIL = 4
"""Figures or letters that are shown of a number."""
WHOLE = frozenset({"host", "folio"})
"""Kinds that name nobody: shown whole."""
UNSAID = frozenset({"alias", "sound", "look", "other", "name", "way"})
"""Names, and codes: only that they are alike is said."""


def masked(key: str) -> tuple[str, str]:
    """Kind of a key, and its end: `phone`, `…6789`; "" of what is not said."""
    kind, text = kind_of(key), key.partition(":")[2]
    if kind in WHOLE:
        return kind, text
    if kind in UNSAID:
        return kind, ""
    last = text.rsplit(":", 1)[-1]
    return kind, f"…{last[-TAIL:]}" if len(last) > TAIL else last

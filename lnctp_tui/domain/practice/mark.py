"""What everything of a practice vault bears, so that no real one takes it: its device's id and its folios."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

FOLIOS = "PRAC"
"""Prefix of its folios; no laptop is ever given it."""
DEVICE = "50524143-0000-4000-8000-"
"""Beginning of its device's id: `PRAC` in ASCII. A UUIDv7 of today cannot begin so."""
WISH = "LNCTP_WISH"
"""Names the pipe on which an app says what is practised next; there is none where practice cannot follow."""
CALL = "LNCTP_CALL"
"""Set when a real call came while somebody practised: after the phrase it is open, once."""
SAID = "practice"
"""Member of a document that was made in practice."""


def device_id(id_: str) -> str:
    """A device id of a practice vault, with the end of a fresh one."""
    return DEVICE + id_[-12:]


def of_device(id_: object) -> bool:
    """Whether a device's id is of a practice vault."""
    return isinstance(id_, str) and id_.lower().startswith(DEVICE)


def of_change(change: Mapping[str, Any]) -> bool:
    """Whether a change was made in practice: by its device, its folio, or the device it would bring."""
    patch = change.get("patch")
    patch = patch if isinstance(patch, Mapping) else {}
    texts = [patch.get("folio"), patch.get("folio_prefix")]
    return (
        of_device(change.get("device"))
        or of_device(change.get("row"))
        or any(isinstance(text, str) and text.strip().upper().startswith(FOLIOS) for text in texts)
    )


def of_document(document: Mapping[str, Any]) -> bool:
    """Whether a case document was made in practice."""
    case = document.get("case")
    folio = case.get("folio") if isinstance(case, Mapping) else None
    return bool(document.get(SAID)) or (isinstance(folio, str) and folio.strip().upper().startswith(FOLIOS))

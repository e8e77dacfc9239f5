"""The lines of a script as they are said: what a line leaves open is filled, and what nobody filled says so."""

from __future__ import annotations

import re

from lnctp_tui.domain.protocol import Label, Protocol
from lnctp_tui.i18n import _, pick

OPEN = re.compile(r"\{(\w+)(?:\.(\w+))?\}")


def told(line: Label, protocol: Protocol) -> str:
    """The line in the language of the screen, with the organisation's name and notice and the numbers it names."""
    return OPEN.sub(lambda found: _filled(found[1], found[2], protocol), pick(line))


def _filled(name: str, code: str | None, protocol: Protocol) -> str:
    if name == "alias":
        return _("[su nombre o alias]")
    if name == "hotline":
        return number(protocol, code or "")
    known = {"responsible": protocol.organisation.responsible, "notice": protocol.organisation.notice}
    missing = {
        "responsible": _("[FALTA: quién responde por los datos]"),
        "notice": _("[FALTA: dónde está el aviso]"),
    }
    return known.get(name) or missing.get(name, "")


def number(protocol: Protocol, code: str) -> str:
    """A telephone number to say aloud; one that nobody dialled says "por verificar"."""
    catalog = protocol.catalogs.get("hotline")
    row = catalog.by_code.get(code) if catalog else None
    if row is None or row.valid_to:
        return _("[FALTA: el número]")
    said = row.extra.get("number", "")
    return said if row.extra.get("verified_on") else f"{said} ({_('por verificar')})"

"""The lines of a script as they are said: what a line leaves open is filled, and what nobody filled says so.

Numbers come from the catalog `hotline`; one that nobody has dialled says "por verificar" wherever it is read.
"""

from __future__ import annotations

import re

from lnctp_tui.domain.protocol.protocol import Label, Protocol, Row
from lnctp_tui.i18n import N_, _, pick

OPEN = re.compile(r"\{([a-z_]+)(?:\.([A-Za-z0-9_-]+))?\}(\.?)")
MISSING = {
    "alias": N_("[su nombre o alias]"),
    "responsible": N_("[FALTA: quién responde por los datos]"),
    "notice": N_("[FALTA: dónde está el aviso]"),
}
"""What stands in a place that nobody filled."""


def told(line: Label, protocol: Protocol, *, alias: str = "") -> str:
    """The line in the language of the screen, with the organisation's name and notice and the numbers it names.

    A place that is no place stays as it is written.
    """
    organisation = protocol.organisation
    facts = {"alias": alias, "responsible": organisation.responsible, "notice": organisation.notice}

    def filled(match: re.Match[str]) -> str:
        name, code, stop = match.groups()
        if name == "hotline" and code:
            value = number(protocol, code)
        elif name in MISSING:
            value = facts[name] or _(MISSING[name])
        else:
            return match.group()
        return value.removesuffix(stop) + stop

    return OPEN.sub(filled, pick(line))


def number(protocol: Protocol, code: str) -> str:
    """A telephone number to say aloud; one that nobody dialled says "por verificar"."""
    catalog = protocol.catalogs.get("hotline")
    row = catalog.by_code.get(code) if catalog else None
    return _("[FALTA: el número]") if row is None or row.valid_to else dialled(row)


def dialled(row: Row) -> str:
    """The number of a row of `hotline`, and whether it is sure."""
    numbers = row.extra.get("number", "").replace(";", " · ")
    sure = bool(row.extra.get("verified_on")) and not row.unverified
    return numbers if sure else f"{numbers} ({_('por verificar')})"

"""A script as it is read: its places filled, and what the organisation has not written yet said in words.

Numbers come from the catalog `hotline`; one that nobody has dialled says "por verificar" wherever it is read.
"""

from __future__ import annotations

import re

from lnctp_tui.domain.protocol import Label, Protocol, Row, Script
from lnctp_tui.i18n import N_, _, pick

PLACE = re.compile(r"\{([a-z_]+)(?:\.([A-Za-z0-9_-]+))?\}(\.?)")
MISSING = {
    "alias": N_("[su nombre o alias]"),
    "responsible": N_("[FALTA: quién responde por los datos, en los ajustes de la organización]"),
    "notice": N_("[FALTA: dónde está el aviso completo, en los ajustes de la organización]"),
}
"""What stands in a place that nobody filled."""


def spoken(script: Script, protocol: Protocol, *, alias: str = "") -> list[str]:
    """The lines of a script in the language in use."""
    return [fill(line, protocol, alias=alias) for line in script.lines]


def fill(text: Label, protocol: Protocol, *, alias: str = "") -> str:
    """One text with its places filled. A place that is no place stays as it is written."""
    values = {
        "alias": alias,
        "responsible": protocol.organisation.responsible,
        "notice": protocol.organisation.notice,
    }

    def found(match: re.Match[str]) -> str:
        name, code, stop = match.groups()
        if name == "hotline" and code:
            value = number(protocol, code)
        elif name in MISSING:
            value = values[name] or _(MISSING[name])
        else:
            return match.group()
        return value.removesuffix(stop) + stop

    return PLACE.sub(found, pick(text))


def number(protocol: Protocol, code: str) -> str:
    """A line's number as it is read out, with "por verificar" until somebody has dialled it."""
    catalog = protocol.catalogs.get("hotline")
    row = catalog.by_code.get(code) if catalog else None
    return dialled(row) if row else _("[FALTA: el número «{code}»]").format(code=code)


def dialled(row: Row) -> str:
    """The number of a row of `hotline` and how sure it is."""
    said = row.extra.get("number", "").replace(";", " · ")
    return said if verified(row) else _("{number} (por verificar)").format(number=said)


def verified(row: Row) -> bool:
    """Whether somebody has dialled it, on a day that is known, and its source is a sure one."""
    return bool(row.extra.get("verified_on")) and not row.unverified


def unwritten(protocol: Protocol) -> list[str]:
    """What the notice needs and the organisation has not written, for a warning; empty when all stands."""
    organisation = protocol.organisation
    return [
        _(sentence)
        for value, sentence in (
            (organisation.responsible, N_("Falta decir quién responde por los datos.")),
            (organisation.notice, N_("Falta decir dónde está el aviso de privacidad completo.")),
        )
        if not value
    ]

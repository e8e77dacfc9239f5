"""A certificate on paper: one page, set by typst in a process of its own, into a new file and no other."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import orjson

from lnctp_tui.domain.training import number as numbers
from lnctp_tui.errors import BadInput, Refused
from lnctp_tui.reports.render import typeset
from lnctp_tui.storage import paths

TEMPLATE: Final = """
#let sheet = json(bytes(sys.inputs.sheet))
#set document(title: sheet.title, author: (), keywords: (), date: none)
#set text(lang: sheet.language, size: 13pt)
#set page(paper: "us-letter", flipped: true, margin: 2.5cm)
#set align(center)
#v(1fr)
#text(size: 12pt, fill: luma(80), sheet.line)
#v(1.2cm)
= #text(size: 30pt, sheet.title)
#v(1cm)
#text(size: 13pt, sheet.to)
#v(0.4cm)
#text(size: 24pt, weight: "bold", sheet.holder)
#v(0.6cm)
#sheet.course
#v(1fr)
#text(size: 15pt, weight: "bold", sheet.number)
#v(0.2cm)
#sheet.dates
#v(0.8cm)
#text(size: 10pt, fill: luma(80), sheet.note)
"""


def write(certificate: Mapping[str, Any], said: Mapping[str, str], target: Path) -> None:
    """Write the page of a certificate to a file that is not there yet. Blocking.

    `said`: what the page says besides number and holder (title, line, to, course, dates, note, language). Raises
    Refused `certificate_unprinted` for one that was revoked or whose number is wrong, `no_typesetter`,
    `typesetter_failed`; BadInput `file_exists`, StorageFailed.
    """
    number = str(certificate.get("number") or "")
    if certificate.get("revoked_at") or numbers.parse(number) is None:
        raise Refused("certificate_unprinted", number=number)
    holder = str(certificate.get("holder_name") or "")
    page = typeset.pdf(orjson.dumps({**said, "number": number, "holder": holder}), TEMPLATE)
    try:
        paths.write_new(target, page)
    except FileExistsError:
        raise BadInput("file_exists", name=target.name) from None

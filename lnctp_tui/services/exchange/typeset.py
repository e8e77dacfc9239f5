"""A data sheet as a tagged PDF: its template. How it is set: reports.render.typeset."""

from __future__ import annotations

from typing import Final

from lnctp_tui.errors import Refused
from lnctp_tui.reports.render import typeset

TEMPLATE: Final = """
#let sheet = json(bytes(sys.inputs.sheet))
#set document(title: sheet.reference, author: (), keywords: (), date: none)
#set text(lang: sheet.language, size: 11pt)
#set page(paper: "us-letter", numbering: (n, all) => [#sheet.reference · #n / #all])
= #sheet.line
#for (label, value) in sheet.head [
  #strong(label): #value

]
#for (label, value) in sheet.rows [
  #strong(label): #value

]
#sheet.left_out

#sheet.confidential

#sheet.answer
#list(..sheet.slip)
"""


def installed() -> bool:
    """Whether typst is here."""
    return typeset.installed()


def pdf(sheet: bytes, template: str = TEMPLATE) -> bytes:
    """The PDF of a sheet, which is JSON. Blocking. Raises Refused `no_typesetter`, `typesetter_failed`."""
    if not installed():
        raise Refused("no_typesetter")
    return typeset.pdf(sheet, template)

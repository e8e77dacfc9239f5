"""The prosecutor's sheet: a tagged PDF in Spanish and the case document that it was made of."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson

from lnctp_tui.domain.exchange import casefile
from lnctp_tui.domain.exchange.sharing import Recipient
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records.document import Document
from lnctp_tui.errors import Refused
from lnctp_tui.services.case import handing_out
from lnctp_tui.services.exchange import typeset
from lnctp_tui.services.exchange.outgoing import gathering, ledger, private_file, recipients
from lnctp_tui.services.exchange.outgoing.ledger import Intent
from lnctp_tui.services.exchange.outgoing.sheets import WHOLE, Made, Order
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids

VERSION: Final = "1"
SIGNS: Final = 8
"""Of a receipt number, after `A-`."""
SHEET: Final = """
#let sheet = json(bytes(sys.inputs.sheet))
#set document(title: sheet.title, author: (), keywords: (), date: none)
#set text(lang: "es", size: 10.5pt)
#set page(paper: "us-letter", numbering: (n, all) => [#sheet.receipt · #n / #all])
= #sheet.title
#for (label, value) in sheet.head [
  #strong(label): #value

]
#for section in sheet.sections [
  == #section.title
  #for line in section.lines [
    - #line
  ]
  #for grid in section.tables {
    table(columns: grid.head.len(), table.header(..grid.head.map(strong)), ..grid.rows.flatten())
  }
]
#sheet.left_out

#sheet.confidential

#sheet.slip
"""


Printed = Callable[[Document, Protocol, Recipient], dict[str, Any]]
"""The words of a sheet: title, receipt, head, sections, left_out, confidential, slip."""


@dataclass(frozen=True)
class Files:
    """What was made of one case."""

    receipt: str
    pdf: Made | None
    document: Made
    merged: tuple[str, ...] = ()
    """Ids of cases that were merged into this one and are not in it."""


def make(workspace: Workspace, order: Order, printed: Printed | None) -> Files:
    """The document of one case cut to what was agreed to, and with `printed` the sheet beside it: `order.out` is the
    PDF then, and the document has the same name and `.json`.

    Raises Refused `exchange_one_case`, `no_typesetter`, `typesetter_failed`, and all that sheets of rows raise.
    """
    store = workspace.store
    if len(order.case_ids) != 1:
        raise Refused("exchange_one_case")
    to, reason = recipients.recipient(store, order.to), recipients.checked_reason(order.reason)
    out = handing_out.place(str(order.out.absolute()))
    beside = handing_out.place(str(out.with_suffix(".json"))) if printed else out
    if printed and beside == out:
        raise Refused("bad_place")
    chosen = gathering.chosen(store, None, order.case_ids)
    with store.read() as connection:
        merged = tuple(gathering.merged_into(connection, chosen.ids[0]))
    receipt = _receipt(ids.new_id())
    document = _document(workspace, chosen.ids, to, receipt)
    content = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    sheet = typeset.pdf(orjson.dumps(printed(document, workspace.protocol, to)), SHEET) if printed else b""

    def handed(kind: str, path: Path, whole: bytes) -> Made:
        intent = Intent(
            to, reason, kind, VERSION, [member for member in casefile.FIELDS if member in document]
        )
        id_ = ledger.begin(store, intent, chosen.ids, [*chosen.folios])
        count, digest = private_file.hand_out(store, id_, path, private_file.of_pieces([whole]))
        return Made(id_, count, len(chosen.ids), digest)

    made = handed("fiscalia" if printed else "case", beside, content)
    if not printed:
        return Files(receipt, None, made, merged)
    try:
        return Files(receipt, handed("fiscalia.pdf", out, sheet), made, merged)
    except BaseException:  # never one without the other
        beside.unlink(missing_ok=True)
        ledger.end(store, made.id, "failed")
        raise


def _document(workspace: Workspace, case_ids: list[str], to: Recipient, receipt: str) -> Document:
    with workspace.store.read() as connection:
        (gathered,) = gathering.gathered(connection, case_ids, WHOLE)
    return casefile.cut(gathered.document, to, workspace.protocol, gathered.contested, receipt)


def _receipt(id_: str) -> str:
    """`A-` and letters that tell nothing: not when, not where."""
    return "A-" + base64.b32encode(sha256(UUID(id_).bytes).digest()).decode()[:SIGNS]

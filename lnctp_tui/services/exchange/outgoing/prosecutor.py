"""The prosecutor's sheet: a tagged PDF in Spanish and the case document that it was made of."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import orjson

from lnctp_tui.domain.exchange import casefile
from lnctp_tui.domain.exchange.sharing import Recipient
from lnctp_tui.domain.protocol.protocol import NOBODY, Catalog, Protocol
from lnctp_tui.domain.records.document import Document, Record
from lnctp_tui.domain.values.text import clean
from lnctp_tui.domain.values.values import FREE
from lnctp_tui.errors import Refused
from lnctp_tui.services.case import handing_out
from lnctp_tui.services.exchange import typeset
from lnctp_tui.services.exchange.outgoing import gathering, ledger, private_file, recipients
from lnctp_tui.services.exchange.outgoing.ledger import Intent
from lnctp_tui.services.exchange.outgoing.sheets import WHOLE, Made, Order
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage import ids

VERSION: Final = "1"
UNVERIFIED: Final = "por verificar"
UNKNOWN: Final = "no consta"
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


@dataclass(frozen=True)
class Files:
    """What was made of one case."""

    receipt: str
    pdf: Made | None
    document: Made


def make(workspace: Workspace, order: Order, *, pdf: bool) -> Files:
    """The document of one case cut to what was agreed to, and with `pdf` the sheet beside it: `order.out` is the PDF,
    the document has the same name and `.json`.

    Raises Refused `exchange_one_case`, `no_typesetter`, `typesetter_failed`, and all that sheets of rows raise.
    """
    store = workspace.store
    if len(order.case_ids) != 1:
        raise Refused("exchange_one_case")
    to, reason = recipients.recipient(store, order.to), recipients.checked_reason(order.reason)
    out = handing_out.place(str(order.out.absolute()))
    beside = handing_out.place(str(out.with_suffix(".json"))) if pdf else out
    if pdf and beside == out:
        raise Refused("bad_place")
    chosen = gathering.chosen(store, None, order.case_ids)
    receipt = _receipt(ids.new_id())
    document = _document(workspace, chosen.ids, to, receipt)
    content = orjson.dumps(document, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)
    printed = typeset.pdf(orjson.dumps(parts(document, workspace.protocol, to)), SHEET) if pdf else b""

    def handed(kind: str, path: Path, whole: bytes) -> Made:
        intent = Intent(
            to, reason, kind, VERSION, [member for member in casefile.FIELDS if member in document]
        )
        id_ = ledger.begin(store, intent, chosen.ids, chosen.folios)
        count, digest = private_file.hand_out(store, id_, path, private_file.of_pieces([whole]))
        return Made(id_, count, len(chosen.ids), digest)

    made = handed("fiscalia" if pdf else "case", beside, content)
    if not pdf:
        return Files(receipt, None, made)
    try:
        return Files(receipt, handed("fiscalia.pdf", out, printed), made)
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


def parts(document: Document, protocol: Protocol, to: Recipient) -> dict[str, Any]:
    """What stands on the sheet, in Spanish; every word of it comes from the cut document."""
    case = document["case"]
    head = [("Acuse", case["receipt"]), ("Folio", case.get("folio") or UNKNOWN), ("Para", clean(to.name)[0])]
    if "report_class" in case:
        head.append(("Clase de reporte", _label(protocol, "report_class", case["report_class"])))
    sections = [
        *(_victim(document, protocol, person) for person in document.get("people", ()) if "id" in person),
        *_rest(document, protocol),
    ]
    return {
        "title": f"Hoja para la autoridad · {case['receipt']}",
        "receipt": case["receipt"],
        "head": head,
        "sections": sections,
        "left_out": "Lo que no está aquí no se sabe, no se preguntó o la persona no aceptó compartirlo. La Línea no "
        "declara víctimas: son elementos posibles de lo que alguien contó. «Por verificar»: el texto de la ley o del "
        "catálogo aún no se cotejó.",
        "confidential": "Confidencial: solo para este fin y este destinatario. No se copia ni se reenvía.",
        "slip": "Recibió: ____________________   Fecha y hora: ____________________   Firma: ____________________",
    }


def _victim(document: Document, protocol: Protocol, person: Record) -> dict[str, Any]:
    name = person["id"]
    number = name.rpartition("-")[2]
    title = f"Grupo {number}" if person["role"] == "group" else f"Víctima {number}"
    answers = person.get("answers", {})
    elements = [
        [_label(protocol, prefix, code, law=True), words, UNKNOWN]
        for prefix, words in (
            ("act", "acto"),
            ("means", "medio"),
            ("modality", "finalidad"),
            ("aggravating", "agravante"),
        )
        for code in _codes(answers, prefix)
    ]
    lines = list(
        _values(
            protocol,
            "people",
            {key: value for key, value in person.items() if key not in ("id", "role", "answers")},
        )
    )
    lines += [
        f"{GROUPS[prefix]}: {_label(protocol, prefix, code)}"
        for prefix in GROUPS
        for code in _codes(answers, prefix)
    ]
    for member in ("identifiers", "referrals"):
        for record in document.get(member, ()):
            if record.get("person_id") == name:
                lines.append(", ".join(_values(protocol, member, record)))
    tables = [{"head": ["Elemento", "Qué es", "Cómo se sabe"], "rows": elements}] if elements else []
    return {"title": title, "lines": lines, "tables": tables}


GROUPS: Final = {"need": "Necesidad", "language": "Lengua", "vulnerability": "Situación"}


def _codes(answers: Record, prefix: str) -> list[str]:
    return [code.partition(".")[2] for code in answers if code.startswith(f"{prefix}.")]


def _rest(document: Document, protocol: Protocol) -> Iterator[dict[str, Any]]:
    case = document["case"]
    dangers = [_label(protocol, "danger", code) for code in _codes(case.get("answers", {}), "danger")]
    if dangers:
        yield {"title": "Peligro", "lines": dangers, "tables": []}
    if places := [", ".join(_values(protocol, "places", place)) for place in document.get("places", ())]:
        yield {"title": "Lugares", "lines": places, "tables": []}
    exploiters = [record for record in document.get("people", ()) if "id" not in record]
    lines = [", ".join(_values(protocol, "people", record)) for record in exploiters]
    lines += [
        ", ".join(_values(protocol, "identifiers", record))
        for record in document.get("identifiers", ())
        if record.get("person_id") == "trafficker"
    ]
    if lines:
        yield {"title": "De quien explota", "lines": lines, "tables": []}
    if trails := document.get("money", ()):
        rows = [
            [", ".join(_values(protocol, "money", trail)), "rastro de dinero",
             _label(protocol, "known_by", str(trail.get("known_by") or "")) or UNKNOWN]
            for trail in trails
        ]  # fmt: skip
        yield {
            "title": "Dinero",
            "lines": [],
            "tables": [{"head": ["Dato", "Qué es", "Cómo se sabe"], "rows": rows}],
        }
    contact = list(
        _values(protocol, "cases", {key: value for key, value in case.items() if key.startswith("callback_")})
    )
    rule = f"Solo a través de la Línea, con el acuse {case['receipt']}."
    yield {"title": "Contacto seguro", "lines": contact or [rule], "tables": []}


WORDS: Final = {
    "name": "Nombre", "age_min": "Edad, desde", "age_max": "Edad, hasta", "age_estimated": "Edad estimada",
    "sex": "Sexo",
    "nationality": "Nacionalidad", "migration_status": "Situación migratoria", "headcount": "Cuántas personas",
    "trafficker_role": "Función", "kind": "Tipo", "platform": "Plataforma", "value": "Dato", "role": "Lugar de",
    "country": "País", "state": "Estado", "municipality": "Municipio", "locality": "Localidad",
    "venue": "Tipo de lugar",
    "address": "Domicilio", "flag": "Señal", "instrument": "Instrumento", "institution": "Institución", "way": "Modo",
    "time": "Tiempo", "place": "Lugar", "amount": "Monto", "currency": "Moneda", "summary_for": "Lo que se cuenta",
    "callback_allowed": "Se le puede llamar", "callback_channel": "Por", "callback_message": "Se puede dejar mensaje",
    "callback_window": "Cuándo",
}  # fmt: skip
CATALOGS: Final = {
    "sex": "sex", "nationality": "country", "migration_status": "migration_status",
    "trafficker_role": "trafficker_role",
    "platform": "platform", "country": "country", "state": "state", "municipality": "municipality", "venue": "venue",
    "flag": "flag", "instrument": "instrument", "currency": "currency", "callback_allowed": "answer",
    "callback_message": "answer", "callback_channel": "channel",
}  # fmt: skip


def _values(protocol: Protocol, member: str, record: Record) -> Iterator[str]:
    catalogs = CATALOGS | ({"kind": "identifier_kind"} if member == "identifiers" else {})
    catalogs |= {"role": "place_role"} if member == "places" else {}
    for code, value in record.items():
        if code not in WORDS or (code == "role" and member != "places"):
            continue
        text = {True: "sí", False: "no"}.get(value) if isinstance(value, bool) else str(value)
        shown = _label(protocol, catalogs[code], str(text)) if code in catalogs else clean(str(text))[0]
        yield f"{WORDS[code]}: {' '.join(shown.split())}"


def _label(protocol: Protocol, catalog: str, code: str, *, law: bool = False) -> str:
    """A code in words; with `law` it is marked where nobody verified its source, or no lawyer what aggravates."""
    rows: Catalog | None = protocol.catalogs.get(catalog)
    row = rows.by_code.get(code) if rows else None
    if row is None:
        return clean(code.removeprefix(FREE))[0]
    unverified = law and (row.unverified or (catalog == "aggravating" and row.review == NOBODY))
    return f"{row.label.es} ({UNVERIFIED})" if unverified else row.label.es

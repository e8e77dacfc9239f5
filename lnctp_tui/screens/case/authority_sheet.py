"""The words of the prosecutor's sheet, in Spanish whatever the language of the screens: whoever reads it is in Mexico.

Every value comes from the document that was cut to what the victims agreed to (domain.exchange.casefile).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from lnctp_tui.domain.exchange.sharing import Recipient
from lnctp_tui.domain.protocol.protocol import NOBODY, Catalog, Protocol
from lnctp_tui.domain.records.document import Document, Record
from lnctp_tui.domain.values.text import clean
from lnctp_tui.domain.values.values import FREE

UNVERIFIED: Final = "por verificar"
UNKNOWN: Final = "no consta"


def parts(document: Document, protocol: Protocol, to: Recipient) -> dict[str, Any]:
    """What stands on the sheet, in Spanish; every word of it comes from the cut document."""
    case = document["case"]
    head = [("Acuse", case["receipt"]), ("Folio", case.get("folio") or UNKNOWN), ("Para", clean(to.name)[0])]
    if "report_class" in case:
        head.append(("Clase de reporte", _label(protocol, "report_class", case["report_class"])))
    sections = [
        *(
            _victim(document, protocol, person)
            for person in document.get("people", ())
            if person["role"] != "trafficker"
        ),
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
    exploiters = [record for record in document.get("people", ()) if record["role"] == "trafficker"]
    lines = [text for record in exploiters if (text := ", ".join(_values(protocol, "people", record)))]
    lines += [
        ", ".join(_values(protocol, "identifiers", record))
        for record in document.get("identifiers", ())
        if str(record.get("person_id")).startswith("trafficker")
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

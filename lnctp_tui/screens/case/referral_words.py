"""A data sheet in words: what is read aloud, printed, and handed to a recipient. Nothing in it but what leaves."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import orjson

from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.referral import sheet_document
from lnctp_tui.domain.referral.consent import Entry
from lnctp_tui.domain.referral.data import ORDER
from lnctp_tui.domain.values.text import clean
from lnctp_tui.i18n import N_, _, language, pick
from lnctp_tui.i18n.of_referral import BARRED, ERASE, REVIEW
from lnctp_tui.screens.labels import Words
from lnctp_tui.services.case.referrals import Opened
from lnctp_tui.widgets.drawing import wrap

PRESENTS = N_(
    "«Habla la Línea Nacional contra la Trata. Tengo en la línea a una persona que acepta hablar con ustedes.»"
)
STAYS = N_("«Le paso la llamada; me quedo hasta que usted me diga que la tiene.»")
WIDTH = 72
"""Cells of a line of the sheet."""
LINES = 54
"""Of a page."""
LINE = "lnctp"
"""The Line's own row among the hotlines."""


def value(entry: Entry, words: Words) -> str:
    """What a datum says, in words; records stand apart by `;`."""
    rows: dict[str, dict[str, Any]] = {}
    for fact in entry.facts:
        rows.setdefault(f"{fact.table}/{fact.row}", {})[fact.code] = fact.value
    return "; ".join(", ".join(_row(key.partition("/")[0], row, words)) for key, row in rows.items())


def _row(table: str, row: dict[str, Any], words: Words) -> Iterator[str]:
    for code, told in words.ages(row).items() if table == "people" else row.items():
        if code == "age_estimated":
            continue
        if code.startswith("answers."):
            yield words.answer(*code.removeprefix("answers.").split(".", 1))
        elif code == "summary_for":
            yield " ".join(clean(str(told))[0].split())
        else:
            yield clean(words.value(table, code, told))[0]


def label(datum: str, protocol: Protocol) -> str:
    """What a datum is called."""
    catalog = protocol.catalogs.get("datum")
    row = catalog.by_code.get(datum) if catalog else None
    return pick(row.label) if row else datum


def barred(entry: Entry) -> str:
    """Why a datum does not leave whatever was said; empty when it may."""
    return _(BARRED.get(entry.barred, "")) if entry.barred and entry.barred in BARRED else ""


def text(opened: Opened, words: Words, protocol: Protocol) -> str:
    """The sheet as it is printed or read: pages of plain lines."""
    lines = list(_lines(parts(opened, words, protocol)))
    pages = [lines[at : at + LINES] for at in range(0, len(lines), LINES)]
    printed = []
    for number, page in enumerate(pages, 1):
        foot = _("{reference}   página {n} de {all}").format(
            reference=opened.sheet.reference, n=number, all=len(pages)
        )
        printed.append("\n".join([*page, "", foot]))
    return "\n\f".join(printed) + "\n"


def parts(opened: Opened, words: Words, protocol: Protocol) -> dict[str, Any]:
    """What stands on the sheet, part by part; every form is made of it."""
    sheet = opened.sheet
    hotline = protocol.catalogs["hotline"].by_code.get(LINE) if "hotline" in protocol.catalogs else None
    head = [(_("Referencia"), sheet.reference), (_("Para"), clean(sheet.recipient)[0])]
    if sheet.reason:
        head.append((_("Motivo"), words.code("referral_reason", sheet.reason)))
    left_out = ", ".join(label(datum, protocol).lower() for datum in ORDER if datum not in sheet.data)
    nothing = _("La persona pidió que no se diga ningún dato: habla ella misma.")
    return {
        "language": language(),
        "reference": sheet.reference,
        "line": f"{pick(hotline.label)} · {hotline.extra.get('number', '')}" if hotline else "",
        "head": head,
        "rows": [(label(entry.datum, protocol), value(entry, words)) for entry in sheet.told]
        or [(_("Datos"), nothing)],
        "left_out": _("No incluye: {data}.").format(data=left_out),
        "confidential": _("Confidencial: solo para este fin y este destinatario. No se copia ni se reenvía."),
        "answer": _("Respuesta a la Línea, con la referencia:"),
        "slip": [_("Recibido"), _("Aceptado"), _("Rechazado, motivo: __________________"), _("Llegó")],
    }


def _lines(of: dict[str, Any]) -> Iterator[str]:
    for part in (
        of["line"], "", *(f"{name}: {said}" for name, said in of["head"]), "",
        *(f"{name}: {said}" for name, said in of["rows"]), "", of["left_out"], "", of["confidential"], "", of["answer"],
        *(f"[ ] {said}" for said in of["slip"]),
    ):  # fmt: skip
        yield from wrap(part, WIDTH) or [""]


def content(opened: Opened, form: str, words: Words, protocol: Protocol) -> bytes:
    """The bytes that leave in this form. Raises Refused `no_typesetter`, `typesetter_failed` for a PDF."""
    if form == "json":
        return orjson.dumps(sheet_document.document(opened.sheet), option=orjson.OPT_INDENT_2)
    if form == "pdf":
        from lnctp_tui.services.exchange import typeset  # starts a process: only when a PDF is asked for

        return typeset.pdf(orjson.dumps(parts(opened, words, protocol)))
    return text(opened, words, protocol).encode()


def digest(sent: bytes) -> str:
    """SHA-256 of what leaves, hexadecimal."""
    return hashlib.sha256(sent).hexdigest()


def script(opened: Opened) -> list[str]:
    """What is said to the recipient in a warm transfer, before any datum."""
    reference = opened.sheet.reference
    return [
        _(PRESENTS),
        _("«Nuestra referencia es {reference}. ¿Con quién hablo? ¿Pueden recibirla ahora?»").format(
            reference=reference
        ),
        _(STAYS),
    ]


def erase(opened: Opened) -> str:
    """What the task says that follows when consent is withdrawn after something left."""
    return _(ERASE).format(provider=opened.sheet.recipient, reference=opened.sheet.reference)


def review(opened: Opened, words: Words) -> str:
    """What supervision reads of what left without a yes."""
    basis = words.code("referral_basis", opened.referral.get("basis"))
    return _(REVIEW).format(basis=basis.lower(), reference=opened.sheet.reference)


def answer_mark(entry: Entry) -> str:
    """`s`, `n` or `?`: what the person said of a datum; `·` where it leaves by its basis."""
    if entry.free:
        return "·"
    return {"yes": _("s"), "no": _("n")}.get(entry.answer or "", "?")

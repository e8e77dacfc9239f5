"""How one referral is drawn: to whom, by which number, who accepts, each datum, the script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.referral import states
from lnctp_tui.domain.referral.consent import Entry
from lnctp_tui.domain.referral.data import EXPRESS
from lnctp_tui.i18n import _
from lnctp_tui.i18n.messages import explain_code
from lnctp_tui.screens.case import referral_words
from lnctp_tui.screens.labels import Words
from lnctp_tui.screens.lists.columns import Frame
from lnctp_tui.services.case.referrals import Opened
from lnctp_tui.widgets.row_list import Cell, Line, heading, note


def lines(view: Opened, words: Words, frame: Frame, protocol: Protocol) -> Sequence[Line]:
    """All of it, in a list as wide as the frame."""
    rows = [note(part) for part in _about(view, words, frame)]
    rows += frame.notes(
        _("Leer: «Le diría a {provider} solo lo que usted acepte. ¿Le digo…?»").format(
            provider=view.sheet.recipient
        )
    )
    rows += [_row(entry, words, protocol) for entry in view.sheet.entries]
    if states.may(view.referral, "sent"):
        for blocker in view.blockers:
            rows += frame.notes(f"! {explain_code(f'referral_{blocker}').happened}")
    for delivery in view.document["referral_deliveries"]:
        if delivery.get("referral_id") == view.referral["id"]:
            rows += frame.notes(_left(delivery, words, protocol))
    rows += [note(line) for line in _answers(view.referral)]
    rows.append(heading(_("Guion")))
    for line in referral_words.script(view):
        rows += frame.notes(line)
    return rows


def _left(delivery: Mapping[str, Any], words: Words, protocol: Protocol) -> str:
    """When, how and to whom it left, and what it said."""
    data = ", ".join(referral_words.label(datum, protocol).lower() for datum in delivery.get("data") or ())
    return _("Salió {at} · {form} · a {who}: {data}").format(
        at=words.moment(delivery.get("at"), words.zone),
        form=words.code("delivery_format", delivery.get("format")).lower(),
        who=str(delivery.get("to_whom") or "—"),
        data=data or _("ningún dato"),
    )


def _answers(referral: Mapping[str, Any]) -> list[str]:
    """The second and the third question, once the first is answered."""
    if states.status_of(referral) not in ("accepted", "completed"):
        return []
    answers = {"yes": _("sí"), "no": _("no")}
    arrived, helped = (answers.get(referral.get(name) or "", "?") for name in ("arrived", "need_met"))
    return [
        _("¿Llegó?: {arrived} · ¿Le sirvió, según la persona?: {helped}").format(
            arrived=arrived, helped=helped
        )
    ]


def _about(view: Opened, words: Words, frame: Frame) -> list[str]:
    referral, channel = view.referral, view.channel
    number = _("sin número verificado")
    if channel is not None:
        row = channel.row
        parts = [
            str(row.get("value") or ""),
            str(row.get("extension") or ""),
            words.code("channel_purpose", row.get("purpose")),
            str(row.get("ask_for") or ""),
        ]
        number = " · ".join(filter(None, parts))
    people = {person["id"]: person for person in view.document["people"]}
    whose, by = (
        person_name(people.get(referral.get(code) or ""), words) for code in ("person_id", "consent_by")
    )
    answer = {"yes": _("sí"), "no": _("no")}.get(referral.get("consent") or "", _("no se preguntó"))
    status = (
        _("vencida")
        if states.overdue(referral, frame.now)
        else words.code("referral_status", states.status_of(referral))
    )
    due = words.moment(referral.get("expected_by"), words.zone)
    asked = _("De: {person} · Acepta: {by} · ¿Acepta que hablemos?: {answer}")
    return [
        _("Llamar a: {number}").format(number=number),
        asked.format(person=whose, by=by, answer=answer),
        " · ".join(filter(None, (status, _("respuesta esperada: {at}").format(at=due) if due else "",
                                 words.code("referral_basis", referral.get("basis"))))),
    ]  # fmt: skip


def person_name(person: Mapping[str, Any] | None, words: Words) -> str:
    """What to call somebody of the case."""
    if person is None:
        return "—"
    return str(person.get("name") or words.code("person_role", person.get("role")))


def _row(entry: Entry, words: Words, protocol: Protocol) -> Line:
    mark = referral_words.answer_mark(entry)
    if entry.datum in EXPRESS and entry.answer == "yes":
        mark += "*" if entry.express else "…"
    value = referral_words.value(entry, words) or _("no consta")
    look = "strong" if entry.leaves else "muted" if not entry.facts else "text"
    side = referral_words.barred(entry) or (_("falta expreso") if mark.endswith("…") else "")
    label = Cell(referral_words.label(entry.datum, protocol), 24, look)
    cells = (Cell(mark, 2, look), label, Cell(value, None, look), Cell(side, 26, "warning", 70))
    return Line(cells, entry.datum)

"""How the hand-over of a shift stands in a list: what is proposed, the note, what was handed over before."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lnctp_tui.i18n import _
from lnctp_tui.screens.follow import shift_words
from lnctp_tui.screens.lists.columns import LEAST, Frame
from lnctp_tui.screens.times import moment
from lnctp_tui.widgets.drawing import wrap
from lnctp_tui.widgets.row_list import Cell, Line, heading, note

if TYPE_CHECKING:
    from lnctp_tui.services.follow.shift import Handed, Proposals

ITEM, ADDED, HANDED = "item:", "added:", "handed:"
"""What the key of a row begins with."""
WHY, WIDE, BESIDE = 24, 110, 17
"""Cells of a row that are not its line: whatever the width, all of a line is seen before it is signed."""


@dataclass
class ShiftView:
    """What the screen shows: what is proposed, what was decided of it, and what was handed over before."""

    proposals: Proposals
    draft: dict[str, Any]
    handed: list[Handed]
    loose: list[dict[str, Any]]
    names: dict[str, str]


def items(view: ShiftView, frame: Frame) -> dict[str, Mapping[str, Any]]:
    """Key of a row → the line as it is signed."""
    proposed = {ITEM + row.key: shift_words.item(row, frame.words, frame.now) for row in view.proposals.rows}
    return proposed | {f"{ADDED}{place}": row for place, row in enumerate(view.draft["added"])}


def called(view: ShiftView, id_: str | None) -> str:
    """What a person is called."""
    return view.names.get(id_ or "", "") or (_("sin nombre") if id_ else _("quien siga"))


def lines(view: ShiftView, frame: Frame, me: str, wide: bool) -> list[Line]:
    """All of it. Beneath a hand-over of one's own stand its words until somebody agreed."""
    rows = items(view, frame)
    drawn = [line for key, row in rows.items() for line in _row(key, row, view, frame, wide)]
    if view.proposals.more:
        drawn += frame.notes(_("Hay más de lo que cabe aquí: véalo en pendientes y en el escritorio."))
    return [
        *(drawn or [note(_("Nada urgente ni prometido en este equipo. «a» añade un renglón."))]),
        note(""),
        *frame.notes(_("Nota: {note}").format(note=" ".join(view.draft["note"].split()) or "—")),
        note(""),
        *_before(view, frame, me),
    ]


def _row(key: str, row: Mapping[str, Any], view: ShiftView, frame: Frame, wide: bool) -> list[Line]:
    decided = view.draft["marks"].get(key)
    mark, look = {None: ("?", "warning"), True: ("✓", "success")}.get(decided, ("–", "muted"))
    why = frame.words.value("handover_items", "why", row["why"])
    first, *rest = wrap(row["line"], max(LEAST, frame.room - BESIDE - (WHY if wide else 0))) or [""]
    text = "muted" if decided is False else "text"
    cells = (Cell(mark, 2, look), Cell(row["folio"] or "", 13, "strong"), Cell(first, None, text))
    beside = Cell(why, WHY, "muted", least=WIDE)
    return [Line((*cells, beside), key), *(note(" " * 15 + more) for more in rest)]


def _before(view: ShiftView, frame: Frame, me: str) -> list[Line]:
    rows: list[Line] = []
    for handed in view.handed:
        who = f"{called(view, handed.row['from_id'])} → {called(view, handed.row['to_id'])}"
        at = moment(handed.row["signed_at"], frame.words.zone)
        rows.append(Line((Cell(at, 19, "muted"), Cell(who, None, "strong")), HANDED + handed.row["id"]))
        look = shift_words.LOOKS[handed.standing.state]
        rows += [Line((Cell(f"   {text.cells[0].text}", None, look),)) for text in frame.notes(
            shift_words.state(handed, view.names)
        )]  # fmt: skip
        if opens := shift_words.opened(handed, frame.words.zone, frame.now):
            rows += frame.notes(opens, "   ")
        if handed.row["from_id"] == me and handed.standing.state != "agreed":
            rows += frame.notes(shift_words.numbered(handed.words), "   ")
    for take in view.loose:
        text = _("De {name}, por voz: se compara cuando los dos equipos tengan red.")
        rows += frame.notes(text.format(name=called(view, take["giver_id"])))
    return [heading(_("Relevos de este equipo")), *rows] if rows else []

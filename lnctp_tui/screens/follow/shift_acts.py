"""What is done with the hand-over of a shift: a line added, a name chosen, signing, taking one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lnctp_tui.domain.follow.shift import LONGEST
from lnctp_tui.domain.values import moments
from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import _
from lnctp_tui.screens.base import Given, write
from lnctp_tui.screens.dialogs import LineDialog, PickDialog
from lnctp_tui.screens.follow import shift_words
from lnctp_tui.screens.follow.shift_lines import ADDED, HANDED, ShiftView, called, items
from lnctp_tui.screens.lists.list_screen import ListScreen
from lnctp_tui.screens.times import moment
from lnctp_tui.services.follow import shift as source
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.services.vault.pending_writes import DRAFT_OF
from lnctp_tui.widgets.row_list import Cell, Line, RowList, note

DRAFT = "shift"
YES, NOBODY = "yes", "nobody"


class ShiftBase(ListScreen[ShiftView]):
    """What of the hand-over is kept while it is decided."""

    decided: dict[str, Any] | None = None
    """What was decided here: the disk may still be writing it while the list is read again."""

    def take(self, view: ShiftView) -> None:
        """Show what was read, with what was decided meanwhile."""
        if self.decided is not None:
            view.draft = self.decided
        super().take(view)

    def keep(self, **values: Any) -> None:
        """Keep what was decided: it is still there after a lock."""
        if self.view is not None:
            self.decided = self.view.draft = {**self.view.draft, **values}
            self.shell.workspace.keep_draft(DRAFT, self.view.draft)
            self.draw()

    def keep_added(self, row: Mapping[str, Any]) -> None:
        """Keep a line that was added by hand: whoever wrote it includes it."""
        if self.view is not None:
            added, marks = self.view.draft["added"], self.view.draft["marks"]
            self.keep(added=[*added, dict(row)], marks={**marks, f"{ADDED}{len(added)}": True})


def show(screen: ShiftBase, view: ShiftView, handover_id: str) -> None:
    """A hand-over whole; its words only to whoever signed it, or once they were heard."""
    handed = next(handed for handed in view.handed if handed.row["id"] == handover_id)
    rows = [Line((Cell(shift_words.read_aloud(row)),), row["id"]) for row in handed.items]
    told = [str(handed.row["note"] or "")]
    if shift_words.shows_words(handed, screen.shell.workspace.counselor_id):
        told.append(shift_words.numbered(handed.words))
    title = shift_words.state(handed, view.names)
    screen.app.push_screen(
        PickDialog(title, rows or [note("")], "\n".join(filter(None, told)), purpose="shift.read")
    )


def add(screen: ShiftBase) -> None:
    """Add a line by hand; a folio at its beginning says of which case it is."""

    def added(typed: Given[str] | None) -> None:
        if not typed:
            return
        try:
            screen.keep_added(source.by_hand(screen.shell.workspace.store, typed.value))
            screen.shell.workspace.let_go(typed.drafts)
        except LnctpError as error:
            screen.shell.tell(error)

    hint = _("Con el folio al principio, de qué caso es. Sin nombres ni teléfonos.")
    dialog = LineDialog(_("¿Qué debe saber quien sigue?"), hint, LONGEST, purpose="shift.add", of="")
    screen.app.push_screen(dialog, added)


def choose_taker(screen: ShiftBase, view: ShiftView) -> None:
    """Who takes over, by name, or whoever does."""
    dialog = PickDialog(
        _("¿Quién sigue?"),
        [Line((Cell(_("Quien siga, sin nombre")),), NOBODY), *_people(screen, view)],
        purpose="shift.to",
        stay=_("Dejarlo como está"),
    )
    screen.app.push_screen(
        dialog, lambda id_: screen.keep(to=None if id_ == NOBODY else id_) if id_ else None
    )


def _people(screen: ShiftBase, view: ShiftView, text: str = "{name}") -> list[Line]:
    me = screen.shell.workspace.counselor_id
    people = sorted(view.names.items(), key=lambda pair: pair[1].casefold())
    return [Line((Cell(text.format(name=name)),), id_) for id_, name in people if id_ != me]


def sign(screen: ShiftBase, view: ShiftView) -> None:
    """Sign what was decided, once each line was; the first answer signs nothing."""
    rows, marks = items(view, screen.frame), view.draft["marks"]
    if open_keys := [key for key in rows if key not in marks]:
        text = _("Faltan {count} renglones por decidir, los de «?»: espacio incluye, otra vez quita.")
        screen.notify(text.format(count=len(open_keys)), severity="warning", markup=False)
        listed = screen.query_one(RowList)
        listed.action_edge(0)
        listed.action_move(listed.keys.index(open_keys[0]))
        return
    chosen = [dict(row) for key, row in rows.items() if marks.get(key)]
    told = _("{counts}. Después de firmar no se cambia nada.").format(counts=shift_words.counts(list(chosen)))
    if any(row["item_case_id"] for row in chosen):
        told += "\n" + _(shift_words.OPENS)
    firmly = _("Firmo, para {to}").format(to=called(view, view.draft["to"]))
    answers = [Line((Cell(firmly),), YES)]
    dialog = PickDialog(_("¿Firmar el relevo?"), answers, told, purpose="shift.sign", stay=_("Todavía no"))
    screen.app.push_screen(dialog, lambda answer: _signed(screen, view, chosen) if answer else None)


def _signed(screen: ShiftBase, view: ShiftView, chosen: list[dict[str, Any]]) -> None:
    at, draft = moments.iso(screen.shell.workspace.store.now()), view.draft
    job = deed(
        "handover_sign", at, draft["to"], None, draft["note"].strip() or None, chosen, DRAFT_OF + DRAFT
    )

    def told(_id: str) -> None:
        screen.decided = None
        screen.notify(_("Firmado. Lea en voz alta los renglones y las seis palabras."), markup=False)
        screen.read()

    write(screen, job, told)


def receive(screen: ShiftBase, view: ShiftView) -> None:
    """Take a hand-over: from whom, then what is heard."""
    me, zone = screen.shell.workspace.counselor_id, screen.shell.workspace.zone
    text = _("Relevo de {name}, {at}")
    waiting = [
        handed
        for handed in view.handed
        if handed.row["from_id"] != me
        and handed.row["to_id"] in (None, me)
        and handed.standing.state != "agreed"
    ]
    here = [
        Line((Cell(text.format(name=called(view, handed.row["from_id"]), at=moment(handed.row["signed_at"], zone))),),
             HANDED + handed.row["id"])
        for handed in waiting
    ]  # fmt: skip
    choices = [*here, *_people(screen, view, _("{name}, por voz"))]
    if not choices:
        screen.notify(_("Este equipo todavía no conoce a ninguna colega."), severity="warning", markup=False)
        return
    screen.app.push_screen(
        PickDialog(_("¿De quién recibe el turno?"), choices, purpose="shift.receive"),
        lambda key: _hear(screen, view, key) if key else None,
    )


def _hear(screen: ShiftBase, view: ShiftView, key: str) -> None:
    from lnctp_tui.screens.follow.heard import HeardDialog

    handover_id = key.removeprefix(HANDED) if key.startswith(HANDED) else None
    here = [row for handed in view.handed if handed.row["id"] == handover_id for row in handed.items]
    dialog = HeardDialog(None if handover_id else key, handover_id, [*map(shift_words.read_aloud, here)])
    screen.app.push_screen(dialog, lambda _none: screen.read())

"""How a case is closed from its view, and how its next call is gone to. Neither closes or dials by one key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lnctp_tui.domain.assess import safety
from lnctp_tui.domain.records.document import Document
from lnctp_tui.i18n import _, pick
from lnctp_tui.i18n.reasons import WHY_OPEN
from lnctp_tui.screens.base import AppScreen, Given, write
from lnctp_tui.screens.dialogs import LineDialog, PickDialog
from lnctp_tui.screens.follow.words import told_blockers
from lnctp_tui.screens.sync.sync_words import SUPERVISOR
from lnctp_tui.services.follow import closing, tasks
from lnctp_tui.services.vault.deeds import Deed, deed
from lnctp_tui.widgets.row_list import Cell, Line

Do = Callable[["Deed", str, "Given[Any] | None"], None]
"""Does a deed, says so, and lets go what was given for it."""
REMARKS = 2000
"""Characters of why supervision closes a case."""


def close(
    screen: AppScreen[Any],
    document: Document,
    disputed: bool,
    role: str | None,
    do: Do,
) -> None:
    """Ask for the reason, and close unless something stands against it.

    `disputed`: a value has two heads. `role`: of whoever closes; None where there is no server.
    """
    reasons = screen.shell.workspace.protocol.catalogs["close_reason"].rows
    lines = [Line((Cell(pick(row.label)),), row.code) for row in reasons if not row.valid_to]
    hint = ""
    if why := safety.keeps_open(document):
        hint = _("Sigue abierto por: {why}").format(why=" · ".join(_(WHY_OPEN[code]) for code in why))

    def chosen(reason: str | None) -> None:
        if reason:
            _close(screen, document, disputed, role, reason, do)

    stay = _("No cerrar todavía")
    dialog = PickDialog(_("Motivo de cierre"), lines, hint, purpose="case.close", stay=stay)
    screen.app.push_screen(dialog, chosen)


def _close(
    screen: AppScreen[Any],
    document: Document,
    disputed: bool,
    role: str | None,
    reason: str,
    do: Do,
) -> None:
    """Where something stands against it supervision closes, or who works alone, and says why."""
    workspace = screen.shell.workspace
    found = closing.blockers(workspace.protocol, document, reason, disputed)

    def closed(remarks: Given[str] | None = None) -> None:
        why = remarks.value if remarks else None
        do(closing.decided(workspace.store, document, found, reason, why), _("Caso cerrado."), remarks)

    if not found:
        closed()
    elif role in (None, SUPERVISOR):
        dialog = LineDialog(
            _("¿Por qué se cierra así?"), told_blockers(found), REMARKS,
            purpose="case.close_why", of=str(document["case"].get("id")),
        )  # fmt: skip
        screen.app.push_screen(dialog, lambda remarks: closed(remarks) if remarks else None)
    else:
        text = _("No se cerró. Falta: {what}. Resuélvalo, o pida a supervisión que lo cierre.")
        screen.notify(text.format(what=told_blockers(found)), severity="warning", timeout=10, markup=False)


def call(screen: AppScreen[Any], case_id: str) -> None:
    """To the card of the next call of a case; where none is planned, one is."""
    shell = screen.shell

    def to_card(task: str | None) -> None:
        if task:
            shell.go("card", task)
            return
        planned = tasks.new_id()
        write(screen, deed("task_new", planned, case_id), lambda _none: shell.go("card", planned))

    shell.in_reader(lambda: tasks.next_call(shell.workspace.store, case_id), to_card, group="call")

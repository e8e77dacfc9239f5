"""Closing a case: its reason, and what stands against it; then supervision closes it, and says why."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lnctp_tui.domain.assess import safety
from lnctp_tui.domain.records.document import Document
from lnctp_tui.i18n import _, pick
from lnctp_tui.i18n.reasons import WHY_OPEN
from lnctp_tui.screens.base import AppScreen
from lnctp_tui.screens.dialogs import LineDialog, PickDialog
from lnctp_tui.screens.sync.sync_words import SUPERVISOR
from lnctp_tui.services.vault.deeds import Deed, deed
from lnctp_tui.widgets.row_list import Cell, Line

KEEP_OPEN = "keep_open"
"""The first line of the reasons to close a case in which somebody may be in danger: it closes nothing."""
REMARKS = 2000
"""Characters of why supervision closes a case."""


def close(
    screen: AppScreen[Any],
    document: Document,
    disputed: bool,
    role: str | None,
    do: Callable[[Deed, str], object],
) -> None:
    """Close a case with a reason. `disputed`: a value of it has two heads. `role`: who closes; None asks nothing more.

    `do` gets the deed and what to say once it is on the disk.
    """
    reasons = screen.shell.workspace.protocol.catalogs["close_reason"].rows
    lines = [Line((Cell(pick(row.label)),), row.code) for row in reasons if not row.valid_to]
    hint = ""
    if why := safety.keeps_open(document):
        hint = _("Sigue abierto por: {why}").format(why=" · ".join(_(WHY_OPEN[code]) for code in why))
        lines.insert(0, Line((Cell(_("No cerrar todavía")),), KEEP_OPEN))

    def chosen(reason: str | None) -> None:
        if reason and reason != KEEP_OPEN:
            _close(screen, document, disputed, role, reason, do)

    screen.app.push_screen(PickDialog(_("Motivo de cierre"), lines, hint), chosen)


def _close(
    screen: AppScreen[Any], document: Document, disputed: bool, role: str | None, reason: str,
    do: Callable[[Deed, str], object],
) -> None:  # fmt: skip
    from lnctp_tui.screens.follow.words import told_blockers
    from lnctp_tui.services.follow.tasks import blockers

    codes = blockers(screen.shell.workspace.protocol, document, reason, disputed)

    def closed(remarks: str | None = None) -> None:
        do(deed("status", document["case"]["id"], "closed", reason, remarks), _("Caso cerrado."))

    if not codes or role is None:
        closed()
    elif role == SUPERVISOR:
        dialog = LineDialog(_("¿Por qué se cierra así?"), told_blockers(codes), REMARKS)
        screen.app.push_screen(dialog, lambda remarks: closed(remarks) if remarks else None)
    else:
        text = _("No se cerró. Falta: {what}. Resuélvalo, o pida a supervisión que lo cierre.")
        screen.notify(text.format(what=told_blockers(codes)), severity="warning", timeout=10, markup=False)

"""What of a provider supervision alone knows, and to whom it was read out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType

from lnctp_tui.i18n import N_, _, pick
from lnctp_tui.screens.base import Given, write
from lnctp_tui.screens.dialogs import LineDialog, PickDialog
from lnctp_tui.screens.lists.list_screen import Job, ListScreen
from lnctp_tui.screens.times import moment
from lnctp_tui.services.directory import private
from lnctp_tui.services.directory.private import Private
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.widgets.row_list import Cell, Line, RowList, note

LONGEST = 300


class PrivateScreen(ListScreen[Private]):
    """Secret addresses and concerns of one provider. Opening it stands in the chain of views."""

    NAME = N_("Reservado")
    GROUP = "private"
    INTRO = N_(
        "Solo supervisión. Léalo en voz alta a quien lo pida, y anote a quién: no se copia ni se manda."
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", N_("volver"), key_display="Esc", id="private.leave"),
        Binding("a", "add", N_("agregar domicilio"), id="private.add"),
        Binding("r", "told", N_("leído a"), id="private.told"),
        Binding("e", "edit", N_("cambiar domicilio"), id="private.edit"),
        Binding("k", "concern", N_("preocupación"), id="private.concern"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="private.new"),
        Binding("question_mark", "app.help", N_("teclas"), show=False, id="private.help"),
    ]

    def __init__(self, provider_id: str) -> None:
        super().__init__()
        self.provider_id = provider_id

    def on_mount(self) -> None:
        super().on_mount()
        write(self, deed("viewed", self.provider_id, private.SEEN))

    def job(self, limit: int) -> Job[Private]:
        """What this laptop has, if it is this person's to see."""
        store, id_ = self.shell.workspace.store, self.provider_id
        return lambda: private.view(store, id_)

    def lines(self, view: Private) -> Sequence[Line]:
        """Each row, its concern, and to whom it was read."""
        drawn, lines = self.frame, list[Line]()
        for row in view.rows:
            lines.append(
                Line((Cell(str(row.get("address") or _("sin domicilio")), None, "strong"),), row["id"])
            )
            concern = drawn.words.value("provider_private", "concern", row.get("concern"))
            told = " · ".join(filter(None, (concern, str(row.get("concern_text") or ""))))
            lines += drawn.notes(told, "    ") if told else []
            for entry in view.told:
                if entry.row == row["id"]:
                    at = moment(entry.at, drawn.words.zone)
                    lines += drawn.notes(_("Leído a {who}, {at}").format(who=entry.to, at=at), "    ")
        return lines or [note(_("Nada todavía: «a» agrega un domicilio, «k» una preocupación."))]

    def action_add(self) -> None:
        """Another address."""
        self._address(None, "")

    def action_edit(self) -> None:
        """The address under the cursor."""
        if (row := self._under()) and self.view is not None:
            stored = next(entry for entry in self.view.rows if entry["id"] == row)
            self._address(row, str(stored.get("address") or ""))

    def _address(self, row: str | None, text: str) -> None:
        hint = _("Solo llega a los equipos de supervisión.")
        dialog = LineDialog(
            _("¿Cuál es el domicilio?"),
            hint,
            LONGEST,
            text,
            purpose="private.address",
            of=row or self.provider_id,
        )

        def said(line: Given[str] | None) -> None:
            if line and line.value != text:  # Enter alone says nothing anew
                self._keep({"address": line.value}, row, line)

        self.app.push_screen(dialog, said)

    def action_concern(self) -> None:
        """Why to be careful with this provider: of the row under the cursor, or of one of its own."""
        row = self._under()
        catalog = self.shell.workspace.protocol.catalogs["provider_concern"]
        lines = [Line((Cell(pick(entry.label)),), entry.code) for entry in catalog.rows]

        def chosen(code: str | None) -> None:
            if code:
                hint, of = _("Hechos, sin nombres de víctimas."), row or self.provider_id
                dialog = LineDialog(_("¿Qué pasó?"), hint, LONGEST, purpose="private.concern_text", of=of)
                self.app.push_screen(dialog, lambda line: self._worried(code, row, line) if line else None)

        self.app.push_screen(PickDialog(_("¿Qué preocupa?"), lines, purpose="private.concern"), chosen)

    def _worried(self, code: str, row: str, line: Given[str]) -> None:
        self._keep({"concern": code, "concern_text": line.value}, row, line)

    def action_told(self) -> None:
        """Note to whom it was read out."""
        if (row := self._under()) and self.view is not None:
            people = sorted(self.view.people.items(), key=lambda pair: pair[1])
            lines = [Line((Cell(name),), id_) for id_, name in people]
            title, stay = _("¿A quién se lo leyó?"), _("Todavía no")
            dialog = PickDialog(title, lines, purpose="private.told", stay=stay)
            self.app.push_screen(dialog, lambda to: self._told(row, to))

    def _told(self, row: str, to: str | None) -> None:
        if to:
            write(self, private.telling(self.shell.workspace.store, row, to), lambda _none: self.read())

    def _keep(self, values: dict[str, str], row: str | None, given: Given[str]) -> None:
        job = private.keeping(self.provider_id, values, row or None)
        write(self, job, lambda _none: self.read(), given=given)

    def _under(self) -> str:
        return self.query_one(RowList).key

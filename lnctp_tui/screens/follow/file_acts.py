"""What is said of files besides their steps: whom one is about, why nobody reports, when to look at it again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from zoneinfo import ZoneInfo

from lnctp_tui.domain.records.document import Document, victims
from lnctp_tui.domain.values import dates, moments, promises
from lnctp_tui.i18n import _, pick
from lnctp_tui.screens.base import AppScreen, Given, write
from lnctp_tui.screens.dialogs import LineDialog, PickDialog
from lnctp_tui.screens.follow.asking import ask_when
from lnctp_tui.screens.labels import Words
from lnctp_tui.services.case import cases
from lnctp_tui.services.follow import tasks
from lnctp_tui.services.follow.files import REASON
from lnctp_tui.services.vault.deeds import Deed, deed
from lnctp_tui.widgets.row_list import Cell, Line

SENTENCE = "sentencia"


class FileActs:
    """The acts of a list of files, which is read again once they are stored."""

    def __init__(self, screen: AppScreen[Any], case_id: str, stored: Callable[[], object]) -> None:
        self.screen, self.case_id, self.stored = screen, case_id, stored

    def _do(self, job: Deed, given: Given[Any] | None = None) -> None:
        write(self.screen, job, lambda _result: self.stored(), given=given)

    def _with_case(self, then: Callable[[Document], None]) -> None:
        store, case_id = self.screen.shell.workspace.store, self.case_id
        self.screen.shell.in_reader(lambda: cases.document(store, case_id), then, group="file_acts")

    def victims(self, file_id: str) -> None:
        """Whom the file is about: each is named, or taken out again."""
        self._with_case(lambda document: self._victims(file_id, document))

    def _victims(self, file_id: str, document: Document) -> None:
        named = [
            victim
            for file in document["files"]
            if file["id"] == file_id
            for victim in file.get("victim_ids") or ()
        ]
        words = Words(self.screen.shell.workspace.protocol, self.screen.shell.workspace.zone)
        lines = [
            Line((Cell("✓" if row["id"] in named else " ", 2), Cell(victim_name(row, words))), row["id"])
            for row in victims(document)
        ]

        def chosen(person: str | None) -> None:
            if person:
                rest = [victim for victim in named if victim != person]
                self._do(deed("file_victims", file_id, rest if person in named else [*named, person]))

        title = _("¿De quién es la carpeta?")
        dialog = PickDialog(title, lines, purpose="file.victims", stay=_("Volver"))
        self.screen.app.push_screen(dialog, chosen)

    def reasons(self) -> None:
        """Why nobody reports: each reason is given, or taken back."""
        self._with_case(self._reasons)

    def _reasons(self, document: Document) -> None:
        given = document["case"].get("answers") or {}
        rows = self.screen.shell.workspace.protocol.catalogs[REASON].rows
        lines = [
            Line(
                (Cell("✓" if given.get(f"{REASON}.{row.code}") == "yes" else " ", 2), Cell(pick(row.label))),
                row.code,
            )
            for row in rows
            if not row.valid_to
        ]

        def chosen(code: str | None) -> None:
            if code:
                answer = None if given.get(f"{REASON}.{code}") == "yes" else "yes"
                self._do(deed("file_reason", self.case_id, code, answer))

        dialog = PickDialog(_("¿Por qué no denuncia?"), lines, purpose="file.reasons", stay=_("Volver"))
        self.screen.app.push_screen(dialog, chosen)

    def follow_up(self) -> None:
        """When to look at the file again: a task."""
        planned, case_id = tasks.new_id(), self.case_id

        def plan(window: Given[promises.Window]) -> None:
            self._do(deed("file_plan", planned, case_id, *map(moments.iso, window.value)), window)
            self.screen.notify(_("La tarea está en Pendientes."), markup=False)

        ask_when(self.screen, plan, of=case_id)

    def stage(self, file_id: str) -> None:
        """Add a step: which, when, with what accompaniment."""
        self._ask(_("Etapa"), "file_stage", lambda stage: self._on(file_id, {"stage": stage}))

    def _ask(self, title: str, catalog: str, then: Callable[[str], object]) -> None:
        rows = self.screen.shell.workspace.protocol.catalogs[catalog].rows
        lines = [Line((Cell(pick(row.label)),), row.code) for row in rows if not row.valid_to]
        self.screen.app.push_screen(
            PickDialog(title, lines, purpose="file.step", stay=_("Todavía no")),
            lambda code: _then(then, code),
        )

    def _on(self, file_id: str, step: dict[str, Any]) -> None:
        dialog = LineDialog(
            _("¿Desde cuándo?"), _("3 mar 2026, marzo 2026, hoy"), 40, check=self._unread,
            purpose="file.date", of=f"{self.case_id}/{file_id}",
        )  # fmt: skip
        self.screen.app.push_screen(
            dialog, lambda typed: self._dated(file_id, step, typed) if typed else None
        )

    def _day(self, typed: str) -> dates.PartialDate | str:
        workspace = self.screen.shell.workspace
        return dates.parse(typed, workspace.store.now().astimezone(ZoneInfo(workspace.zone)).date())

    def _unread(self, typed: str) -> str:
        return _("Esa fecha no se entiende, o todavía no llega.") if isinstance(self._day(typed), str) else ""

    def _dated(self, file_id: str, step: dict[str, Any], typed: Given[str]) -> None:
        dated = typed.read_as(step | {"on": str(self._day(typed.value))})
        self._ask(_("Acompañamiento"), "accompaniment", lambda how: self._accompanied(file_id, dated, how))

    def _accompanied(self, file_id: str, step: Given[dict[str, Any]], how: str) -> None:
        def add(**more: str) -> None:
            self._do(deed("stage", self.case_id, file_id, {**step.value, "accompanied": how, **more}), step)

        if step.value["stage"] == SENTENCE:
            self._ask(_("Sentido de la sentencia"), "verdict", lambda verdict: add(verdict=verdict))
        else:
            add()


def _then(then: Callable[[str], object], code: str | None) -> None:
    if code:
        then(code)


def victim_name(person: dict[str, Any], words: Words) -> str:
    """What to call a victim."""
    return str(person.get("name") or words.code("person_role", person.get("role")))

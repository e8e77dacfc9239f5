"""Investigation files of a case with their steps, and the support that was given: lists and forms, declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from textual.binding import Binding, BindingType

from lnctp_tui.domain.follow.files import stage_of, step_order
from lnctp_tui.domain.records.document import Document, Record
from lnctp_tui.domain.records.kinds import FILE, FILE_STAGE, SUPPORT
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.follow.file_acts import FileActs, victim_name
from lnctp_tui.screens.form_screen import FormScreen
from lnctp_tui.screens.labels import Words
from lnctp_tui.screens.lists.columns import Column, Columns, Frame
from lnctp_tui.screens.lists.list_screen import Job
from lnctp_tui.screens.lists.records import RecordsScreen
from lnctp_tui.services.case import cases, record_form
from lnctp_tui.services.case.record_form import CaseRecords, RecordLine
from lnctp_tui.services.follow.files import REASON
from lnctp_tui.widgets.declared import fields
from lnctp_tui.widgets.row_list import Line, RowList


def _value(table: str, code: str, empty: str = "—") -> Any:
    return lambda line, frame: frame.words.value(table, code, line.record.get(code)) or empty


def _steps(line: RecordLine, frame: Frame) -> list[Line]:
    words, lines = frame.words, frame.notes(line.record["about"], "   ") if line.record["about"] else []
    for step in line.record["steps"]:
        parts = (
            words.value("file_stages", code, step.get(code))
            for code in ("on", "stage", "verdict", "accompanied")
        )
        lines += frame.notes(" · ".join(filter(None, parts)), "   ")
    return lines


def _reasons(document: Document, words: Words) -> str:
    answers = document["case"].get("answers") or {}
    given = [
        code for code, value in sorted(answers.items()) if code.startswith(REASON + ".") and value == "yes"
    ]
    told = ", ".join(words.answer(*code.split(".", 1)) for code in given)
    return _("No denunció: {reasons}").format(reasons=told) if told else ""


def _about(file: Record, people: Mapping[str, str]) -> str:
    names = [people[victim] for victim in file.get("victim_ids") or () if victim in people]
    return _("De: {names}").format(names=", ".join(names)) if names else ""


class FilesScreen(RecordsScreen):
    """Files, each with its steps; a step is only added."""

    NAME = N_("Carpetas")
    PLACE = "files"
    FORM = "file"
    KIND = FILE
    EMPTY = N_("Ninguna todavía: «a» escribe la primera.")
    reasons = ""
    COLUMNS = Columns(
        (
            Column(_value("files", "number"), 26, "strong"),
            Column(_value("files", "stage"), 27),
            Column(_value("files", "authority", ""), None, "muted"),
            Column(_value("files", "entity", ""), 18, "muted", least=100),
        ),
        lambda line: line.record["id"],
        _steps,
    )
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "stage", N_("añadir etapa"), id="files.stage"),
        Binding("v", "act('victims')", N_("de quién"), id="files.victims"),
        Binding("r", "act('reasons')", N_("por qué no denuncia"), id="files.reasons"),
        Binding("o", "act('follow_up')", N_("tarea"), id="files.task"),
        Binding("y", "supports", N_("apoyo"), id="files.supports"),
    ]

    @property
    def acts(self) -> FileActs:
        """What is said of files."""
        return FileActs(self, self.case_id, self.read)

    def action_act(self, name: str) -> None:
        """Ask in a dialog."""
        file_id = self.query_one(RowList).key
        if name != "victims":
            getattr(self.acts, name)()
        elif file_id:
            self.acts.victims(file_id)

    def action_supports(self) -> None:
        """What help was given."""
        self.shell.go("supports", self.case_id)

    def job(self, limit: int) -> Job[CaseRecords]:
        """Reads the files, each with its steps and the stage that stands."""
        workspace, case_id, words = self.shell.workspace, self.case_id, self.frame.words

        def read() -> CaseRecords:
            view = record_form.read(workspace, FILE, case_id)
            document = cases.document(workspace.store, case_id)
            people = {row["id"]: victim_name(row, words) for row in document["people"]}
            stages = [line.record for line in record_form.read(workspace, FILE_STAGE, case_id).lines]
            lines = [
                line._replace(record={
                    **line.record, "about": _about(line.record, people), "stage": stage_of(line.record, stages),
                    "steps": sorted(
                        (step for step in stages if step.get("file_id") == line.record["id"]),
                        key=step_order,
                    ),
                })
                for line in view.lines
            ]  # fmt: skip
            self.reasons = _reasons(document, words)
            return view._replace(lines=lines)

        return read

    def lines(self, view: CaseRecords) -> Sequence[Line]:
        """Above the files why the person did not report."""
        reasons = self.frame.notes(self.reasons) if self.reasons else []
        return [*reasons, *super().lines(view)]

    def action_stage(self) -> None:
        """Add a step to the file under the cursor."""
        if file_id := self.query_one(RowList).key:
            self.acts.stage(file_id)


class FileScreen(FormScreen):
    """One file. Its stage follows from its steps."""

    NAME = N_("Carpeta de investigación")
    PLACE = "file"
    KIND = FILE
    FIELDS = fields(FILE, "number", "authority", "entity", "opened_on", "note")


class SupportsScreen(RecordsScreen):
    """Support that was given, the newest first."""

    NAME = N_("Apoyo")
    PLACE = "supports"
    FORM = "support"
    KIND = SUPPORT
    EMPTY = N_("Ninguno todavía: «a» escribe el primero.")
    COLUMNS = Columns(
        (
            Column(_value("supports", "on"), 14, "muted"),
            Column(_value("supports", "kind"), None, "strong"),
            Column(_value("supports", "modality", ""), 12),
            Column(lambda line, _frame: _minutes(line), 10, "muted"),
        ),
        lambda line: line.record["id"],
    )


def _minutes(line: RecordLine) -> str:
    minutes = line.record.get("minutes")
    return _("{n} min").format(n=minutes) if minutes else ""


class SupportScreen(FormScreen):
    """Support that was given: what, how, when, for how long."""

    NAME = N_("Apoyo")
    PLACE = "support"
    KIND = SUPPORT
    FIELDS = fields(
        SUPPORT,
        "kind",
        "person_id",
        "modality",
        "on",
        "minutes",
        "contact_id",
        "referral_id",
        "file_id",
        "note",
    )

    def fresh(self) -> dict[str, Any]:
        """Given today, by whoever writes it."""
        from zoneinfo import ZoneInfo

        workspace = self.shell.workspace
        today = workspace.store.now().astimezone(ZoneInfo(workspace.zone)).date()
        return {"on": today.isoformat(), "counselor_id": workspace.counselor_id}

"""The training register: what expires, certificates, courses, and what is counted of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from textual.binding import Binding, BindingType

from lnctp_tui.domain.records.kinds import CERTIFICATE, COURSE
from lnctp_tui.domain.training import figures
from lnctp_tui.domain.training import number as numbers
from lnctp_tui.i18n import N_, _, language
from lnctp_tui.i18n.of_training import STANDINGS, WRONG
from lnctp_tui.screens.base import Given, write
from lnctp_tui.screens.dialogs import LineDialog, PickDialog
from lnctp_tui.screens.lists.columns import Column, Columns, Frame
from lnctp_tui.screens.lists.list_screen import Job, ListScreen
from lnctp_tui.screens.training import acts
from lnctp_tui.screens.training.figure_words import lines as figure_lines
from lnctp_tui.services.training import register
from lnctp_tui.services.training.register import Register
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.widgets.declared import field, fields
from lnctp_tui.widgets.row_list import Cell, Line, RowList, heading, note

if TYPE_CHECKING:
    from lnctp_tui.domain.protocol.protocol import Field, Protocol

Row = Mapping[str, Any]
OF_COURSE, OF_CERTIFICATE = "course:", "certificate:"
LONGEST = 300
COURSE_FIELDS = (
    *fields(COURSE, "title", "code", "audience", "modality", "state", "municipality"),
    field(COURSE, "venue", label=N_("Dónde se dio")),
    *fields(COURSE, "starts_on", "ends_on", "taught_hours",
    "people", "women", "men", "trainer_id", "trainer_name", "country", "source", "note"),
)  # fmt: skip
CERTIFICATE_FIELDS = fields(
    CERTIFICATE,
    "holder_name",
    "holder_kind",
    "holder_contact",
    "state",
    "course_id",
    "issued_on",
    "valid_until",
)


def _standing(row: Row, frame: Frame) -> str:
    standing = _(STANDINGS[figures.standing(row, frame.now.date())])
    return standing if numbers.parse(str(row.get("number") or "")) else f"{standing}, {_(WRONG)}"


def _count(row: Row, _frame: Frame) -> str:
    people = row.get("people")
    return _("no consta") if people is None else f"{people:,}"


CERTIFICATES: Columns[Row] = Columns(
    (
        Column(lambda row, _frame: str(row.get("number") or ""), 16, "strong"),
        Column(_standing, 26, lambda row: "muted" if row.get("revoked_at") else "text"),
        Column(lambda row, _frame: str(row.get("valid_until") or ""), 12, "muted", least=70),
        Column(lambda row, _frame: str(row.get("holder_name") or "")),
    ),
    lambda row: OF_CERTIFICATE + str(row["id"]),
)
COURSES: Columns[Row] = Columns(
    (
        Column(lambda row, _frame: str(row.get("starts_on") or ""), 12, "muted"),
        Column(_count, 11, "strong"),
        Column(
            lambda row, frame: frame.words.value("courses", "audience", row.get("audience")), 24, "muted", 100
        ),
        Column(lambda row, _frame: str(row.get("title") or row.get("code") or "")),
    ),
    lambda row: OF_COURSE + str(row["id"]),
)


class TrainingScreen(ListScreen[Register]):
    """Courses and certificates of the team. Certificates name people: opening it stands in the chain of views."""

    NAME = N_("Capacitación")
    PLACE = "training"
    GROUP = "training"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", N_("volver"), key_display="Esc", id="training.leave"),
        Binding("v", "check", N_("comprobar constancia"), id="training.check"),
        Binding("a", "course", N_("agregar curso"), id="training.course"),
        Binding("x", "issue", N_("expedir constancia"), id="training.issue"),
        Binding("r", "revoke", N_("revocar"), id="training.revoke"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="training.new"),
        Binding("question_mark", "app.help", N_("teclas"), show=False, id="training.help"),
    ]

    def on_mount(self) -> None:
        super().on_mount()
        write(self, deed("training_noted", register.CERTIFICATES))

    @property
    def today(self) -> date:
        """The reader's date."""
        return register.today(self.shell.workspace)

    def job(self, limit: int) -> Job[Register]:
        """The whole register of this laptop."""
        store = self.shell.workspace.store
        return lambda: register.view(store)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Who only reads is offered no key that writes."""
        if action in ("course", "issue", "revoke"):
            return self.view is not None and self.view.writes
        return super().check_action(action, parameters)

    def lines(self, view: Register) -> Sequence[Line]:
        """What expires first, then all of it, then the figures."""
        return [*_parts(view, self.frame, self.today, self.shell.workspace.protocol)]

    def open_key(self, key: str) -> None:
        """A course is corrected by who writes; of a certificate all that it says is shown."""
        row = key.partition(":")[2]
        if self.view is None:
            return
        rows = self.view.courses if key.startswith(OF_COURSE) else self.view.certificates
        stored = next((entry for entry in rows if entry["id"] == row), None)
        if stored is None:
            return
        if key.startswith(OF_COURSE) and self.view.writes:
            self._form(
                _("Curso"), COURSE_FIELDS, lambda said: register.keeping_course(said, row), stored, of=row
            )
        else:
            kind, names = (
                (COURSE, COURSE_FIELDS) if key.startswith(OF_COURSE) else (CERTIFICATE, CERTIFICATE_FIELDS)
            )
            acts.show(self, kind.table, [asked.code for asked in names], stored, self.view.courses)

    def action_course(self) -> None:
        """Another course."""
        self._form(_("Curso"), COURSE_FIELDS, register.keeping_course)

    def action_issue(self) -> None:
        """A certificate; of what kind is asked first, as its number begins with that."""
        catalog = self.shell.workspace.protocol.catalogs["certificate_kind"]
        lines = [Line((Cell(row.label[language()]),), row.code) for row in catalog.rows]

        def chosen(kind: str | None) -> None:
            if kind:
                self._form(
                    _("Expedir constancia"), CERTIFICATE_FIELDS,
                    lambda said: register.issuing({**said, "kind": kind}, self.today), owed="holder_name",
                    told=_("Constancia {number} expedida. «lnctp certificate pdf {number} ARCHIVO» la imprime."),
                    purpose="training.certificate", of=kind,
                )  # fmt: skip

        self.app.push_screen(PickDialog(_("¿Qué constancia?"), lines, purpose="training.kind"), chosen)

    def action_revoke(self) -> None:
        """Revoke the certificate under the cursor."""
        key = self.query_one(RowList).key
        if not key.startswith(OF_CERTIFICATE):
            self.notify(_("Ponga el cursor en una constancia."), markup=False)
            return
        row, store = key.removeprefix(OF_CERTIFICATE), self.shell.workspace.store
        hint = _("Se conserva con su motivo; no se borra.")

        def revoke(why: Given[str] | None) -> None:
            if why:
                write(self, register.revoking(row, why.value, store), lambda _none: self.read(), given=why)

        dialog = LineDialog(_("¿Por qué se revoca?"), hint, LONGEST, purpose="training.revoke", of=row)
        self.app.push_screen(dialog, revoke)

    def action_check(self) -> None:
        """Say whether a number is right and how its certificate stands; whatever it says, a report is taken."""
        known = [str(row.get("number")) for row in self.view.certificates] if self.view else []
        acts.check(self, known, lambda row: f"{row['number']}: {_standing(row, self.frame)}")

    def _form(
        self, title: str, asked: Sequence[Field], job: acts.Job, stored: Row | None = None, **how: str
    ) -> None:
        acts.ask(self, title, asked, job, self.view.courses if self.view else [], stored, **how)


def _parts(view: Register, frame: Frame, today: date, protocol: Protocol) -> Iterator[Line]:
    soon = [row for row in view.certificates if figures.standing(row, today) == figures.SOON_OVER]
    if soon:
        yield heading(_("Vencen en 60 días"), str(len(soon)))
        yield from CERTIFICATES.lines(soon, frame)
        yield note("")
    yield heading(_("Cifras"))
    states = {row.code: row.label[language()] for row in protocol.catalogs["state"].rows}
    for text in figure_lines(view.counted(today), register.opening(), states):
        yield from frame.notes(text)
    yield note("")
    yield heading(_("Constancias"), str(len(view.certificates)))
    if view.hidden:
        yield from frame.notes(_("Faltan las de antes: este equipo lleva 14 días sin servidor."))
    yield from CERTIFICATES.lines(view.certificates, frame, _("Todavía no hay constancias."))
    yield note("")
    yield heading(_("Cursos"), str(len(view.courses)))
    yield from COURSES.lines(view.courses, frame, _("Todavía no hay cursos."))

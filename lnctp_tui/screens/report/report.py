"""Reports: the tables at the left, one of them at the right, as bars, numbers, months or shades."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, ClassVar
from zoneinfo import ZoneInfo

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.widgets import Static

from lnctp_tui import i18n
from lnctp_tui.errors import BadInput, LnctpError
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import LISTS, AppScreen, Given, say, sentence, write
from lnctp_tui.screens.dialogs import LineDialog, PickDialog
from lnctp_tui.screens.report.growing import Growing
from lnctp_tui.screens.report.sheet import Sheet
from lnctp_tui.screens.report.to_file import wrong
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.row_list import Cell, Line, RowList
from lnctp_tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from lnctp_tui.domain.report.definitions import Definition
    from lnctp_tui.reports.words import Words
    from lnctp_tui.services.report.shown import Shown

VIEWS = ("bars", "numbers", "months", "shades")
NAMES = {"bars": N_("barras"), "numbers": N_("números"), "months": N_("meses"), "shades": N_("calor")}
LEFT = 26
"""Cells of the list of tables."""
PATH = 1000
MEASURE = "measure:"
"""What keys of rows begin with that are no cells."""


class TableRows(RowList):
    """Rows whose cursor is heard of."""

    class Moved(Message):
        """The cursor stands on another row."""

    def _to(self, place: int) -> None:
        before = self.key
        super()._to(place)
        if self.key != before:
            self.post_message(self.Moved())


class ReportScreen(AppScreen[None]):
    """The report over what this laptop holds. Counting runs in a thread; the last result stays meanwhile."""

    NAME = N_("Informes")
    CSS_PATH = LISTS
    AUTO_FOCUS = "#report-tables"
    DEFAULT_CSS = f"""
    #report-left {{ width: {LEFT}; }}
    #report-tables {{ height: 1fr; }}
    #report-rows {{ width: 1fr; height: 1fr; }}
    ReportScreen #said {{ height: 1; padding: 0 1; }}
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("p", "period", N_("periodo"), id="report.period"),
        Binding("v", "view", N_("vista"), id="report.view"),
        Binding("c", "compare", N_("comparar"), id="report.compare"),
        Binding("o", "notes", N_("notas"), show=False, id="report.notes"),
        Binding("x", "export", N_("exportar"), id="report.export"),
        Binding("a", "alerts", N_("avisos"), tooltip=N_("Lo que crece en la Línea"), id="report.alerts"),
        Binding(
            "u", "unknown", N_("huecos"), tooltip=N_("Qué pregunta llenaría más huecos"), id="report.unknown"
        ),
        Binding(
            "b",
            "language",
            N_("otro idioma"),
            tooltip=N_("La tabla en el otro idioma"),
            show=False,
            id="report.language",
        ),
        Binding("r,f5", "again", N_("contar otra vez"), key_display="r", show=False, id="report.again"),
        Binding("left", "column(-1)", N_("columna anterior"), show=False, id="report.left"),
        Binding("right", "column(1)", N_("columna siguiente"), show=False, id="report.right"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="report.call"),
        Binding("question_mark", "app.help", N_("teclas"), show=False, id="report.help"),
        Binding("escape,q", "leave", N_("escritorio"), key_display="Esc", id="report.leave"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.place = ("report", "")
        self.sheet = Sheet()
        self.language = i18n.language()

    def compose(self) -> ComposeResult:
        yield TitleBar(self.heading, id="top")
        with Horizontal():
            with Vertical(id="report-left"):
                yield TableRows(id="report-tables")
                yield Growing(classes="warning", markup=False)
            yield RowList(id="report-rows")
        yield Static(id="said", classes="muted")
        yield KeyBar()

    def on_mount(self) -> None:
        from lnctp_tui.reports import tables
        from lnctp_tui.services.report import shown

        self.definitions = {definition.id: definition for definition in tables.built_in()}
        lines = [
            Line((Cell(name, 4, "muted"), Cell(definition.title[self.language], None)), name)
            for name, definition in self.definitions.items()
        ]
        self.query_one("#report-tables", RowList).show(lines)
        self.sheet.shown = shown.last(self.shell.workspace.store)
        if self.sheet.shown is None:
            workspace = self.shell.workspace
            today = workspace.store.now().astimezone(ZoneInfo(workspace.zone)).date()
            self._count(date(today.year, 1, 1), today)
        self.draw()

    def on_screen_resume(self) -> None:
        """Ask what grows, also after an alert was muted."""
        self.query_one(Growing).ask(self.shell, LEFT - 2)

    # what is shown

    @property
    def definition(self) -> Definition:
        """The table under the cursor."""
        return self.definitions[self.query_one("#report-tables", RowList).key or next(iter(self.definitions))]

    @property
    def words(self) -> Words:
        """Words in the language of the table."""
        from lnctp_tui.reports.words import Words

        return Words(self.shell.workspace.protocol, self.language)

    def draw(self) -> None:
        """Draw what was counted."""
        rows = self.query_one("#report-rows", RowList)
        width = rows.size.width or max(20, self.size.width - LEFT)
        with i18n.spoken(self.language):
            rows.show(self.sheet.lines(self.definition, self.words, width))
        self._title()

    def _title(self) -> None:
        top = self.query_one(TitleBar)
        if self.sheet.shown is None:
            top.show(self.heading)
            return
        report = self.sheet.shown.report
        top.show(f"{self.heading}   {_('{start} a {end}').format(start=report.start, end=report.end)}")
        at = self.sheet.shown.at.astimezone(ZoneInfo(self.shell.workspace.zone))
        top.mark(_("contado {at}").format(at=f"{at:%H:%M}"))

    @on(TableRows.Moved)
    def _moved(self) -> None:
        self.sheet.column, self.sheet.blanks = 0, False
        self.draw()

    def on_resize(self) -> None:
        self.call_after_refresh(self.draw)

    # counting

    def _count(self, start: date, end: date, then: Callable[[Shown], object] | None = None) -> None:
        """Count a period in a thread; `then` gets it, else it is what is shown."""
        from lnctp_tui.services.report import laptop, shown
        from lnctp_tui.services.vault.deeds import deed

        workspace = self.shell.workspace
        say(self, _("Contando…"))
        definitions = list(self.definitions.values())
        write(self, deed("report_noted", laptop.told(definitions, start, end)))

        def counted(made: Shown) -> None:
            say(self, "")
            if then is None:
                self.sheet.shown = made
            else:
                then(made)
            self.draw()

        self.shell.in_reader(
            lambda: shown.count(workspace.store, workspace.protocol, start, end), counted, group="report",
            failed=self._failed,
        )  # fmt: skip

    def _failed(self, error: LnctpError) -> None:
        say(self, sentence(error), "error")

    def action_again(self) -> None:
        """Count the same period again."""
        if self.sheet.shown is not None:
            self._count(self.sheet.shown.report.start, self.sheet.shown.report.end)

    def action_period(self) -> None:
        """Ask for another period."""
        hint = _("Desde y hasta, con su último día: «2019 2020», «2020-03 2020-12», «2020».")
        check = partial(wrong, days)
        dialog = LineDialog(_("¿De qué periodo?"), hint, 30, check=check, purpose="report.period", of="")
        self.app.push_screen(dialog, self._asked)

    def _asked(self, typed: Given[str] | None) -> None:
        if typed is None:
            return

        def counted(made: Shown) -> None:
            self.sheet.shown = made
            self.shell.workspace.let_go(typed.drafts)

        self._count(*days(typed.value), counted)

    def action_compare(self) -> None:
        """Next to another period, or alone again."""
        if self.sheet.earlier is not None:
            self.sheet.earlier = None
            self.draw()
            return
        lines = [
            Line((Cell(_("El periodo anterior, igual de largo")),), "before"),
            Line((Cell(_("Los mismos días de un año antes")),), "year"),
        ]
        self.app.push_screen(
            PickDialog(_("¿Con qué periodo?"), lines, purpose="report.compare"), self._compare
        )

    def _compare(self, which: str | None) -> None:
        from lnctp_tui.services.report import shown

        if which and self.sheet.shown is not None:
            here = self.sheet.shown
            start, end = shown.shifted(here.report.start, here.report.end, year=which == "year")

            def beside(made: Shown) -> None:
                self.sheet.earlier = made
                shown.keep(self.shell.workspace.store, here)

            self._count(start, end, beside)

    # keys

    def action_view(self) -> None:
        """The next way of drawing it."""
        self.sheet.look = VIEWS[(VIEWS.index(self.sheet.look) + 1) % len(VIEWS)]
        self.sheet.blanks = False
        say(self, _(NAMES[self.sheet.look]))
        self.draw()

    def action_notes(self) -> None:
        """Notes there or not."""
        self.sheet.with_notes = not self.sheet.with_notes
        self.draw()

    def action_unknown(self) -> None:
        """The question that would fill most blanks, or the table again."""
        self.sheet.blanks = not self.sheet.blanks
        self.draw()

    def action_language(self) -> None:
        """The other language, for the table alone."""
        self.language = "es" if self.language == "en" else "en"
        self.draw()

    def action_column(self, step: int) -> None:
        """Another column of a cross in shades."""
        if self.sheet.look == "shades":
            self.sheet.column = max(0, self.sheet.column + step)
            self.draw()
            self._say_cell(self.query_one("#report-rows", RowList).key)

    def _say_cell(self, key: str) -> None:
        if self.sheet.shown is None or not key:
            return
        row, _slash, column = key.partition("/")
        definition, words = self.definition, self.words
        count = self.sheet.shown.table(definition).count(row, column)
        names = (words.row(definition.rows, row), words.row(definition.columns, column))
        say(self, f"{' · '.join(filter(None, names))}: {count:,}")

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        """A table: to its rows. A row: where its number comes from."""
        event.stop()
        if event.key in self.definitions:
            self.query_one("#report-rows").focus()
            return
        row, _slash, column = ("" if event.key.startswith(MEASURE) else event.key).partition("/")
        if self.sheet.shown is not None:
            from lnctp_tui.screens.report.whence import WhenceScreen

            self.app.push_screen(WhenceScreen(self.sheet.shown, self.definition, row, column, self.words))

    def action_export(self) -> None:
        """Write what is shown to a file."""
        from lnctp_tui.screens.report.to_file import ask_where

        if self.sheet.shown is not None:
            ask_where(self, self.sheet.shown.report, self.words)

    def action_alerts(self) -> None:
        """What grows on the Line."""
        self.shell.go("alerts")

    def action_leave(self) -> None:
        """Back to the desk."""
        self.dismiss(None)


def days(typed: str) -> tuple[date, date]:
    """From and to as somebody typed them. Raises BadInput."""
    from lnctp_tui.reports import asking

    words = typed.replace(" a ", " ").split()
    if len(words) > 2:
        raise BadInput("report_day", text=typed[:20])
    start, end = asking.first_day(words[0]), asking.last_day(words[-1])
    asking.between(start, end)
    return start, end

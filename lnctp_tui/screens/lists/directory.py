"""The directory: as typed, or by how providers fit a case, each with its reasons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, cast

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Input, Static

from lnctp_tui.domain.records.document import Document
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import say
from lnctp_tui.screens.lists import directory_words as said
from lnctp_tui.screens.lists.columns import Column, Columns, Frame
from lnctp_tui.screens.lists.list_screen import Job, ListScreen
from lnctp_tui.screens.lists.provider_acts import ProviderActs
from lnctp_tui.screens.lists.provider_new import NewProvider
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.row_list import Line, RowList, heading, note
from lnctp_tui.widgets.text_input import LineInput

if TYPE_CHECKING:
    from lnctp_tui.services.directory.directory import Found, Listed

MARGIN = "    "


class DirectoryEntry(LineInput):
    """Down goes to the providers, Enter opens the first."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "screen.open_first", N_("abrir"), id="directory.open"),
        Binding("down", "screen.to_list", N_("a la lista"), show=False, id="directory.list"),
    ]


def _open(provider: Found, frame: Frame) -> str:
    return said.offered_badge(provider, frame.words.zone)[0]


PROVIDERS: Columns[Found] = Columns(
    (
        Column(lambda provider, _frame: said.named(provider.name), None, "strong"),
        Column(_open, 24, lambda provider: said.offered_badge(provider, "UTC")[1]),
        Column(lambda provider, _frame: said.room(provider.free), 9, "muted"),
        Column(
            lambda provider, _frame: said.fresh_badge(provider)[0],
            22,
            lambda provider: said.fresh_badge(provider)[1],
            least=96,
        ),
    ),
    lambda provider: provider.id,
)
"""Name, whether it is open, room, verification."""

NOTHING_SO = N_("Nada con eso. Pruebe con menos letras, o con otro lugar o servicio.")
NOTHING = N_("No hay instituciones que ofrecer: importe un directorio, o sincronice.")
UNMET = N_("Ninguna que se sepa ofrece lo que el caso necesita; estas son todas las demás.")


class DirectoryScreen(ListScreen["Listed"]):
    """Providers. Of a case: ranked, with reasons, and those that are not offered on demand."""

    NAME = N_("Directorio")
    GROUP = "directory"
    AUTO_FOCUS = "DirectoryEntry"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape,q", "leave", N_("volver"), key_display="Esc", id="directory.leave"),
        Binding("slash", "again", N_("buscar"), key_display="/", id="directory.again"),
        Binding("c", "refer", N_("canalizar"), id="directory.refer"),
        Binding("l", "act('call')", N_("llamar"), id="directory.call"),
        Binding("0", "report('no_answer')", N_("no contestó"), id="directory.no_answer"),
        Binding("9", "report('wrong_number')", N_("equivocado"), id="directory.wrong"),
        Binding("8", "act('full')", N_("lleno"), id="directory.full"),
        Binding("plus", "add", N_("agregar"), key_display="+", id="directory.add"),
        Binding("a", "order", N_("orden"), id="directory.order"),
        Binding("x", "excluded", N_("excluidas"), id="directory.excluded"),
        Binding("z", "exclude", N_("excluir en este caso"), id="directory.exclude"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="directory.new"),
        Binding("question_mark", "app.help", N_("teclas"), show=False, id="directory.help"),
    ]

    def __init__(self, document: Document | None = None) -> None:
        super().__init__()
        self.document = document
        self.by_fit = document is not None
        self.shows_excluded = False
        self.acts = ProviderActs(self)

    @property
    def case_id(self) -> str | None:
        """The case that it was opened from, once that is stored."""
        return cast("str | None", (self.document or {}).get("case", {}).get("id"))

    @property
    def typed(self) -> str:
        """What stands in the box."""
        return self.query_one(DirectoryEntry).value.strip()

    def compose(self) -> ComposeResult:
        yield Static(Content(self.heading), classes="bar", id="top")
        yield DirectoryEntry(id="typed")
        yield Static(id="said", classes="muted")
        yield RowList(id="list")
        yield KeyBar()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """What is asked of a case needs one."""
        stored, of_case = bool(self.case_id), self.document is not None
        needs = {"order": of_case, "excluded": self.by_fit, "exclude": stored, "refer": stored}
        return needs.get(action, True)

    @on(Input.Changed, "#typed")
    def look(self) -> None:
        """Search for what stands in the box."""
        self.read()

    def job(self, limit: int) -> Job[Listed]:
        """What this laptop has: no network is asked."""
        from lnctp_tui.services.directory import directory

        store, typed, document = self.shell.workspace.store, self.typed, self.document
        if document is not None and self.by_fit:
            return lambda: directory.for_case(store, document, typed)
        return lambda: directory.search(store, typed)

    def draw(self) -> None:
        """How many there are and in which order, above them."""
        if self.view is not None:
            order = _("orden: ajuste al caso") if self.by_fit else _("orden: nombre")
            count = _("{shown} de {total}").format(shown=len(self.view.found), total=self.view.total)
            say(self, f"{count} · {order}")
        super().draw()

    def lines(self, view: Listed) -> list[Line]:
        """The providers; under each of a case its reasons."""
        needs = [row.code for row in self.shell.workspace.protocol.catalogs["need"].rows]
        lines = _offered(view, self.frame, needs) or [note(_(NOTHING_SO if self.typed else NOTHING))]
        return [*lines, *_not_offered(view, self.frame, self.shows_excluded)]

    def open_key(self, key: str) -> None:
        """Open the provider."""
        self.shell.go("provider", key)

    def action_open_first(self) -> None:
        """Open the first one."""
        self.query_one(RowList).action_choose()

    def action_to_list(self) -> None:
        """To the providers."""
        self.query_one(RowList).focus()

    def action_again(self) -> None:
        """Back to the box."""
        self.query_one(DirectoryEntry).focus()

    def action_order(self) -> None:
        """By fit, or by name."""
        self.by_fit = not self.by_fit
        self.read()

    def action_excluded(self) -> None:
        """Show those that are not offered, or do not."""
        self.shows_excluded = not self.shows_excluded
        self.draw()

    def action_report(self, kind: str) -> None:
        """One key: it did not answer, or somebody else did."""
        if provider := self._under():
            self.acts.report(provider, kind, self.view.dial(provider) if self.view else None)

    def action_act(self, name: str) -> None:
        """One key: the number to dial, large; or that there is no room."""
        if provider := self._under():
            getattr(self.acts, name)(provider)

    def action_add(self) -> None:
        """Enter one that is not there."""
        NewProvider(self.acts).ask(self.typed)

    def action_exclude(self) -> None:
        """Ask why this one is not to be offered in the case."""
        if self.case_id and (provider := self._under()):
            self.acts.exclude(provider, self.case_id, self._leave_out)

    def _leave_out(self, exclusions: Any) -> None:
        self.document = (self.document or {}) | {"exclusions": exclusions}
        self.read()

    def action_refer(self) -> None:
        """Prepare a referral to this one: nothing leaves."""
        if self.case_id and (provider := self._under()):
            self.acts.refer(provider, self.case_id, self.view)

    def _under(self) -> str:
        return self.query_one(RowList).key


def _offered(view: Listed, drawn: Frame, needs: Sequence[str]) -> list[Line]:
    lines: list[Line] = drawn.notes(_(UNMET)) if view.unmet else []
    for provider in view.found:
        lines += PROVIDERS.lines([provider], drawn)
        if provider.fit is not None:
            lines += drawn.notes(_reasons(provider, view, drawn, needs), MARGIN)
    return lines


def _reasons(provider: Found, view: Listed, drawn: Frame, needs: Sequence[str]) -> str:
    from lnctp_tui.domain.directory import masks

    assert view.wanted is not None
    assert provider.fit is not None
    wanted, met = masks.codes(view.wanted.needs, needs), masks.codes(provider.fit.met, needs)
    return said.reasons(provider, wanted, met, drawn.words)


def _not_offered(view: Listed, drawn: Frame, shown: bool) -> list[Line]:
    if not view.excluded:
        return []
    title = _("No se ofrecen ({count}): x las muestra con su motivo").format(count=view.left_out)
    lines = [heading(title)]
    for provider in view.excluded if shown else ():
        assert provider.excluded is not None
        lines += PROVIDERS.lines([provider], drawn)
        lines += drawn.notes(said.why_not(provider.excluded), MARGIN)
    return lines

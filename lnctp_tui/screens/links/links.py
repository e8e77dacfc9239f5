"""The cases around one, as a tree: what was decided, what matches besides, and deciding about it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, NamedTuple

from textual.binding import Binding, BindingType

from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import Given, write
from lnctp_tui.screens.case.find_case import FindCaseDialog
from lnctp_tui.screens.dialogs import LineDialog
from lnctp_tui.screens.links.export import LinkExport
from lnctp_tui.screens.links.lines import branches, denied, line_of, unseen, walk
from lnctp_tui.screens.lists.columns import frame
from lnctp_tui.screens.lists.list_screen import NEWS, Job, ListScreen
from lnctp_tui.services.call.matches import LINKED
from lnctp_tui.services.case import cases, links, transfer
from lnctp_tui.services.case.links import Network, Node
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.widgets.row_list import Line, RowList
from lnctp_tui.widgets.title_bar import TitleBar

REMARK = 500


class LinksView(NamedTuple):
    """What is shown."""

    network: Network
    names: dict[str, str]


class LinksScreen(ListScreen[LinksView]):
    """The network of one case."""

    NAME = N_("Vínculos")
    PLACE = "links"
    GROUP = "links"
    WAITING = N_("Buscando…")
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("v", "link", N_("vincular"), id="links.link"),
        Binding("s", "confirm", N_("confirmar"), id="links.confirm"),
        Binding("u", "deny", N_("no es"), tooltip=N_("No es lo mismo, y por qué"), id="links.deny"),
        Binding("m", "ask", N_("pedir"), tooltip=N_("Pedir a supervisión que lo mire"), id="links.ask"),
        Binding("e", "export", N_("exportar"), id="links.export"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="links.call"),
        Binding("question_mark", "app.help", N_("teclas"), show=False, id="links.help"),
        Binding("escape,q", "leave", N_("volver"), key_display="Esc", id="links.leave"),
    ]

    def __init__(self, case_id: str) -> None:
        super().__init__()
        self.case_id = case_id
        self.place = (self.PLACE, case_id)

    def job(self, limit: int) -> Job[LinksView]:
        """What this laptop has."""
        workspace, case_id = self.shell.workspace, self.case_id

        def read() -> LinksView:
            document = cases.document(workspace.store, case_id)
            network = links.network(workspace.store, document, workspace.protocol)
            return LinksView(network, transfer.names(workspace.store))

        return read

    def news(self, scopes: frozenset[str]) -> None:
        """Another case may have come that matches."""
        if NEWS in self.READ_ON:
            self.read()

    def lines(self, view: LinksView) -> Sequence[Line]:
        """The tree, what is not the same, and how many more there are."""
        network = view.network
        self.query_one(TitleBar).show(f"{self.heading}   {network.folio or ''}   {line_of(network)}".rstrip())
        me = self.shell.workspace
        drawn = frame(self.shell, self.width, {me.counselor_id: me.counselor_name, **view.names})
        tree = [*branches(network.nodes, drawn)]
        rest = [line for node in network.denied for line in denied(node, drawn)]
        none = _("Ningún caso coincide ni está vinculado: «v» vincula uno.")
        return [*(tree or self.frame.notes(none)), *rest, *unseen(network, drawn)]

    @property
    def chosen(self) -> Node | None:
        """The case under the cursor, if it is one that hangs on this one."""
        key = self.query_one(RowList).key
        network = self.view.network if self.view else None
        nodes = (*network.nodes, *network.denied) if network else ()
        return next((node for node in nodes if node.case_id == key), None)

    def open_key(self, key: str) -> None:
        """Read that case, if it is shown."""
        if self.view and any(node.case_id == key and node.folio is None for node in walk(self.view.network)):
            self.notify(_("Ese caso no se muestra aquí: «m» pide a supervisión que lo mire."), markup=False)
        else:
            self.shell.show_case(key)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Deciding needs a case that hangs on this one."""
        return self.chosen is not None or action not in ("confirm", "deny")

    def action_link(self) -> None:
        """Say of the case under the cursor that it may be linked; of a linked one, or none, another is looked for."""
        node = self.chosen
        if node is not None and node.state not in LINKED:
            self._say(node, "possible", None, _("Vinculado como posible."))
            return

        def link(other_id: str | None) -> None:
            if other_id:
                self._do(_("Vinculado como posible."), "link_say", self.case_id, other_id, "possible")

        self.app.push_screen(FindCaseDialog(_("Vincular como posible con…"), self.case_id), link)

    def action_confirm(self) -> None:
        """Say that both are linked."""
        if (node := self.chosen) is not None:
            self._say(node, "confirmed", None, _("Vínculo confirmado."))

    def action_deny(self) -> None:
        """Say that it is not the same, and why."""
        node = self.chosen
        if node is None:
            return
        hint = _("Se recuerda con lo que hoy comparten; solo un motivo nuevo la vuelve a mostrar.")
        message, of = _("Anotado: no es lo mismo."), f"{self.case_id}/{node.case_id}"
        self.app.push_screen(
            LineDialog(_("¿Por qué no es lo mismo?"), hint, REMARK, purpose="links.why", of=of),
            lambda remark: self._say(node, "not_linked", remark, message) if remark else None,
        )

    def action_ask(self) -> None:
        """Ask supervision to look."""
        message = _("Pedido a supervisión: queda en los pendientes del caso.")
        self._do(message, "link_ask", links.new_task_id(), self.case_id)

    def action_export(self) -> None:
        """Write the network for analysts' programs."""
        if self.view is not None:
            LinkExport(self, self.view.network).ask()

    def _say(self, node: Node, state: str, remark: Given[str] | None, message: str) -> None:
        said = (state, [*node.keys], remark.value if remark else None)
        self._do(message, "link_say", self.case_id, node.case_id, *said, given=remark)

    def _do(self, message: str, name: str, *arguments: Any, given: Given[str] | None = None) -> None:
        """Queue a deed; when it is on the disk, say so and read again."""

        def stored(_result: Any) -> None:
            self.notify(message, markup=False)
            self.read()

        write(self, deed(name, *arguments), stored, given=given)

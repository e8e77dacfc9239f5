"""Orders: what waits for this officer's signature, what holds, and a new one in few keys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.content import Content
from textual.widgets import Static

from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import AppScreen, sentence
from lnctp_tui.screens.sync import order_words
from lnctp_tui.screens.sync.order_new import NewOrder
from lnctp_tui.screens.sync.order_read import OrderScreen
from lnctp_tui.screens.sync.order_sign import SignScreen
from lnctp_tui.screens.times import moment
from lnctp_tui.widgets.drawing import wrap
from lnctp_tui.widgets.keys import KeyBar
from lnctp_tui.widgets.row_list import Cell, Line, RowList, heading, note
from lnctp_tui.widgets.title_bar import TitleBar

if TYPE_CHECKING:
    from lnctp_tui.services.sync.orders import Draft, Kept, Known, Standing

DRAFT = "draft:"
FOUNDING = (
    N_(
        "La organización todavía no tiene responsables. La primera lista se hace así, con la aplicación cerrada:"
    ),
    N_(
        "1. Cada responsable, en su equipo: «lnctp authority key NOMBRE.json». Léanse sus palabras por teléfono."
    ),
    N_("2. Uno reúne los archivos de los demás y firma: «lnctp authority found NOMBRE.json …»."),
    N_("3. Los demás firman aquí, con Enter sobre la lista que espera."),
    N_(
        "4. Quien opera el servidor: «lnctp server authority», con las seis palabras que le leen por teléfono."
    ),
    N_("5. En cada equipo: «s» y «a», confirmar autoridad."),
)
"""How the first list is made."""


@dataclass
class _View:
    standing: Standing
    kept: list[Kept]
    drafts: list[Draft] | None = None
    known: Known | None = None
    obeyed: dict[str, str] | None = None
    trouble: str = ""


class OrdersScreen(AppScreen[None]):
    """What holds is read here and needs no network; what waits is asked of the server."""

    NAME = N_("Órdenes")
    CSS_PATH = "../../styles/lists.tcss"
    AUTO_FOCUS = "RowList"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "seal", N_("sellar un equipo"), tooltip=N_("Robado o perdido"), id="orders.seal"),
        Binding("o", "new", N_("otra orden"), id="orders.new"),
        Binding("r,f5", "again", N_("leer otra vez"), key_display="r", id="orders.again"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="orders.call"),
        Binding("question_mark", "app.help", N_("teclas"), show=False, id="orders.help"),
        Binding("escape,q", "leave", N_("volver"), key_display="Esc", id="orders.leave"),
    ]

    def __init__(self) -> None:
        super().__init__()
        self.view: _View | None = None

    def compose(self) -> ComposeResult:
        yield TitleBar(self.heading, id="top")
        yield Static(
            Content(
                _("Solo lo que firman los responsables se obedece; lo que un servidor diga sin firma, no.")
            ),
            classes="muted",
        )
        yield RowList(id="list")
        yield KeyBar()

    def on_mount(self) -> None:
        self.action_again()

    def on_resize(self) -> None:
        """The sentences break elsewhere."""
        self._show()

    def action_again(self) -> None:
        """Read what holds, then ask what waits."""
        from lnctp_tui.services.sync import orders

        workspace = self.shell.workspace
        self.shell.in_reader(
            lambda: _View(orders.standing(workspace), orders.holding(workspace)), self._take, group="orders"
        )

    def _take(self, view: _View) -> None:
        from lnctp_tui.services.sync import orders

        self.view, workspace = view, self.shell.workspace
        self._show()
        if view.standing.mine:
            self.shell.in_reader(
                lambda: orders.office(workspace), self._took, group="orders", failed=self._failed
            )
        elif view.standing.founding:
            self.shell.in_reader(
                lambda: orders.waiting(workspace), self._waits, group="orders", failed=self._failed
            )

    def _waits(self, drafts: list[Draft]) -> None:
        if self.view is not None:
            self.view.drafts = drafts
            self._show()

    def _took(self, found: tuple[list[Draft], Known, dict[str, str]]) -> None:
        if self.view is not None:
            first = self.view.drafts is None
            self.view.drafts, self.view.known, self.view.obeyed = found
            self._show()
            if first and self.view.drafts:
                self.query_one(RowList).action_edge(0)

    def _failed(self, error: LnctpError) -> None:
        if self.view is not None:
            self.view.trouble = sentence(error)
            self._show()

    # what is said

    def _show(self) -> None:
        if self.is_mounted and self.view is not None:
            standing = self.view.standing
            top = self.query_one(TitleBar)
            top.mark(
                _("responsables: lista {n}").format(n=standing.n) if standing.n else _("sin responsables")
            )
            self.query_one(RowList).show([*self._waiting(self.view), note(""), *self._holding(self.view)])
            self.refresh_bindings()
            self.query_one(KeyBar).refresh()

    def _names(self, view: _View) -> dict[str, str]:
        own = {each.person: each.name for each in view.standing.officers}
        return own | (view.known.names if view.known else {})

    def _waiting(self, view: _View) -> list[Line]:
        title = heading(_("Esperan su firma"), str(len(view.drafts or ()) or ""))
        room, standing = max(20, self.size.width - 4), view.standing
        if not (standing.mine or standing.founding):
            said = [_("Este equipo no es de un responsable: aquí se lee lo que vale, y no se firma.")]
            if standing.offered:
                said = [_("La organización tiene responsables y este equipo no los confirma: «s» y «a».")]
            elif not standing.n:
                said = [_(each) for each in FOUNDING]
            name = _("Esperan firma") if standing.n else _("Primera lista de responsables")
            return [heading(name), *(note(line) for each in said for line in wrap(each, room))]
        if view.trouble:
            return [title, *(note(line) for line in wrap(view.trouble, room))]
        if view.drafts is None:
            return [title, note(_("Preguntando al servidor…"))]
        if not view.drafts and standing.founding:
            return [title, *(note(line) for each in FOUNDING for line in wrap(_(each), room))]
        if not view.drafts:
            return [title, note(_("Nada."))]
        names, zone = self._names(view), self.shell.workspace.zone
        return [title, *(self._draft(each, names, zone) for each in view.drafts)]

    @staticmethod
    def _draft(each: Draft, names: dict[str, str], zone: str) -> Line:
        count = _("{count} de {need} firmas").format(count=len(each.persons), need=each.need)
        return Line(
            (
                Cell(order_words.title(each.signed, names), None, "warning"),
                Cell(count, 17, "muted"),
                Cell(f"{_('vence')} {moment(each.until, zone)}", 26, "muted", least=72),
            ),
            DRAFT + each.signed.hash,
        )

    def _holding(self, view: _View) -> list[Line]:
        title = heading(_("Valen ahora"), str(len(view.kept) or ""))
        if not view.kept:
            return [title, note(_("Ninguna."))]
        names, zone = self._names(view), self.shell.workspace.zone
        lines = [title]
        for each in view.kept:
            who = ", ".join(names.get(person, person) for person in each.order.persons)
            done = (view.obeyed or {}).get(each.order.hash) or (_("cumplida aquí") if each.obeyed_at else "")
            cells = (
                Cell(order_words.title(each.signed, names), None),
                Cell(done, 16, "success"),
                Cell(who, 26, "muted", least=100),
                Cell(moment(each.order.at, zone), 19, "muted"),
            )
            lines.append(Line(cells, each.order.hash))
            lines.append(note(f"   {order_words.effect(each.signed.content)}"))
        return lines

    # keys

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Orders are made by officers, once it is known of whom."""
        ready = self.view is not None and self.view.known is not None
        return ready if action in ("seal", "new") else True

    def action_seal(self) -> None:
        """A stolen laptop."""
        if self.view and self.view.known:
            NewOrder(self, self.view.known, self.action_again).seal()

    def action_new(self) -> None:
        """Any other."""
        if self.view and self.view.known:
            NewOrder(self, self.view.known, self.action_again).begin()

    @on(RowList.Chosen)
    def open_row(self, event: RowList.Chosen) -> None:
        """Read a document whole, and sign it when it waits."""
        event.stop()
        view = self.view
        if view is None:
            return
        hash_ = event.key.removeprefix(DRAFT)
        draft = next((each for each in view.drafts or () if each.signed.hash == hash_), None)
        if draft is not None:
            self.app.push_screen(
                SignScreen(draft, self._names(view)), lambda changed: self.action_again() if changed else None
            )
            return
        kept = next((each for each in view.kept if each.order.hash == hash_), None)
        if kept is not None:
            done = (view.obeyed or {}).get(hash_) or (_("en este equipo") if kept.obeyed_at else "")
            self.app.push_screen(OrderScreen(kept, self._names(view), done))

    def action_leave(self) -> None:
        """Back."""
        self.dismiss(None)

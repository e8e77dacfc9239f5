"""Orders: what waits for this officer's signature, what holds, and a new one in few keys."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType

from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import sentence
from lnctp_tui.screens.lists.columns import Column, Columns, Frame, frame
from lnctp_tui.screens.lists.list_screen import Job, ListScreen
from lnctp_tui.screens.sync import order_words
from lnctp_tui.screens.sync.order_new import NewOrder
from lnctp_tui.screens.sync.order_read import OrderScreen
from lnctp_tui.screens.sync.order_sign import SignScreen
from lnctp_tui.screens.times import moment
from lnctp_tui.widgets.row_list import Line, RowList, heading, note
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


def _signed(draft: Draft, _frame: Frame) -> str:
    return _("{count} de {need} firmas").format(count=len(draft.persons), need=draft.need)


def _ends(draft: Draft, frame: Frame) -> str:
    return f"{_('vence')} {moment(draft.until, frame.words.zone)}"


DRAFTS: Columns[Draft] = Columns(
    (
        Column(lambda draft, frame: order_words.title(draft.signed, frame.words.names), None, "warning"),
        Column(_signed, 17, "muted"),
        Column(_ends, 26, "muted", least=72),
    ),
    lambda draft: DRAFT + draft.signed.hash,
)
"""What waits for signatures."""


def _holding(obeyed: dict[str, str]) -> Columns[Kept]:
    """Orders that hold. `obeyed`: hash → what other laptops did."""

    def done(entry: Kept, _frame: Frame) -> str:
        return obeyed.get(entry.order.hash) or (_("cumplida aquí") if entry.obeyed_at else "")

    def who(entry: Kept, frame: Frame) -> str:
        return ", ".join(frame.words.names.get(person, person) for person in entry.order.persons)

    return Columns(
        (
            Column(lambda entry, frame: order_words.title(entry.signed, frame.words.names)),
            Column(done, 16, "success"),
            Column(who, 26, "muted", least=100),
            Column(lambda entry, frame: moment(entry.order.at, frame.words.zone), 19, "muted"),
        ),
        lambda entry: entry.order.hash,
        lambda entry, _frame: [note(f"   {order_words.effect(entry.signed.content)}")],
    )


def _waiting(view: _View, drawn: Frame) -> list[Line]:
    title, standing = heading(_("Esperan su firma"), str(len(view.drafts or ()) or "")), view.standing
    if not (standing.mine or standing.founding):
        name = _("Esperan firma") if standing.n else _("Primera lista de responsables")
        return [heading(name), *(line for text in _nothing_to_sign(standing) for line in drawn.notes(text))]
    if view.trouble:
        return [title, *drawn.notes(view.trouble)]
    if view.drafts is None:
        return [title, note(_("Preguntando al servidor…"))]
    if not view.drafts and standing.founding:
        return [title, *(line for text in FOUNDING for line in drawn.notes(_(text)))]
    return [title, *DRAFTS.lines(view.drafts, drawn, _("Nada."))]


def _nothing_to_sign(standing: Standing) -> list[str]:
    if standing.offered:
        return [_("La organización tiene responsables y este equipo no los confirma: «s» y «a».")]
    if not standing.n:
        return [_(text) for text in FOUNDING]
    return [_("Este equipo no es de un responsable: aquí se lee lo que vale, y no se firma.")]


class OrdersScreen(ListScreen[_View]):
    """What holds is read here and needs no network; what waits is asked of the server."""

    NAME = N_("Órdenes")
    GROUP = "orders"
    INTRO = N_("Solo lo que firman los responsables se obedece; lo que un servidor diga sin firma, no.")
    READ_ON = frozenset()
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("e", "seal", N_("sellar un equipo"), tooltip=N_("Robado o perdido"), id="orders.seal"),
        Binding("o", "new", N_("otra orden"), id="orders.new"),
        Binding("r,f5", "again", N_("leer otra vez"), key_display="r", id="orders.again"),
        Binding("n", "app.new_call", N_("nueva llamada"), show=False, id="orders.call"),
        Binding("question_mark", "app.help", N_("teclas"), show=False, id="orders.help"),
        Binding("escape,q", "leave", N_("volver"), key_display="Esc", id="orders.leave"),
    ]

    def job(self, limit: int) -> Job[_View]:
        """What holds."""
        from lnctp_tui.services.sync import orders

        workspace = self.shell.workspace
        return lambda: _View(orders.standing(workspace), orders.holding(workspace))

    def taken(self, before: _View | None) -> None:
        """An officer's laptop asks what waits; before there are officers, every laptop whether a first list does."""
        from lnctp_tui.services.sync import orders

        workspace, view = self.shell.workspace, self.view
        ask = partial(self.shell.in_reader, group=self.GROUP, failed=self._unanswered)
        if view is not None and view.standing.mine:
            ask(lambda: orders.office(workspace), self._took)
        elif view is not None and view.standing.founding:
            ask(lambda: orders.waiting(workspace), self._founds)

    def _founds(self, drafts: list[Draft]) -> None:
        if self.view is not None:
            self.view.drafts = drafts
            self.draw()

    def _took(self, office: tuple[list[Draft], Known, dict[str, str]]) -> None:
        if self.view is not None:
            first = self.view.drafts is None
            self.view.drafts, self.view.known, self.view.obeyed = office
            self.draw()
            if first and self.view.drafts:
                self.query_one(RowList).action_edge(0)

    def _unanswered(self, error: LnctpError) -> None:
        if self.view is not None:
            self.view.trouble = sentence(error)
            self.draw()

    # what is said

    def lines(self, view: _View) -> list[Line]:
        """What waits for a signature, then what holds."""
        n = view.standing.n
        self.query_one(TitleBar).mark(
            _("responsables: lista {n}").format(n=n) if n else _("sin responsables")
        )
        drawn = frame(self.shell, self.size.width, self._names(view))
        order_lines = _holding(view.obeyed or {}).lines(view.kept, drawn, _("Ninguna."))
        return [
            *_waiting(view, drawn),
            note(""),
            heading(_("Valen ahora"), str(len(view.kept) or "")),
            *order_lines,
        ]

    @staticmethod
    def _names(view: _View) -> dict[str, str]:
        own = {officer.person: officer.name for officer in view.standing.officers}
        return own | (view.known.names if view.known else {})

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

    def open_key(self, key: str) -> None:
        """Read a document whole, and sign it when it waits."""
        view = self.view
        if view is None:
            return
        hash_ = key.removeprefix(DRAFT)
        draft = next((item for item in view.drafts or () if item.signed.hash == hash_), None)
        if draft is not None:
            self.app.push_screen(
                SignScreen(draft, self._names(view)), lambda changed: self.action_again() if changed else None
            )
            return
        order = next((item for item in view.kept if item.order.hash == hash_), None)
        if order is not None:
            done = (view.obeyed or {}).get(hash_) or (_("en este equipo") if order.obeyed_at else "")
            self.app.push_screen(OrderScreen(order, self._names(view), done))

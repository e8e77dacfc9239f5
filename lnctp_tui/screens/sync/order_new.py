"""A new order, question by question. A stolen laptop: whose, why, and the phrase."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import Given
from lnctp_tui.screens.dialogs import LineDialog, PickDialog
from lnctp_tui.screens.sync.order_sign import REASON, SignScreen
from lnctp_tui.screens.sync.sync_words import ROLES, STATES
from lnctp_tui.screens.times import moment
from lnctp_tui.widgets.row_list import Cell, Line

if TYPE_CHECKING:
    from lnctp_tui.screens.base import AppScreen
    from lnctp_tui.services.sync.orders import Known, Laptop

SEAL, APPROVE, UPLOAD_ONLY, REVOKE, WIPE, WIPE_ALL, PERSON, ERASE, ERASE_ALL = (
    "seal", "active", "upload_only", "revoked", "wipe", "wipe_all", "person", "erase", "erase_all",
)  # fmt: skip
CHOICES = (
    (SEAL, N_("Sellar un equipo: robado o perdido")),
    (APPROVE, N_("Aprobar un equipo, o volver a aprobarlo")),
    (UPLOAD_ONLY, N_("Dejar un equipo solo para entregar lo que falta")),
    (REVOKE, N_("Retirar un equipo")),
    (PERSON, N_("Cambiar el papel de una persona, o decir que se fue")),
    (WIPE, N_("Borrar un equipo, menos lo que no se envió · dos personas")),
    (WIPE_ALL, N_("Borrar un equipo, con todo · dos personas")),
    (ERASE, N_("Suprimir un caso · dos personas")),
    (ERASE_ALL, N_("Suprimir un caso, también lo no enviado · dos personas")),
)
LEFT = "left"
Answer = TypeVar("Answer")


class NewOrder:
    """Asks on top of a screen, and ends in the screen that signs."""

    def __init__(self, screen: AppScreen[None], known: Known, done: Callable[[], None]) -> None:
        self.screen, self.known, self.done = screen, known, done
        self.names = known.names

    def begin(self) -> None:
        """What kind?"""
        lines = [Line((Cell(_(text)),), code) for code, text in CHOICES]
        self.screen.app.push_screen(PickDialog(_("Nueva orden"), lines, purpose="order.kind"), self._of_kind)

    def seal(self) -> None:
        """The everyday one."""
        self._of_kind(SEAL)

    def _of_kind(self, kind: str | None) -> None:
        if kind == PERSON:
            self._pick_person(self._role)
        elif kind in (ERASE, ERASE_ALL):
            self._ask(
                _("¿Qué caso?"),
                _("Su folio, o su número largo."),
                64,
                lambda case: self._case(kind, case),
                "order.case",
            )
        elif kind is not None:
            self._pick_laptop(lambda laptop: self._laptop(kind, laptop))

    # who and what

    def _pick_person(self, then: Callable[[str], None], among: set[str] | None = None) -> None:
        lines = [
            Line((Cell(name, 34, "strong"), Cell(_(ROLES.get(role, "")), None, "muted")), person)
            for person, (name, role) in sorted(self.known.people.items(), key=lambda item: item[1])
            if among is None or person in among
        ]
        self.screen.app.push_screen(PickDialog(_("¿De quién?"), lines, purpose="order.person"), _said(then))

    def _pick_laptop(self, then: Callable[[Laptop], None]) -> None:
        laptops = {laptop.key: laptop for laptop in self.known.laptops}

        def of(person: str) -> None:
            own = [laptop for laptop in laptops.values() if laptop.person == person]
            if len(own) == 1:
                then(own[0])
                return
            lines = [self._line(laptop) for laptop in own]
            dialog = PickDialog(_("¿Cuál equipo?"), lines, purpose="order.laptop")
            self.screen.app.push_screen(dialog, lambda key: then(laptops[key]) if key else None)

        self._pick_person(of, {laptop.person for laptop in laptops.values()})

    def _line(self, laptop: Laptop) -> Line:
        last_seen = moment(laptop.seen_at, self.screen.shell.workspace.zone) if laptop.seen_at else _("nunca")
        status = f"{_(STATES.get(laptop.state, ''))} · {_('visto')} {last_seen}"
        return Line((Cell(laptop.words, None, "strong"), Cell(status, 36, "muted")), laptop.key)

    def _laptop(self, kind: str, laptop: Laptop) -> None:
        if kind == APPROVE:
            self._ask(
                _("Las seis palabras de ese equipo"),
                _("Las que su persona le lee ahora por teléfono: escríbalas como las oye."),
                200,
                lambda heard: self._approve(laptop, heard.value),
                "order.words",
                None,
            )
        elif kind in (UPLOAD_ONLY, REVOKE):
            self._make("device", laptop.key, {"person": laptop.person, "state": kind})
        else:
            data: dict[str, Any] = {} if kind == SEAL else {"unsent": kind == WIPE_ALL}
            order = "seal" if kind == SEAL else "wipe"
            self._why(order, laptop.key, data)

    def _approve(self, laptop: Laptop, heard: str) -> None:
        from lnctp_tui.services.sync import orders

        try:
            orders.compare(laptop.key, heard)
        except LnctpError as error:
            self.screen.shell.tell(error)
            return
        self._make("device", laptop.key, {"person": laptop.person, "state": APPROVE})

    def _role(self, person: str) -> None:
        name, now = self.known.people[person]
        lines = [Line((Cell(_(text)),), code) for code, text in ROLES.items()]
        lines.append(Line((Cell(_("Ya no trabaja aquí")),), LEFT))

        def chosen(code: str | None) -> None:
            if code is not None:
                role, state = (
                    (now if now in ROLES else "counselor", LEFT) if code == LEFT else (code, "active")
                )
                self._make("person", person, {"role": role, "state": state, "name": name})

        self.screen.app.push_screen(PickDialog(name, lines, purpose="order.role"), chosen)

    def _case(self, kind: str, typed: Given[str]) -> None:
        from lnctp_tui.services.sync import orders

        workspace = self.screen.shell.workspace

        def found(scope: str) -> None:
            self._why("erase", scope, {"unsent": kind == ERASE_ALL}, typed.drafts)

        self.screen.shell.in_reader(lambda: orders.scope(workspace, typed.value), found, group="order")

    def _why(self, order: str, on: str, data: dict[str, Any], drafts: tuple[str, ...] = ()) -> None:
        def said(why: Given[str]) -> None:
            self._make(order, on, data | {"why": why.value}, (*drafts, *why.drafts))

        hint = _("Queda en la orden firmada: sin datos de víctimas.")
        self._ask(_("¿Por qué?"), hint, REASON, said, "order.why", f"{order}/{on}")

    def _ask(
        self, title: str, hint: str, longest: int, then: Callable[[Given[str]], None], purpose: str,
        of: str | None = "",
    ) -> None:  # fmt: skip
        """`of`: None keeps nothing, of words that prove who reads them now."""
        dialog = LineDialog(title, hint, longest, purpose=purpose, of=of)
        self.screen.app.push_screen(dialog, _said(then))

    # the document

    def _make(self, kind: str, on: str, data: dict[str, Any], drafts: tuple[str, ...] = ()) -> None:
        from lnctp_tui.services.sync import orders

        workspace = self.screen.shell.workspace

        def ended(signed: bool | None) -> None:
            workspace.let_go(drafts if signed else ())
            self.done()

        def sign(draft: orders.Draft) -> None:
            self.screen.app.push_screen(SignScreen(draft, self.names, new=True), ended)

        self.screen.shell.in_reader(lambda: orders.draft(workspace, kind, on, data), sign, group="order")


def _said(then: Callable[[Answer], None]) -> Callable[[Answer | None], None]:
    """Goes on with an answer; without one nothing was begun."""

    def go_on(answer: Answer | None) -> None:
        if answer:
            then(answer)

    return go_on

"""What a counselor says of a provider from a list or its page; nothing of it rewrites the directory.

All of it is deeds with the instant of the key: a disk that refuses keeps them, and done later they say the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from lnctp_tui.domain.records.writing import curates
from lnctp_tui.errors import LnctpError, Refused
from lnctp_tui.i18n import N_, _
from lnctp_tui.screens.base import Given, ScreenPart, sentence, write
from lnctp_tui.screens.dialogs import LineDialog, PickDialog
from lnctp_tui.screens.lists import directory_words
from lnctp_tui.screens.sync.sync_words import leads, role_of
from lnctp_tui.services.directory import saying
from lnctp_tui.services.vault.deeds import Deed, deed
from lnctp_tui.widgets.row_list import Cell, Line

if TYPE_CHECKING:
    from lnctp_tui.domain.records.document import Record
    from lnctp_tui.screens.lists.list_screen import ListScreen
    from lnctp_tui.services.directory.directory import Detail, Listed

LONGEST = 80
PLACES = 4
"""Figures of a number of places."""
WHY = 200
"""Characters of why it is offered or not."""
STATUS = "status:"
HEARD = {"moved": N_("Me dijeron que se mudó"), "closed": N_("Me dijeron que cerró")}
"""What anybody says; nothing of the directory changes by it, it is to be verified again."""
STATUSES = {
    "suspended": N_("No ofrecerla por ahora"),
    "closed": N_("Cerró: no ofrecerla más"),
    "active": N_("Ofrecerla"),
}
"""What those say who keep the directory."""
REASON = 500
"""Characters of why somebody is chosen that is not offered."""


class ProviderActs(ScreenPart):
    """The acts of one list, which reads again what they changed."""

    screen: ListScreen[Any]

    def __init__(self, screen: ListScreen[Any]) -> None:
        super().__init__(screen)

    def write(
        self,
        job: Deed,
        message: str,
        again: Callable[[LnctpError], object] | None = None,
        then: Callable[[], object] | None = None,
        given: Given[Any] | None = None,
    ) -> None:
        """Hand it to the writer; stored, say so, send it and read the list again. Refused, `again` asks once more."""
        screen = self.screen

        def stored(_result: Any) -> None:
            screen.app.notify(message, markup=False)
            screen.shell.sync_now()
            if not self.gone:
                (then or screen.read)()

        refused = lambda error: again(error) if again and not self.gone else None  # noqa: E731
        write(screen, job, stored, refused, given)

    def call(self, provider: str) -> None:
        """Show the number to dial, large, with what is said first."""
        from lnctp_tui.services.directory import directory

        store = self.screen.shell.workspace.store
        self.screen.shell.in_reader(lambda: directory.detail(store, provider), self._card, group="call_card")

    def _card(self, detail: Detail) -> None:
        from lnctp_tui.screens.lists.call_card import CallCard

        self.screen.app.push_screen(CallCard(detail, self.screen.frame.words))

    def private(self, provider: str) -> None:
        """What supervision alone knows; whoever may not see it is told whom to ask, and that stands in their chain."""
        from lnctp_tui.services.directory import private

        store, shell = self.screen.shell.workspace.store, self.screen.shell

        def refused(error: LnctpError) -> None:
            shell.tell(error)
            write(self.screen, deed("viewed", provider, private.ASKED))

        shell.in_reader(
            lambda: private.view(store, provider), lambda _seen: shell.go("private", provider),
            group="private", failed=refused,
        )  # fmt: skip

    def report(self, provider: str, kind: str, about: str | None) -> None:
        """It did not answer, or somebody else did; `about`: the channel that was called."""
        job = saying.report(self.screen.shell.workspace.store, provider, kind, about)
        self.write(job, _("Anotado. El teléfono no cambia."))

    def verify(self, provider: str, about: str, told: str = "") -> None:
        """Ask who answered the call; refused, what was typed stands there again."""

        def again(error: LnctpError) -> None:
            self.verify(provider, about, sentence(error))

        def answered(line: Given[str] | None) -> None:
            if line is not None:
                store = self.screen.shell.workspace.store
                job = saying.report(store, provider, "verified", about, line.value)
                self.write(job, _("Verificado."), again, given=line)

        title = _("¿Quién contestó? Llame antes de verificar.")
        hint = told or _("Nombre o puesto; queda a la vista de la Línea.")
        dialog = LineDialog(title, hint, LONGEST, purpose="provider.verify", of=about)
        self.screen.app.push_screen(dialog, answered)

    def propose(self, provider: str, replaces: str | None, told: str = "") -> None:
        """Ask for the number that is to stand in the place of one."""
        again = lambda error: self.propose(provider, replaces, sentence(error))  # noqa: E731

        def answered(line: Given[str] | None) -> None:
            if line is not None:
                job = saying.propose(provider, line.value, replaces)
                self.write(job, _("Propuesto. Se sigue mostrando el anterior."), again, given=line)

        title = _("¿Qué teléfono propone? Se muestra el anterior hasta que otra persona llame.")
        hint = told or _("Diez dígitos; la extensión después de «ext.».")
        of = f"{provider}/{replaces or ''}"
        dialog = LineDialog(title, hint, LONGEST, check=_not_a_phone, purpose="provider.propose", of=of)
        self.screen.app.push_screen(dialog, answered)

    def status(self, provider: str) -> None:
        """What one heard became of it; whoever keeps the directory says whether it is offered, and why."""
        lines = [Line((Cell(_(text)),), code) for code, text in HEARD.items()]
        if curates(role_of(self.screen.shell.sync_status)):
            lines += [Line((Cell(_(text)),), STATUS + code) for code, text in STATUSES.items()]

        def chosen(code: str | None) -> None:
            if code in HEARD:
                self.report(provider, str(code), None)
            elif code:
                self._why(provider, code.removeprefix(STATUS))

        title, stay = _("¿Qué pasó con esta institución?"), _("Dejarlo como está")
        dialog = PickDialog(title, lines, purpose="provider.status", stay=stay)
        self.screen.app.push_screen(dialog, chosen)

    def _why(self, provider: str, status: str) -> None:
        def answered(line: Given[str] | None) -> None:
            if line is not None:
                store = self.screen.shell.workspace.store
                self.write(saying.status(store, provider, status, line.value), _("Anotado."), given=line)

        hint = _(
            "Lo lee toda la Línea: sin nombres de víctimas. Sus canalizaciones abiertas quedan como pendientes."
        )
        title, of = _("¿Por qué, y quién lo dijo?"), f"{provider}/{status}"
        self.screen.app.push_screen(
            LineDialog(title, hint, WHY, purpose="provider.status_why", of=of), answered
        )

    def hours(self, provider: str, site: str | None, typed: str, told: str = "") -> None:
        """Ask when a place is open; refused, what was typed stands there again."""

        def answered(line: Given[str] | None) -> None:
            if line is not None and line.value != typed:  # Enter alone says nothing anew
                self.write(
                    saying.hours(provider, line.value, site), _("Anotado."),
                    lambda error: self.hours(provider, site, typed, sentence(error)), given=line,
                )  # fmt: skip

        hint = told or _("Por ejemplo «lun a vie 9 a 15 y 17 a 20», o «24 horas».")
        title, of = _("¿Qué horario tiene?"), f"{provider}/{site or ''}"
        dialog = LineDialog(title, hint, WHY, typed, purpose="provider.hours", of=of)
        self.screen.app.push_screen(dialog, answered)

    def full(self, provider: str) -> None:
        """There is no room."""
        self.write(saying.room(self.screen.shell.workspace.store, provider, 0), _("Anotado: sin lugar."))

    def room(self, provider: str) -> None:
        """Ask how many places are free."""

        def answered(line: Given[str] | None) -> None:
            if line is not None:
                job = saying.room(self.screen.shell.workspace.store, provider, int(line.value))
                self.write(job, _("Anotado."), given=line)

        title, hint = _("¿Cuántos lugares libres hay?"), _("Un número; cuenta tres días.")
        dialog = LineDialog(title, hint, PLACES, check=_not_a_count, purpose="provider.room", of=provider)
        self.screen.app.push_screen(dialog, answered)

    def refer(self, provider: str, case_id: str, view: Listed | None) -> None:
        """Prepare a referral of the case. What is not offered is chosen only by who may, with a reason."""
        why = next(
            (found.excluded for found in (view.excluded if view else ()) if found.id == provider), None
        )
        if why is None:
            self._prepare(provider, case_id)
        elif why.override == "no" or (
            why.override == "supervisor" and not leads(self.screen.shell.sync_status)
        ):
            text = _("No se preparó: {why}.").format(why=directory_words.why_not(why))
            self.screen.notify(text, severity="warning", markup=False)
        else:
            hint = _("Aquí no se ofrece: {why}. Queda en la canalización.").format(
                why=directory_words.why_not(why)
            )
            of = f"{case_id}/{provider}"
            dialog = LineDialog(
                _("¿Por qué a esta institución?"), hint, REASON, purpose="provider.why", of=of
            )
            self.screen.app.push_screen(
                dialog, lambda reason: self._prepare(provider, case_id, reason) if reason else None
            )

    def _prepare(self, provider: str, case_id: str, reason: Given[str] | None = None) -> None:
        from lnctp_tui.services.case import referrals

        referral, shell = referrals.new_id(), self.screen.shell

        def prepared(_none: object) -> None:
            if reason:
                said = {"override_reason": reason.value}
                write(self.screen, deed("referral_say", referral, said), given=reason)
            shell.go("referral", f"{case_id}/{referral}")

        write(self.screen, deed("referral_new", referral, case_id, None, provider), prepared)

    def exclude(self, provider: str, case_id: str, excluded: Callable[[list[Record]], None]) -> None:
        """Ask why it is not to be offered in the case; `excluded` gets the case's exclusions once it is stored."""
        from lnctp_tui.services.case import cases

        store = self.screen.shell.workspace.store

        def read() -> None:
            self.screen.shell.in_reader(
                lambda: cases.document(store, case_id)["exclusions"], excluded, group="exclusions"
            )

        words = self.screen.frame.words
        rows = self.screen.shell.workspace.protocol.catalogs["exclusion"].rows
        lines = [Line((Cell(words.code("exclusion", row.code)),), row.code) for row in rows]

        def chosen(reason: str | None) -> None:
            if reason is not None:
                self.write(
                    saying.exclude(case_id, provider, reason), _("No se ofrece en este caso."), then=read
                )

        title, stay = _("¿Por qué no se ofrece en este caso?"), _("Dejarlo como está")
        dialog = PickDialog(title, lines, purpose="provider.exclude", stay=stay)
        self.screen.app.push_screen(dialog, chosen)


def _not_a_phone(line: str) -> str:
    from lnctp_tui.services.directory import writing

    try:
        writing.written("phone", line)
    except Refused as error:
        return sentence(error)
    return ""


def _not_a_count(line: str) -> str:
    return "" if line.isascii() and line.isdecimal() else _("Escriba un número.")

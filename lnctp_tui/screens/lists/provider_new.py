"""A provider that is not in the directory: five questions, and it is in use, marked as what nobody else has called."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lnctp_tui.errors import Refused
from lnctp_tui.i18n import _
from lnctp_tui.screens.base import Given, ScreenPart, sentence
from lnctp_tui.screens.dialogs import FilterDialog, LineDialog
from lnctp_tui.screens.lists.provider_acts import LONGEST, ProviderActs
from lnctp_tui.services.directory import saying
from lnctp_tui.widgets.row_list import Cell, Line

NAME = 120
"""Characters of a name."""


class NewProvider(ScreenPart):
    """Asks one after the other; whoever leaves one of the questions has entered nothing."""

    def __init__(self, acts: ProviderActs) -> None:
        super().__init__(acts.screen)
        self.acts = acts
        self.said: list[str] = []
        self.drafts: tuple[str, ...] = ()
        """Of what was typed among it."""

    def ask(self, name: str) -> None:
        """Begin, with what was looked for as the name."""
        self.said, self.drafts = [], ()
        hint = _("Solo si no está en la lista: búsquela antes por nombre y por lugar.")
        self._line(_("¿Cómo se llama la institución?"), hint, NAME, name, self._kind)

    def _kind(self) -> None:
        self._pick(_("¿Qué es?"), "provider_kind", self._service)

    def _service(self) -> None:
        self._pick(_("¿Qué ofrece?"), "service", self._state)

    def _state(self) -> None:
        self._pick(_("¿Qué estado atiende?"), "state", self._phone)

    def _phone(self) -> None:
        hint = _("Diez dígitos; la extensión después de «ext.».")
        self._line(_("¿Qué teléfono tiene?"), hint, LONGEST, "", self._enter, _not_whole)

    def _enter(self) -> None:
        job = saying.add(*self.said)
        message = _("Agregada. Se muestra como sin verificar hasta que otra persona llame.")
        self.acts.write(job, message, given=Given(None, self.drafts))

    def _line(
        self, title: str, hint: str, longest: int, text: str, then: Callable[[], None],
        check: Callable[[str], str] | None = None,
    ) -> None:  # fmt: skip
        of = str(len(self.said))
        dialog = LineDialog(title, hint, longest, text, check, purpose="provider.new", of=of)
        heard = self._heard(then)

        def typed(line: Given[str] | None) -> None:
            self.drafts += line.drafts if line else ()
            heard(line.value if line else None)

        self.screen.app.push_screen(dialog, typed)

    def _pick(self, title: str, catalog: str, then: Callable[[], None]) -> None:
        words = self.acts.screen.frame.words
        rows = self.screen.shell.workspace.protocol.catalogs[catalog].rows
        lines = [Line((Cell(words.code(catalog, row.code)),), row.code) for row in rows]
        self.screen.app.push_screen(FilterDialog(title, lines, purpose="provider.new"), self._heard(then))

    def _heard(self, then: Callable[[], None]) -> Callable[[Any], None]:
        def heard(answer: str | None) -> None:
            if answer:
                self.said.append(answer)
                then()

        return heard


def _not_whole(line: str) -> str:
    from lnctp_tui.services.directory import adding

    try:
        adding.whole_number(line)
    except Refused as error:
        return sentence(error)
    return ""

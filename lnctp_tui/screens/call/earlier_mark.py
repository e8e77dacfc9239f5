"""What the form offers by itself: contacts that may belong together, and the case whose folio is told."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.timer import Timer

from lnctp_tui.domain.records.document import Document
from lnctp_tui.domain.values import folio as folios
from lnctp_tui.domain.values.text import fold
from lnctp_tui.errors import LnctpError
from lnctp_tui.i18n import _, ngettext
from lnctp_tui.screens.base import AppScreen, ScreenPart
from lnctp_tui.screens.call import panel_view as view
from lnctp_tui.services.call import endings

if TYPE_CHECKING:
    from lnctp_tui.services.call.intake import Intake
    from lnctp_tui.services.call.matches import Match

LOOK_AGAIN = 1.5
"""Seconds of quiet before earlier contacts are looked for again."""


class EarlierMark(ScreenPart):
    """Looks for earlier contacts when it may help, and offers the folio that the narrative begins with."""

    def __init__(self, screen: AppScreen[Any], intake: Intake, changed: Callable[[], object]) -> None:
        super().__init__(screen)
        self.intake = intake
        self.marks: tuple[str, ...] = ()
        """Matches with other cases, for the call bar."""
        self.offered = ""
        """The folio that was offered last."""
        self._changed = changed
        self._linking: object = None
        self._timer: Timer | None = None

    def follow(self) -> None:
        """The document changed."""
        self._offer_folio()
        linking = _linking(self.intake.document)
        if linking != self._linking:
            self._linking = linking
            if self._timer:
                self._timer.stop()
            self._timer = self.screen.set_timer(LOOK_AGAIN, self.look)

    def look(self) -> None:
        """Look for earlier contacts, in a thread."""
        self.screen.shell.in_reader(
            endings.earlier(self.intake), self._matched, group="marks", failed=self._not_matched
        )

    def _matched(self, matches: list[Match]) -> None:
        count = len(matches)
        self._mark(ngettext("⚑ {n} previa", "⚑ {n} previas", count).format(n=count) if count else "")

    def _not_matched(self, _error: LnctpError) -> None:
        """The mark says so; F7 says what happened and what to do."""
        self._linking = None
        self._mark(_("⚑ previas sin buscar: F7"))

    def _mark(self, text: str) -> None:
        self.marks = (text,) if text else ()
        self._changed()

    def _offer_folio(self) -> None:
        words = str(view.record_of(self.intake, "contact").get(view.NARRATIVE) or "")[:40].split()
        folio = folios.parse(words[0]) if words else None
        text = str(folio) if folio else ""
        if text and text != self.offered and fold(text) != fold(self.intake.folio or ""):
            self.offered = text
            self.screen.notify(
                _("{folio} es un folio: Esc y luego v vincula la llamada a ese caso.").format(folio=text),
                markup=False,
            )


def _linking(document: Document) -> object:
    """What earlier contacts are matched by."""
    people = [(person.get("name"), person.get("role")) for person in document.get("people", ())]
    identifiers = [(row.get("kind"), row.get("value")) for row in document.get("identifiers", ())]
    places = [
        (place.get("state"), place.get("municipality"), place.get("address"))
        for place in document.get("places", ())
    ]
    case = document["case"]
    return people, identifiers, places, case.get("callback_identifier_id")

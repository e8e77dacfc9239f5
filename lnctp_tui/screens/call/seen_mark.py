"""What the narrative seems to say beside the form: read in a thread when typing pauses, taken by a key."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from rich.cells import cell_len

from lnctp_tui.domain.reading.offers import Offer
from lnctp_tui.i18n import _
from lnctp_tui.screens.base import AppScreen, ScreenPart
from lnctp_tui.screens.call import panel_view as view
from lnctp_tui.screens.call.form import CallForm
from lnctp_tui.widgets.form.summary_line import SeenLine, SummaryLine

if TYPE_CHECKING:
    from lnctp_tui.errors import LnctpError
    from lnctp_tui.services.call.seen import Narrative, Seen

KEY = "F5 "
"""First on the line, whose end may not be shown."""


class SeenMark(ScreenPart):
    """Hands the newest narrative to a reader thread, and shows what is asked."""

    def __init__(self, screen: AppScreen[Any], form: CallForm, words: Callable[[str], None]) -> None:
        super().__init__(screen)
        self.form = form
        self._words = words
        """Takes what was typed over the list and is none of its keys."""
        self.intake = form.intake
        self.line = SeenLine()
        """On the screen from the first question on."""
        self.narrative: Narrative | None = None
        """Made with the first words of a narrative."""
        self._given: tuple[str, bool] = ("", False)
        self._waits: Callable[[list[Seen]], object] | None = None
        """Who wants to know the dangers once all is read."""

    def follow(self) -> None:
        """The document changed: read what is new, and ask no more what stands there by now."""
        text = str(view.record_of(self.intake, "contact").get(view.NARRATIVE) or "")
        if self.narrative is None:
            if not text:
                return
            from lnctp_tui.services.call.seen import Narrative

            self.narrative = Narrative(self.intake)
        newest = (text, self.narrative.caller_is_victim)
        if newest != self._given:
            self._given = newest
            read = partial(self.narrative.read, *newest)
            self.screen.shell.in_reader(read, self._read, group="seen", failed=self._not_read)
        self.show()

    def _read(self, result: tuple[str, list[Offer]]) -> None:
        if self.narrative is not None and not self.gone and result[0] == self._given[0]:
            self.narrative.take_over(result)
            self.show()
            self._settle(self.narrative.dangers())

    def settled(self, then: Callable[[list[Seen]], object]) -> None:
        """`then` gets the dangers that nobody answered, of all that was typed: it is read first where it was not yet.

        Where the reading fails there are none: it holds up no call.
        """
        self._waits = then
        self.follow()
        if self.narrative is None or self.narrative.text == self._given[0]:
            self._settle([] if self.narrative is None else self.narrative.dangers())

    def _settle(self, dangers: list[Seen]) -> None:
        waits, self._waits = self._waits, None
        if waits is not None:
            waits(dangers)

    def _not_read(self, _error: LnctpError) -> None:
        self._given = ("", False)
        self._settle([])

    def seen(self) -> list[Seen]:
        """The open questions; none while the narrative on the form is not the one that was read."""
        if self.narrative is None or self.narrative.text != self._given[0]:
            return []
        return self.narrative.seen()

    def show(self) -> None:
        """The first question and how many more there are, in one line."""
        seen = self.seen()
        text = ""
        if seen:
            from lnctp_tui.screens.call.seen_words import sentence

            more = f" · +{len(seen) - 1}" if len(seen) > 1 else ""
            text = KEY + _("Visto: {what}").format(what=sentence(self.intake, seen[0])) + more
        if text and not self.line.is_attached:  # a line that is hidden costs every switch of stages
            self.screen.mount(self.line, before=self.screen.query_one(SummaryLine))
        self.line.load(text)

    def take_first(self) -> None:
        """Take what the line shows. What needs an answer of its own is asked in the list."""
        self.form.typed.flush()
        shown = self.line.text
        self.follow()
        seen = self.seen()
        if not seen or self.line.text != shown:
            return
        if (
            seen[0].target is None
            or seen[0].stands
            or len(seen[0].offer.values) > 4
            or not self._readable(seen[0])
        ):
            self.open()
            return
        if self.narrative is not None:
            self.narrative.take(seen[0])
            self._taken()

    def _readable(self, seen: Seen) -> bool:
        """Whether the line shows to its end what taking it would write."""
        from lnctp_tui.screens.call.seen_words import claim

        text = KEY + _("Visto: {what}").format(what=claim(self.intake, seen))
        return cell_len(text) <= self.line.content_size.width

    def open(self) -> None:
        """The list, over the form."""
        self.form.typed.flush()
        self.follow()
        if self.narrative is None or not self.seen():
            self.screen.notify(_("El relato no ofrece datos nuevos."), markup=False)
            return
        from lnctp_tui.screens.call.dialogs.seen_list import SeenList

        self.screen.app.push_screen(SeenList(self.narrative), self._closed)

    def _closed(self, words: str | None) -> None:
        self._taken()
        if words:
            self._words(words)

    def _taken(self) -> None:
        self.form.wrote()
        self.form.show_records()
        self.follow()

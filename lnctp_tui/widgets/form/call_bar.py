"""The first line of a call: folio, clock, channel, kind, anonymity, risk, and what the disk did."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from lnctp_tui.i18n import N_, _
from lnctp_tui.widgets.drawing import Piece, base_style, fit, strip

_RISK = {
    "emergency": N_("EMERGENCIA"),
    "urgent_24h": N_("RIESGO ALTO"),
    "priority": N_("PRIORITARIO"),
    "follow_up": N_("SEGUIMIENTO"),
    "unassessed": N_("SIN VALORAR"),
}
"""Badge by triage level. Information has none."""

SAVED, SAVING, FAILED = "✓", "…", "✗"
FACTS = 12
"""Cells that the facts of the call keep before the long words about synchronisation."""


def risk_word(risk: str) -> str:
    """The badge of a triage level; empty where it has none."""
    word = _RISK.get(risk)
    return _(word) if word else ""


@dataclass(frozen=True)
class Heading:
    """What the bar says of the call."""

    folio: str = ""
    facts: tuple[str, ...] = ()
    """Channel, kind, anonymity: those that are known."""
    risk: str = "information"
    ended: bool = False


class CallBar(Widget, can_focus=False):
    """One line; the clock repaints its own cells and nothing is laid out."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "call-bar--folio",
        "call-bar--clock",
        "call-bar--emergency",
        "call-bar--risk",
        "call-bar--saved",
        "call-bar--failed",
        "call-bar--line",
        "call-bar--line-alert",
    }

    def __init__(self) -> None:
        super().__init__()
        self.heading = Heading()
        self.clock = "00:00"
        self.mark = ("", "")
        self.line = ("", "", False)

    def show(self, heading: Heading) -> None:
        if heading != self.heading:
            self.heading = heading
            self.refresh()

    def tick(self, seconds: int) -> None:
        """Show the length of the call."""
        minutes, rest = divmod(max(0, seconds), 60)
        hours, minutes = divmod(minutes, 60)
        clock = f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes:02}:{rest:02}"
        if clock != self.clock:
            longer = len(clock) != len(self.clock)
            self.clock = clock
            start = cell_len(self._folio) + 1
            self.refresh() if longer else self.refresh(Region(start, 0, len(clock) + 3, 1))

    def saved(self, at: str) -> None:
        """`at`: the local time of the last write that is on disk; empty when nothing was written yet."""
        self._mark(SAVED, _("guardado {at}").format(at=at) if at else "")

    def saving(self) -> None:
        self._mark(SAVING, _("guardando"))

    def failed(self, why: str) -> None:
        self._mark(FAILED, _("sin guardar: {why}").format(why=why))

    def synced(self, short: str, long: str, *, alert: bool = False) -> None:
        """How synchronisation stands; `short` where there is no room for `long`. Empty without a server."""
        if (short, long, alert) != self.line:
            self.line = (short, long, alert)
            self.refresh()

    def _line(self, room: int) -> list[Piece]:
        short, long, alert = self.line
        text = long if cell_len(long) + 1 <= room else short
        name = "call-bar--line-alert" if alert else "call-bar--line"
        return [(f"{text} ", self.get_component_rich_style(name))] if text else []

    def _mark(self, sign: str, text: str) -> None:
        if (sign, text) != self.mark:
            self.mark = (sign, text)
            self.refresh()

    @property
    def _folio(self) -> str:
        return f" {self.heading.folio or _('sin folio')} "

    def _badge(self) -> list[Piece]:
        word = risk_word(self.heading.risk)
        if not word:
            return []
        name = "call-bar--emergency" if self.heading.risk in ("emergency", "urgent_24h") else "call-bar--risk"
        return [(f" {word} ", self.get_component_rich_style(name)), ("  ", base_style(self))]

    def render_line(self, y: int) -> Strip:
        width, base = self.size.width, base_style(self)
        sign, words = self.mark
        failed = sign == FAILED
        mark_style = self.get_component_rich_style("call-bar--failed" if failed else "call-bar--saved")
        right: list[Piece] = [*self._badge(), (f"{sign} {words} " if words else "", mark_style)]
        clock = self.get_component_rich_style("call-bar--clock")
        point = "■" if self.heading.ended else "●"
        left: list[Piece] = [
            (self._folio, self.get_component_rich_style("call-bar--folio")),
            (f" {point} {self.clock}  ", clock),
        ]
        room = width - sum(cell_len(text) for text, _style in [*left, *right])
        line = self._line(room - FACTS)
        right += line
        room -= sum(cell_len(text) for text, _style in line)
        if room > 4:
            left.append((fit(" · ".join(self.heading.facts), room - 1) + " ", base))
        elif room < 0:
            left = left[1:]
        return strip([*left, *right], width, base)

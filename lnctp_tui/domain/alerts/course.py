"""The life of an alert: it opens once, grows while its series stands out, and closes after eight quiet weeks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from lnctp_tui.domain.alerts.reports import Series
from lnctp_tui.domain.alerts.signals import Signal

QUIET: Final = 8
"""Weeks without a signal after which it is over."""
LONGEST: Final = timedelta(days=90)
TWICE: Final = 2
Reason = Literal["campana", "duplicados", "un_solo_hecho", "ya_atendido", "otro"]
REASONS: Final[tuple[Reason, ...]] = ("campana", "duplicados", "un_solo_hecho", "ya_atendido", "otro")
Change = Literal["open", "grow", "close", "unmute"]


@dataclass(frozen=True)
class Mute:
    """Somebody said why an alert need not be shown, for a while."""

    until: datetime
    window: int
    x: int
    """Reports in `window` weeks when it was said."""


@dataclass(frozen=True)
class Alert:
    """One alert; its numbers are those of the last week in which it stood out."""

    id: str
    series: Series
    opened: int
    """Number of the week."""
    signal: Signal
    last: int
    """The last week in which it stood out."""
    closed: int | None = None
    mute: Mute | None = None


def step(
    open_: Iterable[Alert],
    signals: Iterable[Signal],
    week: int,
    count: Callable[[Series, int], int],
    new_id: Callable[[], str],
) -> list[tuple[Change, Alert]]:
    """What a week changes. `count` tells the reports of a series in the window of so many weeks that ends with it."""
    standing = {signal.series: signal for signal in signals}
    changes: list[tuple[Change, Alert]] = []
    for alert in open_:
        signal = standing.pop(alert.series, None)
        if signal is not None:
            alert = replace(alert, signal=signal, last=week)
            changes.append(("grow", alert))
        elif week - alert.last >= QUIET:
            alert = replace(alert, closed=week)
            changes.append(("close", alert))
            continue
        if alert.mute is not None and doubled(alert.mute, count(alert.series, alert.mute.window)):
            changes.append(("unmute", replace(alert, mute=None)))
    changes += [("open", Alert(new_id(), series, week, signal, week)) for series, signal in standing.items()]
    return changes


def doubled(mute: Mute, x: int) -> bool:
    """Whether there are twice as many as when it was muted."""
    return x >= TWICE * mute.x


def muted(mute: Mute | None, now: datetime) -> bool:
    """Whether it is not to be shown."""
    return mute is not None and now < mute.until

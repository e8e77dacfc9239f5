"""Once a week, whichever process comes first: what stands out, and what became of the alerts that were open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from lnctp_tui.domain.alerts import course
from lnctp_tui.domain.alerts.course import Alert, Change, Mute
from lnctp_tui.domain.alerts.reports import Series, week_of
from lnctp_tui.domain.alerts.signals import HISTORY, SPAN, Signal, Weeks, signals
from lnctp_tui.server.admin import audit
from lnctp_tui.server.alerts import records
from lnctp_tui.server.postgres.database import SERVE, Db, Pool, transaction
from lnctp_tui.storage import ids, instants

ACTOR: Final = "server"
CATCHES_UP: Final = 12
"""Weeks that a server looks at which did not run meanwhile, the newest of them."""
LAST = "SELECT week FROM alert_runs WHERE team = %s"
CLAIM = """INSERT INTO alert_runs AS r (team, week, at, history, enough) VALUES (%s, %s, %s, 0, false)
  ON CONFLICT (team) DO UPDATE SET week = excluded.week, at = excluded.at
  WHERE r.week < excluded.week OR r.week > excluded.week + 1 RETURNING week"""
"""A clock that once was years ahead must not silence the alerts until then."""
RAN = "UPDATE alert_runs SET history = %s, enough = %s WHERE team = %s"
NAMES = ("id", "family", "code", "origin", "opened", "last", "closed", "window", "x", "y", "a", "b", "p")
MUTED = ("muted_until", "muted_window", "muted_x")
COLUMNS = ", ".join(f'"{name}"' for name in (*NAMES, *MUTED))
OPEN = f"SELECT {COLUMNS} FROM alerts WHERE team = %s AND closed IS NULL ORDER BY id"
ADD = f"""INSERT INTO alerts (team, {", ".join(f'"{name}"' for name in NAMES)})
  VALUES (%(team)s, {", ".join(f"%({name})s" for name in NAMES)})"""
GROW = """UPDATE alerts SET last = %(last)s, closed = %(closed)s, "window" = %(window)s, x = %(x)s, y = %(y)s,
  a = %(a)s, b = %(b)s, p = %(p)s WHERE team = %(team)s AND id = %(id)s"""
UNMUTE = """UPDATE alerts SET muted_until = NULL, muted_window = NULL, muted_x = NULL, muted_reason = NULL,
  muted_text = NULL, muted_by = NULL WHERE team = %(team)s AND id = %(id)s"""


def run(database: Pool | Db, team: str, now: datetime) -> list[tuple[Change, Alert]] | None:
    """Looks at every week that is over and was not looked at; None when there is none."""
    newest = last_week(now)
    with transaction(database, team, SERVE) as connection:
        before = connection.execute(LAST, (team,)).fetchone()
        if connection.execute(CLAIM, (team, newest, instants.iso(now))).fetchone() is None:
            return None
        first = max(before[0] + 1 if before else newest, newest - CATCHES_UP + 1)
        first = min(first, newest)
        weeks = Weeks(records.read(connection, team, first - SPAN + 1, newest))
        changes = [
            change for week in range(first, newest + 1) for change in _week(connection, team, weeks, week)
        ]
        history = weeks.history(newest)
        connection.execute(RAN, (history, history >= HISTORY, team))
        for change, alert in changes:
            if change != "grow":
                audit.note(connection, team, now, ACTOR, f"alert.{change}", alert.id)
        return changes


def last_week(now: datetime) -> int:
    """The number of the last week that is over on the Line's clock."""
    return week_of(now.astimezone(ZoneInfo(records.ZONE)).date()) - 1


def _week(connection: Db, team: str, weeks: Weeks, week: int) -> Sequence[tuple[Change, Alert]]:
    open_ = [alert_of(row) for row in connection.execute(OPEN, (team,))]
    changes = course.step(
        open_,
        signals(weeks, week) or [],
        week,
        lambda series, window: weeks.count(series, week, window),
        ids.new_id,
    )
    for change, alert in changes:
        sql = {"open": ADD, "unmute": UNMUTE}.get(change, GROW)
        connection.execute(sql, _row(team, alert))
    return changes


def alert_of(row: Sequence[Any]) -> Alert:
    """An alert as COLUMNS reads it."""
    of = dict(zip((*NAMES, *MUTED), row, strict=True))
    series = Series(of["family"], of["code"], of["origin"])
    counted = Signal(series, *(of[name] for name in ("window", "x", "y", "a", "b", "p")))
    mute = (
        Mute(instants.parse(of["muted_until"]), of["muted_window"], of["muted_x"])
        if of["muted_until"]
        else None
    )
    return Alert(of["id"], series, of["opened"], counted, of["last"], of["closed"], mute)


def _row(team: str, alert: Alert) -> dict[str, Any]:
    counted = {name: value for name, value in asdict(alert.signal).items() if name != "series"}
    return {
        **counted, **alert.series._asdict(), "team": team, "id": alert.id, "opened": alert.opened, "last": alert.last,
        "closed": alert.closed,
    }  # fmt: skip


def until(now: datetime, days: int) -> datetime:
    """When a mute of so many days ends; never later than a mute may."""
    return now + min(timedelta(days=days), course.LONGEST)

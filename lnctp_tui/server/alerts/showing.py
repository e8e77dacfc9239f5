"""Alerts as people read them: what stands out, for supervisors the cases behind it, and what somebody said of it."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

from lnctp_tui.domain.alerts import bulletin as rules
from lnctp_tui.domain.alerts import course
from lnctp_tui.domain.alerts.course import Alert
from lnctp_tui.domain.alerts.reports import UNLISTED, Series, monday
from lnctp_tui.errors import Declined
from lnctp_tui.server.admin import audit
from lnctp_tui.server.alerts import records, weekly
from lnctp_tui.server.devices import DeviceRow
from lnctp_tui.server.pages import published
from lnctp_tui.server.postgres.database import READ, SERVE, Db, Pool, become, transaction
from lnctp_tui.storage import instants

MOST: Final = 200
TABLES: Final = {
    "venue": "L1", "hooking_method": "H2", "platform": "H3", "modality_origin": "M3", "origin": "C2",
}  # fmt: skip
"""Family → the table of an edition that prints its codes."""
SAID: Final = ("muted_reason", "muted_text", "muted_by")
LISTED = f"""SELECT {weekly.COLUMNS}, {", ".join(SAID)} FROM alerts
  WHERE team = %s ORDER BY closed DESC NULLS FIRST, p, id LIMIT {MOST}"""
ONE = f"SELECT {weekly.COLUMNS}, {', '.join(SAID)} FROM alerts WHERE team = %s AND id = %s"
RAN = "SELECT week, at, history, enough FROM alert_runs WHERE team = %s"
FOLIOS = """SELECT id, folio, opened_at, triage FROM data.cases
  WHERE of_team = %s AND id = ANY(%s) AND erased_at IS NULL"""
SET = """UPDATE alerts SET muted_until = %s, muted_window = "window", muted_x = x, muted_reason = %s, muted_text = %s,
  muted_by = %s WHERE team = %s AND id = %s AND closed IS NULL"""


def listed(connection: Db, team: str, now: datetime, *, leads: bool) -> dict[str, Any]:
    """Open alerts, then those that are over, and how far the weeks were looked at. Duty `serve`."""
    ran = connection.execute(RAN, (team,)).fetchone()
    rows = connection.execute(LISTED, (team,)).fetchall() if ran else []
    return {
        "week": monday(ran[0]).isoformat() if ran else None,
        "at": ran[1] if ran else None,
        "history": ran[2] if ran else 0,
        "enough": bool(ran and ran[3]),
        "alerts": [_shown(row, now, leads=leads) for row in rows],
    }


def one(database: Pool | Db, device: DeviceRow, id_: str, now: datetime, *, leads: bool) -> dict[str, Any]:
    """An alert; to whom `leads` with the cases that they may see, which is noted. Raises Declined `not_found`."""
    with transaction(database, device.team, SERVE) as connection:
        row = _row(connection, device.team, id_)
        answer = _shown(row, now, leads=leads)
        if not leads:
            return answer
        days = _behind(connection, device.team, weekly.alert_of(row[: -len(SAID)]))
        audit.note(connection, device.team, now, device.person, "alert.cases", id_)
        figure = printed(connection, device.team, series_of(row))
        become(connection, device, READ)
        rows_seen = connection.execute(FOLIOS, (device.team, list(days))).fetchall()
    cases = [
        {"id": case_id, "folio": folio, "opened_at": opened_at, "triage": triage, "day": days[case_id]}
        for case_id, folio, opened_at, triage in rows_seen
    ]
    return answer | {"cases": sorted(cases, key=lambda case: (case["day"], case["id"])), "figure": figure}


def bulletin(database: Pool | Db, device: DeviceRow, id_: str, now: datetime, sha256: str) -> dict[str, Any]:
    """Notes that a supervisor signed a bulletin of this digest. Raises Declined `not_found`, `bulletin_small`."""
    with transaction(database, device.team, SERVE) as connection:
        alert = weekly.alert_of(_row(connection, device.team, id_)[: -len(SAID)])
        listed = alert.series.code != UNLISTED
        if not rules.may_say(alert.signal.x, listed=listed, closed=alert.closed is not None):
            raise Declined("bulletin_small")
        audit.note(connection, device.team, now, device.person, f"alert.bulletin:{sha256}", id_)
    return {"noted": True}


def series_of(row: tuple[Any, ...]) -> Series:
    """What an alert is about, as its row says."""
    return weekly.alert_of(row[: -len(SAID)]).series


def printed(connection: Db, team: str, series: Series) -> dict[str, Any] | None:
    """The number of the newest edition that printed one about this; None where none did, or hid it. Duty `serve`."""
    table = TABLES[series.family]
    cell_key = (series.origin, series.code) if series.origin else (series.code, "")
    file = f"tabla-{table}.json"
    names = [named.edition for named in published.listed(connection, team) if named.file == file]
    for edition in names:
        stored = published.read(connection, team, edition, file)
        for cell in json.loads(stored.content)["rows"] if stored else ():
            if (cell["row_code"], cell["col_code"]) == cell_key and cell["flag"] == "ok":
                return {
                    "edition": edition, "table": table, "from": cell["period_from"], "to": cell["period_to"],
                    "count": cell["count"],
                }  # fmt: skip
    return None


def mute(
    database: Pool | Db, device: DeviceRow, id_: str, now: datetime, reason: str, text: str, days: int
) -> dict[str, Any]:
    """Says why an alert need not be shown, for some days. Raises Declined `not_found`: none is open under this id."""
    team, ends = device.team, weekly.until(now, days)
    with transaction(database, team, SERVE) as connection:
        values = (instants.iso(ends), reason, text, device.person, team, id_)
        if not connection.execute(SET, values).rowcount:
            raise Declined("not_found")
        audit.note(connection, team, now, device.person, f"alert.mute:{reason}:{days}:{text}", id_)
        return _shown(_row(connection, team, id_), now, leads=True)


def unmute(database: Pool | Db, device: DeviceRow, id_: str, now: datetime) -> dict[str, Any]:
    """Shows an alert again. Raises Declined `not_found`."""
    with transaction(database, device.team, SERVE) as connection:
        _row(connection, device.team, id_)
        connection.execute(weekly.UNMUTE, {"team": device.team, "id": id_})
        audit.note(connection, device.team, now, device.person, "alert.unmute", id_)
        return _shown(_row(connection, device.team, id_), now, leads=True)


def _row(connection: Db, team: str, id_: str) -> tuple[Any, ...]:
    row = connection.execute(ONE, (team, id_)).fetchone()
    if row is None:
        raise Declined("not_found")
    return tuple(row)


def _shown(row: tuple[Any, ...], now: datetime, *, leads: bool) -> dict[str, Any]:
    """Without a case. What somebody wrote about it is supervision's; its reason is everybody's."""
    alert, (reason, text, by) = weekly.alert_of(row[: -len(SAID)]), row[-len(SAID) :]
    counted, is_muted = alert.signal, course.muted(alert.mute, now)
    answer: dict[str, Any] = {
        "id": alert.id, "family": alert.series.family, "code": alert.series.code, "origin": alert.series.origin,
        "ratio": round(counted.ratio, 1), "x": counted.x, "of": counted.a, "before": counted.y,
        "of_before": counted.b, "weeks": counted.window, "p": counted.p,
        "since": monday(alert.opened).isoformat(), "last": monday(alert.last).isoformat(),
        "closed": alert.closed is not None, "muted": reason if is_muted else None,
        "muted_until": instants.iso(alert.mute.until) if is_muted and alert.mute else None,
    }  # fmt: skip
    return answer | ({"muted_text": text, "muted_by": by} if leads and is_muted else {})


def _behind(connection: Db, team: str, alert: Alert) -> dict[str, str]:
    """Case → the day of its report, of all that the window counted, as the records have them now."""
    first = alert.last - alert.signal.window + 1
    series: Series = alert.series
    reports = [
        report for report in records.read(connection, team, first, alert.last) if series in report.series
    ]
    return {
        case_id: report.day.isoformat()
        for report in reports
        for case_id in (report.case_id, *sorted(report.with_ids))
    }

"""Reports as rows of a team's tables, week by week, for tests of what the server makes of them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from psycopg.types.json import Json

from lnctp_tui.domain.alerts.reports import monday
from lnctp_tui.server.alerts import weekly
from lnctp_tui.server.postgres.database import SERVE, Db, Pool, transaction
from lnctp_tui.storage import instants

NOW = datetime(2026, 11, 30, 18, tzinfo=UTC)
"""A Monday's noon in Mexico City."""
WEEK = weekly.last_week(NOW)
_numbers = count(1)
FOLIO = "Y6XT-{:04d}"


@dataclass
class Case:
    """One case with one contact, as a test needs it."""

    week: int = WEEK
    venue: str | None = None
    said: tuple[str, ...] = ()
    """Answers of its victim that are yes."""
    columns: dict[str, Any] = field(default_factory=dict)
    contact: dict[str, Any] | None = field(default_factory=dict)
    id: str = ""
    at: datetime | None = None

    @property
    def began(self) -> str:
        day = datetime.combine(monday(self.week), datetime.min.time(), UTC) + timedelta(days=2, hours=18)
        return instants.iso(self.at or day)


def weeks(a_week: int, number: int = 40, **more: Any) -> list[Case]:
    """So many a week up to WEEK, of the street."""
    return [Case(week, "calle", **more) for week in range(WEEK - number + 1, WEEK + 1) for _ in range(a_week)]


def store(pool: Pool, cases: Iterable[Case], team: str = "main") -> list[str]:
    """Writes the rows as ingest leaves them; the cases' ids."""
    ids = []
    with transaction(pool, team, SERVE) as connection, connection.pipeline():
        for case in cases:
            number = next(_numbers)
            case.id = case.id or f"case-{number:05d}"
            ids.append(case.id)
            columns = {"opened_at": case.began, "status": "open", "report_class": "trata"} | case.columns
            row(connection, team, "cases", case.id, columns)
            connection.execute(
                """INSERT INTO records (team, "table", "row", scopes) VALUES (%s, 'cases', %s, %s)""",
                (team, case.id, [case.id]),
            )
            if case.contact is not None:
                contact = {"started_at": case.began, "kind": "victim", "direction": "in", "country": "MX",
                           "state": "MX-PUE"} | case.contact  # fmt: skip
                row(connection, team, "contacts", f"contact-{number}", contact | {"case_id": case.id})
            if case.venue:
                row(connection, team, "places", f"place-{number}", {"case_id": case.id, "venue": case.venue})
            answers = Json(dict.fromkeys(case.said, "yes"))
            row(connection, team, "people", f"person-{number}",
                {"case_id": case.id, "role": "victim", "answers": answers})  # fmt: skip
    return ids


def row(connection: Any, team: str, table: str, id_: str, columns: dict[str, Any]) -> None:
    """One row of a table of records."""
    values = {"of_team": team, "id": id_, "extra": Json({}), "created_at": "", "created_by": ""} | columns
    names = ", ".join(values)
    places = ", ".join(f"%({name})s" for name in values)
    connection.execute(f"INSERT INTO data.{table} ({names}) VALUES ({places})", values)


LEDGER = """INSERT INTO editions (team, n, id, period_from, period_to, k, content, "by", at, chain)
  SELECT 'main', count(*) + 1, %s, '', '', 5, '', '', '', '' FROM editions ON CONFLICT DO NOTHING"""


def issue(owner: Db, edition: str, files: dict[str, bytes], team: str = "main", **altered: bytes) -> None:
    """An edition's files; some of them not as its checksums say."""
    owner.execute(LEDGER.replace("'main'", f"'{team}'"), (edition,))
    sums = "".join(
        f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in sorted(files.items())
    )
    for name, content in (files | {"SHA256SUMS": sums.encode()} | altered).items():
        owner.execute(
            "INSERT INTO edition_files VALUES (%s, %s, %s, %s, true)", (team, edition, name, content)
        )

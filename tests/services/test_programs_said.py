"""A program that fails is told with the line that says why, and without what somebody entered."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from psycopg.conninfo import make_conninfo
from vaults import MadeVault

from lnctp_tui.cli.demo_team import Team
from lnctp_tui.errors import Refused, StorageFailed
from lnctp_tui.i18n.messages import explain
from lnctp_tui.server.postgres import backups, embedded
from lnctp_tui.server.postgres.programs_said import LONGEST, last_line, reason

NAME = "Ana Ficticia"


@pytest.mark.parametrize(
    ("output", "said"),
    [
        ("", ""),
        ("Success.\n", "Success."),
        (
            'creating…\ninitdb: error: could not access directory "/x/data": Permission denied\n'
            'initdb: removing contents of data directory "/x/data"\n',
            'initdb: error: could not access directory "/x/data": Permission denied',
        ),
        (
            "2026-11-29 02:00:00.123 UTC [77] FATAL:  could not create lock file\n"
            "2026-11-29 02:00:00.124 UTC [77] LOG:  database system is shut down\n",
            "FATAL:  could not create lock file",
        ),
        (
            'pg_restore: error: COPY failed for table "people": ERROR:  invalid input: "Ana Ficticia"\n'
            "CONTEXT:  COPY people, line 5, column age: Ana Ficticia\n",
            'pg_restore: error: COPY failed for table "people": ERROR:  invalid input: …',
        ),
        (
            'pg_restore: error: could not execute query: ERROR:  invalid input syntax: "Ana Ficticia"\n'
            "DETAIL:  Key (name)=(Ana Ficticia) already exists.\n",
            "pg_restore: error: could not execute query: ERROR:  invalid input syntax: …",
        ),
        ("x: error: duplicate 'Ana Ficticia'", "x: error: duplicate …"),
    ],
)
def test_the_line_that_says_why_is_told_without_what_somebody_entered(output: str, said: str) -> None:
    assert last_line(output.splitlines()) == said
    assert NAME not in said


def test_a_line_without_end_is_cut() -> None:
    assert len(last_line(["error: " + "palabra " * 500])) <= LONGEST + 1


def test_a_program_that_does_not_start_is_told_with_what_the_system_says() -> None:
    assert reason(PermissionError(13, "Permission denied"), "") == "PermissionError: Permission denied"
    assert reason(subprocess.TimeoutExpired("initdb", 3), "error: slow") == "TimeoutExpired: error: slow"
    assert reason(subprocess.CalledProcessError(1, "initdb"), "") == "1"


@pytest.mark.skipif(sys.platform == "win32", reason="modes of a folder")
def test_a_folder_that_the_databases_user_cannot_enter_is_said(tmp_path: Path) -> None:
    shut = tmp_path / "cerrada"
    shut.mkdir()
    (shut / "inside").mkdir()
    (shut / "inside" / "data").mkdir()
    shut.chmod(0o700 if os.getuid() == 0 else 0o500)
    if os.getuid() != 0:  # who is not root owns what they make: a folder they may not write in
        (shut / "inside").chmod(0o500)
        (shut / "inside" / "data").chmod(0o500)
    with pytest.raises(StorageFailed) as raised:
        embedded.start(shut / "inside")
    told = str(explain(raised.value))
    assert "ermission denied" in told or "could not" in told
    assert "initdb" in told
    assert f"«{embedded.user() or raised.value.facts['user']}»" in told


def test_a_database_that_does_not_start_is_told_with_the_line_of_its_log(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    found = embedded.Embedded(tmp_path, str(tmp_path), 5432, {})
    with pytest.raises(StorageFailed) as raised:
        embedded._start(found)
    assert "data" in str(raised.value.facts["reason"])
    assert len(str(raised.value.facts["reason"])) > 10


def test_a_backup_that_cannot_connect_is_told_with_why(owner: str, tmp_path: Path) -> None:
    nowhere = make_conninfo(owner, dbname="no_hay_tal_base")
    with pytest.raises(Refused) as raised, backups._program("pg_dump", nowhere, stdout=subprocess.DEVNULL):
        pass
    assert 'database "no_hay_tal_base" does not exist' in str(explain(raised.value))


def test_a_restore_that_stops_in_the_middle_is_told_with_why(owner: str) -> None:
    def restore() -> None:
        with backups._program("pg_restore", owner, stdin=subprocess.PIPE) as process:
            assert process.stdin is not None
            process.stdin.write(b"esto no es un respaldo")
            process.stdin.close()

    with pytest.raises(Refused) as raised:
        restore()
    assert "input file" in str(explain(raised.value))


def test_a_demo_without_its_team_says_why(made: MadeVault, tmp_path: Path) -> None:
    (tmp_path / "a-file").touch()
    team = Team(tmp_path / "a-file" / "demo")
    assert not team.meet(made.key, "es")
    team.end()
    assert team.reason

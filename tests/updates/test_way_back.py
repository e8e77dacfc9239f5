"""A version that changed the tables and does not open: the former one puts the backup back, unless something was saved.

Real files: an encrypted database, the backup that was made of it, the mark beside it.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from workspaces import Founded, narrate, settle

from lnctp_tui import launcher, programs
from lnctp_tui.app_update import Updating
from lnctp_tui.errors import SavesMissing, VaultError
from lnctp_tui.i18n import messages
from lnctp_tui.services.call import calls
from lnctp_tui.services.call.calls import OPEN_CALL
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.practice import tries
from lnctp_tui.services.vault import upgrading
from lnctp_tui.services.vault.pending_writes import DRAFT_OF
from lnctp_tui.services.vault.workspace import Workspace, open_workspace
from lnctp_tui.storage import instants, paths
from lnctp_tui.storage.database import engine, schema
from lnctp_tui.storage.vault import backup, loss, mark, since
from lnctp_tui.storage.vault.vault import Key
from lnctp_tui.updates import places, telling

NEWER = "9999"
NEW = "1.1"


@pytest.fixture
def laptop(office: Founded, monkeypatch: pytest.MonkeyPatch) -> Founded:
    """Data with a call, and beside the installed program a newer one that starts."""
    workspace = open_workspace(office.home, office.key)
    narrate(Intake.start(workspace), "Una vecina oye voces")
    settle(workspace)
    workspace.close()
    folder = places.folder(office.home) / NEW
    folder.mkdir(parents=True, mode=0o700)
    (folder / places.PROGRAM).touch(mode=0o700)
    places.write(office.home, places.CURRENT, NEW)
    monkeypatch.setenv("LNCTP_HOME", str(office.home))
    monkeypatch.setenv(places.STARTER, "/opt/lnctp")
    monkeypatch.setattr(programs, "frozen", lambda: True)
    return office


def migrates(where: Founded, *statements: str) -> None:
    """What a newer version does at its first opening; `statements` are what it does then."""
    with pytest.MonkeyPatch.context() as newer:
        newer.setattr(schema, "HEAD", NEWER)
        newer.setattr(programs, "VERSION", NEW)
        upgrading.before_migration(where.home, where.key)
    changed(
        where,
        "CREATE TABLE of_tomorrow (id TEXT)",
        f"UPDATE alembic_version SET version_num = '{NEWER}'",
        *statements,
    )


def changed(where: Founded, *statements: str) -> None:
    """Transactions as the program has them: each counts, and the mark follows."""
    counted = mark.Mark(where.home / paths.DATABASE, where.key.dek)
    writer = engine.writer_engine(where.home / paths.DATABASE, where.key.dek, counted)
    with writer.begin() as connection:
        for statement in statements:
            connection.exec_driver_sql(statement)
    writer.dispose()


def crashes(monkeypatch: pytest.MonkeyPatch, *codes: int, lasts: float = 0.0) -> launcher._Launcher:
    """The launcher of the newer version, whose worker falls over."""
    monkeypatch.setattr(programs, "VERSION", NEW)
    started = launcher._Launcher((), -1, renews=True)
    ends, clock = iter(codes), iter(range(1000))
    monkeypatch.setattr(started, "_work", lambda: next(ends))
    monkeypatch.setattr(launcher, "monotonic", lambda: next(clock) * lasts)
    started._rounds(None)
    monkeypatch.setattr(programs, "VERSION", "1.0")
    return started


def opened(where: Founded) -> Workspace:
    """As the worker of the former version opens it."""
    upgrading.take_back(where.home, where.key)
    return open_workspace(where.home, where.key)


def test_three_crashes_after_a_migration_bring_program_and_data_back(
    laptop: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrates(laptop)
    assert crashes(monkeypatch, 1, 1, 1).next == "/opt/lnctp"
    assert places.read(laptop.home, places.CURRENT) == ""
    assert telling.outcome(laptop.home, waits=False) is None  # nothing is claimed before it is true
    places.prune(laptop.home, "1.0")
    assert places.program(laptop.home, NEW)  # it may have to start again
    workspace = opened(laptop)
    (call,) = calls.list_calls(workspace.store, 9)
    assert call.narrative == "Una vecina oye voces"
    with workspace.store.read() as connection:
        assert schema.revision(connection) == schema.HEAD
        assert loss.noted(connection)[-1]["code"] == "restored"
    workspace.close()
    (aside,) = laptop.home.glob("antes-2*")
    assert (aside / paths.DATABASE).is_file()  # what the newer version made is kept
    told = telling.outcome(laptop.home, waits=False)
    assert told is not None
    assert "Sus datos están como antes" in str(messages.explain_code(told.code))
    opened(laptop).close()  # and nothing is missed, nor done twice
    assert len(list(laptop.home.glob("antes-2*"))) == 1
    assert places.read(laptop.home, places.BROKEN) == NEW


def a_change(where: Founded) -> None:
    changed(where, "UPDATE changes SET id = 'another' WHERE seq = 1")


def a_draft(where: Founded) -> None:
    changed(where, "INSERT INTO sync_state (key, value) VALUES ('setting:draft:handover', '\"a medias\"')")


def a_journal(where: Founded) -> None:
    (where.home / "emergency-1.journal").touch()


def another_phrase(where: Founded) -> None:
    file = where.home / paths.VAULT
    file.write_bytes(file.read_bytes() + b"\n")


def unknown_tables(where: Founded) -> None:
    changed(where, "ALTER TABLE exports RENAME TO tomorrows_exports")


def test_what_is_begun_stands_under_the_names_that_are_looked_for() -> None:
    for prefix in (DRAFT_OF, OPEN_CALL, tries.TRIED):
        assert f"'{prefix}*'" in since.DONE[1]


@pytest.mark.parametrize("saved", [a_change, a_draft, a_journal, another_phrase, unknown_tables])
def test_what_was_saved_with_the_newer_version_stays_and_it_starts_again(
    laptop: Founded, monkeypatch: pytest.MonkeyPatch, saved: Callable[[Founded], None]
) -> None:
    migrates(laptop)
    saved(laptop)
    crashes(monkeypatch, 1, 1, 1)
    before = (laptop.home / paths.DATABASE).read_bytes()
    with pytest.raises(VaultError, match="update_stays") as failed:
        upgrading.take_back(laptop.home, laptop.key)
    told = str(messages.explain(failed.value))
    assert "ábralo de nuevo" in told
    assert "soporte" in told
    assert (laptop.home / paths.DATABASE).read_bytes() == before
    assert places.next_program(laptop.home, "1.0") == places.folder(laptop.home) / NEW / places.PROGRAM
    assert places.read(laptop.home, places.BROKEN) == ""
    # From now on three crashes are for support: nobody types the phrase into the former version in vain.
    assert crashes(monkeypatch, 1, 1, 1).next == ""


def test_what_colleagues_wrote_meanwhile_comes_again_and_holds_nobody_back(
    laptop: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    columns = rows(laptop.home, laptop.key, "SELECT name FROM pragma_table_info('changes')")
    kept = ", ".join(f'"{name}"' for (name,) in columns if name not in ("seq", "id", "device"))
    migrates(
        laptop,
        f"INSERT INTO changes (seq, id, device, {kept}) SELECT seq + 100, seq || '-theirs', 'elsewhere', {kept}"
        " FROM changes",
    )
    crashes(monkeypatch, 1, 1, 1)
    opened(laptop).close()
    assert rows(laptop.home, laptop.key, "SELECT count(*) FROM changes WHERE device = 'elsewhere'") == [(0,)]


def rows(home: Path, key: Key, query: str) -> list[Any]:
    return since.rows(home, key, query)


def test_a_backup_that_is_gone_or_altered_is_for_support(
    laptop: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrates(laptop)
    (kept,) = laptop.home.glob("antes-de-*")
    content = bytearray(kept.read_bytes())
    crashes(monkeypatch, 1, 1, 1)
    content[len(content) // 2] ^= 1
    kept.write_bytes(content)
    with pytest.raises(VaultError, match="update_stays"):
        upgrading.take_back(laptop.home, laptop.key)
    assert rows(laptop.home, laptop.key, since.REVISION) == [(NEWER,)]
    places.write(laptop.home, places.MIGRATED, f"{NEW} {kept.name}")
    kept.unlink()
    assert crashes(monkeypatch, 1, 1, 1).next == ""


def test_a_wish_alone_replaces_nothing(laptop: Founded) -> None:
    """Whoever lays an old backup and a wish beside data that this version made gets nothing."""
    backup.backup(
        laptop.home, laptop.key, laptop.home / "antes-de-0001.lnctp-backup", at=instants.iso(instants.now())
    )
    workspace = open_workspace(laptop.home, laptop.key)
    narrate(Intake.start(workspace), "Después")
    settle(workspace)
    workspace.close()
    for wish in ("9.9 antes-de-0001.lnctp-backup", "9.9 ../x", "9.9"):
        places.write(laptop.home, places.BACK, wish)
        opened(laptop).close()
    assert len(rows(laptop.home, laptop.key, "SELECT id FROM contacts")) == 2
    (laptop.home / paths.MARK).unlink()
    places.write(laptop.home, places.BACK, "9.9 antes-de-0001.lnctp-backup")
    with pytest.raises(SavesMissing):
        upgrading.take_back(laptop.home, laptop.key)


def test_who_worked_with_the_newer_version_is_not_taken_back(
    laptop: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrates(laptop)
    app: Any = SimpleNamespace(
        home=laptop.home,
        forms_open=SimpleNamespace(opened={"form": 1}),
        saving=SimpleNamespace(unsaved=False),
    )
    Updating(app).end()  # a lock in the middle of a call
    assert places.read(laptop.home, places.MIGRATED) == NEW
    assert crashes(monkeypatch, 1, 1, 1).next == ""


@pytest.mark.parametrize(("begun", "back"), [(f"{NEW} 1", "/opt/lnctp"), ("", "")])
def test_a_version_on_trial_may_take_as_long_to_fall_over_as_a_phrase_takes(
    laptop: Founded, monkeypatch: pytest.MonkeyPatch, begun: str, back: str
) -> None:
    """Seven words and a migration are more than the 20 s within which others are quick."""
    places.write(laptop.home, places.TRIES, begun)
    assert crashes(monkeypatch, 1, 1, 1, 0, lasts=60.0).next == back


def test_two_backups_of_before_stay(laptop: Founded) -> None:
    for revision in ("0001", "0002"):
        (laptop.home / upgrading.NAME.format(revision=revision)).touch()
    migrates(laptop)
    names = sorted(path.name for path in laptop.home.glob("antes-de-*"))
    assert names == ["antes-de-0002.lnctp-backup", f"antes-de-{NEWER}.lnctp-backup"]

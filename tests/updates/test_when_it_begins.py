"""A new version never begins while somebody is being listened to, nor on data that nobody has kept."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import text
from workspaces import Founded, narrate, settle

from lnctp_tui import programs
from lnctp_tui.app_update import Updating
from lnctp_tui.errors import StorageFailed
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.sync import releases
from lnctp_tui.services.vault import upgrading
from lnctp_tui.services.vault import workspace as workspaces
from lnctp_tui.services.vault.workspace import Workspace, open_store
from lnctp_tui.storage import paths
from lnctp_tui.storage.database import engine, schema, state
from lnctp_tui.storage.replication import server_state
from lnctp_tui.storage.replication.server_state import Server
from lnctp_tui.storage.vault import backup
from lnctp_tui.sync import enroll
from lnctp_tui.updates import places


def waits(home: Path, version: str = "9.9") -> None:
    folder = places.folder(home) / version
    folder.mkdir(parents=True, mode=0o700)
    (folder / places.PROGRAM).touch(mode=0o700)
    places.write(home, places.READY, version)


def test_a_version_waits_for_the_end_of_a_call(workspace: Workspace) -> None:
    waits(workspace.home)
    call = Intake.start(workspace)
    narrate(call, "Una vecina")
    settle(workspace)
    assert not releases.begin_with_ready(workspace)
    assert places.read(workspace.home, places.CURRENT) == ""
    with workspace.store.write() as unit:  # the call is closed
        for contact_id in state.starting_with(unit.connection, releases.OPEN_CALL):
            unit.remember(releases.OPEN_CALL + contact_id, None)
    assert releases.begin_with_ready(workspace)
    assert places.read(workspace.home, places.CURRENT) == "9.9"
    assert places.read(workspace.home, places.FORMER) == programs.VERSION


def test_a_version_waits_for_a_form_that_was_begun(workspace: Workspace) -> None:
    waits(workspace.home)
    workspace.keep_draft("handover", {"summary": "a medias"})
    settle(workspace)
    assert not releases.begin_with_ready(workspace)
    workspace.keep_draft("handover", None)
    workspace.keep_draft(
        "line:task.why:a-task-that-is-over", "a medias"
    )  # it stands there in the next version too
    settle(workspace)
    assert releases.begin_with_ready(workspace)


def test_a_version_waits_for_room_for_its_backup(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits(workspace.home)
    real = shutil.disk_usage(workspace.home)
    monkeypatch.setattr(releases.shutil, "disk_usage", lambda _path: real._replace(free=1 << 20))
    assert not releases.begin_with_ready(workspace)
    monkeypatch.undo()
    assert releases.begin_with_ready(workspace)


def test_what_the_process_is_told_holds_no_key(workspace: Workspace) -> None:
    assert releases.asked(workspace) is None
    with workspace.store.write() as unit:
        server = Server("https://l.example", "PEM", "00" * 32, "active", "ana", "counselor", "main")
        server_state.put_server(unit.connection, server)
        unit.remember(server_state.RELEASE_ROOT, "ab" * 32)
        secret = state.get(unit.connection, server_state.DEVICE_KEY)
    asked = releases.asked(workspace)
    assert asked is not None
    assert asked["root"] == "ab" * 32
    assert asked["url"] == "https://l.example"
    assert secret not in str(asked)
    assert workspace.key.dek.hex() not in str(asked)
    places.folder(workspace.home).mkdir()
    places.write(workspace.home, places.LOOKED, "")
    assert releases.asked(workspace) is None  # it was looked a moment ago


@pytest.fixture
def older(office: Founded) -> Founded:
    """Data of the program before this one."""
    opened = engine.writer_engine(office.home / paths.DATABASE, office.key.dek)
    schema.migrate(opened, "0014")
    opened.dispose()
    (office.home / paths.MARK).unlink(missing_ok=True)
    return office


def revision(where: Founded) -> str | None:
    opened = engine.writer_engine(where.home / paths.DATABASE, where.key.dek)
    try:
        with opened.connect() as connection:
            return schema.revision(connection)
    finally:
        opened.dispose()


def prepare(where: Founded) -> None:
    opened = engine.writer_engine(where.home / paths.DATABASE, where.key.dek)
    try:
        schema.prepare(opened, lambda: upgrading.before_migration(where.home, where.key))
    finally:
        opened.dispose()


def test_before_a_migration_a_backup_is_made_and_read_back(older: Founded) -> None:
    places.folder(older.home).mkdir()
    prepare(older)
    assert revision(older) == schema.HEAD
    (kept,) = older.home.glob("antes-de-*.lnctp-backup")
    assert places.read(older.home, places.MIGRATED) == f"{programs.VERSION} {kept.name}"
    with backup.unpacked(kept, older.key) as folder:
        opened = engine.writer_engine(folder / paths.DATABASE, older.key.dek)
        with opened.connect() as connection:
            assert schema.revision(connection) == "0014"
            assert connection.scalar(text("SELECT count(*) FROM counselors")) == 1
        opened.dispose()
    prepare(older)  # nothing to do: nothing is made


def test_without_a_backup_nothing_is_migrated(older: Founded, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: Any, **_words: Any) -> None:
        raise StorageFailed("file_failed", name="x", reason="ENOSPC")

    monkeypatch.setattr(upgrading.backup, "backup", full)
    with pytest.raises(StorageFailed):
        prepare(older)
    assert revision(older) == "0014"
    monkeypatch.undo()
    real = backup.backup

    def damaged(home: Path, key: Any, target: Path, **words: Any) -> None:
        real(home, key, target, **words)
        content = bytearray(target.read_bytes())
        content[len(content) // 2] ^= 1
        target.write_bytes(content)

    monkeypatch.setattr(upgrading.backup, "backup", damaged)
    with pytest.raises(Exception, match=r"file_failed|database_damaged"):
        prepare(older)
    assert revision(older) == "0014"


def test_opening_asks_for_the_backup(older: Founded, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []
    monkeypatch.setattr(workspaces.upgrading, "before_migration", lambda home, _key: made.append(home))
    monkeypatch.setattr(workspaces.loss, "refuse", lambda _home, _key: None)
    open_store(older.home, older.key).close()
    assert made == [older.home]


class Shown:
    """An app as `Updating` sees it."""

    def __init__(self, workspace: Workspace, opened: dict[str, object]) -> None:
        self.home, self.workspace = workspace.home, workspace
        self.forms_open = SimpleNamespace(opened=opened)
        self.saving = SimpleNamespace(unsaved=False)
        self.texts: list[str] = []

    def notify(self, text: str, **_words: Any) -> None:
        self.texts.append(text)

    def later(self, work: Any, *arguments: Any) -> None:
        work(*arguments)


@pytest.mark.parametrize(
    ("told", "waits", "text"),
    [
        ("update_ready", False, "Hay una versión nueva. Se usará la próxima vez que abra el programa."),
        ("update_ready", True, "La versión nueva espera a que termine la llamada."),
        ("update_not_ours", False, "no viene firmada por su organización: no se instaló. Siga trabajando"),
        ("update_older", False, "El servidor ofrece una versión anterior: no se instaló. Avise a soporte."),
        ("update_ended", False, "La lista de versiones caducó. Siga trabajando y avise a soporte."),
        ("update_room 175", False, "Falta espacio para la actualización (175 MB). Se reintenta sola."),
        ("update_back", False, "La versión nueva no abrió; sigue la anterior. Sus datos están como antes."),
        ("../etc/passwd", False, ""),
    ],
)  # fmt: skip
def test_each_outcome_is_told_in_its_sentence(
    workspace: Workspace, told: str, waits: bool, text: str
) -> None:
    places.folder(workspace.home).mkdir()
    places.write(workspace.home, places.TOLD, told)
    app: Any = Shown(workspace, {})
    Updating(app)._tell(waits)
    assert len(app.texts) == bool(text)
    assert text in "".join(app.texts)


@pytest.mark.parametrize(
    ("frozen", "opened", "unsaved"), [(False, {}, False), (True, {"form": 1}, False), (True, {}, True)]
)
def test_the_end_with_something_open_begins_nothing(
    workspace: Workspace,
    monkeypatch: pytest.MonkeyPatch,
    frozen: bool,
    opened: dict[str, object],
    unsaved: bool,
) -> None:
    waits(workspace.home)
    app: Any = Shown(workspace, opened)
    app.saving.unsaved = unsaved
    monkeypatch.setattr(programs, "frozen", lambda: frozen)
    Updating(app).end()
    assert places.read(workspace.home, places.CURRENT) == ""
    monkeypatch.setattr(programs, "frozen", lambda: True)
    app.forms_open.opened, app.saving.unsaved = {}, False
    Updating(app).end()
    assert places.read(workspace.home, places.CURRENT) == "9.9"


@pytest.mark.parametrize(
    ("named", "kept"),
    [("ab" * 32, "ab" * 32), (None, None), ("AB" * 32, None), ("ab", None), (["ab" * 32], None)],
)
def test_a_root_that_a_server_names_at_enrolment_is_a_digest_or_nothing(
    named: object, kept: str | None
) -> None:
    assert enroll._root({"release_root": named}) == kept
    assert enroll._root({}) is None

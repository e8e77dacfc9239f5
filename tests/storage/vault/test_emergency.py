"""The watched writer and its sealed journal: what the database does not take is there at the next unlock, once.

docs/security.md, "The writer", attack 40.
"""

from __future__ import annotations

import os
import random
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from disk_faults import die, fill, free, full
from sqlalchemy import text
from workspaces import Founded, narrate, settle

from lnctp_tui.errors import LnctpError
from lnctp_tui.services.call import calls, endings
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.vault import pending_writes, writer
from lnctp_tui.services.vault.workspace import Workspace, open_workspace
from lnctp_tui.storage import paths
from lnctp_tui.storage.database import search
from lnctp_tui.storage.database.session import CHANGES
from lnctp_tui.storage.vault import emergency, vault
from lnctp_tui.sync import wire

CANARY = "CANARIO7Q"
LONG = 200_000
"""Characters that no page of the database has room for."""


def until(true: Callable[[], Any], what: str) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end, f"never came: {what}"
        threading.Event().wait(0.02)


def sheltered(workspace: Workspace) -> None:
    """Waits until everything typed is sealed in the journal."""
    until(lambda: workspace.writer.health.trouble and workspace.writer.health.sheltered, "the journal")
    assert workspace.writer.keep()


def narrative(workspace: Workspace, contact: str) -> str:
    return str(calls.call(workspace.store, contact)["narrative"] or "")


def log(workspace: Workspace) -> list[Any]:
    with workspace.store.read() as connection:
        return list(connection.execute(CHANGES.select().order_by(CHANGES.c.seq)).mappings())


def told(office: Founded) -> tuple[str, str]:
    """A call whose narrative the database could not take; (contact, what was told)."""
    workspace = open_workspace(office.home, office.key)
    intake = Intake.start(workspace)
    settle(workspace)
    said = CANARY + "x" * LONG
    fill(workspace)
    narrate(intake, said)
    sheltered(workspace)
    die(workspace)
    return intake.contact.id, said


def test_what_a_full_disk_refused_is_there_after_the_next_unlock_once(office: Founded) -> None:
    contact, said = told(office)
    assert emergency.waiting(office.home)
    workspace = open_workspace(office.home, office.key)
    assert narrative(workspace, contact) == said
    assert workspace.taken.pieces == 1
    assert not workspace.taken.damaged
    assert [call.contact_id for call in calls.unfinished(workspace.store)] == [contact]
    count = len(log(workspace))
    assert not emergency.waiting(office.home)
    assert not emergency.aside(office.home)
    workspace.close()
    workspace = open_workspace(office.home, office.key)
    assert len(log(workspace)) == count
    assert not workspace.taken
    workspace.close()


def test_the_journal_holds_no_plain_word_and_no_other_key_opens_it(office: Founded) -> None:
    told(office)
    (path,) = emergency.waiting(office.home)
    content = path.read_bytes()
    assert CANARY.encode() not in content
    assert b"narrative" not in content
    assert path.stat().st_mode & 0o077 == 0
    other = vault.Key(bytes(32), office.key.vault_id)
    assert not emergency.read(path, other).entries
    assert emergency.read(path, office.key).entries


def test_a_journal_put_back_brings_nothing_twice(office: Founded, tmp_path: Path) -> None:
    contact, _said = told(office)
    (path,) = emergency.waiting(office.home)
    shutil.copy(path, tmp_path / path.name)
    workspace = open_workspace(office.home, office.key)
    intake = Intake.reopen(workspace, contact)
    narrate(intake, "Otra cosa.")
    settle(workspace)
    count = len(log(workspace))
    workspace.close()
    shutil.copy(tmp_path / path.name, path)
    workspace = open_workspace(office.home, office.key)
    assert narrative(workspace, contact) == "Otra cosa."
    assert len(log(workspace)) == count
    assert not emergency.waiting(office.home)
    workspace.close()


@pytest.mark.parametrize("stored", range(4))
def test_a_take_in_that_is_cut_off_goes_on_where_it_was(
    office: Founded, stored: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = open_workspace(office.home, office.key)
    fill(workspace)
    intakes = [Intake.start(workspace) for _ in range(4)]
    for number, intake in enumerate(intakes):
        narrate(intake, f"{number}" + "x" * LONG)
    sheltered(workspace)
    die(workspace)

    written: list[str] = []
    monkeypatch.setattr(writer, "_nobody", lambda saved: written.append(saved.form))
    real = pending_writes.Edits.write

    def some(edits: Any, unit: Any) -> Any:
        if len(written) >= stored:
            raise paths.storage_failed(OSError(5, "cut off"), office.home)
        return real(edits, unit)

    with monkeypatch.context() as cut:
        cut.setattr(pending_writes.Edits, "write", some)
        cut.setattr("lnctp_tui.services.vault.workspace.TAKE_IN", 2)
        workspace = open_workspace(office.home, office.key)
        assert len(written) == stored
        die(workspace)
    workspace = open_workspace(office.home, office.key)
    for number, intake in enumerate(intakes):
        assert narrative(workspace, intake.contact.id) == f"{number}" + "x" * LONG
    assert [each["row"] for each in log(workspace)[-4:]] == [each.contact.id for each in intakes]
    assert workspace.taken.pieces == 4 - stored
    workspace.close()


def test_what_was_taken_in_is_signed_by_this_laptop_and_gets_its_folio(office: Founded) -> None:
    workspace = open_workspace(office.home, office.key)
    fill(workspace)
    intake = Intake.start(workspace)
    intake.set(intake.contact, {"kind": "report", "narrative": "x" * LONG})
    intake.open_case()
    endings.finish(intake, lambda: None, None, {"kind": "callback", "say": "mañana"})
    sheltered(workspace)
    die(workspace)
    workspace = open_workspace(office.home, office.key)
    with workspace.store.read() as connection:
        key = connection.execute(text("SELECT public_key FROM devices")).scalar()
        assert connection.execute(text("SELECT count(*) FROM tasks WHERE kind = 'callback'")).scalar() == 1
        assert connection.execute(text("SELECT folio FROM cases")).scalar()
    assert all(wire.signed_by(dict(change), str(key)) for change in log(workspace))
    assert not calls.unfinished(workspace.store)
    workspace.close()


def test_a_damaged_journal_gives_what_can_be_read_and_is_kept_aside(office: Founded) -> None:
    workspace = open_workspace(office.home, office.key)
    fill(workspace)
    intakes = [Intake.start(workspace) for _ in range(5)]
    for number, intake in enumerate(intakes):
        narrate(intake, f"{number}" + "x" * LONG)
        sheltered(workspace)
    die(workspace)
    (path,) = emergency.waiting(office.home)
    content = bytearray(path.read_bytes())
    frames = [place for place in range(len(content)) if content.startswith(emergency.MARK, place)]
    content[frames[-2] + 70] ^= 1
    path.write_bytes(content)
    workspace = open_workspace(office.home, office.key)
    with workspace.store.read() as connection:
        found = list(connection.execute(text("SELECT substr(narrative, 1, 1) FROM contacts")).scalars())
    assert {"0", "1", "2", "4"} <= set(found)
    assert [each.name for each in emergency.aside(office.home)] == workspace.taken.damaged
    assert workspace.taken.damaged
    assert not emergency.waiting(office.home)
    workspace.close()
    workspace = open_workspace(office.home, office.key)
    assert not workspace.taken
    workspace.close()


def test_any_damage_to_a_journal_is_told_and_invents_nothing(office: Founded, soak: bool) -> None:
    told(office)
    (path,) = emergency.waiting(office.home)
    whole, dice = path.read_bytes(), random.Random(40)
    true = emergency.read(path, office.key).entries
    for _ in range(2000 if soak else 60):
        content = bytearray(whole)
        place = dice.randrange(len(content))
        what = dice.randrange(3)
        if what == 0:
            content[place] ^= 1 << dice.randrange(8)
        elif what == 1:
            del content[place:]
        else:
            content[place:place] = dice.randbytes(dice.randrange(1, 80))
        path.write_bytes(content)
        found = emergency.read(path, office.key)
        assert all(entry in true for entry in found.entries)
        assert found.damaged or found.entries == true or bytes(content) == whole[: len(content)]


def test_an_error_in_the_search_index_costs_no_edit(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken: list[BaseException] = []
    workspace.writer.on_broken = broken.append

    def fails(*_: object) -> int:
        raise ValueError("year 0 is out of range")

    monkeypatch.setattr(search, "refresh", fails)
    intake = Intake.start(workspace)
    narrate(intake, "Uno.")
    assert workspace.writer.drain(5)
    narrate(intake, "Uno. Dos.")
    assert workspace.writer.drain(5)
    assert narrative(workspace, intake.contact.id) == "Uno. Dos."
    until(lambda: broken, "the report")
    assert workspace.writer.is_alive()
    assert workspace.writer.health.well


@pytest.mark.parametrize(
    "bad",
    [1 << 80, {1, 2}, float("nan"), "\ud800", object()],
    ids=["long", "set", "nan", "surrogate", "object"],
)
def test_one_value_that_cannot_be_stored_is_sealed_and_the_others_go_on(
    office: Founded, bad: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = open_workspace(office.home, office.key)
    intake = Intake.start(workspace)
    settle(workspace)
    real = workspace.store.write

    case = intake.draft.case
    intake.set(intake.contact, {"kind": "victim", "narrative": "Lo que contó."})
    intake.set(case, {"summary": "Resumen.", "triage": bad, "code_word": "sandía"})
    narrate(intake, "Lo que contó. Y más.")
    assert workspace.writer.drain(10)
    assert workspace.store.write == real
    assert narrative(workspace, intake.contact.id) == "Lo que contó. Y más."
    with workspace.store.read() as connection:
        row = connection.execute(text("SELECT summary, code_word, folio FROM cases")).one()
    assert row.summary == "Resumen."
    assert row.code_word == "sandía"
    assert row.folio
    if not workspace.writer.refused:  # the write path made something of it that may be stored
        workspace.close()
        return
    assert workspace.writer.health.refused == 1
    assert workspace.writer.health.trouble is None
    assert not workspace.close()
    assert emergency.waiting(office.home)
    workspace = open_workspace(office.home, office.key)
    with workspace.store.read() as connection:
        row = connection.execute(text("SELECT summary, code_word FROM cases")).one()
    assert tuple(row) == ("Resumen.", "sandía")
    assert not emergency.waiting(office.home)
    workspace.close()


def test_a_refusal_of_the_write_path_does_not_end_the_saving(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    intake = Intake.start(workspace)
    settle(workspace)
    real = pending_writes.Edits.write

    def refuses(edits: Any, unit: Any) -> Any:
        if any("veneno" in str(patch) for patch in edits.patches.values()):
            raise LnctpError("bad_input")
        return real(edits, unit)

    monkeypatch.setattr(pending_writes.Edits, "write", refuses)
    monkeypatch.setattr(pending_writes.Edits, "write_what_fits", refuses)
    narrate(intake, "veneno")
    assert workspace.writer.drain(5)
    other = Intake.start(workspace)
    narrate(other, "La siguiente llamada.")
    assert workspace.writer.drain(5)
    assert narrative(workspace, other.contact.id) == "La siguiente llamada."
    assert workspace.writer.health.refused == 1
    assert emergency.waiting(workspace.home)


def test_a_writer_that_stalls_is_seen_and_its_edits_are_sealed(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "STALLED", 0.4)
    intake = Intake.start(workspace)
    settle(workspace)
    held, go = threading.Event(), threading.Event()

    def hang(_store: object) -> None:
        held.set()
        go.wait(20)

    workspace.writer.submit(hang)
    held.wait(5)
    narrate(intake, "Mientras se atora.")
    until(lambda: workspace.writer.health.trouble, "the stall")
    found = workspace.writer.health.trouble
    assert found is not None
    assert found.code == "writer_stalled"
    sheltered(workspace)
    (path,) = emergency.waiting(workspace.home)
    assert "Mientras se atora." in str(emergency.read(path, workspace.key).entries)
    go.set()
    assert workspace.writer.drain(5)
    until(lambda: not emergency.waiting(workspace.home), "the end of the journal")
    assert narrative(workspace, intake.contact.id) == "Mientras se atora."
    assert workspace.writer.health.well


def test_a_writer_that_died_is_replaced_and_nothing_is_lost(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(threading, "excepthook", lambda _: None)
    intake = Intake.start(workspace)
    settle(workspace)
    deaths: list[Any] = []
    real = writer.Writer._try

    def dies(self: writer.Writer, piece: Any) -> bool:
        if not deaths:
            deaths.append(piece)
            raise SystemExit
        return real(self, piece)

    monkeypatch.setattr(writer.Writer, "_try", dies)
    narrate(intake, "Antes y después.")
    until(lambda: deaths, "the death")
    assert workspace.writer.drain(10)
    assert narrative(workspace, intake.contact.id) == "Antes y después."
    assert workspace.writer.health.well


def test_a_job_waits_for_the_disk_as_an_edit_does_and_is_done_once(workspace: Workspace) -> None:
    intake = Intake.start(workspace)
    intake.set(intake.contact, {"kind": "report"})
    intake.open_case()
    settle(workspace)
    ended: list[str] = []
    with full(workspace):
        narrate(intake, "x" * LONG)
        endings.finish(intake, lambda: ended.append("done"), None, {"kind": "callback", "say": "mañana"})
        assert not workspace.writer.drain(0.5)
        assert not ended
    until(lambda: ended, "the end of the call")
    assert not calls.unfinished(workspace.store)
    assert ended == ["done"]


def test_a_folder_that_takes_nothing_keeps_everything_in_memory_and_says_so(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuses(*_: object) -> None:
        raise OSError(30, "read-only")

    intake = Intake.start(workspace)
    settle(workspace)
    monkeypatch.setattr(emergency.Journal, "_add", refuses)
    with full(workspace):
        narrate(intake, "x" * LONG)
        until(lambda: workspace.writer.health.trouble, "the refusal")
        assert not workspace.writer.keep()
        health = workspace.writer.health
        assert not health.sheltered
        assert health.waiting == 1
        assert not emergency.waiting(workspace.home)
    until(lambda: workspace.writer.health.well, "the healing")
    assert len(narrative(workspace, intake.contact.id)) == LONG


def test_room_is_held_for_the_journal_and_given_back(
    office: Founded, monkeypatch: pytest.MonkeyPatch
) -> None:
    workspace = open_workspace(office.home, office.key)
    held = office.home / emergency.RESERVE
    assert held.stat().st_size == emergency.RESERVED
    real = os.write

    def needs_room(handle: int, content: bytes) -> int:
        if held.exists():
            raise OSError(28, "full")
        return real(handle, content)

    monkeypatch.setattr(os, "write", needs_room)
    intake = Intake.start(workspace)
    settle(workspace)
    fill(workspace)
    narrate(intake, "x" * LONG)
    sheltered(workspace)
    assert not held.exists()
    monkeypatch.undo()
    free(workspace)
    assert workspace.writer.drain(10)
    workspace.close()
    open_workspace(office.home, office.key).close()
    assert held.exists()


def test_two_programs_on_one_folder_take_in_only_what_nobody_writes(office: Founded) -> None:
    one = open_workspace(office.home, office.key)
    intake = Intake.start(one)
    settle(one)
    fill(one)
    narrate(intake, "x" * LONG)
    sheltered(one)
    two = open_workspace(office.home, office.key)
    assert not two.taken
    assert emergency.waiting(office.home)
    two.close()
    free(one)
    assert one.writer.drain(10)
    until(lambda: not emergency.waiting(office.home), "the end of the journal")
    assert len(narrative(one, intake.contact.id)) == LONG
    one.close()


def test_the_journal_and_its_reserve_are_private_files_of_the_folder(office: Founded) -> None:
    assert paths.DATABASE not in {each.name for each in emergency.waiting(office.home)}
    for planted in ("emergency-0.journal", emergency.RESERVE):
        (office.home / planted).unlink(missing_ok=True)
        (office.home / planted).symlink_to("/etc/hostname")
    workspace = open_workspace(office.home, office.key)
    assert (office.home / emergency.RESERVE).is_symlink() or not (
        office.home / emergency.RESERVE
    ).is_symlink()
    assert not workspace.taken.pieces
    workspace.close()

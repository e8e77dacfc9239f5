"""`lnctp task` and `lnctp file`, as programs drive them."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pty_app import PHRASE

from lnctp_tui.cli import main
from lnctp_tui.domain.records import bound
from lnctp_tui.services.case import referrals
from lnctp_tui.services.vault import workspace
from lnctp_tui.storage import ids
from lnctp_tui.storage.database.session import Store
from lnctp_tui.storage.vault import vault

Run = Callable[..., tuple[int, str]]


def driven(
    made_vault: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> tuple[Run, Store]:
    """A command on a vault of its own, and its open store."""
    home = Path(shutil.copytree(made_vault, tmp_path / "home"))
    store = workspace.open_store(home, vault.unlock(home, PHRASE))
    phrase = tmp_path / "phrase"
    phrase.write_text(PHRASE)
    phrase.chmod(0o600)
    monkeypatch.setenv("LNCTP_PASSPHRASE_FILE", str(phrase))
    monkeypatch.setenv("LNCTP_HOME", str(home))

    def run(*arguments: str) -> tuple[int, str]:
        code = main([*arguments, "--json"])
        return code, capsys.readouterr().out

    return run, store


def test_tasks_and_files_are_listed_and_done_as_json(
    made_vault: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, store = driven(made_vault, tmp_path, capsys, monkeypatch)
    case, task = ids.new_id(), ids.new_id()
    with store.write() as unit:
        unit.record("cases", case, {"status": "open"})
        unit.record("tasks", task, {"kind": "callback", "due_to": "2026-11-30T16:00:00Z"}, case=case)
        for number in ("CI/1/2026", "ci-1-2026"):
            unit.record("files", ids.new_id(), {"number": number, "entity": "MX-TLA"}, case=case)
    store.close()
    code, listed = run("task", "list")
    assert code == 0
    assert [line["id"] for line in json.loads(listed)] == [task]
    assert run("task", "list", "--case", case)[0] == 0
    assert json.loads(run("task", "done", task, "--outcome", "hablada")[1]) == {"id": task, "status": "done"}
    assert json.loads(run("task", "list")[1]) == []
    assert run("task", "done", task, "--outcome", "otra vez")[0] == 1
    assert sorted(line["repeats"] for line in json.loads(run("file", "list")[1])) == [False, True]


def test_a_shift_is_shown_signed_line_by_line_and_taken_by_its_words(
    made_vault: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run, store = driven(made_vault, tmp_path, capsys, monkeypatch)
    case = ids.new_id()
    with store.write() as unit:
        unit.record("cases", case, {"status": "open", "triage": "emergency", "folio": "K7Q2-0001-X"})
    store.close()
    code, shown = run("handover", "new")
    (row,) = json.loads(shown)["proposed"]
    assert (code, row["why"], row["item_case_id"], row["included"]) == (1, "risk", case, False)
    assert run("handover", "new", "--sign")[0] == 1, "it is not decided"
    assert run("handover", "new", "--sign", "--include", "otra")[0] == 2
    assert json.loads(run("handover", "list")[1]) == []
    code, signed = run(
        "handover", "new", "--sign", "--include", row["key"], "--add", "la llave", "--note", "frío"
    )
    made = json.loads(signed)
    (there,) = json.loads(run("handover", "list")[1])
    assert (code, len(made["words"].split()), there["words"]) == (0, 6, made["words"])
    assert (there["state"], sorted(item["why"] for item in there["items"])) == ("waits", ["other", "risk"])
    assert run("handover", "take", "--words", made["words"], "--id", made["id"])[0] == 1, "it is her own"
    assert run("handover", "take", "--words", made["words"], "--id", "ninguno")[0] == 2
    assert run("handover", "take", "--words", "cinco palabras de la lista")[0] == 1
    sealed = str(tmp_path / "relevo")
    assert run("handover", "seal", made["id"], sealed)[0] == 1, "it is for nobody"
    (tmp_path / "relevo").write_bytes(b"otra cosa")
    assert run("handover", "open", sealed, "--take")[0] == 1
    assert [one["taken_by"] for one in json.loads(run("handover", "list")[1])] == [[]]


def test_a_sheet_leaves_from_the_command_line_by_the_mark_of_what_was_shown(
    made_vault: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Path(shutil.copytree(made_vault, tmp_path / "home"))
    store = workspace.open_store(home, vault.unlock(home, PHRASE))
    case, victim, referral = (ids.new_id() for _ in range(3))
    provider, patch = bound.made("providers", {"source": "prueba", "source_id": "1"})
    with store.write() as unit:
        unit.record("cases", case, {"status": "open", "code_word": "canario"})
        unit.record("people", victim, {"role": "victim", "name": "Ana de Prueba", "sex": "mujer"}, case=case)
        unit.record("providers", provider, patch | {"name": "Casa Ceiba (ficticia)", "status": "active"})
    referrals.prepare(store, referral, case, victim, provider)
    referrals.say(store, referral, {"consent": "yes", "consent_by": victim})
    referrals.answer(store, referral, "sex", "yes")
    store.close()
    phrase, sheet = tmp_path / "phrase", tmp_path / "hoja.txt"
    phrase.write_text(PHRASE)
    phrase.chmod(0o600)
    monkeypatch.setenv("LNCTP_PASSPHRASE_FILE", str(phrase))
    monkeypatch.setenv("LNCTP_HOME", str(home))

    def run(*arguments: str) -> tuple[int, Any]:
        code = main(["referral", *arguments, "--json"])
        said = capsys.readouterr().out
        return code, json.loads(said) if said else None

    code, shown = run("send", referral)
    assert (code, shown["sent"], shown["data"], shown["blockers"]) == (1, None, ["sex"], [])
    wrong = ("0" * len(shown["sheet"]), shown["sheet"][:4])
    for mark in wrong:
        assert run("send", referral, "--to", "Coordinación", "--sheet", mark, "--out", str(sheet))[0] == 1
    assert not sheet.exists()
    code, sent = run("send", referral, "--to", "Coordinación", "--sheet", shown["sheet"], "--out", str(sheet))
    assert (code, sent["data"]) == (0, ["sex"])
    assert hashlib.sha256(sheet.read_bytes()).hexdigest() == sent["sha256"]
    assert sheet.stat().st_mode & 0o777 == 0o600
    assert not [word for word in (b"Ana de Prueba", b"canario", case.encode()) if word in sheet.read_bytes()]
    assert [row["status"] for row in run("list", case)[1]] == ["sent"]

"""`lnctp task` and `lnctp file`, as programs drive them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pty_app import PHRASE

from lnctp_tui.cli import main
from lnctp_tui.services.vault import workspace
from lnctp_tui.storage import ids
from lnctp_tui.storage.vault import vault


def test_tasks_and_files_are_listed_and_done_as_json(
    made_vault: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import shutil

    home = Path(shutil.copytree(made_vault, tmp_path / "home"))
    store = workspace.open_store(home, vault.unlock(home, PHRASE))
    case, task = ids.new_id(), ids.new_id()
    with store.write() as unit:
        unit.record("cases", case, {"status": "open"})
        unit.record("tasks", task, {"kind": "callback", "due_to": "2026-11-30T16:00:00Z"}, case=case)
        for number in ("CI/1/2026", "ci-1-2026"):
            unit.record("files", ids.new_id(), {"number": number, "entity": "MX-TLA"}, case=case)
    store.close()
    phrase = tmp_path / "phrase"
    phrase.write_text(PHRASE)
    phrase.chmod(0o600)
    monkeypatch.setenv("LNCTP_PASSPHRASE_FILE", str(phrase))
    monkeypatch.setenv("LNCTP_HOME", str(home))

    def run(*arguments: str) -> tuple[int, str]:
        code = main([*arguments, "--json"])
        return code, capsys.readouterr().out

    code, listed = run("task", "list")
    assert code == 0
    assert [line["id"] for line in json.loads(listed)] == [task]
    assert run("task", "list", "--case", case)[0] == 0
    assert json.loads(run("task", "done", task, "--outcome", "hablada")[1]) == {"id": task, "status": "done"}
    assert json.loads(run("task", "list")[1]) == []
    assert run("task", "done", task, "--outcome", "otra vez")[0] == 1
    assert sorted(line["repeats"] for line in json.loads(run("file", "list")[1])) == [False, True]

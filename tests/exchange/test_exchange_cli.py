"""`lnctp exchange` as a person types it: out, in, and what left."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from exchange_office import PARTNER, REASON, read

from lnctp_tui.cli import main


def test_a_file_comes_in_goes_out_and_is_listed(
    home: Path,
    phrase_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("LNCTP_HOME", str(home))
    monkeypatch.setenv("LNCTP_PASSPHRASE_FILE", str(phrase_file))
    monkeypatch.setenv("LNCTP_LANG", "es")
    monkeypatch.chdir(tmp_path)
    Path("in.csv").write_text(
        "prs_FirstName,con_Consent,prs_Gender,vic_TypeOfExploitation\nAna,TRUE,Feminine,ForcedBegging\n"
        "Eva,quizá,Feminine,ForcedBegging\n"
    )
    to = ["--to", PARTNER, "--reason", REASON]
    assert main(["exchange", "htcds", "--to", PARTNER, "--out", "a.csv"]) == 2
    assert main(["exchange", "import", "htcds", "in.csv"]) == 1
    told = capsys.readouterr()
    assert "con_Consent" in told.err
    assert "quizá" not in told.err + told.out
    assert main(["exchange", "htcds", *to, "--out", "a.csv", "--json"]) == 0
    made = json.loads(capsys.readouterr().out)
    assert (made["rows"], read(Path("a.csv"))[0]["vic_TypeOfExploitation"]) == (1, "ForcedBegging")
    assert read(Path("a.csv"))[0]["prs_FirstName"] == ""  # a TRUE of theirs opens nothing for somebody else
    assert main(["exchange", "list"]) == 0
    assert "hecho" in capsys.readouterr().out

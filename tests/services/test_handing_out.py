"""Whatever writes records in plain text asks where: not into a folder that copies itself elsewhere, nor over a file."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from lnctp_tui import programs
from lnctp_tui.domain.report.result import Report
from lnctp_tui.errors import BadInput, Refused
from lnctp_tui.reports.words import Words
from lnctp_tui.services.case import handing_out
from lnctp_tui.services.directory import hsds
from lnctp_tui.services.exchange import exporting, graph
from lnctp_tui.services.exchange.importing import run
from lnctp_tui.services.report import export
from lnctp_tui.services.vault.workspace import Workspace

EMPTY = Report(date(2020, 1, 1), date(2020, 12, 31), "laptop", ())


def rejects(workspace: Workspace, path: Path) -> None:
    source = path.parent.parent / "casos.jsonl"
    source.write_text("{\n")
    run.import_file(workspace.store, source, protocol=workspace.protocol, zone=workspace.zone, rejects=path)


WRITERS: dict[str, Callable[[Workspace, Path], object]] = {
    "cases": lambda workspace, path: exporting.write(workspace.store, None, path),
    "directory": lambda workspace, path: hsds.write(workspace.store, workspace.protocol, path),
    "links": lambda _workspace, path: graph.write([], "dot", path),
    "report": lambda workspace, path: export.place(str(path.with_suffix(".csv"))),
    "sheet": lambda _workspace, path: handing_out.hand_out(path, b"x"),
    "rejects": rejects,
}


@pytest.mark.parametrize("kind", WRITERS)
@pytest.mark.parametrize("cloud", ["Dropbox", "OneDrive - Equipo", "a link to one"])
def test_nothing_is_written_into_a_folder_that_is_copied_elsewhere(
    workspace: Workspace, tmp_path: Path, kind: str, cloud: str
) -> None:
    folder = tmp_path / cloud
    if "link" in cloud:
        (tmp_path / "Nextcloud").mkdir()
        folder.symlink_to(tmp_path / "Nextcloud")
    else:
        folder.mkdir()
    with pytest.raises(Refused, match="place_shared"):
        WRITERS[kind](workspace, folder / "salida")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("kind", [kind for kind in WRITERS if kind not in ("rejects", "report")])
def test_elsewhere_it_is_and_only_once(workspace: Workspace, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "salida"
    WRITERS[kind](workspace, path)
    assert path.stat().st_mode & 0o777 == 0o600
    with pytest.raises(BadInput, match="file_exists"):
        WRITERS[kind](workspace, path)


def test_a_directory_without_what_is_private_may_lie_anywhere(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "Dropbox").mkdir()
    hsds.write(workspace.store, workspace.protocol, tmp_path / "Dropbox" / "publico.zip", public=True)


def test_a_bare_name_is_in_the_folder_of_the_command(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "Dropbox").mkdir()
    monkeypatch.chdir(tmp_path)
    assert handing_out.named(Path("informe.csv")) == Path(os.path.realpath(tmp_path)) / "informe.csv"
    monkeypatch.chdir(tmp_path / "Dropbox")
    with pytest.raises(Refused, match="place_shared"):
        handing_out.named(Path("informe.csv"))
    with pytest.raises(Refused, match="bad_place"):  # typed into the app, which runs in no folder of hers
        export.place("informe.csv")


@pytest.mark.parametrize("end", ["html", "pdf"])
def test_a_page_and_a_pdf_are_drawn_by_another_process(
    workspace: Workspace, tmp_path: Path, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("vl_convert")
    path = export.place(str(tmp_path / f"informe.{end}"))
    from lnctp_tui.reports import tables

    monkeypatch.setattr(tables, "built_in", lambda: ())
    export.write(EMPTY, Words(workspace.protocol, "en"), path)
    content = path.read_bytes()
    assert content.startswith(b"<!doctype html>" if end == "html" else b"%PDF")
    if end == "html":
        assert b'<html lang="en">' in content
        assert b"Only what this laptop holds" in content
        assert b"How it is counted" in content
    monkeypatch.setattr(programs, "command", lambda _part: ["/nonexistent"])
    with pytest.raises(Refused, match="typesetter_failed"):
        export.write(EMPTY, Words(workspace.protocol, "en"), path.with_name(f"otro.{end}"))
    assert not path.with_name(f"otro.{end}").exists()

"""Read the help of a stage: the built-in file, or the organisation's of the same name in `help/`.

Nothing of it is read at start or kept: F1 reads the one file that it needs. In a call the organisation's are those
that a person accepted with the phrase, as with the protocol. Source: the file format in docs/protocol.md, "Help".
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from importlib import resources
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from lnctp_tui.domain.protocol.field_help import FieldHelp, StageHelp
from lnctp_tui.domain.protocol.protocol import Label
from lnctp_tui.domain.protocol.protocol_check import Finding
from lnctp_tui.domain.records.columns import words
from lnctp_tui.errors import StorageFailed
from lnctp_tui.storage.database.session import storage_failures
from lnctp_tui.storage.protocol import accepted
from lnctp_tui.storage.protocol.protocol_loader import HELP, SUFFIXES, Files
from lnctp_tui.storage.protocol.stages import REVIEW_KEYS, Reader, open_file

if TYPE_CHECKING:
    from lnctp_tui.storage.database.session import Store

KEYS = words("version code field")
FIELD_KEYS = words("on code why bad good source rows").union(REVIEW_KEYS)


def of_vault(store: Store, stage: str) -> StageHelp | None:
    """The help of a stage that is in use in a vault; None when nobody wrote any. Blocking, a few milliseconds.

    A database that cannot be read now leaves the program's own.
    """
    held: accepted.Files = {}
    with suppress(StorageFailed), storage_failures(), store.read() as connection:
        held = accepted.held(connection)
    own = (
        read(Files(Path(accepted.FOLDER), _built_in(), held), stage)
        if f"{HELP}/{stage}.toml" in held
        else None
    )
    return own or built_in(stage)


def built_in(stage: str) -> StageHelp | None:
    """The program's own help of a stage."""
    return read(Files(None, _built_in()), stage)


def dialogs() -> dict[str, Label]:
    """What each dialog is for, by its code."""
    content = _built_in().joinpath("dialogs.toml").read_text(encoding="utf-8")
    return {code: Label(said["es"], said["en"]) for code, said in tomllib.loads(content).items()}


def read(files: Files, stage: str) -> StageHelp | None:
    """The help of one stage, with a finding for each mistake of form; None when the file does not parse."""
    path = f"{HELP}/{stage}.toml"
    reader = open_file(files, path, KEYS, stage)
    if reader is None:
        return None
    blocks = enumerate(reader.tables("field"), 1)
    fields = tuple(_field(reader, number, block) for number, block in blocks)
    return StageHelp(stage, reader.file, reader.file != path, fields, reader.lines)


def read_all(folder: Path | None, stages: tuple[str, ...]) -> tuple[list[StageHelp], list[Finding]]:
    """The help of these stages, with what is wrong with its files."""
    files = Files(folder, _built_in())
    helps = [told for stage in stages if (told := read(files, stage))]
    return helps, files.findings


def unused(folder: Path, stages: tuple[str, ...]) -> Iterator[Finding]:
    """Files in the folder's `help/` that are of no stage."""
    names = {f"{stage}.toml" for stage in stages}
    listed = sorted((folder / HELP).glob("*"))
    return (
        Finding(str(path), 1, "unused_file")
        for path in listed
        if path.suffix in SUFFIXES and path.name not in names
    )


def _field(parent: Reader, number: int, block: dict[str, Any]) -> FieldHelp:
    reader = Reader(parent.file, parent.lines, block, parent.findings, number)
    reader.only(FIELD_KEYS)
    on, code = reader.text("on"), reader.text("code")
    why, bad, good, source = (reader.label(key) for key in ("why", "bad", "good", "source"))
    mark = reader.mark()
    if not mark:
        reader.find("mark", "missing_mark", what=code)
    return FieldHelp(on, code, why, bad, good, source, mark, _rows(reader), reader.review())


def _rows(reader: Reader) -> Mapping[str, Any]:
    rows = Reader(reader.file, reader.lines, reader.typed("rows", dict, {}), reader.findings, reader.block)
    return MappingProxyType({code: rows.label(code) for code in rows.values})


def _built_in() -> Any:
    return resources.files("lnctp_tui").joinpath("data")

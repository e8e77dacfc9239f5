"""Investigation files: the stage that stands, and one key however a number is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from lnctp_tui.domain.values.text import fold

FINISHED: Final = ("sentencia", "archivada", "no_ejercicio", "sobreseida")
"""Stages after which nothing is awaited."""


IN_ORDER: Final = (
    "denuncia", "carpeta", "judicializada", "intermedia", "juicio", "sentencia", "apelacion", "archivada",
    "no_ejercicio", "sobreseida",
)  # fmt: skip
"""In which order a file goes through them: of one day the later one stands."""


def number_key(number: str | None) -> str | None:
    """Upper-case letters and digits of a number; None when it has none."""
    return "".join(sign for sign in fold(number or "").upper() if sign.isalnum()) or None


def stage_of(file: Mapping[str, Any], stages: Iterable[Mapping[str, Any]]) -> str | None:
    """The stage of the greatest date among the file's, of one day the later in the order of a file, then the greatest
    id; what the file itself says when it has none."""
    of_file = [row for row in stages if row.get("file_id") == file.get("id") and row.get("stage")]
    newest = max(of_file, key=step_order, default=None)
    stage = newest["stage"] if newest else file.get("stage")
    return str(stage) if stage else None


def step_order(row: Mapping[str, Any]) -> tuple[str, int, str]:
    """By which steps of a file stand. An id is made of what a step says, so that it tells nothing of when."""
    stage = str(row.get("stage"))
    place = IN_ORDER.index(stage) if stage in IN_ORDER else len(IN_ORDER)
    return str(row.get("on") or ""), place, str(row.get("id"))


def counted_once(files: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Files of which no two have one entity and one number, whatever cases share them; without a number each counts."""
    met: dict[tuple[Any, str], Mapping[str, Any]] = {}
    for file in files:
        key = number_key(file.get("number")) or str(file.get("id"))
        met.setdefault((file.get("entity"), key), file)
    return list(met.values())

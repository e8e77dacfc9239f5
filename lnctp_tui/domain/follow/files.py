"""Investigation files: the stage that stands, and one key however a number is written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from lnctp_tui.domain.values.text import fold

FINISHED: Final = ("sentencia", "archivada", "no_ejercicio", "sobreseida")
"""Stages after which nothing is awaited."""


def number_key(number: str | None) -> str | None:
    """Upper-case letters and digits of a number; None when it has none."""
    return "".join(sign for sign in fold(number or "").upper() if sign.isalnum()) or None


def stage_of(file: Mapping[str, Any], stages: Iterable[Mapping[str, Any]]) -> str | None:
    """The stage of the greatest date and id among the file's; what the file itself says when it has none."""
    of_file = [row for row in stages if row.get("file_id") == file.get("id") and row.get("stage")]
    newest = max(of_file, key=lambda row: (str(row.get("on") or ""), str(row.get("id"))), default=None)
    stage = newest["stage"] if newest else file.get("stage")
    return str(stage) if stage else None


def counted_once(files: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Files of which no two have one entity and one number, whatever cases share them; without a number each counts."""
    met: dict[tuple[Any, str], Mapping[str, Any]] = {}
    for file in files:
        key = number_key(file.get("number")) or str(file.get("id"))
        met.setdefault((file.get("entity"), key), file)
    return list(met.values())

"""The definitions of tables and the cited figures, read from their files. A mistake is told with its line."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib import resources
from typing import Any, Final

from lnctp_tui.domain.protocol import toml_lines
from lnctp_tui.domain.protocol.protocol import Label
from lnctp_tui.domain.report import definitions, dimensions
from lnctp_tui.domain.report.definitions import Definition
from lnctp_tui.errors import BadInput, BadProtocol

FOLDER: Final = resources.files("lnctp_tui") / "data" / "report"
AT_LINE: Final = re.compile(r"line (\d+)")


@cache
def built_in() -> tuple[Definition, ...]:
    """The tables of the Line's report."""
    return parse("tables.toml", text("tables.toml"))


def text(name: str) -> str:
    """A file of the report's own data."""
    return (FOLDER / name).read_text("utf-8")


def parse(file: str, content: str) -> tuple[Definition, ...]:
    """The definitions of a file. Raises BadProtocol with the line of the first mistake."""
    values, lines = loaded(file, content)
    made: list[Definition] = []
    for block, table in enumerate(values.get("table", ()), 1):
        ids = frozenset(definition.id for definition in made)
        for flaw in definitions.flaws(table, ids):
            at = lines.block(block) if flaw.code == "missing_key" else lines.of(flaw.key, block)
            raise BadProtocol(file=file, line=at, reason=flaw.code, what=flaw.what)
        made.append(definitions.of(table))
    return tuple(made)


def loaded(file: str, content: str) -> tuple[dict[str, Any], toml_lines.Lines]:
    """The values of a TOML text and where they stand. Raises BadProtocol."""
    try:
        return tomllib.loads(content), toml_lines.index(content)
    except tomllib.TOMLDecodeError as error:
        at = AT_LINE.search(str(error))
        line = int(at[1]) if at else 1
        raise BadProtocol(file=file, line=line, reason="bad_toml", what="") from None


def chosen(ids: Iterable[str]) -> tuple[Definition, ...]:
    """Tables by their ids, in any case. Raises BadInput `report_no_table`."""
    by_id = {definition.id.upper(): definition for definition in built_in()}
    made = []
    for name in ids:
        if name.upper() not in by_id:
            raise BadInput("report_no_table", table=name[:20], known=", ".join(by_id))
        made.append(by_id[name.upper()])
    return tuple(made)


def asked(names: tuple[str, ...], unit: str, *, own_date: bool = False) -> Definition:
    """A table by one or two dimensions. Raises BadInput `report_no_dimension`, `report_no_unit`, `report_not_of`."""
    if unit not in dimensions.UNITS or unit in ("place", "figure"):
        known = ", ".join(name for name in dimensions.UNITS if name not in ("place", "figure"))
        raise BadInput("report_no_unit", unit=unit[:20], known=known)
    for name in names:
        if name not in dimensions.DIMENSIONS:
            raise BadInput("report_no_dimension", dimension=name[:30], known=", ".join(dimensions.DIMENSIONS))
        if not dimensions.fits(name, unit):
            fitting = ", ".join(known for known in dimensions.DIMENSIONS if dimensions.fits(known, unit))
            raise BadInput("report_not_of", dimension=name, unit=unit, known=fitting)
    rows, columns = (*names, "")[:2]
    base = "case" if unit in ("case", "mention") else "unit"
    return Definition("", unit, rows, columns, (base,), Label("", ""), own_date=own_date)

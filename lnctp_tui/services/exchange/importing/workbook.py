"""The lines of a workbook (XLSX, XLSM, XLSB, XLS, ODS) as the texts a CSV of it would hold."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from lnctp_tui.errors import BadInput
from lnctp_tui.services.exchange.importing import archive
from lnctp_tui.services.exchange.importing.moment_cells import EPOCH
from lnctp_tui.services.exchange.importing.table import Line

WHOLE = 10**15
"""Numbers from here on have lost figures in the spreadsheet, which keeps fifteen."""


class Opened(NamedTuple):
    """One sheet of a workbook, and what of the book is to be told."""

    name: str
    rows: list[list[Any]]
    merged: tuple[tuple[tuple[int, int], tuple[int, int]], ...]
    """First and last cell of each block of cells that are one, row and column from 0."""
    hidden: tuple[str, ...]
    """Sheets that nobody sees, and that are not read."""


def opened(path: Path, content: bytes, sheet: str | None) -> Opened:
    """One sheet, by name, or the only one that is seen and holds something.

    Raises BadInput `import_not_workbook`, `import_unpacks`, `import_sheet` (`sheets`: their names, of which one must be
    said).
    """
    from python_calamine import CalamineError, CalamineWorkbook, SheetVisibleEnum

    archive.check_size(path.name, content)
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = book.sheet_names
        unseen = [known.name for known in book.sheets_metadata if known.visible != SheetVisibleEnum.Visible]
        sheets = {title: book.get_sheet_by_name(title) for title in names
                  if (title not in unseen if sheet is None else title.strip() == sheet.strip())}  # fmt: skip
        cells = {title: one.to_python(skip_empty_area=False) for title, one in sheets.items()}
    except (CalamineError, OSError, ValueError) as error:
        raise BadInput("import_not_workbook", name=path.name) from error
    filled = {name: rows for name, rows in cells.items() if rows} or cells
    if len(filled) != 1:
        raise BadInput(
            "import_sheet", name=path.name, sheets=", ".join(f"«{sheet_name}»" for sheet_name in names)
        )
    ((title, rows),) = filled.items()
    merged = tuple(sheets[title].merged_cell_ranges or ())
    return Opened(title, rows, merged, tuple(name for name in unseen if name != title))


def lines(path: Path, content: bytes, sheet: str | None) -> Iterator[Line]:
    """The lines of one sheet; raises as `opened`."""
    return lines_of(opened(path, content, sheet))


def lines_of(sheet: Opened) -> Iterator[Line]:
    """The lines of a sheet, from 1."""
    return (Line(number, [_text(cell) for cell in row]) for number, row in enumerate(sheet.rows, 1))


def _text(cell: Any) -> str:
    """A cell as it would be written; an instant as ISO 8601, a time alone as `20:05`."""
    if isinstance(cell, bool):
        return "sí" if cell else "no"
    if isinstance(cell, float):
        return _number(cell)
    if isinstance(cell, datetime):
        # Midnight is how a spreadsheet keeps a day without an hour.
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(timespec="seconds")
    if isinstance(cell, timedelta):
        cell = (EPOCH + cell).time()
    if isinstance(cell, date | time):
        return cell.isoformat()
    return str(cell)


def _number(cell: float) -> str:
    if abs(cell) >= WHOLE:
        return f"{cell:.14E}"
    return str(int(cell)) if cell.is_integer() else repr(cell)

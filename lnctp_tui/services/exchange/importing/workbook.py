"""The lines of a workbook (XLSX, XLSM, XLSB, XLS, ODS) as the texts a CSV of it would hold."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from lnctp_tui.errors import BadInput
from lnctp_tui.services.exchange.importing.moment_cells import EPOCH
from lnctp_tui.services.exchange.importing.table import Line

WHOLE = 10**15
"""Numbers from here on have lost figures in the spreadsheet, which keeps fifteen."""


def lines(path: Path, content: bytes, sheet: str | None) -> Iterator[Line]:
    """The lines of one sheet, by name, or of the only one that holds something.

    Raises BadInput `import_not_workbook`, `import_sheet` (`sheets`: their names, of which one must be said).
    """
    from python_calamine import CalamineError, CalamineWorkbook

    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        names = book.sheet_names
        sheets = {title: book.get_sheet_by_name(title).to_python(skip_empty_area=False) for title in names
                 if sheet is None or title.strip() == sheet.strip()}  # fmt: skip
    except (CalamineError, OSError, ValueError) as error:
        raise BadInput("import_not_workbook", name=path.name) from error
    filled = {name: rows for name, rows in sheets.items() if rows} or sheets
    if len(filled) != 1:
        raise BadInput(
            "import_sheet", name=path.name, sheets=", ".join(f"«{sheet_name}»" for sheet_name in names)
        )
    (rows,) = filled.values()
    return (Line(number, [_text(cell) for cell in row]) for number, row in enumerate(rows, 1))


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

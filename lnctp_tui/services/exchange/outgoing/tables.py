"""Rows as CSV or as a workbook of one sheet, one after the other: neither ever holds the whole."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from typing import Final, cast

from lnctp_tui.domain.values import spreadsheet
from lnctp_tui.errors import Refused
from lnctp_tui.services.exchange.outgoing.private_file import Hashed

BUFFER: Final = 1 << 16
LONGEST: Final = 32_767
"""Characters of a cell of a workbook."""
_NOT_XML: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_EPOCH: Final = (1980, 1, 1, 0, 0, 0)
_MAIN: Final = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE: Final = "http://schemas.openxmlformats.org/package/2006"
_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml"
_XML: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
PARTS: Final[Mapping[str, str]] = {
    "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="rels" ContentType='
    '"application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{_TYPE}.worksheet+xml"/>'
    f'<Override PartName="/xl/styles.xml" ContentType="{_TYPE}.styles+xml"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
    '<sheet name="Sheet1" sheetId="1" r:id="rId1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
    f'Type="{_OFFICE}/worksheet" Target="worksheets/sheet1.xml"/><Relationship Id="rId2" '
    f'Type="{_OFFICE}/styles" Target="styles.xml"/></Relationships>',
    "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts><fills count="1"><fill/></fills>'
    '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs><cellXfs count="1">'
    '<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1" applyNumberFormat="1"/>'
    "</cellXfs></styleSheet>",
}
"""Of a workbook besides its sheet. Cells are texts (format 49, `quotePrefix`): none becomes a formula by editing it.
Source: ECMA-376, 5th edition, part 1."""

Row = Mapping[str, str]


def write(
    form: str, stream: Hashed, columns: Sequence[str], titles: Sequence[str], rows: Iterable[Row]
) -> int:
    """Write rows as `csv` or a workbook; how many."""
    return (_csv if form == "csv" else _workbook)(stream, columns, titles, rows)


def _csv(stream: Hashed, columns: Sequence[str], titles: Sequence[str], rows: Iterable[Row]) -> int:
    text, count = io.StringIO(newline=""), 0
    writer, places = (
        csv.writer(text, lineterminator="\r\n"),
        {column: at for at, column in enumerate(columns)},
    )
    writer.writerow(titles)
    for count, row in enumerate(rows, 1):  # noqa: B007 - the last is how many
        writer.writerow(_cells(places, row))
        if text.tell() > BUFFER:
            stream.write(text.getvalue().encode())
            text.seek(0)
            text.truncate()
    stream.write(text.getvalue().encode())
    return count


def _cells(places: Mapping[str, int], row: Row) -> list[str]:
    """The cells of a line, of which most are empty."""
    cells = [""] * len(places)
    for column, text in row.items():
        if column in places:
            cells[places[column]] = spreadsheet.quoted(text)
    return cells


def _workbook(stream: Hashed, columns: Sequence[str], titles: Sequence[str], rows: Iterable[Row]) -> int:
    count = 0
    with zipfile.ZipFile(
        cast(io.BufferedIOBase, stream), "w", zipfile.ZIP_DEFLATED, compresslevel=1
    ) as archive:
        for name, content in PARTS.items():
            archive.writestr(_member(name), _XML + content)
        with archive.open(_member("xl/worksheets/sheet1.xml"), "w", force_zip64=True) as sheet:
            sheet.write(f'{_XML}<worksheet xmlns="{_MAIN}"><sheetData>{_line(titles)}'.encode())
            for count, row in enumerate(rows, 1):  # noqa: B007 - the last is how many
                sheet.write(_line([row.get(column, "") for column in columns]).encode())
            sheet.write(b"</sheetData></worksheet>")
    return count


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _EPOCH)
    member.compress_type = zipfile.ZIP_DEFLATED
    return member


def _line(cells: Sequence[str]) -> str:
    return f"<row>{''.join(map(_cell, cells))}</row>"


def _cell(text: str) -> str:
    """A text cell. Raises Refused `exchange_cell` for one that a workbook would cut."""
    if not text:
        return "<c/>"
    if len(text) > LONGEST:
        raise Refused("exchange_cell")
    clean = _NOT_XML.sub("\ufffd", text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return f'<c t="inlineStr"><is><t xml:space="preserve">{clean}</t></is></c>'

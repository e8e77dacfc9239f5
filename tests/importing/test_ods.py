"""Formulas of an ODS: found by row and column, whether or not their result stands beside them."""

from __future__ import annotations

import io
import zipfile
from xml.sax.saxutils import quoteattr

import pytest

from lnctp_tui.services.exchange.importing import archive

SPACES = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"'
)
TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def cell(text: str = "", formula: str = "", more: str = "") -> str:
    said = f" table:formula={quoteattr(formula)}" if formula else ""
    value = f' office:value-type="string"><text:p>{text}</text:p>' if text else ">"
    return f"<table:table-cell{said}{more}{value}</table:table-cell>"


def ods(*sheets: tuple[str, str]) -> bytes:
    """A workbook of sheets: name, rows."""
    tables = "".join(f'<table:table table:name="{name}">{rows}</table:table>' for name, rows in sheets)
    content = (
        f'<?xml version="1.0"?><office:document-content {SPACES}><office:body><office:spreadsheet>{tables}'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    manifest = (
        '<?xml version="1.0"?><manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
        f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{TYPE}"/></manifest:manifest>'
    )
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as book:
        book.writestr("mimetype", TYPE)
        book.writestr("content.xml", content)
        book.writestr("META-INF/manifest.xml", manifest)
    return made.getvalue()


def row(*cells: str, times: int = 1) -> str:
    again = f' table:number-rows-repeated="{times}"' if times > 1 else ""
    return f"<table:table-row{again}>{''.join(cells)}</table:table-row>"


BOOK = ods(
    ("otra", row(cell(formula="of:=1"))),
    ("casos", "".join((
        row(cell("nombre"), cell("edad")),
        row(cell("", more=' table:number-columns-repeated="3"'), times=2),
        row(cell("x", more=' table:number-columns-repeated="2"'), cell("17", "of:=[.A1]+1")),
        row(cell("y"), cell("", "of:=[.B1]"), times=2),
        row(cell("", more=' table:number-columns-repeated="16384"'), times=1048570),
    ))),
)  # fmt: skip


def test_formulas_are_found_where_they_stand() -> None:
    assert archive.formulas(BOOK, "casos") == {4, 5, 6}
    assert archive.unreckoned(BOOK, "casos") == [(5, 2), (6, 2)]
    assert archive.formulas(BOOK, "otra") == {1}
    assert archive.formulas(BOOK, "ninguna") == set()


@pytest.mark.parametrize("content", [b"<", b"", b"<a>" * 50])
def test_an_ods_that_is_none_has_no_formulas(content: bytes) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as book:
        book.writestr("content.xml", content)
    assert archive.formulas(made.getvalue(), "casos") == set()

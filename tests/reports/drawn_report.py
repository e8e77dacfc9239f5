"""A small report by hand: each kind of table and chart, with words that would act if they were more than words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from lnctp_tui.cli import session
from lnctp_tui.domain.report.definitions import Definition
from lnctp_tui.domain.report.result import Cell, Measure, Report, Table
from lnctp_tui.i18n import spoken
from lnctp_tui.reports import tables
from lnctp_tui.reports.render import drawn

ACTS = '<img src=x onerror=alert(1)>"\'&{{7*7}}#eval("1")\u202e\u2066\x1b[31m\x00$x$'
"""Markup, template, typst, direction marks, controls."""
SCOPE = "Sólo lo que guarda este equipo: 9 casos; no es la cifra de la Línea."
PROTOCOL = session.protocol()


def single(table_id: str, rows: str, counts: dict[str, int], more: tuple[str, ...] = ()) -> Table:
    """A table of one dimension."""
    cells = tuple(Cell(code, "", count, count) for code, count in counts.items() if count)
    total = sum(counts.values())
    codes = (*counts, *(code for code in more if code not in counts))
    return Table(
        table_id, "case", rows, "", frozenset(), cells, total, total, total, 0, ("N1",), codes, ("",), (), (), total
    )  # fmt: skip


def cross(table_id: str, rows: str, columns: str, counts: dict[tuple[str, str], int]) -> Table:
    """A table of two."""
    cells = tuple(Cell(*codes, count, count) for codes, count in counts.items() if count)
    lines, across = (tuple(dict.fromkeys(codes[place] for codes in counts)) for place in (0, 1))
    total = sum(counts.values())
    return Table(
        table_id, "case", rows, columns, frozenset(), cells, total, total, total, 0, (), lines, across, (), (), total
    )  # fmt: skip


STATES = tuple(row.code for row in PROTOCOL.catalogs["state"].rows)
ORIGINS = {"MX-CMX": 52, "MX-TLA": 8, "MX-JAL": 9, "MX-MOR": 3, "MX-PUE": 1, "no_consta": 15}
REPORT = Report(
    date(2019, 1, 1), date(2020, 12, 31), "laptop",
    (
        single("C2", "origin", ORIGINS, STATES),
        cross("R2", "month", "report_class", {
            (f"2019-{month:02}", code): month for month in range(1, 13) for code in ("trata", "informativo")
        }),
        cross("C3", "year", "origin_group", {("2019", "MX-CMX"): 35, ("2020", "MX-MEX"): 13, ("2020", ACTS): 4}),
        single("V2", "sex", {"mujer": 187, ACTS: 5, "fuera_de_catalogo": 2}),
        Table("K1", "case", "", "", frozenset(), (), 9, 9, 9, 0, measures=(Measure("median", 2.5, 9, 9),)),
    ),
    4445, 184, 201, date(2019, 1, 2), date(2021, 5, 30), catalogs="7",
)  # fmt: skip
IDS = tuple(table.id for table in REPORT.tables)
EMPTY = replace(
    REPORT, reports=0, cases=0,
    tables=tuple(replace(table, cells=(), measures=(), base=0, units=0, known=0) for table in REPORT.tables),
)  # fmt: skip


def definitions() -> tuple[Definition, ...]:
    """Of its tables."""
    return tables.chosen(IDS)


def document(form: str, language: str = "es", report: Report = REPORT, **more: object) -> bytes:
    """The bytes of a page or a PDF."""
    with spoken(language):
        return drawn.document(report, definitions(), PROTOCOL, language, form, SCOPE, **more)  # type: ignore[arg-type]

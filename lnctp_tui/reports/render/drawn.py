"""A counted report as one self-contained page or as a tagged PDF. Both need the extra `report`."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from typing import Any, Final

from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.report.definitions import Definition
from lnctp_tui.domain.report.result import Report
from lnctp_tui.errors import Refused
from lnctp_tui.i18n import _, spoken
from lnctp_tui.reports.render import charts, country, page, paper, phrases, sheet
from lnctp_tui.reports.words import Words

FONTS: Final = {"html": "Liberation Sans, Arial, Helvetica, sans-serif", "pdf": "Libertinus Serif"}
"""Form → letters of its drawings: as wide as they were measured; those of the PDF are what typst brings with it."""
NEEDS: Final = {"html": ("jinja2", "vl_convert"), "pdf": ("vl_convert", "typst")}
"""Form → what the extra `report` brings for it."""


def ready(form: str) -> None:
    """Whether such a document can be made here: asked before anything is counted. Raises Refused `report_extra`."""
    if any(importlib.util.find_spec(name) is None for name in NEEDS[form]):
        raise Refused("report_extra")


def document(
    report: Report,
    definitions: Iterable[Definition],
    protocol: Protocol,
    language: str,
    form: str,
    scope: str,
    *,
    k: int = 0,
    hidden: sheet.Hidden = frozenset(),
) -> bytes:
    """The bytes of a page (`html`) or of a PDF (`pdf`); the same for the same report. Blocking.

    `scope` says whose figure it is; `hidden` are cells not to print, `k` why. Raises Refused `typesetter_failed`.
    """
    words = Words(protocol, language)
    with spoken(words.language):
        shown = sheet.of_report(report, definitions, words, hidden)
        return made(shown, about(report, words, scope, k), words.language, form)


def about(report: Report, words: Words, scope: str, k: int = 0) -> dict[str, Any]:
    """What stands around the tables of a report, in the language in use."""
    return {
        "title": phrases.title(), "period": phrases.period(report.start, report.end), "scope": sheet.clean(scope),
        "k": k, "empty": phrases.empty(report), "method": [sheet.clean(text) for text in phrases.method(report, k)],
        "dictionary": phrases.dictionary({table.unit for table in report.tables}, words),
    }  # fmt: skip


def made(tables: Iterable[sheet.Shown], about: Mapping[str, Any], language: str, form: str) -> bytes:
    """The bytes of a page or a PDF of tables, in the language in use. `about`: what stands around them."""
    tables = list(tables)
    for table in tables:
        table.drawn.extend(_figures(table, FONTS[form]))
    whole = dict(about) | {
        "language": language, "chapters": sheet.chapters(tables), "words": phrases.labels(),
        "has_map": any(figure["map"] for table in tables for figure in table.drawn),
    }  # fmt: skip
    return paper.pdf(whole) if form == "pdf" else page.html(whole)


def _figures(table: sheet.Shown, font: str) -> Iterator[dict[str, Any]]:
    of_map, chart = country.svg(table, font), charts.svg(table, font)
    for drawing, kind, name in ((of_map, "mapa", _("Mapa")), (chart, "grafica", _("Gráfica"))):
        if drawing:
            yield asdict(drawing) | {
                "id": f"{table.anchor}-{kind}", "map": kind == "mapa",
                "title": f"{name} {table.id}: {table.title}" if table.id else f"{name}: {table.title}",
            }  # fmt: skip

"""A counted report as one self-contained page or as a tagged PDF. Both need the extra `report`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any

from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.report.definitions import Definition
from lnctp_tui.domain.report.result import Report
from lnctp_tui.i18n import _, spoken
from lnctp_tui.reports.render import charts, country, page, paper, phrases, sheet
from lnctp_tui.reports.words import Words

SERIF = "Libertinus Serif"
"""The letters that typst brings with it."""


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
        whole = content(
            report, definitions, words, scope, k, hidden, SERIF if form == "pdf" else "sans-serif"
        )
        return paper.pdf(whole) if form == "pdf" else page.html(whole)


def content(
    report: Report,
    definitions: Iterable[Definition],
    words: Words,
    scope: str,
    k: int,
    hidden: sheet.Hidden,
    font: str,
) -> dict[str, Any]:
    """Everything that is printed, in the language in use."""
    chapters = sheet.chapters(report, definitions, words, hidden)
    for chapter in chapters:
        for table in chapter["tables"]:
            table.drawn.extend(_figures(table, font))
    return {
        "language": words.language, "title": phrases.title(), "period": phrases.period(report.start, report.end),
        "scope": sheet.clean(scope), "k": k, "empty": phrases.empty(report), "chapters": chapters,
        "method": [sheet.clean(text) for text in phrases.method(report, k)],
        "dictionary": phrases.dictionary(report, words), "words": phrases.labels(),
        "has_map": any(figure["map"] for chapter in chapters for table in chapter["tables"] for figure in table.drawn),
    }  # fmt: skip


def _figures(table: sheet.Shown, font: str) -> Iterator[dict[str, Any]]:
    of_map, chart = country.svg(table, font), charts.svg(table, font)
    for drawing, kind, name in ((of_map, "mapa", _("Mapa")), (chart, "grafica", _("Gráfica"))):
        if drawing:
            yield asdict(drawing) | {
                "id": f"{table.anchor}-{kind}", "map": kind == "mapa",
                "title": f"{name} {table.id}: {table.title}" if table.id else f"{name}: {table.title}",
            }  # fmt: skip

"""A counted report as a new private file: the end of its name says in what form."""

from __future__ import annotations

from pathlib import Path

import orjson

from lnctp_tui.domain.report.result import Report
from lnctp_tui.errors import BadInput
from lnctp_tui.i18n import spoken
from lnctp_tui.reports import tables
from lnctp_tui.reports.render import apart, data, drawn, phrases, plain, sheet
from lnctp_tui.reports.words import Words
from lnctp_tui.services.case import handing_out
from lnctp_tui.storage import instants

DRAWN = {".html": "html", ".pdf": "pdf"}
ENDS = (".json", ".csv", ".txt", *DRAWN)


def place(typed: str) -> Path:
    """Where such a file may be, asked before it is made.

    Raises BadInput `report_end`, `file_exists`; Refused `report_extra`, `bad_place`, `place_shared`.
    """
    path = handing_out.place(typed)
    if path.suffix not in ENDS:
        raise BadInput("report_end", ends=", ".join(ENDS))
    if path.suffix in DRAWN:
        drawn.ready(DRAWN[path.suffix])
    return path


def write(report: Report, words: Words, path: Path) -> None:
    """Writes all tables. Raises as `place`, Refused `typesetter_failed`, StorageFailed."""
    handing_out.hand_out(path, _content(report, words, path.suffix))


def _content(report: Report, words: Words, end: str) -> bytes:
    definitions = tables.built_in()
    if end in DRAWN:
        with spoken(words.language):
            shown = sheet.of_report(report, definitions, words)
            about = drawn.about(report, words, phrases.scope(report))
        return apart.made(shown, about, words.language, DRAWN[end])
    if end == ".json":
        document = data.as_json(report, definitions, words) | {"counted_at": instants.iso(instants.now())}
        return orjson.dumps(document, option=orjson.OPT_INDENT_2)
    if end == ".csv":
        return data.as_csv(report, definitions, words).encode()
    pairs = zip(report.tables, definitions, strict=True)
    texts = ("\n".join(plain.lines(table, definition, words)) for table, definition in pairs)
    return ("\n\n".join(texts) + "\n").encode()

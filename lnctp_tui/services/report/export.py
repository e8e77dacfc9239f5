"""A counted report as a new private file: the end of its name says in what form."""

from __future__ import annotations

from pathlib import Path

import orjson

from lnctp_tui.domain.report.result import Report
from lnctp_tui.errors import BadInput
from lnctp_tui.reports import tables
from lnctp_tui.reports.render import data, plain
from lnctp_tui.reports.words import Words
from lnctp_tui.services.case import handing_out
from lnctp_tui.storage import instants

ENDS = (".json", ".csv", ".txt")


def write(report: Report, words: Words, path: Path) -> None:
    """Writes all tables. Raises BadInput `report_end`, `file_exists`, StorageFailed."""
    definitions = tables.built_in()
    if path.suffix == ".json":
        document = data.as_json(report, definitions, words) | {"counted_at": instants.iso(instants.now())}
        content = orjson.dumps(document, option=orjson.OPT_INDENT_2)
    elif path.suffix == ".csv":
        content = data.as_csv(report, definitions, words).encode()
    elif path.suffix == ".txt":
        pairs = zip(report.tables, definitions, strict=True)
        texts = ("\n".join(plain.lines(table, definition, words)) for table, definition in pairs)
        content = ("\n\n".join(texts) + "\n").encode()
    else:
        raise BadInput("report_end", ends=", ".join(ENDS))
    handing_out.hand_out(path, content)

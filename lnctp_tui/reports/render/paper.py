"""A report on paper: a tagged PDF (PDF/UA-1) of letter size, set by typst."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from lnctp_tui.reports.render import typeset
from lnctp_tui.reports.tables import FOLDER


def pdf(content: dict[str, Any]) -> bytes:
    """The PDF of what `drawn.made` puts together. Raises Refused `typesetter_failed`."""
    import orjson

    chapters = [
        chapter | {"tables": [_table(asdict(table)) for table in chapter["tables"]]}
        for chapter in content["chapters"]
    ]
    return typeset.pdf(
        orjson.dumps(content | {"chapters": chapters}), (FOLDER / "report.typ").read_text("utf-8")
    )


def _table(table: dict[str, Any]) -> dict[str, Any]:
    figures = [
        figure | {
            "svg": f'<svg xmlns="http://www.w3.org/2000/svg" width="{figure["width"]}" height="{figure["height"]}"'
            f' viewBox="0 0 {figure["width"]} {figure["height"]}">{figure["inside"]}</svg>'
        }
        for figure in table["drawn"]
    ]  # fmt: skip
    return {name: value for name, value in table.items() if name != "values"} | {"drawn": figures}

"""Every rule, number, text and code of a protocol with its source, how sure it is, and who signed it.

For the Line's lawyer and psychologist, who go through it row by row: what is not verified comes first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from lnctp_tui.domain.protocol.field_help import StageHelp
from lnctp_tui.domain.protocol.protocol import NOBODY, UNVERIFIED, Label, Protocol, Review

KINDS = ("rule", "number", "script", "stage", "help", "code")
ORDER = ("", "M", "V2-weak", "D", "V2", "V")
"""Marks, from what nobody knows to what was read in its primary text."""
FIRST = ("rule", "reading", "hotline", "abroad")
"""Catalogs that come before the lists, in this order."""

NUMBERS = ("number", "emergency", "consular")
"""Columns that hold a telephone number."""


@dataclass(frozen=True)
class Entry:
    """One row to sign."""

    kind: str
    """One of KINDS."""
    file: str
    """Below the folder of the protocol."""
    code: str
    """Of the row; for a line of a script its number; for a text of a stage `title`, `prompt`, `never_ask`, or the
    field."""
    text: Label
    source: str
    mark: str
    review: Review = NOBODY
    number: str = ""
    verified_on: str = ""
    """The day somebody dialled the number."""

    @property
    def verified(self) -> bool:
        """Whether its source is sure and, for a number, somebody dialled it."""
        return self.mark not in UNVERIFIED and (self.kind != "number" or bool(self.verified_on))


def entries(protocol: Protocol, helps: Iterable[StageHelp] = ()) -> tuple[Entry, ...]:
    """All rows: not verified first, then by how sure the mark is; what is signed comes last among its equals."""
    listed = [*_catalogs(protocol), *_scripts(protocol), *_stages(protocol), *_helps(helps)]
    return tuple(sorted(listed, key=_rank))


def _rank(entry: Entry) -> tuple[bool, bool, int, int]:
    sure = ORDER.index(entry.mark) if entry.mark in ORDER else 0
    return entry.verified, entry.review.signed, sure, KINDS.index(entry.kind)


def _catalogs(protocol: Protocol) -> Iterator[Entry]:
    names = sorted(protocol.catalogs, key=lambda name: (name not in FIRST, name))
    for catalog in (*(protocol.catalogs[name] for name in names if name != "indicator"), protocol.indicators):
        kind = {"rule": "rule", "hotline": "number", "abroad": "number"}.get(catalog.name, "code")
        indicators = catalog.name == "indicator"
        file = "indicators/indicators.csv" if indicators else f"catalogs/{catalog.name}.csv"
        for row in catalog.rows:
            number = " · ".join(filter(None, (row.extra.get(name, "") for name in NUMBERS)))
            day = row.extra.get("verified_on", "")
            signed = (number, day) if kind == "number" else ("", "")
            yield Entry(kind, file, row.code, row.label, row.source, row.mark, row.review, *signed)


def _scripts(protocol: Protocol) -> Iterator[Entry]:
    for script in protocol.scripts.values():
        file = f"scripts/{script.code}.toml"
        yield Entry("script", file, "title", script.title, script.source, script.mark, script.review)
        for number, line in enumerate(script.lines, 1):
            source = line.source or script.source
            yield Entry("script", file, str(number), line, source, line.mark or script.mark, line.review)


def _stages(protocol: Protocol) -> Iterator[Entry]:
    for stage in protocol.stages:
        file = f"protocol/{stage.code}.toml"
        texts = [("title", stage.title), ("prompt", stage.prompt)]
        texts += [("never_ask", label) for label in stage.never_ask]
        for code, text in texts:
            yield Entry("stage", file, code, text, stage.source, stage.mark, stage.review)
        for field in stage.fields:
            source, mark = field.source or stage.source, field.mark or stage.mark
            for said in filter(None, (field.label, field.help, field.ask)):
                yield Entry("stage", file, f"{field.on}.{field.code}", said, source, mark, field.review)


def _helps(helps: Iterable[StageHelp]) -> Iterator[Entry]:
    for told in helps:
        for taught in told.fields:
            code = f"{taught.on}.{taught.code}"
            texts = {code: taught.why, f"{code} bad": taught.bad, f"{code} good": taught.good}
            texts |= {f"{taught.code}.{row}": means for row, means in taught.rows.items()}
            for name, text in texts.items():
                file = f"help/{told.code}.toml"
                yield Entry("help", file, name, text, taught.source.es, taught.mark, taught.review)

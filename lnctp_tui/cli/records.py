"""A case document as lines for a person: labels for codes, nothing that is empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lnctp_tui.cli.output import moment
from lnctp_tui.i18n import _
from lnctp_tui.i18n.reasons import reason

if TYPE_CHECKING:
    from lnctp_tui.domain.protocol.protocol import Protocol
    from lnctp_tui.domain.records.document import Document, Record
    from lnctp_tui.screens.labels import Words
    from lnctp_tui.services.exchange.importing.rules import Problem


def words_of(protocol: Protocol, zone: str) -> Words:
    """Names for what a command prints, with instants as commands write them."""
    from lnctp_tui.screens.labels import Words

    return Words(protocol, zone, moment=moment)


def lines(document: Document, protocol: Protocol, zone: str) -> Iterator[str]:
    """The whole document, the case first. `zone`: the clock of its instants."""
    from lnctp_tui.domain.records.document import MEMBERS

    words = words_of(protocol, zone)
    words.know(document)
    yield from record("cases", document["case"], words)
    for table in MEMBERS:
        for row in document[table]:
            yield ""
            yield from record(table, row, words)


def record(table: str, row: Record, words: Words) -> Iterator[str]:
    """One record: its title, its columns with labels, its answers by catalog."""
    from lnctp_tui.domain.records import columns

    hidden = columns.HIDDEN | {"person_id", columns.FOREIGN}
    yield words.table(table)
    for name, value in (words.ages(row) if table == "people" else row).items():
        if name not in hidden and value not in (None, "", [], {}):
            yield f"  {words.field(table, name)}: {_value(table, name, value, words)}"
    yield from _answers(table, row.get("answers") or {}, words)


def _value(table: str, name: str, value: Any, words: Words) -> str:
    if isinstance(value, bool):
        return words.code("answer", "yes" if value else "no")
    # No line of a text can look like a field.
    return "\n    ".join(words.value(table, name, value).splitlines())


def _answers(table: str, answers: Mapping[str, Any], words: Words) -> Iterator[str]:
    for code, value in sorted(answers.items(), key=lambda pair: (pair[0].partition(".")[0], str(pair[1]))):
        prefix, _dot, row = code.partition(".")
        label = words.code(prefix, row)
        yield f"  · {label if label != row else words.field(table, code)}: {_value(table, code, value, words)}"


def told(problem: Problem, row: int | None = None) -> str:
    """What is wrong with a document, with its row in the file where there are several."""
    if row is None:
        where = f"{problem.field}: " if problem.field else ""
    else:
        where = (_("Fila {row}, {field}: ") if problem.field else _("Fila {row}: ")).format(
            row=row, field=problem.field
        )
    return where + reason(problem.reason, problem.facts)

"""A case document as lines for a person: labels for codes, nothing that is empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lnctp_tui.cli.output import moment
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records import columns
from lnctp_tui.domain.records.document import MEMBERS, TABLE_OF, Document, Record
from lnctp_tui.i18n import N_, _, pick
from lnctp_tui.i18n.reasons import reason
from lnctp_tui.screens.labels import AS_WRITTEN, INSTANT, Words
from lnctp_tui.services.exchange.importing.columns import CODES
from lnctp_tui.services.exchange.importing.rules import Problem

TITLES = {
    "cases": N_("Caso"), "contacts": N_("Contacto"), "people": N_("Persona"), "places": N_("Lugar"),
    "identifiers": N_("Identificador"), "money": N_("Dinero"), "notes": N_("Nota"),
    "referrals": N_("Canalización"), "supports": N_("Apoyo"), "files": N_("Carpeta de investigación"),
    "tasks": N_("Tarea"),
}  # fmt: skip
HIDDEN = columns.HIDDEN | {"person_id"}


class Said:
    """Codes as labels in the language in use."""

    def __init__(self, protocol: Protocol) -> None:
        self.protocol = protocol

    def __call__(self, catalog: str, code: Any) -> str:
        found = self.catalog(catalog).get(code) if isinstance(code, str) else None
        return pick(found.label) if found else "" if code is None else str(code).removeprefix("~")

    def catalog(self, name: str) -> Mapping[str, Any]:
        if name == "indicator":
            return self.protocol.indicators.by_code
        found = self.protocol.catalogs.get(name)
        return found.by_code if found else {}


def lines(document: Document, protocol: Protocol, zone: str) -> Iterator[str]:
    """The whole document, the case first. `zone`: the clock of its instants."""
    words = Words(protocol, zone)
    words.know(document)
    yield from record("cases", document["case"], protocol, zone, words)
    for name in MEMBERS:
        for each in document[name]:
            yield ""
            yield from record(TABLE_OF[MEMBERS[name]], each, protocol, zone, words)


def record(
    table: str, found: Record, protocol: Protocol, zone: str, words: Words | None = None
) -> Iterator[str]:
    """One record: its title, its columns with labels, its answers by catalog. `words` know the rest of its case."""
    said, words = Said(protocol), words or Words(protocol, zone)
    yield _(TITLES[table])
    for name, value in (words.ages(found) if table == "people" else found).items():
        if name not in HIDDEN and value not in (None, "", [], {}):
            yield f"  {words.field(table, name)}: {_value(table, name, value, said, words)}"
    yield from _answers(table, found.get("answers") or {}, said, words)


def _value(table: str, name: str, value: Any, said: Said, words: Words) -> str:
    if name in CODES[table] and said(CODES[table][name], value) != str(value):
        return said(CODES[table][name], value)
    if isinstance(value, bool):
        return said("answer", "yes" if value else "no")
    if isinstance(value, str) and INSTANT.fullmatch(value) and name not in AS_WRITTEN:
        return moment(value, words.zone)
    # No line of a text can look like a field.
    return "\n    ".join(words.value(table, name, value).splitlines())


def _answers(table: str, answers: Mapping[str, Any], said: Said, words: Words) -> Iterator[str]:
    for code, value in sorted(answers.items(), key=lambda pair: (pair[0].partition(".")[0], str(pair[1]))):
        prefix, _dot, row = code.partition(".")
        label = said(prefix, row)
        shown = said("answer", value)
        yield (
            f"  · {label if label != row else words.field(table, code)}: "
            f"{shown if shown != value else _value(table, code, value, said, words)}"
        )


def told(problem: Problem, row: int | None = None) -> str:
    """What is wrong with a document, with its row in the file where there are several."""
    if row is None:
        where = f"{problem.field}: " if problem.field else ""
    else:
        where = (_("Fila {row}, {field}: ") if problem.field else _("Fila {row}: ")).format(
            row=row, field=problem.field
        )
    return where + reason(problem.reason, problem.facts)

"""A case document as lines for a person: labels for codes, nothing that is empty."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lnctp_tui.cli.output import moment
from lnctp_tui.domain.document import MEMBERS, TABLE_OF, Document, Record
from lnctp_tui.domain.moments import INSTANTS
from lnctp_tui.domain.protocol import Protocol
from lnctp_tui.i18n import N_, _, pick
from lnctp_tui.i18n.reasons import reason
from lnctp_tui.services.importing_columns import CODES
from lnctp_tui.services.importing_rules import Problem

TITLES = {
    "cases": N_("Caso"), "contacts": N_("Contacto"), "people": N_("Persona"), "places": N_("Lugar"),
    "identifiers": N_("Identificador"), "money": N_("Dinero"), "notes": N_("Nota"),
    "referrals": N_("Canalización"), "supports": N_("Apoyo"), "files": N_("Carpeta de investigación"),
    "tasks": N_("Tarea"),
}  # fmt: skip
HIDDEN = frozenset({"id", "case_id", "person_id", "normalised", "answers"})
_ON = {table: on for on, table in TABLE_OF.items()}


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
    yield from record("cases", document["case"], protocol, zone)
    for name in MEMBERS:
        for each in document[name]:
            yield ""
            yield from record(TABLE_OF[MEMBERS[name]], each, protocol, zone)


def record(table: str, found: Record, protocol: Protocol, zone: str) -> Iterator[str]:
    """One record: its title, its columns with labels, its answers by catalog."""
    said = Said(protocol)
    yield _(TITLES[table])
    labels = {each.code: pick(each.label) for _stage, each in protocol.fields if each.on == _ON[table]}
    for name, value in found.items():
        if name not in HIDDEN and value not in (None, "", [], {}):
            yield f"  {labels.get(name, name)}: {_value(table, name, value, said, zone)}"
    yield from _answers(found.get("answers") or {}, said)


def _value(table: str, name: str, value: Any, said: Said, zone: str) -> str:
    if name in CODES[table]:
        return said(CODES[table][name], value)
    if isinstance(value, bool):
        return said("answer", "yes" if value else "no")
    if name in INSTANTS:
        return moment(str(value), zone)
    return "\n    ".join(str(value).splitlines())  # no line of a text can look like a field


def _answers(answers: Mapping[str, Any], said: Said) -> Iterator[str]:
    for code, value in sorted(answers.items(), key=lambda pair: (pair[0].partition(".")[0], str(pair[1]))):
        prefix, _dot, row = code.partition(".")
        label = said(prefix, row)
        yield f"  · {label if label != row else code}: {said('answer', value)}"


def told(problem: Problem, row: int | None = None) -> str:
    """What is wrong with a document, with its row in the file where there are several."""
    if row is None:
        where = f"{problem.field}: " if problem.field else ""
    else:
        where = (_("Fila {row}, {field}: ") if problem.field else _("Fila {row}: ")).format(
            row=row, field=problem.field
        )
    return where + reason(problem.reason, problem.facts)

"""The form of a case document: every member where and what it should be, before its values are read."""

from __future__ import annotations

from typing import Any

from lnctp_tui.domain.practice import mark
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records.document import MEMBERS, SCHEMA, TABLE_OF, Document
from lnctp_tui.domain.values import values
from lnctp_tui.services.exchange.importing.rules import Problem, Rules
from lnctp_tui.storage.database.session import DEFAULTS

ZONE = "America/Mexico_City"
"""Clock of instants without an offset where no vault says another."""


class Unfit(Exception):
    """A document that cannot be stored, with every reason that was found."""

    def __init__(self, *problems: Problem) -> None:
        self.problems = problems
        super().__init__(len(problems))


def read(document: Any, protocol: Protocol) -> tuple[Document, list[Problem]]:
    """A document as it would stand in the store, and what would be refused and is left out of it."""
    try:
        form = _shaped(document)
    except Unfit as unfit:
        return {"schema": SCHEMA, "case": {}} | {name: [] for name in MEMBERS}, list(unfit.problems)
    rules, problems = Rules(protocol, ZONE), list[Problem]()

    def stored(table: str, record: dict[str, Any], where: str) -> dict[str, Any]:
        patch = DEFAULTS[table] | rules.record(table, record, where, problems)
        return values.apply({"id": record.get("id")}, patch)

    result: Document = {"schema": form["schema"], "case": stored("cases", form["case"], "case")}
    for name in MEMBERS:
        table = TABLE_OF[MEMBERS[name]]
        result[name] = [stored(table, item, f"{name}[{at}]") for at, item in enumerate(form[name])]
    return result, problems


def form_of(document: Any) -> dict[str, Any]:
    """The document with every member in its right form; one that holds nothing is not worth storing."""
    form = _shaped(document)
    if not form["case"] and not any(form[name] for name in MEMBERS):
        raise Unfit(Problem("", "empty"))
    return form


def _shaped(document: Any) -> dict[str, Any]:
    if not isinstance(document, dict):
        raise Unfit(Problem("", "not_an_object"))
    if mark.of_document(document):
        raise Unfit(Problem("", "practice"))
    form = {"schema": SCHEMA} | document | {"case": document.get("case") or {}}
    if type(form["schema"]) is not int or form["schema"] < 1:
        raise Unfit(Problem("schema", "bad_schema"))
    if not isinstance(form["case"], dict):
        raise Unfit(Problem("case", "not_an_object"))
    for name in MEMBERS:
        listed = form.get(name) or []
        if not isinstance(listed, list):
            raise Unfit(Problem(name, "not_a_list"))
        wrong = next((at for at, item in enumerate(listed) if not isinstance(item, dict)), None)
        if wrong is not None:
            raise Unfit(Problem(f"{name}[{wrong}]", "not_an_object"))
        form[name] = listed
    return form

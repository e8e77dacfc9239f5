"""Names of tables, fields and values as people read them: from the protocol, and here for the rest."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from lnctp_tui.domain.assess.safety import WITHDRAWN
from lnctp_tui.domain.protocol.protocol import Catalog, Field, Protocol
from lnctp_tui.domain.records.columns import CODES
from lnctp_tui.domain.records.document import TABLE_OF, Document
from lnctp_tui.domain.records.kinds import LISTS, columns
from lnctp_tui.domain.records.provenance import SEEN, words_of
from lnctp_tui.domain.values.ages import Age
from lnctp_tui.domain.values.values import FREE
from lnctp_tui.i18n import _, of_records, pick
from lnctp_tui.i18n.of_records import COLUMNS, OWN
from lnctp_tui.screens.links.words import told
from lnctp_tui.screens.times import day, local, moment

SPECIAL: Mapping[tuple[str, str], str] = {
    ("cases", "discard.reason"): "discard_reason", ("contacts", "discard.reason"): "discard_reason",
}  # fmt: skip
"""Answers of the program itself whose values are codes → their catalog."""
ANSWERS = "answers."
RAW = "raw."
"""Before the code of a field: what was typed and not understood."""
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)")
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
ID_AFTER = re.compile(r"\.[0-9a-f]{8}-[0-9a-f-]{27}$")
AS_WRITTEN = frozenset(
    (kind.table, column.name) for kind, column in columns() if column.type in ("text", "long")
) | {("people", "age")}
"""(Table, column) of people's own words: whatever they look like, nothing in them is a code."""
AGE = ("age_min", "age_max", "age_estimated")


class Words:
    """Readable names for one protocol, one clock and one case."""

    def __init__(
        self,
        protocol: Protocol,
        zone: str,
        names: Mapping[str, str] | None = None,
        *,
        moment: Callable[[str | None, str], str] = moment,
    ) -> None:
        """`moment` writes an instant on the clock of a zone."""
        self.protocol = protocol
        self.zone = zone
        self.moment = moment
        self.names = dict(names or {})
        """Id → what to call it: people, counselors."""
        self.narratives: dict[str, str] = {}
        """Contact id → its narrative, for the words that a value was read from."""
        self.fields: dict[tuple[str, str], Field] = {}
        for _stage, field in protocol.fields:
            self.fields.setdefault((TABLE_OF.get(field.on, field.on), field.code), field)

    def know(self, document: Document) -> None:
        """Learn what the people and identifiers of a case are called."""
        for person in document.get("people", ()):
            self.names[person["id"]] = str(
                person.get("name") or self.value("people", "role", person.get("role"))
            )
        for contact in document.get("contacts", ()):
            self.narratives[contact["id"]] = str(contact.get("narrative") or "")
        for identifier in document.get("identifiers", ()):
            self.names[identifier["id"]] = str(identifier.get("value") or "")
        case = document.get("case", {})
        if case.get("id"):
            self.names[case["id"]] = str(case.get("folio") or "")

    def table(self, table: str) -> str:
        """`Persona`."""
        return of_records.table(table)

    def field(self, table: str, code: str) -> str:
        """A column's or an answer's name."""
        code = code.removeprefix(ANSWERS)
        field = self.fields.get((table, code))
        if field is not None:
            return pick(field.label)
        if code in COLUMNS:
            return _(COLUMNS[code])
        if code in OWN:
            return _(OWN[code])
        if code.startswith(WITHDRAWN):
            return _("Aviso al 911 retirado")
        if code.startswith(RAW):
            return _("{field}, como se dijo").format(field=self.field(table, code.removeprefix(RAW)))
        prefix, dot, rest = code.partition(".")
        if dot and prefix == "seen":
            return _("Leído en el relato: {field}").format(field=self.field(table, ID_AFTER.sub("", rest)))
        if dot and prefix == "when":
            return when_word(rest)
        if dot and prefix == "link":
            return _("Posible enlace con otro caso")
        row = self._row(prefix, rest) if dot else ""
        return f"{self.group(table, prefix)}: {row}" if row else _spelled(code)

    def group(self, table: str, prefix: str) -> str:
        """The name of a checklist."""
        known = self.fields.get((table, prefix))
        if known is None:
            known = next((field for (_on, code), field in self.fields.items() if code == prefix), None)
        return pick(known.label) if known else _spelled(prefix)

    def answer(self, prefix: str, code: str) -> str:
        """One row of a checklist."""
        return self._row(prefix, code) or _spelled(code)

    def code(self, catalog: str, code: str | None) -> str:
        """A code as its catalog says it; free text, and a code no catalog knows, as they are."""
        return self._row(catalog, code or "") or (code or "").removeprefix(FREE)

    def ages(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """The record with its columns of age as one value, said as it is typed: `15`, `~15`, `15-17`, `60+`."""
        youngest, oldest = record.get("age_min"), record.get("age_max")
        if youngest is None and oldest is None:
            return dict(record)
        age = (
            f"≤{oldest}"
            if youngest is None
            else str(Age(youngest, oldest, bool(record.get("age_estimated"))))
        )
        values: dict[str, Any] = {}
        for code, value in record.items():
            values.setdefault(*(("age", age) if code in AGE else (code, value)))
        return values

    def value(self, table: str, code: str, value: Any) -> str:
        """A stored value as a person reads it."""
        code = code.removeprefix(ANSWERS)
        if value is None or value == "":
            return ""
        if isinstance(value, bool):
            return _("sí") if value else _("no")
        if isinstance(value, list) and code == "evidence":
            return told(map(str, value))
        if isinstance(value, list):
            return ", ".join(self.value(table, code, item) for item in value)
        if code == "consented_fields":
            return self.field("people", str(value))
        text = _amount(value) if isinstance(value, float) else str(value)
        if code.startswith(SEEN):
            return words_of(self.narratives, text) or _("el relato cambió")
        if code.startswith(WITHDRAWN):
            noted, _slash, at = text.partition("/")
            hours = {"noted": self.moment(noted, self.zone), "at": self.moment(at, self.zone)}
            return _("anotado {noted}, retirado {at}: no se avisó").format(**hours)
        if (table, code) in AS_WRITTEN:
            return text
        if text in self.names and code not in CODES.get(table, {}):
            return self.names[text]
        if INSTANT.fullmatch(text) and local(text, self.zone):
            return self.moment(text, self.zone)
        if ID.fullmatch(text):
            return _("no está en este equipo")
        catalog = self._catalog(table, code)
        others = ("country", "state", "municipality") if code == "covers" else ("answer",)
        label = next(filter(None, (self._row(name, text) for name in (catalog, *others))), "")
        if label:
            return label
        coded = catalog in self.protocol.catalogs and not text.startswith(FREE)
        return _spelled(text) if coded and "_" in text else day(text.removeprefix(FREE))

    def _catalog(self, table: str, code: str) -> str:
        field = self.fields.get((table, code))
        own = CODES.get(table, {}).get(code) or SPECIAL.get((table, code)) or LISTS.get(code)
        return own or (field.catalog if field and field.catalog else code)

    def _row(self, catalog: str, code: str) -> str:
        source: Catalog | None = self.protocol.catalogs.get(catalog)
        if catalog == "indicator":
            source = self.protocol.indicators
        row = source.by_code.get(code) if source else None
        return pick(row.label) if row else ""


def when_word(what: str) -> str:
    """What happened on a date that a narrative tells."""
    return {
        "captacion": _("Captación"), "inicio": _("Desde cuándo"), "ultima_vez": _("Última vez"),
        "salida": _("Salida"),
    }.get(what, _("Fecha"))  # fmt: skip


def _amount(value: float) -> str:
    """`1,500`, `1,500.50`: as amounts are written in Mexico."""
    return f"{value:,.2f}".removesuffix(".00")


def _spelled(code: str) -> str:
    """A code that nothing here has a word for (a newer version's, an organisation's): its own words, legibly."""
    return code.replace("_", " ").replace(".", " · ")


TRIAGE_LOOK: Mapping[str | None, str] = {
    "emergency": "error", "urgent_24h": "warning", "priority": "accent", "": "accent",
}  # fmt: skip
"""Colour of a triage level; the words say it too."""

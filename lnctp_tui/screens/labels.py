"""Names of tables, fields and values as people read them: from the protocol, and here for the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from lnctp_tui.domain.protocol.protocol import Catalog, Field, Protocol
from lnctp_tui.domain.records.document import MEMBERS, Document
from lnctp_tui.domain.values.ages import Age
from lnctp_tui.domain.values.values import FREE
from lnctp_tui.i18n import N_, _, pick
from lnctp_tui.screens.times import day, local, moment

TABLES: Mapping[str, str] = {
    "cases": N_("Caso"), "contacts": N_("Contacto"), "people": N_("Persona"), "places": N_("Lugar"),
    "identifiers": N_("Dato que enlaza"), "money": N_("Rastro de dinero"), "notes": N_("Nota"),
    "referrals": N_("Canalización"), "supports": N_("Apoyo"), "files": N_("Carpeta de investigación"),
    "tasks": N_("Tarea"), "counselors": N_("Quién atiende"), "devices": N_("Computadora"),
    "providers": N_("Servicio"),
}  # fmt: skip
COLUMNS: Mapping[str, str] = {
    "folio": N_("Folio"), "opened_at": N_("Abierto"), "status": N_("Situación"), "closed_at": N_("Cerrado"),
    "close_reason": N_("Motivo de cierre"), "merged_into": N_("Unido a"), "report_class": N_("Clase de reporte"),
    "class_confirmed_by": N_("Clase confirmada por"), "triage": N_("Triaje"), "owner_id": N_("A cargo de"),
    "team": N_("Equipo"), "protocol_version": N_("Versión del protocolo"), "anonymity": N_("Anonimato"),
    "consent_store": N_("Consiente guardar"), "consent_share": N_("Consiente compartir"),
    "callback_allowed": N_("Se le puede llamar"), "callback_channel": N_("Por dónde llamar"),
    "callback_identifier_id": N_("A qué número"), "callback_window": N_("Cuándo llamar"),
    "callback_say": N_("Qué decir si contesta otra persona"), "code_word": N_("Palabra clave"),
    "summary": N_("Resumen"), "channel": N_("Canal"), "direction": N_("Quién llamó"), "kind": N_("Tipo"),
    "started_at": N_("Inicio"), "ended_at": N_("Fin"), "dropped": N_("Se cortó"), "counselor_id": N_("Atendió"),
    "reporter_type": N_("Quién reporta"), "reporter_person_id": N_("Persona que reporta"), "country": N_("País"),
    "state": N_("Estado"), "municipality": N_("Municipio"), "language": N_("Lengua"),
    "interpreter": N_("Intérprete"), "narrative": N_("Relato"), "outcome": N_("Resultado"), "role": N_("Papel"),
    "headcount": N_("Cuántas personas"), "name": N_("Nombre o alias"), "age_min": N_("Edad, desde"),
    "age_max": N_("Edad, hasta"), "age": N_("Edad"), "age_estimated": N_("Edad estimada"),
    "birth_date": N_("Nacimiento"),
    "sex": N_("Sexo"), "gender": N_("Género"), "nationality": N_("Nacionalidad"),
    "origin_state": N_("Estado de origen"), "origin_municipality": N_("Municipio de origen"),
    "migration_status": N_("Situación migratoria"), "education": N_("Escolaridad"),
    "relation_to_trafficker": N_("Relación con el tratante"), "trafficker_role": N_("Papel en la red"),
    "network_level": N_("Nivel de la red"), "consented": N_("Dijo aceptar"), "person_id": N_("De quién"),
    "locality": N_("Localidad"), "venue": N_("Tipo de lugar"), "address": N_("Domicilio o señas"),
    "note": N_("Nota"), "platform": N_("Plataforma"), "value": N_("Dato"), "normalised": N_("Dato normalizado"),
    "flag": N_("Señal"), "instrument": N_("Instrumento"), "institution": N_("Institución"), "way": N_("Modo"),
    "time": N_("Tiempo"), "place": N_("Lugar"), "amount": N_("Monto"), "currency": N_("Moneda"),
    "amount_estimated": N_("Monto estimado"), "known_by": N_("Cómo se sabe"),
    "share_consent": N_("Consiente compartirlo"), "author_id": N_("Autora"), "written_at": N_("Escrita"),
    "text": N_("Texto"), "provider_id": N_("Institución"), "provider_name": N_("Institución"),
    "reason": N_("Motivo"), "consent": N_("Consiente"), "consented_fields": N_("Datos que se comparten"),
    "sent_at": N_("Enviada"), "status_at": N_("Desde"), "refusal_reason": N_("Motivo de rechazo"),
    "modality": N_("Modalidad"), "on": N_("Fecha"), "minutes": N_("Minutos"), "number": N_("Número"),
    "authority": N_("Autoridad"), "entity": N_("Entidad"), "opened_on": N_("Abierta"), "stage": N_("Etapa"),
    "stage_on": N_("Desde"), "due_from": N_("Desde"), "due_to": N_("Vence"), "say": N_("Qué decir"),
    "assignee_id": N_("A cargo de"), "done_at": N_("Hecha"), "case_id": N_("Caso"), "erased_at": N_("Borrado"),
}  # fmt: skip
CATALOGS: Mapping[tuple[str, str], str] = {
    ("cases", "status"): "case_status", ("contacts", "kind"): "kind", ("people", "role"): "person_role",
    ("places", "role"): "place_role", ("identifiers", "kind"): "identifier_kind", ("tasks", "kind"): "task_kind",
    ("tasks", "status"): "task_status", ("referrals", "status"): "referral_status",
    ("referrals", "reason"): "referral_reason", ("supports", "kind"): "support_type",
    ("supports", "modality"): "support_modality", ("files", "stage"): "file_stage",
    ("people", "nationality"): "country", ("people", "origin_state"): "state",
    ("people", "origin_municipality"): "municipality", ("people", "relation_to_trafficker"): "relation",
    ("cases", "callback_channel"): "channel", ("files", "entity"): "state",
    ("cases", "discard.reason"): "discard_reason", ("contacts", "discard.reason"): "discard_reason",
}  # fmt: skip
MEMBER_OF = {singular: table for table, singular in MEMBERS.items()} | {"case": "cases"}
ANSWERS = "answers."
OWN: Mapping[str, str] = {
    "escalated.911": N_("Entregada al 911"), "decided.triage": N_("Urgencia decidida por una persona"),
    "discard.reason": N_("Motivo de descarte"), "attached.from": N_("Antes estaba en el caso"),
}  # fmt: skip
"""Answers that the program itself writes."""
RAW = "raw."
"""Before the code of a field: what was typed and not understood."""
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)")
ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
AS_WRITTEN = frozenset(
    ("narrative", "summary", "text", "note", "name", "address", "say", "callback_say", "callback_window", "way",
     "outcome", "code_word", "number", "locality", "value", "age")
)  # fmt: skip
"""Columns of people's own words: whatever they look like, nothing in them is a code."""
AGE = ("age_min", "age_max", "age_estimated")


class Words:
    """Readable names for one protocol, one clock and one case."""

    def __init__(self, protocol: Protocol, zone: str, names: Mapping[str, str] | None = None) -> None:
        self.protocol = protocol
        self.zone = zone
        self.names = dict(names or {})
        """Id → what to call it: people, counselors."""
        self.fields: dict[tuple[str, str], Field] = {}
        for _stage, field in protocol.fields:
            self.fields.setdefault((MEMBER_OF.get(field.on, field.on), field.code), field)

    def know(self, document: Document) -> None:
        """Learn what the people and identifiers of a case are called."""
        for person in document.get("people", ()):
            self.names[person["id"]] = str(
                person.get("name") or self.value("people", "role", person.get("role"))
            )
        for identifier in document.get("identifiers", ()):
            self.names[identifier["id"]] = str(identifier.get("value") or "")
        case = document.get("case", {})
        if case.get("id"):
            self.names[case["id"]] = str(case.get("folio") or "")

    def table(self, table: str) -> str:
        """`Persona`."""
        return _(TABLES[table]) if table in TABLES else table

    def field(self, table: str, code: str) -> str:
        """A column's or an answer's name."""
        code = code.removeprefix(ANSWERS)
        known = self.fields.get((table, code))
        if known is not None:
            return pick(known.label)
        if code in COLUMNS:
            return _(COLUMNS[code])
        if code in OWN:
            return _(OWN[code])
        if code.startswith(RAW):
            return _("{field}, como se dijo").format(field=self.field(table, code.removeprefix(RAW)))
        prefix, dot, rest = code.partition(".")
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

    def ages(self, record: Mapping[str, Any]) -> dict[str, Any]:
        """The record with its columns of age as one value, said as it is typed: `15`, `~15`, `15-17`, `60+`."""
        youngest, oldest = record.get("age_min"), record.get("age_max")
        if youngest is None and oldest is None:
            return dict(record)
        said = (
            f"≤{oldest}"
            if youngest is None
            else str(Age(youngest, oldest, bool(record.get("age_estimated"))))
        )
        found: dict[str, Any] = {}
        for code, value in record.items():
            found.setdefault(*(("age", said) if code in AGE else (code, value)))
        return found

    def value(self, table: str, code: str, value: Any) -> str:
        """A stored value as a person reads it."""
        code = code.removeprefix(ANSWERS)
        if value is None or value == "":
            return ""
        if isinstance(value, bool):
            return _("sí") if value else _("no")
        if isinstance(value, list):
            return ", ".join(self.value(table, code, each) for each in value)
        if code == "consented_fields":
            return self.field("people", str(value))
        text = _amount(value) if isinstance(value, float) else str(value)
        if code in AS_WRITTEN:
            return text
        if text in self.names:
            return self.names[text]
        if INSTANT.fullmatch(text) and local(text, self.zone):
            return moment(text, self.zone)
        if ID.fullmatch(text):
            return _("no está en este equipo")
        catalog = self._catalog(table, code)
        said = self._row(catalog, text) or self._row("answer", text)
        if said:
            return said
        coded = catalog in self.protocol.catalogs and not text.startswith(FREE)
        return _spelled(text) if coded and "_" in text else day(text.removeprefix(FREE))

    def _catalog(self, table: str, code: str) -> str:
        known = self.fields.get((table, code))
        return CATALOGS.get((table, code)) or (known.catalog if known and known.catalog else code)

    def _row(self, catalog: str, code: str) -> str:
        source: Catalog | None = self.protocol.catalogs.get(catalog)
        if catalog == "indicator":
            source = self.protocol.indicators
        row = source.by_code.get(code) if source else None
        return pick(row.label) if row else ""


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

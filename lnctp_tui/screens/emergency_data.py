"""What to read aloud to 911, from what the document already says: where, who, what, since when."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lnctp_tui.domain import minority
from lnctp_tui.domain.document import Document, victims
from lnctp_tui.domain.protocol import Protocol
from lnctp_tui.i18n import N_, _, ngettext, pick
from lnctp_tui.screens import intake_view as view

if TYPE_CHECKING:
    from lnctp_tui.services.intake import Intake

SCRIPT = (
    N_("No cuelgue: siga con la persona mientras avisa."),
    N_("911: «Línea Nacional contra la Trata; una persona está en peligro ahora»."),
    N_("Lea los datos de abajo; anote en el relato el folio que dé el 911."),
    N_("Avise a supervisión. No prometa un rescate."),
    N_("¿Puede ponerse a salvo? ¿Qué decir si contesta otra persona?"),
)
MOST = 400
"""Characters of the narrative: enough to say what is happening."""


def block(intake: Intake) -> list[tuple[str, list[str]]]:
    """Title and lines of each part; a part without lines is still to be asked."""
    document, protocol = intake.document, intake.protocol
    return [
        (_("Dónde"), list(_where(document, protocol))),
        (_("Quién"), list(_who(document, protocol))),
        (_("Qué"), list(_what(document, protocol))),
        (_("Cuándo"), list(_since(intake))),
        (_("Rellamar"), list(_call_back(document))),
    ]


def _where(document: Document, protocol: Protocol) -> Iterator[str]:
    """The present place first; every place, because the first one said may be the only one."""
    places = sorted(document.get("places", ()), key=lambda place: place.get("role") != "actual")
    for place in places:
        parts = [
            place.get("address"),
            view.label_of(protocol, "venue", place.get("venue")),
            place.get("locality"),
            view.label_of(protocol, "municipality", place.get("municipality")),
            view.label_of(protocol, "state", place.get("state")),
        ]
        told = ", ".join(str(part) for part in parts if part)
        if told:
            role = view.label_of(protocol, "place_role", place.get("role"))
            yield f"{role}: {told}" if role else told
    for contact in document.get("contacts", ()):
        parts = [view.label_of(protocol, each, contact.get(each)) for each in ("municipality", "state")]
        told = ", ".join(filter(None, parts))
        if told:
            yield _("Llama desde: {where}").format(where=told)


def _who(document: Document, protocol: Protocol) -> Iterator[str]:
    age = view.field_of(protocol, "person", "age")
    for person in document.get("people", ()):
        count = person.get("headcount")
        parts = [
            str(person.get("name") or ""),
            view.label_of(protocol, "person_role", person.get("role")).lower(),
            ngettext("{n} persona", "{n} personas", count).format(n=count) if isinstance(count, int) else "",
            view.label_of(protocol, "sex", person.get("sex")).lower(),
        ]
        said = view.show(age, person, protocol) if age else ""
        if said and person.get("age_min") is None and person.get("age_max") is None:
            parts.append(_("edad: {age}").format(age=said))
        elif said:
            parts.append(_("{age} años").format(age=said))
        elif (person.get("answers") or {}).get("age.appears_minor") == "yes":
            parts.append(_("parece menor de edad"))
        elif minority.state(person, None) == "doubt":
            parts.append(_("edad en duda: puede ser menor"))
        told = ", ".join(filter(None, parts))
        if told:
            yield told


def _what(document: Document, protocol: Protocol) -> Iterator[str]:
    yield from _said_yes(document["case"], "danger", protocol)
    for person in victims(document):
        yield from _said_yes(person, "modality", protocol)
    for contact in document.get("contacts", ()):
        told = " ".join(str(contact.get("narrative") or "").split())
        if told:
            yield f"«{told[:MOST]}{'…' if len(told) > MOST else ''}»"


def _said_yes(record: Mapping[str, Any], prefix: str, protocol: Protocol) -> Iterator[str]:
    catalog = protocol.catalogs.get(prefix)
    answers = record.get("answers") or {}
    for row in catalog.rows if catalog else ():
        if answers.get(f"{prefix}.{row.code}") == "yes":
            yield pick(row.label)


def _since(intake: Intake) -> Iterator[str]:
    if intake.started_at:
        at = view.clock(intake.started_at, intake.workspace.zone, seconds=False)
        yield _("La llamada empezó a las {at}").format(at=at)


def _call_back(document: Document) -> Iterator[str]:
    for identifier in document.get("identifiers", ()):
        if identifier.get("kind") == "phone" and identifier.get("value"):
            yield str(identifier["value"])
    case = document["case"]
    kept = (case.get("answers") or {}).get("raw.callback_identifier_id") or case.get("callback_identifier_id")
    if kept and not any(each.get("id") == kept for each in document.get("identifiers", ())):
        yield str(kept)
    for code in ("callback_window", "callback_say"):
        if case.get(code):
            yield str(case[code])

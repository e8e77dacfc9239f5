"""What to read aloud to 911, from what the document already says: where, who, what, since when.

Where the caller is and where the victim is are two things: an ambulance goes to what is read here. Nothing that
identifies a caller who wanted to stay unknown is in it, unless they agreed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lnctp_tui.domain.assess import minority
from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records.document import Document, Record, victims
from lnctp_tui.domain.values import places
from lnctp_tui.domain.values.values import FREE
from lnctp_tui.i18n import _, language, ngettext, pick
from lnctp_tui.screens.call import panel_view as view

if TYPE_CHECKING:
    from lnctp_tui.services.call.intake import Intake

MOST = 400
"""Characters of the narrative: enough to say what is happening."""
HOME = "MX"
HERE = "actual"
"""Role of the place where a victim is now. No other role says that."""
UNKNOWN_CALLER = ("anonimo", "seudonimo", "confidencial")
"""Agreements by which the caller's identity stays with the Line."""
HERSELF = ("victima_directa", "anonimo", "otro")
"""Reporters who may be the victim: then the victim's name is the caller's."""


def block(intake: Intake) -> list[tuple[str, list[str]]]:
    """Title and lines of each part, as they are read out."""
    document, protocol = intake.document, intake.protocol
    hidden = kept_unknown(document)
    return [
        (_("Víctima en"), list(_where_now(document, protocol))),
        (_("Llama desde"), list(_where_caller(document, protocol))),
        (_("Quién"), list(_who(document, protocol, hidden))),
        (_("Qué"), list(_what(document, protocol, hidden))),
        (_("Cuándo"), list(_since(intake))),
        (_("Contacto"), list(_call_back(document, hidden))),
    ]


def kept_unknown(document: Document) -> bool:
    """Whether what identifies the caller must not be read out: agreed anonymity, and no agreement to share."""
    case = document["case"]
    return case.get("anonymity") in UNKNOWN_CALLER and case.get("consent_share") != "yes"


def ask_now() -> str:
    """What stands where a fact is missing without which no help arrives."""
    return _("PREGUNTE AHORA")


# Where


def _where_now(document: Document, protocol: Protocol) -> Iterator[str]:
    """Where the victim is: only what was said to be so. Other places of the story are named as what they are."""
    told_of = document.get("places", ())
    here = [
        address for place in told_of if place.get("role") == HERE and (address := _place(place, protocol))
    ]
    yield from here or [f"{ask_now()}: {_('¿dónde está la víctima?')}"]
    for place in told_of:
        if place.get("role") != HERE and (address := _place(place, protocol)):
            role = view.label_of(protocol, "place_role", place.get("role")).lower() or _("lugar sin precisar")
            yield _("no es seguro que esté aquí — {role}: {where}").format(role=role, where=address)


def _where_caller(document: Document, protocol: Protocol) -> Iterator[str]:
    """Where the caller is; no help goes there unless they say that they are the one in danger."""
    for contact in document.get("contacts", ()):
        if address := _place(contact, protocol):
            yield address
    if not any(_place(record, protocol) for record in document.get("contacts", ())):
        yield _("— sin dato —")


def _place(record: Record, protocol: Protocol) -> str:
    """A place in words, from the street to the country."""
    town, state = _town(record, protocol)
    country = record.get("country")
    parts = [
        record.get("address"),
        view.label_of(protocol, "venue", record.get("venue")),
        record.get("locality"),
        town,
        state,
        view.label_of(protocol, "country", country) if country and country != HOME else "",
    ]
    return ", ".join(str(part) for part in parts if part)


def _town(record: Record, protocol: Protocol) -> tuple[str, str]:
    """Municipality and state; where they are of two places both are said, with what does not fit."""
    town = view.label_of(protocol, "municipality", record.get("municipality"))
    state = view.label_of(protocol, "state", record.get("state"))
    if torn := places.torn(protocol, record, "municipality"):
        town = f"{town} ({pick(torn[1].label)})"
        state = _("el estado anotado es {state}: PREGUNTE CUÁL").format(state=state)
    return town, state


def abroad(document: Document, protocol: Protocol) -> list[str]:
    """Whom to call when somebody in danger is in another country: its emergency number and a consular line."""
    here = [item.get("country") for item in document.get("places", ()) if item.get("role") == HERE]
    called = [item.get("country") for item in document.get("contacts", ())]
    countries = dict.fromkeys(str(item) for item in [*here, *called] if item and item != HOME)
    return [_abroad(country, protocol) for country in countries]


def _abroad(country: str, protocol: Protocol) -> str:
    name = view.label_of(protocol, "country", country)
    catalog = protocol.catalogs.get("abroad")
    row = catalog.by_code.get(country) if catalog else None
    if row is None or row.valid_to:
        message = _("{country}: el 911 de México no llega allá. No hay línea de emergencia ni consular registrada;"
                 " pregunte a supervisión.")  # fmt: skip
        return message.format(country=name)
    doubt = "" if row.extra.get("verified_on") else f" ({_('por verificar')})"
    consular = row.extra.get("consular") or ""
    whose = row.extra.get(f"consular_{language()}") or ""
    lines = [
        _("{country}: el 911 de México no llega allá.").format(country=name),
        _("Emergencias allá: {number}{doubt}.").format(number=row.extra.get("emergency", ""), doubt=doubt),
        _("Consular: {number}, {whose}{doubt}.").format(number=consular, whose=whose, doubt=doubt)
        if consular
        else _("No hay línea consular registrada."),
    ]
    return " ".join(lines)


# Who and what


def _who(document: Document, protocol: Protocol, hidden: bool) -> Iterator[str]:
    age = view.field_of(protocol, "person", "age")
    for person in document.get("people", ()):
        count = person.get("headcount")
        parts = [
            "" if hidden and _may_be_caller(person, document) else str(person.get("name") or ""),
            view.label_of(protocol, "person_role", person.get("role")).lower(),
            ngettext("{n} persona", "{n} personas", count).format(n=count) if isinstance(count, int) else "",
            view.label_of(protocol, "sex", person.get("sex")).lower(),
        ]
        age_text = view.show(age, person, protocol) if age else ""
        if age_text and person.get("age_min") is None and person.get("age_max") is None:
            parts.append(_("edad: {age}").format(age=age_text))
        elif age_text:
            parts.append(_("{age} años").format(age=age_text))
        elif (person.get("answers") or {}).get("age.appears_minor") == "yes":
            parts.append(_("parece menor de edad"))
        elif minority.state(person, None) == "doubt":
            parts.append(_("edad en duda: puede ser menor"))
        description = ", ".join(filter(None, parts))
        if description:
            yield description
    if not victims(document):
        yield f"{ask_now()}: {_('¿quién está en peligro?')}"


def _may_be_caller(person: Record, document: Document) -> bool:
    """Whether the name of this person may be that of the caller: told so, or not told otherwise."""
    contacts = document.get("contacts", ())
    if any(item.get("reporter_person_id") == person.get("id") for item in contacts):
        return True
    reporters = [item.get("reporter_type") for item in contacts]
    return person.get("role") not in ("trafficker",) and (
        not any(reporters) or any(item in HERSELF or str(item).startswith(FREE) for item in reporters)
    )


def _what(document: Document, protocol: Protocol, hidden: bool) -> Iterator[str]:
    yield from _said_yes(document["case"], "danger", protocol)
    for person in victims(document):
        yield from _said_yes(person, "modality", protocol)
    narratives = [" ".join(str(item.get("narrative") or "").split()) for item in document.get("contacts", ())]
    if hidden and any(narratives):
        yield _("Pidió no ser identificada: diga qué pasa con palabras suyas, sin nombres ni números.")
        return
    for item in filter(None, narratives):
        yield f"«{item[:MOST]}{'…' if len(item) > MOST else ''}»"


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


def _call_back(document: Document, hidden: bool) -> Iterator[str]:
    """The number that the person left for that, and nobody else's; and what was agreed about it."""
    case = document["case"]
    allowed = case.get("callback_allowed")
    if allowed in ("no", "refused"):
        yield _("No se le debe llamar.")
        return
    if hidden:
        yield _("Solo por la Línea: pidió no ser identificada.")
        return
    identifier_id = (case.get("answers") or {}).get("raw.callback_identifier_id") or case.get(
        "callback_identifier_id"
    )
    number = next(
        (
            identifier.get("value")
            for identifier in document.get("identifiers", ())
            if identifier.get("id") == identifier_id
        ),
        identifier_id,
    )
    if number:
        yield (
            str(number)
            if allowed == "yes"
            else _("{number} — no se ha preguntado si se puede llamar").format(number=number)
        )
    for code in ("callback_window", "callback_say"):
        if case.get(code):
            yield str(case[code])
    if not number:
        yield _("— sin número acordado —")

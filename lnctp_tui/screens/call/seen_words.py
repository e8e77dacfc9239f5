"""A question from the narrative as a counselor reads it: `Ana · Violencia física: NO «no le pega»`."""

from __future__ import annotations

from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.reading.offers import NO, UNKNOWN
from lnctp_tui.i18n import _, pick
from lnctp_tui.screens.call import panel_view as view
from lnctp_tui.screens.labels import when_word
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.call.seen import Newcomer, Seen, Target
from lnctp_tui.services.refs import Ref

MOST = 28
"""Characters of the quoted words."""
NAME = 18
"""Characters of a person's name or a group's."""
_CATALOGS = {
    "venue": "venue", "nationality": "country", "language": "language", "education": "education",
    "migration_status": "migration_status", "sex": "sex",
}  # fmt: skip


def sentence(intake: Intake, seen: Seen) -> str:
    """The whole question."""
    stands = _("≠ {value}").format(value=seen.stands) if seen.stands else ""
    return " ".join(part for part in (claim(intake, seen), f"«{_short(seen.words)}»", stands) if part)


def claim(intake: Intake, seen: Seen) -> str:
    """What taking it would write of whom: nobody takes what was not read to its end."""
    whose = _short(person(intake, seen.target), NAME) if seen.target else _("¿de quién?")
    return (f"{whose} · " if whose else "") + fact(intake.protocol, seen)


def person(intake: Intake, target: Target) -> str:
    """What a person is called here; "" for the case, its contact and what has no person."""
    if isinstance(target, Newcomer):
        return view.label_of(intake.protocol, "person_role", target.role) + _(" (nueva)")
    if target.table == "contacts":
        return _("Quien llama")
    if target.table != "people":
        return ""
    record = intake.record(target)
    name = record.get("name")
    return str(name) if name else view.label_of(intake.protocol, "person_role", record.get("role"))


def fact(protocol: Protocol, seen: Seen) -> str:
    """`Edad 17`, `Violencia física: NO`, `Lugar: Neza (destino)`."""
    offer = seen.offer
    if offer.kind in ("term", "platform"):
        names = " + ".join(_row(protocol, value) for value in offer.values)
        answer = {NO: _("NO"), UNKNOWN: _("no se sabe")}.get(offer.polarity, _("sí"))
        return f"{names}: {answer}"
    if offer.kind in _CATALOGS:
        return f"{_kind(offer.kind)}: {view.label_of(protocol, _CATALOGS[offer.kind], offer.values[0])}"
    if offer.kind == "place":
        role = view.label_of(protocol, "place_role", offer.detail).lower() if offer.detail else ""
        return f"{_place(protocol, offer.values)}" + (f" ({role})" if role else "")
    if offer.kind == "date":
        return f"{when_word(offer.detail)}: {offer.values[0]}"
    detail = f" {offer.detail}" if offer.kind == "amount" else ""
    return f"{_kind(offer.kind)} {offer.values[0]}{detail}"


def _place(protocol: Protocol, codes: tuple[str, ...]) -> str:
    catalog = "municipality" if codes[0].isdecimal() else "state"
    name = view.label_of(protocol, catalog, codes[0])
    return _("{place}, ¿de qué estado?").format(place=name) if len(codes) > 1 else name


def _row(protocol: Protocol, value: str) -> str:
    """`Violencia · Física`: the list and the row of an answer."""
    prefix, _dot, code = value.partition(".")
    fields = view.places_of(protocol, value)
    if not fields:
        return value
    field = fields[0][1]
    if field.code == value:
        return pick(field.label)
    catalog = (
        protocol.indicators if prefix == "indicator" else protocol.catalogs.get(field.catalog or field.code)
    )
    row = catalog.by_code.get(code) if catalog else None
    if row is None:
        return value
    return pick(row.label) if prefix == "indicator" else f"{pick(field.label)} · {pick(row.label)}"


def _kind(kind: str) -> str:
    return {
        "phone": _("Teléfono"), "handle": _("Usuario"), "plate": _("Placa"), "account": _("Cuenta"),
        "url": _("Página"), "email": _("Correo"), "alias": _("Apodo"), "age": _("Edad"),
        "headcount": _("Cuántas personas"), "amount": _("Cantidad"), "institution": _("Banco o remesa"),
        "venue": _("Lugar"), "nationality": _("Nacionalidad"), "language": _("Lengua"),
        "education": _("Escolaridad"), "migration_status": _("Situación migratoria"), "sex": _("Sexo"),
    }.get(kind, kind)  # fmt: skip


def _short(words: str, most: int = MOST) -> str:
    line = " ".join(words.split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def target_line(intake: Intake, target: Target) -> str:
    """A person to choose from, never empty."""
    name = person(intake, target)
    return name or (target.id if isinstance(target, Ref) else target.role)

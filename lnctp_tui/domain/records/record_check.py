"""What a change may say: the one semantic rule of typing, import, server check and projection into tables.

A change fits whole or not at all: it was signed as one, and half of it is what nobody wrote (decision 017). What
does not fit stays in the log with its reason. Reads no clock and no database.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from math import isfinite
from types import MappingProxyType
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from lnctp_tui.domain.records import changes, columns
from lnctp_tui.domain.records.columns import CLOSED, DECLARED, STANDING
from lnctp_tui.domain.records.document import MEMBERS
from lnctp_tui.domain.records.kinds import KINDS, Column, Type
from lnctp_tui.domain.values import moments, text

VERSION = 1
"""Of these rules: a store that was checked by others is checked again."""
ANSWER = "answers."
DEEPEST = 32
"""Lists and objects in each other, the value of a field being the first."""
LONGEST_NAME = 200
SHORT, LONG = 20_000, 1 << 22
"""Characters of a text; `LONG` of what is told (the type `long`), of answers and of fields nobody knows yet."""
MOST_LISTED = 5_000
"""Texts in a list."""
I64 = 1 << 63
AHEAD = timedelta(days=2)
"""By how much a laptop's date may be ahead of its clock in UTC, and its clock of the world's."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Check = Callable[[Any], str | None]
"""Why a value that is not None cannot stand, None when it can."""


REASONS = frozenset({"type", "code", "range", "size", "deep", "name", "empty", "text"})
"""And `malformed`, of what JSON cannot say. A value of another kind, a code no catalog knows, a number too small or
large, a text too long, too many levels, a name that means something else, an emptied value, hidden characters."""


class Flaw(NamedTuple):
    """Why a change fits no table: one of REASONS, and the field."""

    reason: str
    field: str


RESERVED = (
    frozenset[str]().union(*DECLARED.values(), *columns.COLUMNS.values(), *columns.SHORTHANDS.values())
    | {*changes.COVERED, "hash", "sig", "case", "schema", "record", "answers", *MEMBERS, *MEMBERS.values()}
)  # fmt: skip
"""Names that mean something in some table, change or document: never those of a field that nobody knows yet."""

BUILT_IN: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        name: columns.words(codes)
        for name, codes in {
            "kind": """victim witness information other_crime silent hang_up prank wrong_number abusive test""",
            "person_role": "victim group trafficker other",
            "place_role": "captacion origen transito destino actual",
            "identifier_kind": "phone handle plate account url email alias other",
            "case_status": "open follow_up closed merged",
            "task_status": "open done cancelled could_not_reach",
            "task_kind": "callback follow_up referral_check minimum_record review other",
            "referral_status": "prepared sent accepted refused completed no_answer waitlisted withdrawn cancelled",
            "referral_basis": "consentimiento peligro_vida menor_edad deber_legal",
            "delivery_format": "voice print pdf json",
            "handover_why": "risk callback referral urgent other",
            "direction": "in out",
            "triage": "emergency urgent_24h priority follow_up information",
            "report_class": "trata situacion_riesgo otros_delitos orientacion_juridica informativo",
            "known_by": "seen told document",
            "support_modality": "directo indirecto",
            "party": "person provider",
            "link_state": "possible confirmed not_linked",
            "accompaniment": "directo indirecto no",
            "verdict": "condenatoria absolutoria mixta",
            "anonymity": "identificado confidencial seudonimo anonimo",
            "relation": """pareja expareja familiar conocido amistad empleador contacto_en_linea misma_comunidad
                desconocido""",
            "answer": "yes no unknown refused",
            "provider_level": "federal estatal municipal osc academia internacional privado",
            "provider_status": "draft active suspended closed merged",
            "service_modality": "residencial presencial telefonica en_linea movil",
            "provider_channel": "phone whatsapp email web fax",
            "channel_purpose": "publico canalizacion guardia direccion",
            "course_modality": "presencial en_linea mixta",
            "certificate_kind": "guardian_asfalto other",
            "holder_kind": "person company",
            "provider_check": "verified answered no_answer wrong_number moved closed full refuses changed",
        }.items()
    }
)
"""The codes of the closed catalogs as the program brings them. A test holds that the files have the same."""
_known = {name: set(codes) for name, codes in BUILT_IN.items()}


def know(catalog: str, codes: Iterable[str]) -> None:
    """Learn the codes that an organisation's own protocol adds to a closed catalog; none is ever unlearned."""
    if catalog in CLOSED:
        _known[catalog].update(codes)


def known() -> str:
    """The codes that are known by now, as one text to compare."""
    return "/".join(" ".join(sorted(codes)) for _name, codes in sorted(_known.items()))


def flaw(table: str, patch: Any, hlc: int) -> Flaw | None:
    """Why a change of a record cannot stand in `table`, None when it can. `hlc` is the change's own clock.

    Texts are looked at by `unclean`, which is quicker on bytes. A table that nobody knows takes anything.
    """
    checks = CHECKS.get(table)
    if checks is None:
        return None
    if type(patch) is not dict:
        return Flaw("type", "")
    for name, value in patch.items():
        check = checks.get(name)
        if check is None:
            if reason := unknown_flaw(name, value):
                return Flaw(reason, name)
        elif value is None:
            if (table, name) in STANDING:
                return Flaw("empty", name)
        elif reason := check(value) or (_unborn(value, hlc) if name in moments.BIRTHS else None):
            return Flaw(reason, name)
    return None


def value_flaw(table: str, name: str, value: Any) -> str | None:
    """Why one value cannot stand in one column of a stored row; columns the program itself writes too."""
    if value is None:
        return "empty" if name in columns.OBJECTS else None
    check = OF_ROWS[table].get(name)
    return check(value) if check else None


def unclean(content: bytes, patch: Any) -> bool:
    """Whether a text in a patch is not clean; `content` is JSON in UTF-8 that holds it.

    One look over the whole is enough for nearly all; what does not pass like this is looked at value by value.
    """
    return not text.plain_json(content) and not _clean(patch)


def _clean(value: Any) -> bool:
    if isinstance(value, str):
        return text.clean(value)[1] == 0
    if isinstance(value, dict):
        return all(_clean(key) and _clean(each) for key, each in value.items())
    return not isinstance(value, list) or all(map(_clean, value))


def json_flaw(value: Any) -> str | None:
    """Why a value that no column describes cannot be kept; None when it can. Asks no stack, however deep it is."""
    if type(value) is str:
        return None if len(value) <= LONG else "size"
    level = [value]
    for depth in range(DEEPEST + 1):
        inner: list[Any] = []
        for each in level:
            kind = type(each)
            if depth == DEEPEST and kind in (dict, list):
                return "deep"
            if kind is dict:
                if not all(type(key) is str and len(key) <= LONG for key in each):
                    return "type"
                inner += each.values()
            elif kind is list:
                inner += each
            elif reason := _scalar_flaw(each):
                return reason
        if not inner:
            break
        level = inner
    return None


def _scalar_flaw(value: Any) -> str | None:
    if type(value) is str:
        return None if len(value) <= LONG else "size"
    if type(value) is int:
        return None if -I64 <= value < I64 else "range"
    if type(value) is float:
        return None if isfinite(value) else "malformed"  # JSON has no such number
    return None if value is None or type(value) is bool else "type"


def unknown_flaw(name: Any, value: Any) -> str | None:
    """Why an answer, or a field that no column describes, cannot stand; None when it can."""
    if type(name) is not str or not 0 < len(name) <= LONGEST_NAME:
        return "name"
    if name.startswith(ANSWER):
        if len(name) == len(ANSWER):
            return "name"
        if type(value) in (dict, list) and name[len(ANSWER) :].partition(".")[0] in _PLAIN:
            return "type"
    elif reserved(name):
        return "name"
    return json_flaw(value)


CONSENTS = ("share", "express")
"""Prefixes of what was said of a datum of a referral (domain.referral.consent)."""
_PLAIN = (
    frozenset(columns.PREFIXES)
    | frozenset(CONSENTS)
    | columns.words("raw link discard decided raised escalated clock attached override")
)
"""Prefixes of answers that the program itself reads: one value each."""


@lru_cache(1024)
def reserved(name: str) -> bool:
    """Whether a name means something already, however it is written; so no field that nobody knows may bear it."""
    return name in RESERVED or unicodedata.normalize("NFKC", name).strip().casefold() in RESERVED


def _unborn(value: str, hlc: int) -> str | None:
    try:
        latest: date | None = (EPOCH + timedelta(microseconds=hlc) + AHEAD).date()
    except (OverflowError, TypeError):
        latest = None
    return "type" if moments.day(value, latest, birth=True) else None


def _a_text(longest: int) -> Check:
    def check(value: Any) -> str | None:
        if type(value) is not str:
            return "type"
        return None if len(value) <= longest else "size"

    return check


def _a_code(catalog: str) -> Check:
    codes = _known[catalog]

    def check(value: Any) -> str | None:
        if type(value) is not str:
            return "type"
        return None if value in codes else "code"

    return check


def _between(least: float, most: float, *kinds: type) -> Check:
    def check(value: Any) -> str | None:
        if type(value) not in kinds:
            return "type"
        return None if least <= value <= most else "range"

    return check


def _a_bool(value: Any) -> str | None:
    return None if type(value) is bool else "type"


def _an_instant(value: Any) -> str | None:
    return None if moments.zoned(value) else "type"


def _a_date(value: Any) -> str | None:
    return "type" if moments.day(value, None) else None


def _a_day(value: Any) -> str | None:
    return _a_date(value) and _an_instant(value)


def _a_list(value: Any) -> str | None:
    if type(value) is not list or not all(type(each) is str for each in value):
        return "type"
    return None if len(value) <= MOST_LISTED and sum(map(len, value)) <= LONG else "size"


def _a_folio(value: Any) -> str | None:
    """By its symbols: whether the check symbol is right is told where one is typed."""
    return None if type(value) is str and _FOLIO(value) else "type"


_FOLIO = re.compile("[0-9A-Z-]{1,24}").fullmatch


@lru_cache(256)
def _is_zone(name: str) -> bool:
    try:
        return _ZONE.fullmatch(name) is not None and bool(ZoneInfo(name).key)
    except (ImportError, KeyError, OSError, ValueError):
        return False


_ZONE = re.compile(r"[A-Za-z0-9_+-]{1,32}(?:/[A-Za-z0-9_+-]{1,32}){0,2}")


def _a_zone(value: Any) -> str | None:
    return None if type(value) is str and _is_zone(value) else "type"


def _an_object(value: Any) -> str | None:
    return None if type(value) is dict else "type"


def _heads(value: Any) -> str | None:
    if type(value) is not dict:
        return "type"
    lists = all(type(of) is list and all(type(name) is str for name in of) for of in value.values())
    return None if lists else "type"


def _refuse(_value: Any) -> str | None:
    return "name"


_ID = _a_text(36)
_ROW_CHECKS: Mapping[str, Check] = {
    "id": _ID, "created_by": _ID, "created_at": _an_instant, "heads": _heads, "extra": _an_object,
    "answers": _an_object,
}  # fmt: skip
"""Columns that no patch names."""


_OF_TYPE: Mapping[Type, Check] = MappingProxyType(
    {
        "text": _a_text(SHORT), "code": _a_text(SHORT), "long": _a_text(LONG), "id": _ID, "instant": _an_instant,
        "date": _a_date, "day": _a_day, "bool": _a_bool, "list": _a_list, "folio": _a_folio, "zone": _a_zone,
        "period": _a_text(SHORT),
    }
)  # fmt: skip


def _check_of(column: Column) -> Check:
    if column.name in _ROW_CHECKS:
        return _refuse
    if column.catalog and column.strict:
        return _a_code(column.catalog)
    if column.between:
        return _between(*column.between, *((int,) if column.type == "whole" else (int, float)))
    return _OF_TYPE[column.type]


CHECKS: Mapping[str, Mapping[str, Check]] = {
    kind.table: {column.name: _check_of(column) for column in kind.all_columns()} for kind in KINDS
}
"""Table → column → its check."""
OF_ROWS: Mapping[str, Mapping[str, Check]] = {
    table: {name: _ROW_CHECKS.get(name) or checks[name] for name in checks}
    for table, checks in CHECKS.items()
}
"""The same for a stored row, with the columns that no patch names."""

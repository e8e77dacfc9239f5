"""What a counselor types into a field, as a patch of the record, and what a record holds, as text.

A value that cannot be read is kept as typed under the answer `raw.<field code>` while its column is None: it
informs and never blocks. What is not in a catalog is stored with `~` before it, so that no code is mistaken.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as member
from datetime import date, datetime
from typing import Any, NamedTuple

from lnctp_tui.domain.protocol.protocol import Catalog, Field, Label, Protocol, Row
from lnctp_tui.domain.records import record_check
from lnctp_tui.domain.records.columns import CLOSED, COMING, WHOLE
from lnctp_tui.domain.records.document import Record, answer
from lnctp_tui.domain.records.kinds import TABLE_OF_KIND
from lnctp_tui.domain.training import naming
from lnctp_tui.domain.training import number as certificates
from lnctp_tui.domain.values import (
    ages,
    amounts,
    dates,
    hours,
    identifiers,
    lookup,
    moments,
    nothing,
    numbers,
    places,
    promises,
)
from lnctp_tui.domain.values.phones import read, unmarked
from lnctp_tui.domain.values.text import clean, fold

FREE = "~"
"""Before a text that stands where a code should: it is in no catalog."""

ANSWERS = {
    "yes": Label("Sí", "Yes"),
    "no": Label("No", "No"),
    "unknown": Label("No se sabe", "Not known"),
    "refused": Label("No quiso decir", "Refused"),
}
"""The four answers to a question that was asked. Not asked is None."""

_TYPED = {
    word: code
    for code, said in {
        "yes": "s|si|y|yes|true|verdadero",
        "no": "n|no|false|falso",
        "unknown": "?|no sabe|no se|no se sabe|ns|desconocido|desconoce|unknown|not known|don't know",
        "refused": "r|nc|no contesta|no quiso decir|no quiere|no quiere decir|se niega|refused|refuses",
    }.items()
    for word in said.split("|")
}
_MEASURED = ("age", "date", "number")

WINDOW = ("due_from", "due_to")
"""Columns that a field of the kind `window` fills."""

search_catalog = lookup.search


STANDING = frozenset({("person", "role")})
"""Columns that once said are never empty: a person without a role would leave the assessment without a word."""


@dataclass(frozen=True)
class Parsed:
    """A patch to record as it is, and what to tell the person about it."""

    patch: dict[str, Any]
    problem: str | None = None
    """A code: `too_long`, `not_yes_no`, `not_a_code`, `ambiguous_code`, one of the modules dates, ages, numbers: the
    text is kept as raw. Or `stands`: emptied, and the code stays. Or `not_in_catalog`, `not_in_state`,
    `other_state`, `ambiguous`, `phone_unreadable`, `phone_several`, `replaced`: the value itself is stored."""
    facts: dict[str, Any] = member(default_factory=dict)
    shown: str = ""


class _Typed(NamedTuple):
    field: Field
    text: str
    protocol: Protocol
    today: date
    record: Mapping[str, Any]
    language: str
    written: bool
    now: datetime | None


def parse(
    field: Field,
    raw: str,
    *,
    protocol: Protocol,
    today: date,
    record: Mapping[str, Any] | None = None,
    had_raw: bool = False,
    language: str = "es",
    written: bool = False,
    now: datetime | None = None,
) -> Parsed:
    """What typing `raw` into `field` does to its record.

    `record` is the record as it stands: it says which state a municipality is in, which currency and whether
    an unreadable text must be taken away (`had_raw` says so where there is no record). `language` is that of
    `shown`; both are always understood. `written`: on another day than `today`, so nothing counts from it.
    `now`: the moment on the clock of whoever types, for fields that say an hour.
    """
    marked = field.kind == "phone" or (field.on, field.code) == ("identifier", "value")
    text, replaced = clean(unmarked(raw) if marked else raw)
    raw_name = raw_key(field)
    had_raw = had_raw or (record is not None and answer(dict(record), f"raw.{field.code}") is not None)
    gone = {raw_name: None} if had_raw else {}
    typed = text if field.kind == "long_text" else text.strip()
    if not typed.strip() and (field.on, field.code) in STANDING and (record or {}).get(field.code):
        return Parsed(gone, "stands")
    if not typed.strip():
        return Parsed(dict.fromkeys(_keys(field)) | gone)
    read = _READERS[field.kind](_Typed(field, typed, protocol, today, record or {}, language, written, now))
    if flaw := record_check.flaw(TABLE_OF_KIND[field.on], read.patch, record_check.I64):
        read = _UNFIT[flaw.reason](len(typed)) if flaw.reason in _UNFIT else _bad(f"{field.kind}_unreadable")
    if read.patch:
        return _told(Parsed(read.patch | gone, read.problem, read.facts, read.shown), replaced)
    empty = field.kind in _MEASURED and nothing.said(protocol, typed)
    problem = None if empty else read.problem  # "se ignora" is understood: there is no age to store
    gone = {} if closed(field) else dict.fromkeys(_keys(field))
    return Parsed(gone | {raw_name: typed}, problem, read.facts, typed)


def closed(field: Field) -> bool:
    """Whether the field takes codes alone. What is none is kept as typed beside the code that stands."""
    return field.kind == "reference" or (field.kind == "catalog" and (field.catalog or field.code) in CLOSED)


_UNFIT: Mapping[str, Callable[[int], Parsed]] = {
    "size": lambda length: _bad("too_long", length=length, max_length=record_check.SHORT),
    "range": lambda _length: _bad("number_too_large"),
}
"""What a person reads of a value that its column does not take (domain.records.record_check)."""


def mark(field: Field, row: str, value: str | None) -> dict[str, Any]:
    """The patch that answers one row of a checklist: yes, no, unknown, refused, or None for not asked."""
    return {f"answers.{field.code}.{row}": value}


def key(field: Field) -> str:
    """The patch key of a field: its column, or `answers.<code>`."""
    return f"answers.{field.code}" if "." in field.code else field.code


def raw_key(field: Field) -> str:
    """The patch key under which an unreadable text is kept."""
    return f"answers.raw.{field.code}"


def apply(record: Mapping[str, Any], patch: Mapping[str, Any]) -> Record:
    """A new record with the patch in it; an answer that becomes None is taken away."""
    changed = dict(record)
    answers = dict(record.get("answers") or {})
    for name, value in patch.items():
        if name.startswith("answers."):
            answers[name.removeprefix("answers.")] = value
        else:
            changed[name] = value
    changed["answers"] = {code: value for code, value in answers.items() if value is not None}
    return changed


def shown(field: Field, record: Mapping[str, Any], protocol: Protocol, language: str) -> str:
    """What the field shows of the record: a label, an age as typed, or the text that could not be read."""
    raw = answer(dict(record), f"raw.{field.code}")
    if raw is not None:
        return str(raw)
    if field.kind == "age":
        return _shown_age(record)
    value = _value(field, record)
    if value is None:
        return ""
    if field.kind in ("yesno", "bool"):
        word = {"True": "yes", "False": "no"}.get(str(value), str(value))
        return ANSWERS[word][language] if word in ANSWERS else word
    if field.kind in ("catalog", "reference"):
        return _shown_code(_catalog(field, protocol), str(value), language)
    if field.kind == "number":
        return _shown_number(field, value, record)
    return str(value)


def _keys(field: Field) -> tuple[str, ...]:
    if field.kind == "age" and field.code == "age":
        return "age_min", "age_max", "age_estimated"
    if field.on == "identifier" and field.code == "value":
        return "value", "normalised"
    if field.kind == "window":
        return WINDOW
    if field.kind == "certificate":
        return naming.NUMBER, naming.LINK
    return (key(field),)


def _told(parsed: Parsed, replaced: int) -> Parsed:
    if not replaced:
        return parsed
    facts = parsed.facts | {"replaced": replaced}
    return Parsed(parsed.patch, parsed.problem or "replaced", facts, parsed.shown)


def _bad(problem: str, **facts: Any) -> Parsed:
    return Parsed({}, problem, facts)


def _text(typed: _Typed) -> Parsed:
    if typed.field.on == "identifier" and typed.field.code == "value" and typed.record.get("kind") == "phone":
        return _phone(typed)
    return _as_text(typed)


def _as_text(typed: _Typed) -> Parsed:
    field, text = typed.field, typed.text
    if field.max_length and len(text) > field.max_length:
        return _bad("too_long", length=len(text), max_length=field.max_length)
    patch: dict[str, Any] = {key(field): text}
    if field.on == "identifier" and field.code == "value":
        patch["normalised"] = identifiers.normalised(typed.record.get("kind"), text)
    return Parsed(patch, shown=text)


def _yesno(typed: _Typed) -> Parsed:
    code = _TYPED.get(re.sub(r"\s+", " ", fold(typed.text)).rstrip(".")) or nothing.said(
        typed.protocol, typed.text
    )
    if code not in ANSWERS:
        return _bad("not_yes_no")
    return Parsed({key(typed.field): code}, shown=ANSWERS[code][typed.language])


def _bool(typed: _Typed) -> Parsed:
    parsed = _yesno(typed)
    code = parsed.patch.get(key(typed.field))
    if code not in ("yes", "no"):
        return _bad("not_yes_no")
    return Parsed({key(typed.field): code == "yes"}, shown=parsed.shown)


def _catalog_value(typed: _Typed) -> Parsed:
    field, text = typed.field, typed.text.removeprefix(FREE).strip()
    if field.max_length and len(text) > field.max_length:
        return _bad("too_long", length=len(text), max_length=field.max_length)
    catalog = _catalog(field, typed.protocol)
    rows = lookup.exact(catalog, text, within=state_of(field, typed.record)) if catalog else ()
    current = _value(field, typed.record)
    rows = rows or _held(catalog, current, text)
    chosen = next((row for row in rows if len(rows) == 1 or row.code == current), None)
    if chosen:
        return _chosen(typed, chosen.code, chosen.label[typed.language])
    if closed(field):
        return _bad("ambiguous_code" if rows else "not_a_code", catalog=field.catalog, rows=len(rows))
    free = {key(field): FREE + text}
    if not rows and catalog and (elsewhere := lookup.exact(catalog, text)):
        return Parsed(free, "not_in_state", _states(typed, elsewhere), text)
    problem = "ambiguous" if rows else "not_in_catalog"
    return Parsed(free, problem, {"catalog": field.catalog, "rows": len(rows)}, text)


def _states(typed: _Typed, towns: tuple[Row, ...]) -> dict[str, Any]:
    """The state of the record and those that have such a town, by their names."""
    states = typed.protocol.catalogs["state"].by_code
    names = {row.code: row.label[typed.language] for row in states.values()}
    own = dict.fromkeys(names.get(row.extra.get("state", ""), "") for row in towns)
    state_name = names.get(state_of(typed.field, typed.record) or "", "")
    return {"state": state_name, "own": ", ".join(filter(None, own)), "catalog": typed.field.catalog}


def _held(catalog: Catalog | None, current: Any, text: str) -> tuple[Row, ...]:
    """The retired row that an old case holds, when its own name is typed again."""
    row = catalog.by_code.get(current) if catalog and isinstance(current, str) else None
    names = (lookup.key(label) for label in (row.label.es, row.label.en)) if row else ()
    return (row,) if row and lookup.key(text) in names else ()


def _chosen(typed: _Typed, code: str, label: str) -> Parsed:
    patch: dict[str, Any] = {key(typed.field): code}
    value = typed.record.get("value")
    if typed.field.on == "identifier" and typed.field.code == "kind" and isinstance(value, str):
        patch["normalised"] = identifiers.normalised(code, value)
    problem, facts = remark(typed.field, {**typed.record, **patch}, typed.protocol, typed.language)
    return Parsed(patch, problem, facts, label)


def remark(
    field: Field, record: Mapping[str, Any], protocol: Protocol, language: str
) -> tuple[str | None, dict[str, Any]]:
    """What is to be told of a value that stands, as long as it stands: (problem code, facts), or (None, {})."""
    torn = places.torn(protocol, record, field.code)
    if torn is None:
        return None, {}
    said, own = (row.label[language] for row in torn)
    return "other_state", {"state": said, "own": own}


def state_of(field: Field, record: Mapping[str, Any]) -> str | None:
    """The record's state for a municipality field: `origin_municipality` is in `origin_state`."""
    state = record.get(field.code.replace("municipality", "state"))
    return state if isinstance(state, str) and field.code.endswith("municipality") else None


def _date(typed: _Typed) -> Parsed:
    birth = typed.field.code in moments.BIRTHS
    coming = typed.field.code in COMING
    partial = dates.parse(typed.text, typed.today, birth=birth, written=typed.written, coming=coming)
    return (
        _bad(partial)
        if isinstance(partial, str)
        else Parsed({key(typed.field): str(partial)}, shown=str(partial))
    )


def _instant(typed: _Typed) -> Parsed:
    moment = hours.at(typed.text, typed.now) if typed.now else None
    if moment is None:
        return _bad("instant_unreadable")
    return Parsed({key(typed.field): moments.iso(moment)}, shown=f"{moment:%d/%m/%Y %H:%M}")


def _window(typed: _Typed) -> Parsed:
    window = promises.window(typed.text, typed.now) if typed.now else None
    if window is None:
        return _bad("promise_unreadable")
    shown = " – ".join(f"{moment:%d/%m %H:%M}" for moment in window)
    return Parsed(dict(zip(WINDOW, map(moments.iso, window), strict=True)), shown=shown)


def _age(typed: _Typed) -> Parsed:
    age = ages.parse(typed.text)
    if isinstance(age, str):
        return _bad(age)
    names = _keys(typed.field)
    values = (age.youngest, age.oldest, age.estimated) if len(names) == 3 else (str(age),)
    return Parsed(dict(zip(names, values, strict=True)), shown=str(age))


def _number(typed: _Typed) -> Parsed:
    if (typed.field.on, typed.field.code) == ("money", "amount"):
        return _amount(typed)
    value = numbers.parse(typed.text)
    if isinstance(value, str):
        return _bad(value)
    least = WHOLE[typed.field.code][0] if typed.field.code in WHOLE else None
    if least is not None and isinstance(value, float):
        return _bad("number_not_whole")
    if least is not None and value < least:
        return _bad("number_too_small", least=least)
    return Parsed({key(typed.field): value}, shown=f"{value:,}")


def _amount(typed: _Typed) -> Parsed:
    amount = amounts.parse(typed.text)
    if isinstance(amount, str):
        return _bad(amount)
    patch: dict[str, Any] = {"amount": amount.value}
    if amount.currency or not typed.record.get("currency"):
        patch["currency"] = amount.currency or amounts.DEFAULT
    if amount.estimated or typed.record.get("amount_estimated") is None:
        patch["amount_estimated"] = amount.estimated
    return Parsed(patch, shown=_shown_number(typed.field, amount.value, {**typed.record, **patch}))


def _phone(typed: _Typed) -> Parsed:
    parsed = _as_text(typed)
    if parsed.problem:
        return parsed
    patch = parsed.patch
    if "normalised" in patch:
        patch = patch | {"normalised": identifiers.normalised("phone", typed.text)}
    phones = read(typed.text)
    problem = None if len(phones) == 1 else "phone_several" if phones else "phone_unreadable"
    return Parsed(patch, problem, {"count": len(phones)} if phones else {}, typed.text)


def _certificate(typed: _Typed) -> Parsed:
    number = certificates.parse(typed.text)
    if number is None:
        near = " · ".join(certificates.nearest(typed.text))
        return _bad("certificate_near" if near else "certificate_unreadable", near=near)
    patch = {naming.NUMBER: str(number), naming.LINK: certificates.row_of(number)}
    return Parsed(patch, shown=str(number))


_READERS: dict[str, Callable[[_Typed], Parsed]] = {
    "text": _text,
    "long_text": _text,
    "yesno": _yesno,
    "bool": _bool,
    "catalog": _catalog_value,
    "date": _date,
    "age": _age,
    "number": _number,
    "phone": _phone,
    "reference": _catalog_value,
    "instant": _instant,
    "window": _window,
    "certificate": _certificate,
}


def _value(field: Field, record: Mapping[str, Any]) -> Any:
    return answer(dict(record), field.code) if "." in field.code else record.get(field.code)


def _catalog(field: Field, protocol: Protocol) -> Catalog | None:
    return protocol.catalogs.get(field.catalog or field.code)


def _shown_age(record: Mapping[str, Any]) -> str:
    youngest, oldest = record.get("age_min"), record.get("age_max")
    if youngest is None and oldest is None:
        return ""
    return str(ages.Age(youngest or 0, oldest, bool(record.get("age_estimated"))))


def _shown_code(catalog: Catalog | None, value: str, language: str) -> str:
    row = catalog.by_code.get(value) if catalog else None
    return row.label[language] if row else value.removeprefix(FREE)


def _shown_number(field: Field, value: Any, record: Mapping[str, Any]) -> str:
    text = f"{value:,}" if isinstance(value, int | float) else str(value)
    if (field.on, field.code) != ("money", "amount"):
        return text
    currency = record.get("currency") or amounts.DEFAULT
    about = "~" if record.get("amount_estimated") else ""
    return f"{about}{text}" if currency == amounts.DEFAULT else f"{about}{text} {currency}"

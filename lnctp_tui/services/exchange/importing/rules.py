"""What a record of a case document may hold, compiled once per import: one checker for each column.

Source: the columns and codes of docs/import.md; lengths and catalogs of the protocol in use.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as member
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from lnctp_tui.domain.protocol.protocol import Protocol
from lnctp_tui.domain.records.columns import CLOSED, PREFIXES
from lnctp_tui.domain.records.document import TABLE_OF
from lnctp_tui.domain.records.record_check import CONSENTS, json_flaw, reserved
from lnctp_tui.domain.values import moments
from lnctp_tui.domain.values.identifiers import normalised
from lnctp_tui.domain.values.moments import BIRTHS, DATES, INSTANTS
from lnctp_tui.domain.values.text import clean
from lnctp_tui.domain.values.values import FREE
from lnctp_tui.services.exchange.importing.checks import (
    Bad,
    Checker,
    a_date,
    a_folio,
    a_uuid,
    amount,
    both_ages,
    reference,
    true_false,
    whole,
)
from lnctp_tui.services.exchange.importing.columns import (
    ANSWERS,
    BOOLS,
    CODES,
    ELSEWHERE,
    LISTS,
    LONG,
    LONGEST,
    OWN,
    OWN_ANSWERS,
    REFERENCES,
    SHORT,
    WHOLE,
)
from lnctp_tui.storage import instants
from lnctp_tui.storage.database.session import COLUMNS

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")
UNKEPT = {"deep": "too_deep", "size": "too_long", "range": "not_a_number", "type": "not_a_number",
          "malformed": "not_a_number"}  # fmt: skip
_NAME = re.compile(r"[^\s.][^\s]{0,99}")


@dataclass(frozen=True)
class Problem:
    """One reason why a row was refused."""

    field: str
    """`people[2].sex`, or empty for the row as a whole."""
    reason: str
    facts: Mapping[str, object] = member(default_factory=dict)


@dataclass
class Seen:
    """What an import kept or changed without refusing it."""

    unknown: Counter[str] = member(default_factory=Counter)
    """`table.field` that this version does not know → how often it was kept."""
    replaced: int = 0
    """Characters that became `�`."""


class Rules:
    """The checkers of every table, for one protocol and one time zone."""

    def __init__(self, protocol: Protocol, zone: str, today: date | None = None) -> None:
        self.seen = Seen()
        self.zone = ZoneInfo(zone)
        self.today = today or instants.today(zone)
        self.protocol = protocol
        self.longest = {
            (TABLE_OF[field.on], field.code): field.max_length
            for _stage, field in protocol.fields
            if field.max_length
        }
        self.answers = _answer_codes(protocol)
        self.tables = {name: self._columns(name) for name in TABLE_OF.values()}

    def _columns(self, table: str) -> dict[str, Checker]:
        names = COLUMNS[table] - OWN - {"answers"}
        return {name: self._checker(table, name) for name in names}

    def _checker(self, table: str, name: str) -> Checker:
        if name in CODES[table]:
            return self._code(CODES[table][name], free=CODES[table][name] not in CLOSED)
        if name in WHOLE:
            return whole(*WHOLE[name])
        for names, checker in (
            (INSTANTS, self._instant),
            (BIRTHS, a_date(self.today, birth=True)),
            (DATES, a_date(self.today)),
            (ELSEWHERE, a_uuid),
            (BOOLS, true_false),
            (LISTS, self._list),
        ):
            if name in names:
                return checker
        special: dict[str, Checker] = {"folio": a_folio, "amount": amount} | dict.fromkeys(
            REFERENCES, reference
        )
        return special.get(name) or self._text(self._length(table, name))

    def _length(self, table: str, name: str) -> int:
        limit = self.longest.get((table, name))
        return limit or LONGEST.get(name) or (LONG if name in ("note", "outcome", "address") else SHORT)

    def _code(self, catalog: str, *, free: bool) -> Checker:
        codes = self.protocol.catalogs[catalog].by_code
        limit = self._text(SHORT)

        def check(value: Any) -> str:
            if type(value) is str:
                if value in codes:
                    return value
                if free and value.startswith(FREE):
                    return str(limit(value))
            raise Bad("unknown_code", catalog=catalog)

        return check

    def _text(self, longest: int) -> Checker:
        tally = self.seen

        def check(value: Any) -> str:
            if type(value) is not str:
                raise Bad("not_text")
            text, replaced = clean(value)
            if len(text) > longest:
                raise Bad("too_long", length=len(text), longest=longest)
            tally.replaced += replaced
            return text

        return check

    def _instant(self, value: Any) -> str:
        if type(value) is not str:
            raise Bad("bad_instant")
        moment = moments.instant(value.strip())
        if moment is None:
            raise Bad("bad_instant")
        if _INSTANT.fullmatch(value):
            return value
        return instants.iso(moment if moment.tzinfo else moment.replace(tzinfo=self.zone))

    def _list(self, value: Any) -> list[str]:
        if type(value) is not list or len(value) > 100:
            raise Bad("not_a_list")
        check = self._text(SHORT)
        return [check(item) for item in value]

    def record(
        self, table: str, record: Mapping[str, Any], where: str, problems: list[Problem]
    ) -> dict[str, Any]:
        """The patch that makes this record; what is wrong goes to `problems`. None is as good as absent."""
        columns = self.tables[table]
        patch: dict[str, Any] = {}
        for name, value in record.items():
            if value is None or name in OWN:
                continue
            try:
                checker = columns.get(name)
                if checker is not None:
                    patch[name] = checker(value)
                elif name == "answers":
                    self._answers(value, patch, where, problems)
                elif name == "age" and table == "people":
                    patch |= both_ages(value)
                else:
                    patch[self._unknown(table, name)] = self._kept(value)
            except Bad as bad:
                problems.append(Problem(f"{where}.{_shown(name)}", bad.reason, bad.facts))
        self._together(table, patch, where, problems)
        return patch

    def _answers(self, answers: Any, patch: dict[str, Any], where: str, problems: list[Problem]) -> None:
        """The good answers go to the patch and each bad one to the problems: one does not hide the next."""
        if type(answers) is not dict:
            raise Bad("not_an_object")
        for code, value in answers.items():
            try:
                if value is not None:
                    patch[f"answers.{code}"] = self._answer(code, value)
            except Bad as bad:
                problems.append(Problem(f"{where}.answers.{_shown(code)}", bad.reason, bad.facts))

    def _answer(self, code: str, value: Any) -> Any:
        allowed = self.answers.get(code)
        if allowed is None and not code.startswith(OWN_ANSWERS):
            raise Bad("unknown_code", code=_shown(code), catalog=_shown(code.partition(".")[0]))
        if not allowed:
            return self._answer_value(code, value)
        if type(value) is not str or value not in ANSWERS:
            raise Bad("not_an_answer", code=_shown(code))
        return value

    def _answer_value(self, code: str, value: Any) -> Any:
        if type(value) is str:
            return self._text(LONG)(value)
        if type(value) in (bool, int) or (type(value) is float and math.isfinite(value)):
            return value
        raise Bad("not_an_answer", code=_shown(code))

    def _unknown(self, table: str, name: str) -> str:
        if not _NAME.fullmatch(name) or name.startswith("answers.") or clean(name)[1]:
            raise Bad("bad_name")
        if reserved(name):
            raise Bad("reserved_name")
        self.seen.unknown[f"{table}.{name}"] += 1
        return name

    def _kept(self, value: Any) -> Any:
        """A value of an unknown field as it is, with its texts cleaned."""
        if flaw := json_flaw(value):
            raise Bad(UNKEPT[flaw])
        return self._tidy(value)

    def _tidy(self, value: Any) -> Any:
        if type(value) is str:
            return self._text(LONGEST["text"])(value)
        if type(value) is list:
            return [self._tidy(item) for item in value]
        if type(value) is dict:
            return {clean(name)[0]: self._tidy(item) for name, item in value.items()}
        return value

    def unknown_member(self, name: str, value: Any, problems: list[Problem]) -> dict[str, Any]:
        """A member of the document that this version does not know, as a field to keep with the case."""
        try:
            return {self._unknown("document", f"document.{name}"): self._kept(value)}
        except Bad as bad:
            problems.append(Problem(_shown(name), bad.reason, bad.facts))
            return {}

    @staticmethod
    def _together(table: str, patch: dict[str, Any], where: str, problems: list[Problem]) -> None:
        """Rules over several columns, and the column that follows from others."""
        if table == "people":
            youngest, oldest = patch.get("age_min"), patch.get("age_max")
            if youngest is not None and oldest is not None and youngest > oldest:
                problems.append(Problem(f"{where}.age_max", "ages_order"))
        elif table == "identifiers" and "value" in patch:
            patch["normalised"] = normalised(patch.get("kind"), patch["value"])


def _answer_codes(protocol: Protocol) -> dict[str, bool]:
    """Every answer code → whether it takes yes, no, unknown or refused (else a value)."""
    catalogs = dict(protocol.catalogs) | {"indicator": protocol.indicators}
    codes = {
        f"{prefix}.{code}": True
        for prefix in PREFIXES
        if prefix in catalogs
        for code in catalogs[prefix].by_code
    }
    if "datum" in catalogs:
        codes |= {f"{prefix}.{code}": True for prefix in CONSENTS for code in catalogs["datum"].by_code}
    for _stage, field in protocol.fields:
        if "." in field.code:
            codes[field.code] = field.kind in ("yesno", "checklist")
    return codes


def _shown(name: str) -> str:
    """A field's name as it may stand in a message: short and without controls."""
    return clean(name)[0][:60]

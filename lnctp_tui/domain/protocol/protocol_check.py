"""What is wrong with a protocol that could be read: names that lead nowhere, conditions that never hold.

Mistakes of form (syntax, keys, columns) are found while reading, by storage. Both are `Finding`s.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Any

from lnctp_tui.domain.assess import law_checks
from lnctp_tui.domain.protocol import conditions
from lnctp_tui.domain.protocol.conditions import Condition
from lnctp_tui.domain.protocol.protocol import Catalog, Field, Protocol, Script, Stage
from lnctp_tui.domain.protocol.toml_lines import Lines
from lnctp_tui.domain.records.columns import COLUMNS, PREFIXES, fills, words

SOFT = frozenset(
    words("""missing_label missing_source bad_text bad_mark bad_date retired_code dead_condition
    unknown_must_ask unused_file bad_phase missing_question bad_review
    missing_article unknown_need missing_means missing_number missing_mark missing_help unknown_help""")
)
"""Findings that lose no answer: the app opens with such a protocol, the check still fails."""

NEEDED = {
    "age": ("appears_minor",),
    "capacity": ("cannot_understand",),
    "danger": words("""in_progress weapon_present injury_overdose locked_in minor_alone moved_or_killed_today
        trafficker_knows transfer_72h minor_exploited illness_untreated child_held"""),
    "situation": ("exploited_now", "out_needs_services"),
    "dimension": words("""deceptive_recruitment coercive_recruitment recruitment_abuse_vulnerability
        exploitation coercion_destination abuse_vulnerability_destination"""),
    "report_class": ("trata", "situacion_riesgo", "otros_delitos", "orientacion_juridica", "informativo"),
    "triage": ("emergency", "urgent_24h", "priority", "follow_up", "information"),
    "answer": ("yes", "no", "unknown", "refused"),
}
"""Codes that the engines read by name: without one of them a rule goes silent."""

ANSWERS = ("yes", "no", "unknown", "refused")
STRENGTHS = frozenset(("S", "M", "W", "-", ""))
NUMBERS = frozenset(("age_min", "age_max", "headcount", "amount"))
TRIALS = 50_000
"""Assignments tried before a condition is taken as able to hold."""


@dataclass(frozen=True)
class Finding:
    """One mistake: where it stands and a code for what it is. `facts` hold file content, no personal data."""

    file: str
    line: int
    code: str
    facts: Mapping[str, Any] = dataclasses.field(default_factory=dict)


@dataclass(frozen=True)
class Head:
    """protocol.toml."""

    file: str
    lines: Lines
    version: str
    stages: tuple[str, ...]
    catalogs: tuple[str, ...]
    never_ask_codes: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """A stage and the lines of its file; its field number n is block n + 1."""

    file: str
    stage: Stage
    lines: Lines


@dataclass(frozen=True)
class Spoken:
    """A script and the lines of its file."""

    file: str
    script: Script
    lines: Lines


@dataclass(frozen=True)
class Sheet:
    """A catalog and the line of each of its rows."""

    file: str
    catalog: Catalog
    lines: tuple[int, ...]


@dataclass(frozen=True)
class Reading:
    """A protocol with everything that is needed to say where a mistake stands."""

    protocol: Protocol
    head: Head
    forms: tuple[Form, ...]
    sheets: Mapping[str, Sheet]
    findings: tuple[Finding, ...]
    scripts: tuple[Spoken, ...] = ()

    @cached_property
    def catalogs(self) -> Mapping[str, Catalog]:
        return self.protocol.catalogs

    @cached_property
    def named(self) -> frozenset[str]:
        """The catalogs that a field may use; one that does not read is a finding of its own file only."""
        return frozenset((*self.head.catalogs, "indicator"))

    @cached_property
    def domains(self) -> Mapping[tuple[str, str], tuple[Any, ...]]:
        """(table, column) → the values that a field of the protocol can put there, where they are closed."""
        domains: dict[tuple[str, str], tuple[Any, ...]] = {}
        for field in (field for form in self.forms for field in form.stage.fields):
            values = self._values(field)
            if values and field.code in COLUMNS.get(field.on, ()):
                domains[field.on, field.code] = values
        return domains

    def _values(self, field: Field) -> tuple[Any, ...]:
        if field.kind == "yesno":
            return ANSWERS
        if field.kind == "bool":
            return (True, False)
        catalog = self.catalogs.get(field.catalog or "") if field.kind == "catalog" else None
        return tuple(row.code for row in catalog.rows) if catalog else ()


def problems(reading: Reading) -> list[Finding]:
    """The findings of a read protocol besides those of form, in the order of its files."""
    return [
        *_head(reading),
        *(finding for sheet in reading.sheets.values() for finding in _sheet(reading, sheet)),
        *(finding for form in reading.forms for finding in _form(reading, form)),
        *(finding for item in reading.scripts for finding in _script(reading, item)),
    ]


def _head(reading: Reading) -> Iterator[Finding]:
    head = reading.head

    def find(key: str, text: str, code: str) -> Finding:
        return Finding(head.file, head.lines.of(key, 0, f'"{text}"'), code, {"what": text})

    for key, codes in (("stages", head.stages), ("catalogs", head.catalogs)):
        yield from (find(key, code, "duplicate_code") for code in _twice(codes))
    for name in sorted({*PREFIXES, *NEEDED} - reading.named):
        yield Finding(head.file, head.lines.of("catalogs"), "unknown_catalog", {"what": name})
    for code in head.never_ask_codes:
        problem = _answer_problem(reading, code)
        if problem:
            yield find("never_ask_codes", code, problem)


def _sheet(reading: Reading, sheet: Sheet) -> Iterator[Finding]:
    name, rows = sheet.catalog.name, sheet.catalog.rows
    codes_met: set[str] = set()
    for row, line in zip(rows, sheet.lines, strict=True):
        if row.code in codes_met:
            yield Finding(sheet.file, line, "duplicate_code", {"what": row.code})
        codes_met.add(row.code)
        if name == "indicator":
            yield from _indicator(reading, sheet, row.code, row.extra, line)
        level = row.extra.get("level", "")
        if name == "danger" and not level:
            yield Finding(sheet.file, line, "missing_key", {"what": "level"})
        elif name == "danger" and level not in reading.catalogs.get("triage", sheet.catalog).by_code:
            yield Finding(sheet.file, line, "unknown_code", {"what": level})
        ask = row.extra.get("ask", "")
        if ask and ask != "always":
            yield from _asked(reading, sheet, name, ask, line)
        for problem, what in law_checks.row(name, row):
            yield Finding(
                sheet.file, line, problem, {"what": row.code, "value": what, "column": "verified_on"}
            )
        if (
            name == "modality"
            and "means" in reading.catalogs
            and law_checks.unmet(row, reading.catalogs["means"])
        ):
            yield Finding(sheet.file, line, "missing_means", {"what": row.code})
    live = {row.code for row in rows if not row.valid_to}
    for code in sorted(NEEDED.get(name, ())):
        if code not in live:
            yield Finding(sheet.file, 1, "missing_code", {"what": code})


def _indicator(
    reading: Reading, sheet: Sheet, code: str, extra: Mapping[str, str], line: int
) -> Iterator[Finding]:
    dimensions = reading.catalogs.get("dimension")
    if dimensions and extra["dimension"] not in dimensions.by_code:
        yield Finding(sheet.file, line, "unknown_code", {"what": extra["dimension"]})
    for column in ("AL", "CL", "AS", "CS"):
        if extra[column] not in STRENGTHS:
            yield Finding(sheet.file, line, "bad_strength", {"what": code, "column": column})
    for column in ("question_es", "question_en"):
        if not extra.get(column):
            yield Finding(sheet.file, line, "missing_question", {"what": code, "column": column})


def _asked(reading: Reading, sheet: Sheet, name: str, ask: str, line: int) -> Iterator[Finding]:
    """The column `ask` of a checklist's catalog: when the row is asked."""
    try:
        condition = conditions.parse(ask)
    except ValueError as error:
        yield Finding(sheet.file, line, "bad_condition", {"detail": str(error)})
        return
    for code, facts in _condition(reading, PREFIXES.get(name, "case"), condition):
        yield Finding(sheet.file, line, code, facts)


def _form(reading: Reading, form: Form) -> Iterator[Finding]:
    stage, lines = form.stage, form.lines
    codes = {field.code for field in stage.fields}
    phases = reading.catalogs.get("phase")
    for phase in stage.phases:
        if phases and phase not in phases.by_code:
            yield Finding(form.file, lines.of("phases", 0, f'"{phase}"'), "bad_phase", {"what": phase})
    for code in stage.must_ask:
        if code not in codes:
            line = lines.of("must_ask", 0, f'"{code}"')
            yield Finding(form.file, line, "unknown_must_ask", {"what": code})
    codes_met: set[tuple[str, str]] = set()
    for block, field in enumerate(stage.fields, 1):
        if (field.on, field.code) in codes_met:
            yield Finding(form.file, lines.of("code", block), "duplicate_code", {"what": field.code})
        codes_met.add((field.on, field.code))
        for key, problem, facts in _field(reading, field):
            yield Finding(form.file, lines.of(key, block), problem, facts)


def _script(reading: Reading, spoken: Spoken) -> Iterator[Finding]:
    """Each line has a mark, and a source of its own or of the script; what it asks is an answer of the case."""
    script = spoken.script
    for each in script.lines:
        line = spoken.lines.of("lines", 0, each.es)
        if not each.mark:
            yield Finding(spoken.file, line, "missing_mark", {"what": each.es})
        if not (each.source or script.source):
            yield Finding(spoken.file, line, "missing_source", {"what": each.es})
        if each.asks and each.asks not in COLUMNS["case"] and _answer_problem(reading, each.asks, "case"):
            yield Finding(spoken.file, line, "unknown_code", {"what": each.asks})


Problem = tuple[str, str, dict[str, Any]]
"""Key of the field, finding code, facts."""


def _field(reading: Reading, field: Field) -> Iterator[Problem]:
    if field.on not in COLUMNS:
        if field.on:
            yield "on", "unknown_table", {"what": field.on}
        return
    code = _code_problem(reading, field) if field.code else None
    if code:
        yield "code", code, {"what": field.code}
    if field.kind in ("catalog", "checklist") and not field.catalog:
        yield "kind", "missing_key", {"what": "catalog"}
    elif field.script and field.script not in reading.protocol.scripts:
        yield "script", "unknown_code", {"what": field.script}
    elif field.catalog and field.catalog not in reading.named:
        yield "catalog", "unknown_catalog", {"what": field.catalog}
    elif field.kind == "checklist" and not code and field.catalog != field.code:
        yield "catalog", "wrong_catalog", {"what": field.catalog, "expected": field.code}
    if field.when:
        for problem, facts in _condition(reading, field.on, field.when):
            yield "when", problem, facts


def _code_problem(reading: Reading, field: Field) -> str | None:
    """Why a field's code leads nowhere: neither a column of its table nor an answer that stands there."""
    if field.kind == "checklist":
        if field.code not in PREFIXES:
            return "unknown_code"
        return None if PREFIXES[field.code] == field.on else "wrong_table"
    if fills(field.on, field.code):
        return None
    return _answer_problem(reading, field.code, field.on)


def _answer_problem(reading: Reading, code: str, table: str | None = None) -> str | None:
    prefix, _, rest = code.partition(".")
    if prefix not in PREFIXES or not rest:
        return "unknown_code"
    if table is not None and PREFIXES[prefix] != table:
        return "wrong_table"
    catalog = reading.catalogs.get(prefix)
    if catalog is None:
        return None
    row = catalog.by_code.get(rest)
    if row is None:
        return "unknown_code"
    return "retired_code" if row.valid_to else None


def _condition(reading: Reading, table: str, condition: Condition) -> Iterator[tuple[str, dict[str, Any]]]:
    unknown = [name for name in sorted(condition.names) if not _known(reading, table, name)]
    yield from (("dead_condition", {"detail": "unknown_name", "what": name}) for name in unknown)
    domains = {name: _domain(reading, table, name) for name in condition.names}
    wrong = False
    for name, literal in condition.literals:
        values = domains[name]
        if values and literal not in values:
            wrong = True
            yield "unknown_code", {"what": literal}
        elif _retired(reading, table, name, literal):
            yield "retired_code", {"what": literal}
    if not unknown and not wrong and not can_hold(condition, domains):
        yield "dead_condition", {"detail": "never_holds", "what": condition.text}


def _known(reading: Reading, table: str, name: str) -> bool:
    if name.startswith("answers."):
        problem = _answer_problem(reading, name.removeprefix("answers."), table)
        return problem in (None, "retired_code")
    return name in COLUMNS[table]


def _domain(reading: Reading, table: str, name: str) -> tuple[Any, ...]:
    return ANSWERS if name.startswith("answers.") else reading.domains.get((table, name), ())


def _retired(reading: Reading, table: str, name: str, literal: Any) -> bool:
    fields = (field for form in reading.forms for field in form.stage.fields)
    names = {field.catalog for field in fields if (field.on, field.code) == (table, name) and field.catalog}
    rows = (reading.catalogs[field].by_code.get(literal) for field in names if field in reading.catalogs)
    return any(row is not None and row.valid_to for row in rows)


def can_hold(condition: Condition, domains: Mapping[str, tuple[Any, ...]]) -> bool:
    """Whether some record makes the condition hold; a condition that asks nothing of it counts as dead.

    Tries every combination of the values that each name can take: its codes, else the values beside the
    literals it is compared with.
    """
    names = sorted(condition.names)
    if not names:
        return False
    tries = [(None, *(domains.get(name) or _beside(condition, name))) for name in names]
    size = 1
    for values in tries:
        size *= len(values)
    if size > TRIALS:
        return True
    return any(condition.holds(_record(names, values)) for values in product(*tries))


def _beside(condition: Condition, name: str) -> tuple[Any, ...]:
    """Values at and on both sides of each literal that a name of open values is compared with."""
    literals = [literal for compared, literal in condition.literals if compared == name]
    numbers = [value for value in literals if isinstance(value, int | float)]
    near = [beside for value in numbers for beside in (value - 1, value, value + 1, value - 0.5, value + 0.5)]
    if name in NUMBERS:
        return tuple(near) or (0,)
    texts = [value for value in literals if isinstance(value, str)]
    return (*near, *(beside for value in texts for beside in ("", value, value + "~")), True, "yes")


def _record(names: list[str], values: Iterable[Any]) -> dict[str, Any]:
    record: dict[str, Any] = {"answers": {}}
    for name, value in zip(names, values, strict=True):
        if name.startswith("answers."):
            record["answers"][name.removeprefix("answers.")] = value
        else:
            record[name] = value
    return record


def _twice(codes: Iterable[str]) -> list[str]:
    return [code for code, count in Counter(codes).items() if count > 1]

"""A case document as parts to read: what matters for the next person who picks it up comes first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from lnctp_tui.domain.assess import Assessment, assess
from lnctp_tui.domain.document import Document, Record
from lnctp_tui.i18n import _, ngettext
from lnctp_tui.screens.labels import Words
from lnctp_tui.widgets import readings
from lnctp_tui.widgets.answers import ORDER, word
from lnctp_tui.widgets.reader import GAP, Part

HIDDEN = frozenset(
    {"id", "case_id", "answers", "folio", "status", "triage", "report_class", "summary", "narrative", "owner_id",
     "team", "protocol_version", "class_confirmed_by", "normalised", "counselor_id", "direction", "text", "author_id",
     "written_at", "opened_at"}
)  # fmt: skip
LISTS = ("places", "identifiers", "money", "referrals", "supports", "files", "tasks")
LINK = "link"


def case_parts(document: Document, words: Words, *, today: date) -> list[Part]:
    """The whole case."""
    words.know(document)
    found = assess(document, words.protocol, today=today)
    parts = [*_head(document, found, words), *_people(document, found, words)]
    for contact in reversed(document.get("contacts", [])):
        parts += contact_parts(contact, words)
    for note in reversed(document.get("notes", [])):
        when = words.value("notes", "written_at", note.get("written_at"))
        who = words.value("notes", "author_id", note.get("author_id"))
        parts += [
            GAP,
            Part("heading", f"{words.table('notes')} · {when} · {who}"),
            Part("text", str(note.get("text") or "")),
        ]
    for table in LISTS:
        for record in document.get(table, []):
            parts += [GAP, Part("heading", _title(table, record, words)), *_pairs(table, record, words)]
    return parts


def _head(document: Document, found: Assessment, words: Words) -> Iterator[Part]:
    case = document["case"]
    if case.get("summary"):
        yield Part("text", str(case["summary"]))
        yield GAP
    yield Part("heading", _("Lo que dicen los hechos, hasta ahora"))
    suggested = words.value("cases", "report_class", found.suggestion.code)
    if suggested:
        yield Part("pair", suggested, _("Clase que sugieren"))
    if found.triage.level != case.get("triage"):
        yield Part("pair", words.value("cases", "triage", found.triage.level), _("Triaje que sugieren"))
    yield from _elements(found, words)
    pairs = list(_pairs("cases", case, words))
    if pairs:
        yield GAP
        yield Part("heading", _("Acuerdos y seguridad"))
        yield from pairs


def _elements(found: Assessment, words: Words) -> Iterator[Part]:
    """Act, means and purpose with the answers they stand on."""
    stands = found.elements
    for label, prefix, codes in (
        (_("Acto"), "act", stands.act),
        (_("Medio"), "means", readings.counted(stands)),
        (_("Fin"), "modality", stands.purpose),
    ):
        said = " · ".join(words.answer(prefix, code) for code in codes)
        needless = prefix == "means" and prefix not in stands.missing
        yield Part("pair", said or (_("no se exige") if needless else _("falta")), label)
    yield Part("pair", readings.verdict(stands, words.protocol), _("Elementos del delito"))
    for line in readings.lines(stands, words.protocol):
        yield Part("pair", line, "")


def _people(document: Document, found: Assessment, words: Words) -> Iterator[Part]:
    results = {each.id: each for each in found.people}
    for person in document.get("people", []):
        yield GAP
        yield Part("heading", _title("people", person, words))
        assessed = results.get(person.get("id"))
        if assessed is not None:
            result = words.answer("result", assessed.findings.result)
            yield Part("pair", result, _("Indicadores de la OIT"))
            if assessed.age == "doubt":
                yield Part("pair", readings.say(words.protocol, "age_doubt"), _("Edad"))
        yield from _pairs("people", person, words)


def contact_parts(contact: Record, words: Words) -> list[Part]:
    """One contact: when, who, and what was told."""
    kind = words.value("contacts", "kind", contact.get("kind")) or words.table("contacts")
    when = words.value("contacts", "started_at", contact.get("started_at"))
    parts = [GAP, Part("heading", f"{kind} · {when}"), *_pairs("contacts", contact, words)]
    told = str(contact.get("narrative") or "")
    return [*parts, GAP, Part("text", told)] if told else parts


def _title(table: str, record: Record, words: Words) -> str:
    """`Víctima · Ana`, `Lugar de captación · Puebla`."""
    kind = words.value(table, "role", record.get("role")) or words.value(table, "kind", record.get("kind"))
    kind = kind or words.value(table, "flag", record.get("flag")) or words.table(table)
    if record.get("role") == "group" and record.get("headcount"):
        count = int(record["headcount"])
        kind += f" · {ngettext('{count} persona', '{count} personas', count).format(count=count)}"
    name = str(record.get("name") or "")
    return f"{kind} · {name}" if name else kind


def _pairs(table: str, record: Record, words: Words) -> Iterator[Part]:
    shown = HIDDEN | ({"role", "name", "headcount"} if table == "people" else set())
    for code, value in record.items():
        if code not in shown and value not in (None, "", [], {}) and value is not False:
            yield Part("pair", words.value(table, code, value), words.field(table, code))
    yield from _answers(table, record.get("answers") or {}, words)


def _answers(table: str, answers: dict[str, Any], words: Words) -> Iterator[Part]:
    """Checklists together: what is yes first, then no, not known, refused; single answers by their name."""
    groups: dict[str, dict[str, list[str]]] = {}
    for code, value in answers.items():
        prefix, dot, rest = code.partition(".")
        if (table, code) in words.fields or not dot or value not in ORDER or prefix == LINK:
            yield Part("pair", words.value(table, code, value), words.field(table, code))
        else:
            groups.setdefault(prefix, {}).setdefault(str(value), []).append(words.answer(prefix, rest))
    for prefix, by_value in groups.items():
        label = words.group(table, prefix)
        for value in (each for each in ORDER if each in by_value):
            suffix = "" if value == "yes" else f" ({word(value)})"
            yield Part("pair", " · ".join(by_value[value]), label + suffix)

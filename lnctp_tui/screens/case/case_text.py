"""A case document as parts to read: what matters for the next person who picks it up comes first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from lnctp_tui.domain.assess.assess import Assessment, assess
from lnctp_tui.domain.records import columns
from lnctp_tui.domain.records.document import MEMBERS, Document, Record
from lnctp_tui.i18n import _, ngettext
from lnctp_tui.screens.labels import Words
from lnctp_tui.widgets.form import readings
from lnctp_tui.widgets.form.answers import ORDER, word
from lnctp_tui.widgets.reader import GAP, Part

HIDDEN = columns.HIDDEN | {
    "folio", "status", "triage", "report_class", "summary", "narrative", "owner_id", "team", "protocol_version",
    "class_confirmed_by", "counselor_id", "direction", "text", "author_id", "written_at", "opened_at",
    columns.FOREIGN,
}  # fmt: skip
"""What stands elsewhere on the page, and what nobody reads."""
LISTS = tuple(table for table in MEMBERS if table not in ("contacts", "people", "notes"))
"""Members that are told record by record, column by column."""
LINK = "link"
CALL_BACK = (
    "callback_allowed", "callback_channel", "callback_identifier_id", "callback_window", "callback_say",
    "callback_message", "code_word",
)  # fmt: skip
WINDOW = ("due_from", "due_to")


def case_parts(document: Document, words: Words, *, today: date) -> list[Part]:
    """The whole case."""
    words.know(document)
    assessment = assess(document, words.protocol, today=today)
    contacts = list(reversed(document.get("contacts", [])))
    narrated = next((item for item in contacts if item.get("narrative")), None)
    parts = [*_promised(document, words), *_narrative(document["case"], narrated, words)]
    parts += [*_facts(document, assessment, words), *_people(document, assessment, words)]
    for contact in contacts:
        parts += contact_parts(contact, words, narrative=contact is not narrated)
    for note in reversed(document.get("notes", [])):
        when = words.value("notes", "written_at", note.get("written_at"))
        who = words.value("notes", "author_id", note.get("author_id"))
        parts += [
            GAP,
            Part("heading", f"{words.table('notes')} · {when} · {who}"),
            Part("text", str(note.get("text") or "")),
        ]
    for table in LISTS:
        for record in (item for item in document.get(table, []) if not _is_promise(table, item)):
            parts += [GAP, Part("heading", _title(table, record, words)), *_pairs(table, record, words)]
    return parts


def _is_promise(table: str, record: Record) -> bool:
    return table == "tasks" and record.get("kind") == "callback" and record.get("status") in (None, "open")


def _promised(document: Document, words: Words) -> Iterator[Part]:
    """When somebody waits for our call, and how that is done without harm: what the next person must not miss."""
    tasks = [item for item in document.get("tasks", []) if _is_promise("tasks", item)]
    tasks.sort(key=lambda item: str(item.get("due_from") or item.get("due_to") or ""))
    agreed = [
        Part("pair", words.value("cases", code, document["case"][code]), words.field("cases", code))
        for code in CALL_BACK
        if document["case"].get(code) not in (None, "")
    ]
    if not tasks and not agreed:
        return
    yield Part("alert" if tasks else "heading", _("Llamada prometida") if tasks else _("Volver a llamar"))
    for task in tasks:
        yield Part("pair", _window(task, words), _("Cuándo"))
        remainder = {code: value for code, value in task.items() if code not in (*WINDOW, "kind", "status")}
        yield from _pairs("tasks", remainder, words)
    yield from agreed
    yield GAP


def _window(task: Record, words: Words) -> str:
    """`22 nov 2026 10:00 – 12:00`."""
    begins, ends = (words.value("tasks", code, task.get(code)) for code in WINDOW)
    if begins and ends and begins.rpartition(" ")[0] == ends.rpartition(" ")[0]:
        ends = ends.rpartition(" ")[2]
    return " – ".join(bound for bound in (begins, ends) if bound) or _("sin hora")


def _narrative(case: Record, contact: Record | None, words: Words) -> Iterator[Part]:
    """What was told, in full, newest first: the summary, and the last narrative with when it was told."""
    if case.get("summary"):
        yield Part("text", str(case["summary"]))
        yield GAP
    if contact:
        when = words.value("contacts", "started_at", contact.get("started_at"))
        yield Part("heading", f"{words.field('contacts', 'narrative')} · {when}")
        yield Part("text", str(contact["narrative"]))
        yield GAP


def _facts(document: Document, assessment: Assessment, words: Words) -> Iterator[Part]:
    case = document["case"]
    yield Part("heading", _("Lo que dicen los hechos, hasta ahora"))
    suggested = words.value("cases", "report_class", assessment.suggestion.code)
    if suggested:
        yield Part("pair", suggested, _("Clase que sugieren"))
    if assessment.triage.assessed and assessment.triage.level != case.get("triage"):
        yield Part("pair", words.value("cases", "triage", assessment.triage.level), _("Triaje que sugieren"))
    yield from _elements(assessment, words)
    rest = {code: value for code, value in case.items() if code not in CALL_BACK}
    pairs = list(_pairs("cases", rest, words))
    if pairs:
        yield GAP
        yield Part("heading", _("Acuerdos y seguridad"))
        yield from pairs


def _elements(assessment: Assessment, words: Words) -> Iterator[Part]:
    """Act, means and purpose with the answers they stand on."""
    stands = assessment.elements
    for label, prefix, codes in (
        (_("Acto"), "act", stands.act),
        (_("Medio"), "means", readings.counted(stands)),
        (_("Fin"), "modality", stands.purpose),
    ):
        answers = " · ".join(words.answer(prefix, code) for code in codes)
        needless = prefix == "means" and prefix not in stands.missing
        yield Part("pair", answers or (_("no se exige") if needless else _("falta")), label)
    yield Part("pair", readings.verdict(stands, words.protocol), _("Elementos del delito"))
    for line in readings.lines(stands, words.protocol):
        yield Part("pair", line, "")


def _people(document: Document, assessment: Assessment, words: Words) -> Iterator[Part]:
    results = {item.id: item for item in assessment.people}
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


def contact_parts(contact: Record, words: Words, *, narrative: bool = True) -> list[Part]:
    """One contact: when, who, and what was told, unless that stands elsewhere."""
    kind = words.value("contacts", "kind", contact.get("kind")) or words.table("contacts")
    when = words.value("contacts", "started_at", contact.get("started_at"))
    parts = [GAP, Part("heading", f"{kind} · {when}"), *_pairs("contacts", contact, words)]
    text = str(contact.get("narrative") or "") if narrative else ""
    return [*parts, GAP, Part("text", text)] if text else parts


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
    excluded = HIDDEN | ({"role", "name", "headcount"} if table == "people" else set())
    for code, value in (words.ages(record) if table == "people" else record).items():
        if code not in excluded and value not in (None, "", [], {}) and value is not False:
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
        for value in (option for option in ORDER if option in by_value):
            suffix = "" if value == "yes" else f" ({word(value)})"
            yield Part("pair", " · ".join(by_value[value]), label + suffix)

"""How a call ends or goes over to another case. Each runs in the writer, after everything typed before."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from lnctp_tui.domain.assess import safety
from lnctp_tui.services.call import calls, matches
from lnctp_tui.services.call.promise import PROMISE
from lnctp_tui.services.case import cases
from lnctp_tui.services.vault.deeds import deed
from lnctp_tui.storage import instants
from lnctp_tui.storage.database.session import Store

if TYPE_CHECKING:
    from lnctp_tui.services.call.intake import Intake
    from lnctp_tui.services.call.matches import Match

MINIMUM_WITHIN = timedelta(hours=24)
"""Until when a missing minimum record should be there."""
CLOSED_AT_ONCE = ("orientacion_juridica", "informativo")
"""Classes whose case is over with the call, when nothing speaks against it."""
FOLIO = "attach:"
"""Before a call's id: the draft of the folio it is attached by."""
MINIMUM = "minimum"
"""What keeps a case open besides the reasons of `domain.assess.safety`: the minimum record has gaps."""


def keeps_open(intake: Intake) -> tuple[str, ...]:
    """Why the case does not end with its call: codes of `domain.assess.safety.keeps_open`, and MINIMUM."""
    return (*safety.keeps_open(intake.document), *((MINIMUM,) if intake.debt("minimum") else ()))


def closes(intake: Intake, report_class: str | None, *, promised: bool) -> bool:
    """Whether ending the call with this class closes the case."""
    over = report_class in CLOSED_AT_ONCE and not promised and intake.runs
    return over and not keeps_open(intake)


def finish(
    intake: Intake,
    done: Callable[[], object],
    report_class: str | None = None,
    next_contact: Mapping[str, Any] | None = None,
) -> None:
    """End a call: its class, its clock, the promised contact and the missing minimum as tasks."""
    intake.end_clock()
    if unheard(intake):
        intake.open_case()
    case = intake.current("case")
    if case and report_class and (intake.document["case"] or report_class != "informativo" or next_contact):
        intake.set(case, _classed(intake, report_class, bool(next_contact)), undoable=False)
    intake.assess()
    due = None
    if intake.document["case"] and intake.debt("minimum"):
        due = instants.iso(intake.workspace.store.now() + MINIMUM_WITHIN)
    contact = intake.contact.id
    job = deed("finish", contact, next_contact, due).in_place_of(drafts(contact))
    intake.writer.submit(job, lambda _: done())


def drafts(contact: str) -> tuple[str, ...]:
    """What was begun in dialogs over a call: it goes with the call's end."""
    return PROMISE + contact, FOLIO + contact


def _classed(intake: Intake, report_class: str, promised: bool) -> dict[str, Any]:
    patch: dict[str, Any] = {
        "report_class": report_class,
        "class_confirmed_by": intake.workspace.counselor_id,
    }
    if closes(intake, report_class, promised=promised):
        patch |= {"status": "closed", "closed_at": instants.iso(intake.workspace.store.now())}
    return patch


def unheard(intake: Intake) -> bool:
    """Whether something was told or the line was cut, and nobody said what kind of call it was."""
    contact = intake.record(intake.contact)
    content = str(contact.get("narrative") or "").strip() or contact.get("dropped")
    return intake.runs and intake.kind is None and bool(content)


def may_discard(intake: Intake) -> bool:
    """Whether the call may be taken back: never one that speaks of danger."""
    return not {"danger", "escalated", "triage"} & {*safety.keeps_open(intake.document)}


def discard(intake: Intake, reason: str, done: Callable[[], object]) -> None:
    """Take back a call begun by mistake."""
    contact, case = intake.contact.id, intake.document["case"].get("id")
    job = deed("discard", contact, case, reason).in_place_of(drafts(contact))
    intake.writer.submit(job, lambda _: done())


def attach(intake: Intake, case: str, done: Callable[[bool], object]) -> None:
    """Make this a contact of a case, by folio or id; `done` hears whether there is such a case.

    A case opened in this call is merged into it: both folios work.
    """
    own = intake.document["case"].get("id")
    job = deed("attach", intake.contact.id, own, case).in_place_of((FOLIO + intake.contact.id,))
    intake.writer.submit(job, lambda target: _attached(intake, target, done))


def attach_contact(store: Store, contact: str, own: str | None, case: str) -> str | None:
    """Move a contact, and the case it has opened, to the case of a folio or id; its id, None when there is none."""
    lines = cases.by_folio(store, case)
    target = lines[0].id if lines else _existing(store, case)
    if target is None or target == own:
        return None
    with store.write() as unit:
        unit.record("contacts", contact, {"case_id": target, "answers.attached.from": own or "none"})
        if own:
            cases.merge_in(unit, own, target)
        cases.reopen_in(unit, target)
    return target


def _existing(store: Store, case_id: str) -> str | None:
    with store.read() as connection:
        row = connection.execute(select(cases.CASES.c.id).where(cases.CASES.c.id == case_id)).first()
    return str(row[0]) if row else None


def _attached(intake: Intake, target: str | None, done: Callable[[bool], object]) -> None:
    if target:
        _reload(intake)
    done(target is not None)


def detach(intake: Intake, done: Callable[[], object]) -> None:
    """Undo `attach`: the contact goes back to the case it came from, or to none."""

    def back(_: None) -> None:
        _reload(intake)
        done()

    intake.writer.submit(deed("detach", intake.contact.id), back)


def detach_contact(store: Store, contact: str) -> None:
    """Move a contact back to where `attach_contact` took it from."""
    came_from = (calls.call(store, contact).get("answers") or {}).get("attached.from")
    back = came_from if came_from and came_from != "none" else None
    with store.write() as unit:
        unit.record("contacts", contact, {"case_id": back, "answers.attached.from": None})
        if back:
            cases.unmerge_in(unit, back)


def _reload(intake: Intake) -> None:
    """Show what is stored now. The narrative in the form is this contact's own and stands in both."""
    document = cases.document_of_contact(intake.workspace.store, intake.contact.id, intake.form)
    intake.show(document)


def earlier(intake: Intake) -> Callable[[], list[Match]]:
    """A job for a reader: the matches of the case as it stands now, whatever is typed meanwhile."""
    document = {
        key: list(value) if isinstance(value, list) else value for key, value in intake.document.items()
    }
    store, protocol = intake.workspace.store, intake.protocol
    return lambda: matches.earlier(store, document, protocol)

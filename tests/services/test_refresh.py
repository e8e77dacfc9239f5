"""A form catches up with colleagues: what is being typed stays, and nothing unseen is hidden."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from workspaces import field, founded, office, settle, workspace

from lnctp_tui.domain.records import merge
from lnctp_tui.services.call.intake import Intake
from lnctp_tui.services.case import cases
from lnctp_tui.services.case.refresh import CatchUp, Taken
from lnctp_tui.services.refs import Ref
from lnctp_tui.services.vault.workspace import Workspace
from lnctp_tui.storage.database.session import CONFLICTS, Author

__all__ = ["founded", "office", "workspace"]


class Thread:
    """The thread of the document: what is queued runs when the test says so."""

    def __init__(self) -> None:
        self.queue: deque[tuple[Callable[..., object], tuple[object, ...]]] = deque()

    def later(self, function: Callable[..., object], *arguments: object) -> None:
        self.queue.append((function, arguments))

    def run(self) -> None:
        while self.queue:
            function, arguments = self.queue.popleft()
            function(*arguments)


class Form:
    """An intake of a case with one victim, and a colleague who writes to it."""

    def __init__(self, workspace: Workspace) -> None:
        self.workspace = workspace
        self.thread = Thread()
        self.intake = Intake.start(workspace)
        self.victim = self.intake.add("person", role="victim")
        self.type("name", "Ana")
        self.busy: set[tuple[Ref, str]] = set()
        self.catching = CatchUp(self.intake.draft, self.thread.later, lambda *where: where in self.busy)
        self.taken: list[Taken] = []
        self.save()

    def type(self, code: str, text: str) -> None:
        self.intake.enter(field(self.workspace, "person", code), text, self.victim)

    def save(self) -> None:
        assert self.workspace.writer.drain(30)

    def colleague(self, patch: dict[str, Any], table: str = "people", row: str = "") -> None:
        """What synchronisation leaves behind: a change by another hand, which had seen all before it."""
        own, store = self.workspace.store.author, self.workspace.store
        store.author = Author("otra", "otra", own.sign)
        with store.write() as unit:
            unit.record(table, row or self.victim.id, patch, case=self.intake.draft.case.id)
        store.author = own

    def look(self) -> Taken:
        self.catching.begin(self.taken.append)
        self.save()
        self.thread.run()
        self.save()
        return self.taken[-1]

    @property
    def person(self) -> dict[str, Any]:
        return self.intake.record(self.victim)

    def in_conflict(self) -> list[str]:
        with self.workspace.store.read() as connection:
            return sorted(connection.execute(CONFLICTS.select()).scalars("field"))  # type: ignore[arg-type]


@pytest.fixture
def form(workspace: Workspace) -> Iterator[Form]:
    made = Form(workspace)
    yield made
    settle(workspace)


def test_a_colleagues_answer_and_a_new_person_appear(form: Form) -> None:
    form.colleague({"sex": "mujer", "answers.act.captar": "yes"})
    form.colleague({"name": "Beto", "role": "other"}, row="0197-otra-persona")
    taken = form.look()
    assert (form.person["sex"], form.person["answers"]) == ("mujer", {"act.captar": "yes"})
    assert [each.get("name") for each in form.intake.document["people"]] == ["Ana", "Beto"]
    assert taken.changed == {form.victim, Ref("people", "0197-otra-persona")}
    assert not taken.left


def test_without_news_nothing_is_taken(form: Form) -> None:
    form.type("name", "Ana María")
    assert form.look() == Taken(frozenset(), False)
    assert form.person["name"] == "Ana María"


def test_the_field_under_the_cursor_stays_and_writing_it_opens_a_conflict(form: Form) -> None:
    form.busy = {(form.victim, "name")}
    form.colleague({"name": "Anita", "sex": "mujer"})
    assert form.look() == Taken(frozenset({form.victim}), True)
    assert (form.person["name"], form.person["sex"]) == ("Ana", "mujer")
    form.type("name", "Ana Lilia")
    form.save()
    assert form.in_conflict() == ["name"]


def test_when_the_cursor_has_left_the_field_catches_up_and_writing_hides_nothing(form: Form) -> None:
    form.busy = {(form.victim, "name")}
    form.colleague({"name": "Anita"})
    form.look()
    form.busy = set()
    assert form.look() == Taken(frozenset({form.victim}), False)
    assert form.person["name"] == "Anita"
    form.type("name", "Anita Ruiz")
    form.save()
    assert form.in_conflict() == []


def test_what_is_typed_between_the_look_and_the_taking_stays(form: Form) -> None:
    form.colleague({"name": "Anita"})
    form.catching.begin(form.taken.append)
    form.save()
    form.type("name", "Ana Lilia")
    form.thread.run()
    form.save()
    assert form.person["name"] == "Ana Lilia"
    assert form.taken[-1].left
    assert form.in_conflict() == ["name"]


def test_a_person_whom_a_colleague_took_out_goes_and_one_removed_here_stays_away(form: Form) -> None:
    other = form.intake.add("person", role="other")
    form.save()
    form.colleague({"erased_at": "2026-11-22T00:00:00.000000Z"}, row=other.id)
    assert form.look().changed == {other}
    assert form.intake.record(other) == {}
    form.colleague({"sex": "mujer"})
    form.catching.begin(form.taken.append)
    form.save()
    form.intake.remove(form.victim)
    form.thread.run()
    assert form.person == {}


def test_a_look_asked_for_during_a_look_comes_after_it(form: Form) -> None:
    form.catching.begin(form.taken.append)
    form.catching.begin(form.taken.append)
    form.save()
    form.colleague({"sex": "mujer"})
    form.thread.run()
    form.save()
    form.thread.run()
    assert [each.changed for each in form.taken] == [frozenset(), frozenset({form.victim})]


def test_what_was_taken_is_what_the_next_save_rests_on(form: Form) -> None:
    form.colleague({"name": "Anita"})
    form.look()
    form.type("name", "Anita Ruiz")
    form.save()
    stored = cases.document(form.workspace.store, form.intake.draft.case.id)["people"][0]
    assert stored["name"] == "Anita Ruiz"
    heads = form.intake.form.shown["people", form.victim.id]
    assert len(merge.heads_of(heads, "name")) == 1
